{#- cost − fees − Σ seconds × rate / 60 of a carrier and region lies within one rounding unit a leg. Everything is
    multiplied by 60, so that nothing is divided. -#}
with accepted_days as (
    select usage_date from {{ ref('int_accepted_days') }}
),

published as (
    select usage_date, carrier_name, destination_region, currency, total_cost
    from {{ ref('cpm_daily') }}
    where usage_date in (select usage_date from accepted_days)
),

legs as (
    select
        usage_date,
        carrier_name,
        destination_region,
        currency,
        sum(cast(coalesce(attempt_fee, connection_fee) as decimal(38, 6))) as fees,
        sum(cast(billed_seconds as decimal(20, 0)) * cast(coalesce(rate_per_minute, 0) as decimal(18, 8)))
            as seconds_times_rate,
        sum({{ power_of_ten('6 - rounding_decimals') }}) as units_e6
    from {{ ref('costed_legs') }}
    where total_cost is not null and usage_date in (select usage_date from accepted_days)
    group by usage_date, carrier_name, destination_region, currency
),

compared as (
    select
        published.*,
        60 * cast(published.total_cost - coalesce(legs.fees, 0) as decimal(30, 8))
        - coalesce(legs.seconds_times_rate, 0) as sixty_differences,
        coalesce(legs.units_e6, 0) as units_e6
    from published
    left join legs
        on published.usage_date = legs.usage_date
        and published.carrier_name is not distinct from legs.carrier_name
        and published.destination_region = legs.destination_region
        and published.currency = legs.currency
)

select
    usage_date,
    {{ json_text([
        ['carrier_name', shortened('carrier_name')],
        ['destination_region', shortened('destination_region')],
        ['currency', 'currency'],
        ['total_cost', 'cast(total_cost as varchar)'],
        ['sixty_times_difference', 'cast(sixty_differences as varchar)']
    ]) }} as offender
from compared
where abs(sixty_differences) > 60 * units_e6 * cast(0.000001 as decimal(6, 6))
