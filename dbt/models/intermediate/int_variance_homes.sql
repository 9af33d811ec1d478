-- Every leg belongs to one invoice by our days: the one that it stands in, where that one's dates hold the leg's UTC day;
-- else the first one whose dates do; else none yet.
with days as (
    select * from {{ ref('int_variance_days') }}
),

periods as (
    select * from {{ ref('int_invoice_periods') }}
),

possible_homes as (
    select
        days.usage_date,
        days.carrier_name,
        days.invoice_number,
        days.currency,
        periods.invoice_number as home_invoice_number,
        row_number() over (
            partition by days.usage_date, days.carrier_name, days.invoice_number, days.currency
            order by
                case when periods.invoice_number = days.invoice_number then 0 else 1 end,
                periods.first_date,
                periods.invoice_number
        ) as home_rank
    from days
    inner join periods
        on days.carrier_name = periods.carrier_name
        and periods.first_date <= days.usage_date
        and days.usage_date <= periods.last_date
)

select
    days.usage_date,
    days.carrier_name,
    stated.invoice_number,
    homes.home_invoice_number,
    days.currency,
    days.legs,
    days.our_charge,
    days.lines,
    days.carrier_charge,
    days.lines_without_currency,
    days.charge_without_currency
from days
left join periods as stated
    on days.carrier_name = stated.carrier_name
    and days.invoice_number = stated.invoice_number
left join possible_homes as homes
    on days.usage_date = homes.usage_date
    and days.carrier_name = homes.carrier_name
    and days.invoice_number is not distinct from homes.invoice_number
    and days.currency = homes.currency
    and homes.home_rank = 1
