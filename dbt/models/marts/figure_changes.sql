{{ config(materialized='incremental', incremental_strategy='append') }}
{#- Each run adds what it changed; nothing is taken back. What a rebuild cannot work out again (it replays last builds) it
    is given from the published file (`run.earlier_figure_changes`). -#}
{%- set figures = leg_figure_columns() -%}
{%- set same_place = ['carrier_name', 'destination_region', 'currency'] -%}
{%- set columns = [
    'changed_at_utc', 'run_id', 'usage_date', 'carrier_name', 'destination_region', 'currency', 'cause', 'legs_changed',
    'legs_delta', 'unrated_legs_delta', 'billed_seconds_delta', 'billed_minutes_delta', 'total_cost_delta',
    'total_cost_before', 'total_cost_after', 'cpm_before', 'cpm_after'
] -%}
with days as (
    select days_before.usage_date, accepted.run_id, accepted.built_at_utc
    from {{ ref('int_days_good_before') }} as days_before
    inner join {{ ref('int_accepted_days') }} as accepted on days_before.usage_date = accepted.usage_date
),

before_legs as (
    select * from {{ ref('int_costed_before') }}
    where usage_date in (select usage_date from days)
),

after_legs as (
    select * from {{ ref('costed_legs') }}
    where is_billable and usage_date in (select usage_date from days)
),

compared as (
    select
        coalesce(before_legs.usage_date, after_legs.usage_date) as usage_date,
        coalesce(before_legs.leg_id, after_legs.leg_id) as leg_id,
        case
            when before_legs.leg_id is null then 'new_leg'
            when after_legs.leg_id is null then 'vanished_leg'
            {%- for cause, own in compared_leg_columns().items() %}
            when {% for column in own -%}
                before_legs.{{ column }} is distinct from after_legs.{{ column }}
                {%- if not loop.last %} or {% endif %}
            {%- endfor %} then '{{ cause }}'
            {%- endfor %}
            else 'code'
        end as cause
    from before_legs
    full outer join after_legs
        on before_legs.usage_date = after_legs.usage_date and before_legs.leg_id = after_legs.leg_id
    where before_legs.leg_id is null or after_legs.leg_id is null
        {%- for column in same_place + (figures.keys() | list) %}
        or before_legs.{{ column }} is distinct from after_legs.{{ column }}
        {%- endfor %}
),

-- A leg that moved from one cell to another is taken out of the one and put into the other.
sides as (
    select
        compared.*,
        before_legs.carrier_name,
        before_legs.destination_region,
        before_legs.currency,
        -1 as sign,
        before_legs.billed_seconds,
        before_legs.total_cost
    from compared
    inner join before_legs
        on compared.usage_date = before_legs.usage_date and compared.leg_id = before_legs.leg_id
    union all
    select
        compared.*,
        after_legs.carrier_name,
        after_legs.destination_region,
        after_legs.currency,
        1 as sign,
        after_legs.billed_seconds,
        after_legs.total_cost
    from compared
    inner join after_legs
        on compared.usage_date = after_legs.usage_date and compared.leg_id = after_legs.leg_id
),

changes as (
    select
        usage_date,
        carrier_name,
        destination_region,
        currency,
        cause,
        count(distinct leg_id) as legs_changed,
        cast(sum(case when total_cost is not null then sign else 0 end) as bigint) as legs_delta,
        cast(sum(case when total_cost is null then sign else 0 end) as bigint) as unrated_legs_delta,
        cast(sum(case when total_cost is not null then sign * billed_seconds else 0 end) as bigint)
            as billed_seconds_delta,
        cast(sum(sign * coalesce(total_cost, 0)) as decimal(18, 6)) as total_cost_delta
    from sides
    group by usage_date, carrier_name, destination_region, currency, cause
),

{% for side in ['before', 'after'] %}
cells_{{ side }} as (
    select
        usage_date,
        carrier_name,
        destination_region,
        currency,
        cast(coalesce(sum(total_cost), 0) as decimal(18, 6)) as total_cost,
        cast(coalesce(sum(billed_seconds) filter (where total_cost is not null), 0) as bigint) as billed_seconds
    from {{ side }}_legs
    group by usage_date, carrier_name, destination_region, currency
),
{% endfor %}
computed as (
    select
        days.built_at_utc as changed_at_utc,
        days.run_id,
        changes.usage_date,
        changes.carrier_name,
        changes.destination_region,
        changes.currency,
        changes.cause,
        changes.legs_changed,
        changes.legs_delta,
        changes.unrated_legs_delta,
        changes.billed_seconds_delta,
        {{ minutes('changes.billed_seconds_delta') }} as billed_minutes_delta,
        changes.total_cost_delta,
        cells_before.total_cost as total_cost_before,
        cells_after.total_cost as total_cost_after,
        {{ cost_per_minute('cells_before.total_cost', 'cells_before.billed_seconds') }} as cpm_before,
        {{ cost_per_minute('cells_after.total_cost', 'cells_after.billed_seconds') }} as cpm_after
    from changes
    inner join days on changes.usage_date = days.usage_date
    {%- for side in ['before', 'after'] %}
    left join cells_{{ side }}
        on changes.usage_date = cells_{{ side }}.usage_date
        and changes.currency = cells_{{ side }}.currency
        and changes.destination_region = cells_{{ side }}.destination_region
        and changes.carrier_name is not distinct from cells_{{ side }}.carrier_name
    {%- endfor %}
    where changes.legs_delta <> 0
        or changes.unrated_legs_delta <> 0
        or changes.billed_seconds_delta <> 0
        or changes.total_cost_delta <> 0
)

select {{ columns | join(', ') }} from computed
union all
select {{ columns | join(', ') }} from {{ source('run', 'earlier_figure_changes') }}
