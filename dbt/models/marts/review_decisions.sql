-- Only ever added to: what was decided once stays as it came, and the same decision in a later file (a downloaded queue
-- that was edited and sent back) is that decision, whatever the later file makes of it. Which of a flag's decisions
-- counts is said by when it was made; one dated after it was received was made then.
with decisions as (
    select
        *,
        least(decided_at_utc, received_at_utc) as counts_from_utc,
        row_number() over (
            partition by flag_id, decided_at_utc, decided_by
            order by received_at_utc, source_file_sha256, line_number
        ) as copy_number
    from {{ ref('stg_reference__review_decisions') }}
),

known_flags as (
    select flag_id from {{ ref('flag_evidence') }}
    union
    select flag_id from {{ earlier_rows('finance_review_queue', {'flag_id': 'varchar'}, database='cpm') }}
    union
    -- Whoever wrote what a decision is about had the flag before their eyes.
    select flag_id from decisions where carrier_name is not null
)

select
    decisions.flag_id,
    decisions.status,
    decisions.decided_by,
    decisions.decided_at_utc,
    decisions.note,
    row_number() over (
        partition by decisions.flag_id
        order by
            decisions.counts_from_utc desc, decisions.received_at_utc desc, decisions.source_file_sha256 desc,
            decisions.line_number desc
    ) = 1 as is_in_force,
    known_flags.flag_id is not null as is_flag_known,
    decisions.flag_type,
    decisions.usage_date,
    decisions.carrier_name,
    decisions.invoice_number,
    decisions.invoice_line_number,
    decisions.leg_id,
    decisions.worth,
    decisions.currency,
    decisions.root_cause,
    decisions.source_file_sha256,
    decisions.line_number,
    decisions.received_at_utc
from decisions
left join known_flags on decisions.flag_id = known_flags.flag_id
where decisions.copy_number = 1
