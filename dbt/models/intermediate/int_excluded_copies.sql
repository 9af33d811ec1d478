{#- What D16 leaves out. Only legs that are contested (received more than once, outside the asked day, or known on
    another day) are ranked, so that a usual day costs one count per leg and no sort.
    Two steps: within one asked day the latest copy wins; then, between days, a leg belongs to the day of its newest
    copy, except that a final day keeps what it has. A day that is only read as the context of the next one (D15) claims
    nothing: its own run will. -#}
with copies as (
    select
        asked_day,
        usage_date,
        leg_id,
        extraction_started_at_utc,
        extraction_id,
        page_number,
        position
    from {{ ref('stg_usage__legs') }}
),

costed_days as (
    select usage_date from {{ source('run', 'days') }} where {{ is_costed_from_files() }}
),

final_days as (
    select usage_date
    from {{ earlier_rows('day_status', {'usage_date': 'date', 'status': 'varchar'}, database='cpm') }}
    where status in ('final', 'restated')
),

stored as (
    select *
    from {{ earlier_rows('normalized_usage', {
        'usage_date': 'date', 'leg_id': 'varchar', 'extraction_started_at_utc': 'timestamp',
        'extraction_id': 'varchar', 'page_number': 'integer', 'position': 'integer'
    }) }}
    where usage_date not in (select usage_date from costed_days)
),

contested as (
    select leg_id from copies group by leg_id having count(*) > 1
    union
    select leg_id from copies where usage_date <> asked_day
    union
    select stored.leg_id
    from stored
    inner join copies on stored.leg_id = copies.leg_id
    where stored.usage_date <> copies.usage_date
),

ranked as (
    select
        *,
        row_number() over (
            partition by asked_day, leg_id
            order by extraction_started_at_utc desc, extraction_id desc, page_number desc, position desc
        ) as copy_rank
    from copies
    where leg_id in (select leg_id from contested)
),

claims as (
    select
        leg_id,
        usage_date,
        extraction_started_at_utc,
        extraction_id,
        page_number,
        position,
        false as is_final,
        usage_date in (select usage_date from costed_days) as is_claiming
    from ranked
    where copy_rank = 1 and usage_date = asked_day
    union all
    select
        leg_id,
        usage_date,
        extraction_started_at_utc,
        extraction_id,
        page_number,
        position,
        usage_date in (select usage_date from final_days) as is_final,
        true as is_claiming
    from stored
    where leg_id in (select leg_id from contested)
),

owners as (
    select leg_id, usage_date, is_final
    from (
        select
            *,
            row_number() over (
                partition by leg_id
                order by
                    is_final desc, is_claiming desc, extraction_started_at_utc desc, extraction_id desc,
                    page_number desc, position desc
            ) as claim_rank
        from claims
    )
    where claim_rank = 1
),

received as (
    select
        ranked.*,
        case
            when ranked.copy_rank > 1 then 'later_copy_received'
            when ranked.usage_date <> ranked.asked_day then 'starts_outside_asked_day'
            when owners.usage_date <> ranked.usage_date and owners.is_final then 'belongs_to_final_day'
            when owners.usage_date <> ranked.usage_date then 'newer_copy_on_other_day'
        end as reason
    from ranked
    left join owners on ranked.leg_id = owners.leg_id
)

select
    'received' as copy_source, asked_day, usage_date, leg_id, extraction_id, page_number, position, reason
from received
where reason is not null
union all
select
    'stored' as copy_source, stored.usage_date as asked_day, stored.usage_date, stored.leg_id, stored.extraction_id,
    stored.page_number, stored.position, 'newer_copy_on_other_day' as reason
from stored
inner join owners on stored.leg_id = owners.leg_id
where owners.usage_date <> stored.usage_date and stored.usage_date not in (select usage_date from final_days)
