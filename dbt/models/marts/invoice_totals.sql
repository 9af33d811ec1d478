-- Ours is what the legs cost whose UTC day is one of the invoice's dates, whatever invoice they stand in: the figure
-- that finance has accrued for the period.
with asked as (
    select * from {{ ref('int_invoice_asked') }}
),

homes as (
    select * from {{ ref('int_variance_homes') }}
),

periods as (
    select * from {{ ref('int_invoice_periods') }}
),

ours as (
    select
        carrier_name,
        home_invoice_number as invoice_number,
        currency,
        cast(sum(legs) as bigint) as our_legs,
        {{ money_sum('our_charge') }} as our_total
    from homes
    where home_invoice_number is not null
    group by carrier_name, home_invoice_number, currency
    having sum(legs) > 0
),

sides as (
    select
        coalesce(asked.carrier_name, ours.carrier_name) as carrier_name,
        coalesce(asked.invoice_number, ours.invoice_number) as invoice_number,
        coalesce(asked.currency, ours.currency) as currency,
        coalesce(asked.lines, 0) as lines,
        coalesce(asked.uncompared_lines, 0) as uncompared_lines,
        coalesce(ours.our_legs, 0) as our_legs,
        coalesce(asked.invoice_total, 0) as invoice_total,
        coalesce(asked.uncompared_amount, 0) as uncompared_amount,
        coalesce(ours.our_total, 0) as our_total
    from asked
    full outer join ours
        on asked.carrier_name = ours.carrier_name
        and asked.invoice_number = ours.invoice_number
        and asked.currency = ours.currency
)

select
    sides.carrier_name,
    sides.invoice_number,
    sides.currency,
    periods.first_date,
    periods.last_date,
    cast(sides.lines as bigint) as lines,
    cast(sides.uncompared_lines as bigint) as uncompared_lines,
    cast(sides.our_legs as bigint) as our_legs,
    cast(sides.invoice_total as decimal(18, 6)) as invoice_total,
    cast(sides.our_total as decimal(18, 6)) as our_total,
    cast(sides.invoice_total - sides.our_total as decimal(18, 6)) as difference,
    cast(sides.uncompared_amount as decimal(18, 6)) as uncompared_amount
from sides
inner join periods
    on sides.carrier_name = periods.carrier_name
    and sides.invoice_number = periods.invoice_number
where sides.lines <> 0 or sides.our_legs <> 0 or sides.invoice_total <> 0
