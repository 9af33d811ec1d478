{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_accepted_days'}
) }}
{#- All amounts are integers of micro-units, so that a month's days add up to the month and a day's parts to the day. -#}
with accepted_days as (
    select
        usage_date,
        cast(extract(day from usage_date) as bigint) as day_of_month,
        {{ days_in_month('usage_date') }} as days_in_month
    from {{ ref('int_accepted_days') }}
    where not is_restored
),

licenses as (
    {{ latest_delivered(ref('stg_reference__seat_licenses'), ['license_name', 'effective_date']) }}
),

license_windows as (
    select
        license_name,
        currency,
        cast(seats as hugeint) * {{ to_units('monthly_cost_per_seat', 6) }} as monthly_cost_e6,
        effective_date as valid_from,
        least(expiry_date, lead(effective_date) over (partition by license_name order by effective_date)) as valid_to
    from licenses
),

-- round(C·d/n) − round(C·(d−1)/n) of an n-day month.
day_costs as (
    select
        accepted_days.usage_date,
        license_windows.currency,
        sum(
            {{ divide_half_up('monthly_cost_e6 * day_of_month', 'days_in_month') }}
            - {{ divide_half_up('monthly_cost_e6 * (day_of_month - 1)', 'days_in_month') }}
        ) as cost_e6
    from accepted_days
    inner join license_windows on {{ holds('license_windows', 'accepted_days.usage_date') }}
    group by accepted_days.usage_date, license_windows.currency
),

handled as (
    select usage_date, leg_type, cast(sum(media_seconds) as bigint) as media_seconds
    from {{ ref('costed_legs') }}
    where
        usage_date in (select usage_date from accepted_days)
        and leg_type in ('internal', 'monitor', 'whisper')
    group by usage_date, leg_type
    having sum(media_seconds) > 0
),

shares as (
    select
        day_costs.usage_date,
        day_costs.currency,
        coalesce(handled.leg_type, 'unallocated') as leg_type,
        coalesce(handled.media_seconds, 0) as media_seconds,
        day_costs.cost_e6,
        cast(coalesce(handled.media_seconds, 1) as hugeint) as weight,
        cast(sum(coalesce(handled.media_seconds, 1)) over (
            partition by day_costs.usage_date, day_costs.currency
        ) as hugeint) as weights
    from day_costs
    left join handled on day_costs.usage_date = handled.usage_date
),

floors as (
    select
        *,
        {{ integer_divide('cast(cost_e6 as hugeint) * weight', 'weights') }} as floor_e6,
        cast(cost_e6 as hugeint) * weight % weights as remainder
    from shares
),

largest_remainder as (
    select
        *,
        cost_e6 - sum(floor_e6) over (partition by usage_date, currency) as left_over_e6,
        row_number() over (partition by usage_date, currency order by remainder desc, leg_type) as remainder_rank
    from floors
),

allocated as (
    select
        usage_date,
        leg_type,
        currency,
        media_seconds,
        {{ from_units('floor_e6 + case when remainder_rank <= left_over_e6 then 1 else 0 end', 6) }} as allocated_cost
    from largest_remainder
)

select
    usage_date,
    leg_type,
    currency,
    media_seconds,
    {{ minutes('media_seconds') }} as minutes,
    allocated_cost,
    {{ cost_per_minute('allocated_cost', 'media_seconds') }} as cost_per_minute
from allocated
{{ restored_rows('internal_handling_cost', [
    'usage_date', 'leg_type', 'currency', 'media_seconds', 'minutes', 'allocated_cost', 'cost_per_minute'
]) }}
