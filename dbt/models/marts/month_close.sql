{#- Closed is said of a month only when every UTC day that its cycle touches is closed: a cycle that begins at 07:00
    touches the 1st of the next month, too. -#}
with cycle_days as (
    select * from {{ ref('int_cycle_daily') }}
),

terms as (
    select * from {{ ref('carrier_contract_terms') }}
),

day_status as (
    select * from {{ ref('day_status') }}
),

run as (
    select as_of_utc, first_day from {{ source('run', 'run') }}
),

months as (
    select distinct billing_month, carrier_name, currency, {{ next_month('billing_month') }} as next_month
    from cycle_days
),

cycles as (
    select
        months.*,
        {{ at_time_of_day('months.billing_month', "coalesce(opening.cycle_start_utc, '00:00')") }} as cycle_from_utc,
        {{ at_time_of_day('months.next_month', "coalesce(closing.cycle_start_utc, '00:00')") }} as cycle_to_utc
    from months
    left join terms as opening
        on months.carrier_name = opening.carrier_name and {{ holds('opening', 'months.billing_month') }}
    left join terms as closing
        on months.carrier_name = closing.carrier_name and {{ holds('closing', 'months.next_month') }}
),

-- A day before the first one kept has no status and never gets one; one that has not come yet has none so far.
touched_days as (
    select
        cycles.billing_month,
        cycles.carrier_name,
        cycles.currency,
        dim_date.usage_date,
        coalesce(day_status.status in ('final', 'restated'), false) as is_closed,
        coalesce(
            day_status.status || coalesce(' (' || nullif(day_status.reason, '') || ')', ''),
            case when dim_date.usage_date < run.first_day then 'before the first day kept' else 'not over' end
        ) as state
    from cycles
    cross join run
    inner join (
        select billing_month, {{ day_spine('billing_month', 'next_month') }} as usage_date
        from (select distinct billing_month, next_month from months)
    ) as dim_date
        on cycles.billing_month = dim_date.billing_month
        and dim_date.usage_date < cycles.cycle_to_utc
    left join day_status on dim_date.usage_date = day_status.usage_date
),

numbered as (
    select
        *,
        row_number() over (
            partition by billing_month, carrier_name, currency, is_closed order by usage_date
        ) as place
    from touched_days
),

closing as (
    select
        billing_month,
        carrier_name,
        currency,
        count(*) as days,
        count(*) filter (where is_closed) as closed_days,
        count(*) filter (where not is_closed) as open_days,
        {{ dbt.listagg(
            "case when not is_closed and place <= 5 then concat(usage_date, ' ', state) end", "'; '",
            "order by usage_date"
        ) }} as first_open_days
    from numbered
    group by billing_month, carrier_name, currency
),

closed_sums as (
    select
        cycle_days.billing_month,
        cycle_days.carrier_name,
        cycle_days.currency,
        {{ sums_of_sums() }}
    from cycle_days
    where cycle_days.usage_date in (select usage_date from day_status where status in ('final', 'restated'))
    group by cycle_days.billing_month, cycle_days.carrier_name, cycle_days.currency
),

with_sums as (
    select
        cycles.carrier_name,
        cycles.billing_month,
        cycles.currency,
        cycles.cycle_from_utc,
        cycles.cycle_to_utc,
        closing.days,
        closing.closed_days,
        closing.open_days,
        closing.open_days = 0 as is_closed,
        case
            when closing.open_days > 5
                then closing.first_open_days || '; and ' || (closing.open_days - 5) || ' more'
            else closing.first_open_days
        end as why_open,
        {% for column in ['legs', 'unrated_legs', 'media_seconds', 'raw_seconds', 'billed_seconds'] -%}
        coalesce(closed_sums.{{ column }}, 0) as {{ column }},
        {% endfor -%}
        cast(coalesce(closed_sums.total_cost, 0) as decimal(18, 6)) as total_cost
    from cycles
    inner join closing
        on cycles.billing_month = closing.billing_month
        and cycles.carrier_name = closing.carrier_name
        and cycles.currency = closing.currency
    left join closed_sums
        on cycles.billing_month = closed_sums.billing_month
        and cycles.carrier_name = closed_sums.carrier_name
        and cycles.currency = closed_sums.currency
)

select
    carrier_name,
    {{ month_text('billing_month') }} as billing_month,
    currency,
    cycle_from_utc,
    cycle_to_utc,
    is_closed,
    cast(days as integer) as days,
    cast(closed_days as integer) as closed_days,
    cast(open_days as integer) as open_days,
    why_open,
    {{ published_sums() }}
from with_sums
