{#- A decided flag that no longer arises is shown as it was: from this table's own row before, or after a rebuild from
    what the decision's file says of it. -#}
{%- set subject = {
    'flag_id': 'varchar', 'usage_date': 'date', 'carrier_name': 'varchar', 'flag_type': 'varchar', 'leg_id': 'varchar',
    'invoice_number': 'varchar', 'line_number': 'varchar', 'worth': 'decimal(18, 6)', 'currency': 'varchar',
    'root_cause': 'varchar'
} -%}
with evidence as (
    select * from {{ ref('flag_evidence') }}
),

decisions as (
    select * from {{ ref('review_decisions') }}
    where is_in_force
),

decisions_with_subject as (
    select
        *,
        row_number() over (
            partition by flag_id order by received_at_utc desc, source_file_sha256 desc, line_number desc
        ) as newest_first
    from {{ ref('review_decisions') }}
    where carrier_name is not null
),

credited_lines as (
    select * from {{ ref('int_credited_lines') }}
),

earlier as (
    select * from {{ earlier_rows('finance_review_queue', subject, database='cpm') }}
),

receipts as (
    select * from {{ ref('int_invoices') }}
),

headers as (
    select * from {{ ref('stg_invoices__headers') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
),

run as (
    select * from {{ source('run', 'run') }}
),

present as (
    select
        {{ subject.keys() | join(',\n        ') }},
        charge_tolerance,
        true as arises
    from evidence
),

gone as (
    select
        decisions.flag_id,
        coalesce(earlier.usage_date, said.usage_date) as usage_date,
        coalesce(earlier.carrier_name, said.carrier_name) as carrier_name,
        coalesce(earlier.flag_type, said.flag_type) as flag_type,
        coalesce(earlier.leg_id, said.leg_id) as leg_id,
        coalesce(earlier.invoice_number, said.invoice_number) as invoice_number,
        coalesce(earlier.line_number, said.invoice_line_number) as line_number,
        coalesce(earlier.worth, said.worth) as worth,
        coalesce(earlier.currency, said.currency) as currency,
        coalesce(earlier.root_cause, said.root_cause) as root_cause,
        cast(null as decimal(18, 6)) as charge_tolerance,
        false as arises
    from decisions
    left join earlier on decisions.flag_id = earlier.flag_id
    left join decisions_with_subject as said
        on decisions.flag_id = said.flag_id
        and said.newest_first = 1
    where decisions.flag_id not in (select flag_id from evidence)
        and (earlier.flag_id is not null or said.flag_id is not null)
),

flags as (
    select * from present
    union all
    select * from gone
),

-- What the carrier gave back for the line of a flag, of a decided one since it was decided.
credits as (
    select
        flags.flag_id,
        sum(credited_lines.credited_amount) as credited_amount
    from flags
    inner join credited_lines
        on flags.carrier_name = credited_lines.carrier_name
        and flags.invoice_number = credited_lines.invoice_number
        and flags.line_number = credited_lines.line_number
        and flags.currency = credited_lines.currency
    left join decisions on flags.flag_id = decisions.flag_id
    where decisions.flag_id is null
        -- A decision dated after it was received was made then (review_decisions).
        or credited_lines.received_at_utc > least(decisions.decided_at_utc, decisions.received_at_utc)
    group by flags.flag_id
),

stated_dates as (
    select
        folders.carrier_name,
        headers.invoice_number,
        headers.invoice_date,
        row_number() over (
            partition by folders.carrier_name, headers.invoice_number
            order by headers.received_at_utc desc, headers.source_file_sha256 desc, headers.invoice_date desc
        ) as newest_first
    from headers
    inner join folders on headers.carrier_folder = folders.invoice_folder
    where headers.invoice_date is not null
),

-- What the newest file that states a date says.
invoice_dates as (
    select * from stated_dates
    where newest_first = 1
),

invoices as (
    select
        receipts.carrier_name,
        receipts.invoice_number,
        receipts.first_received_at_utc as first_seen_utc,
        invoice_dates.invoice_date,
        coalesce(invoice_dates.invoice_date, cast(receipts.first_received_at_utc as date)) as counted_from
    from receipts
    left join invoice_dates
        on receipts.carrier_name = invoice_dates.carrier_name
        and receipts.invoice_number = invoice_dates.invoice_number
),

deadlines as (
    select
        invoices.*,
        invoices.counted_from + coalesce(terms.dispute_days, 30) as dispute_deadline
    from invoices
    left join terms
        on invoices.carrier_name = terms.carrier_name
        and invoices.counted_from >= terms.from_date
        and invoices.counted_from < terms.to_date
)

select
    flags.flag_id,
    flags.usage_date,
    flags.carrier_name,
    flags.flag_type,
    flags.leg_id,
    flags.invoice_number,
    flags.line_number,
    flags.worth,
    flags.currency,
    flags.root_cause,
    deadlines.first_seen_utc,
    cast(run.as_of_utc as date) - cast(deadlines.first_seen_utc as date) as age_days,
    deadlines.invoice_date,
    deadlines.dispute_deadline,
    deadlines.dispute_deadline - cast(run.as_of_utc as date) as days_left,
    cast(credits.credited_amount as decimal(18, 6)) as credited_amount,
    case
        -- What is left is no disagreement any more (D18). A flag that no money hangs on is not settled by money.
        when flags.arises and decisions.status = 'disputed'
            and flags.worth > flags.charge_tolerance
            and flags.worth - credits.credited_amount <= flags.charge_tolerance then 'credited'
        when flags.arises then coalesce(decisions.status, 'open')
        -- Its legs are no longer there to be compared: nobody knows whether it would arise.
        when flags.usage_date + run.leg_days <= run.open_day + 1 then decisions.status
        else 'resolved'
    end as status,
    decisions.status as decision,
    decisions.decided_by,
    decisions.decided_at_utc,
    decisions.note
from flags
cross join run
left join decisions on flags.flag_id = decisions.flag_id
left join credits on flags.flag_id = credits.flag_id
left join deadlines
    on flags.carrier_name = deadlines.carrier_name
    and flags.invoice_number = deadlines.invoice_number
