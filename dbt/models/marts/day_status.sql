{#- Built from the run's gate and from what this table said before: a day the run does not cost keeps its row, and a
    final day keeps it whatever comes. -#}
{%- set kept = {
    'usage_date': 'date', 'status': 'varchar', 'last_good_at_utc': 'timestamp', 'legs_received': 'bigint',
    'legs_rejected': 'bigint', 'legs_in_progress': 'bigint', 'legs_outside_day': 'bigint',
    'legs_on_other_day': 'bigint', 'legs_vanished': 'bigint', 'unknown_carrier_legs': 'bigint',
    'zero_billing_legs': 'bigint', 'unrated_legs': 'bigint', 'reason': 'varchar', 'run_id': 'varchar'
} -%}
-- depends_on: {{ ref('int_days_good_before') }}
with run as (
    select first_day, open_day from {{ source('run', 'run') }}
),

spine as (
    select {{ day_spine('first_day', 'open_day') }} as usage_date from run
),

earlier as (
    select * from {{ earlier_rows('day_status', kept, database='cpm') }}
),

gate as (
    select *
    from {{ ref('int_day_gate') }}
    where is_costed or (purpose <> 'reconcile' and extraction_state <> 'complete')
),

versions as (
    select usage_date, reason from {{ ref('int_restated_versions') }} where is_latest
),

reviews as (
    select usage_date, outcome, reason from {{ source('run', 'reviews') }}
),

unrated as (
    select usage_date, count(*) as unrated_legs
    from {{ ref('int_latest_attempt') }}
    where is_billable and total_cost is null
    group by usage_date
),

days as (
    select usage_date from spine
    union
    select usage_date from earlier
    union
    select usage_date from gate
),

with_state as (
    select
        days.usage_date,
        versions.usage_date is not null as is_restated,
        versions.usage_date is not null and (earlier.status is distinct from 'restated' or reviews.outcome = 'restated')
            as is_newly_restated,
        gate.usage_date is not null and coalesce(earlier.status not in ('final', 'restated'), true) as is_changed,
        coalesce(gate.is_costed, false) as is_attempted,
        coalesce(gate.is_accepted, false) as is_good
    from days
    left join gate on days.usage_date = gate.usage_date
    left join earlier on days.usage_date = earlier.usage_date
    left join versions on days.usage_date = versions.usage_date
    left join reviews on days.usage_date = reviews.usage_date
)

select
    with_state.usage_date,
    case
        when not is_changed and earlier.status = 'final' and is_restated then 'restated'
        when not is_changed then coalesce(earlier.status, 'missing')
        when not is_attempted and gate.extraction_state = 'failed' then 'failed'
        -- Provisional figures stand while the source does not have the whole day yet; else there is nothing to show.
        when not is_attempted and gate.extraction_state = 'awaited' and coalesce(earlier.status, 'missing') in
            ('missing', 'failed') then 'awaited'
        when not is_attempted then coalesce(earlier.status, 'missing')
        when not is_good then 'rejected'
        when gate.is_finalizing then 'final'
        -- Costing stored legs again tells nothing new about an extraction that failed.
        when not gate.is_costed_from_files and earlier.status = 'failed' then 'failed'
        when coalesce(gate.legs_received, earlier.legs_received) = 0 then 'empty'
        else 'provisional'
    end as status,
    case when is_changed and is_good then gate.built_at_utc else earlier.last_good_at_utc end as last_good_at_utc,
    case when is_changed and is_attempted then coalesce(gate.legs_received, earlier.legs_received)
        else earlier.legs_received end as legs_received,
    case when is_changed and is_attempted then coalesce(gate.legs_rejected, earlier.legs_rejected)
        else earlier.legs_rejected end as legs_rejected,
    {%- for column in [
        'legs_in_progress', 'legs_outside_day', 'legs_on_other_day', 'legs_vanished', 'unknown_carrier_legs',
        'zero_billing_legs'
    ] %}
    case when is_changed and is_attempted then gate.{{ column }} else earlier.{{ column }} end as {{ column }},
    {%- endfor %}
    case when is_changed and is_attempted then coalesce(unrated.unrated_legs, 0) else earlier.unrated_legs end
        as unrated_legs,
    case
        when reviews.outcome = 'blocked' then reviews.reason
        when not is_changed and is_newly_restated then versions.reason
        when reviews.outcome = 'unchanged' then versions.reason
        when not is_changed then coalesce(earlier.reason, case when earlier.usage_date is null then 'never extracted' end)
        when not is_attempted then gate.extraction_reason
        else gate.reason
    end as reason,
    case when is_changed then gate.run_id else earlier.run_id end as run_id
from with_state
left join gate on with_state.usage_date = gate.usage_date
left join earlier on with_state.usage_date = earlier.usage_date
left join unrated on with_state.usage_date = unrated.usage_date
left join versions on with_state.usage_date = versions.usage_date
left join reviews on with_state.usage_date = reviews.usage_date
