-- What an invoice asks for, in which currency, and how much of it was compared with legs. Lines that state no currency
-- were compared in their leg's or the contract's; those of them that were not compared count in the contract's.
with periods as (
    select * from {{ ref('int_invoice_periods') }}
),

sums as (
    select * from {{ ref('int_invoice_sums') }}
),

homes as (
    select * from {{ ref('int_variance_homes') }}
),

charges_on_file as (
    select
        sums.carrier_name,
        sums.invoice_number,
        coalesce(sums.currency, periods.usual_currency) as currency,
        sums.line_kind not in ('call', 'credit') as is_other,
        sums.lines,
        sums.charge_amount
    from sums
    inner join periods
        on sums.carrier_name = periods.carrier_name
        and sums.invoice_number = periods.invoice_number
),

amounts as (
    select
        carrier_name,
        invoice_number,
        currency,
        lines,
        charge_amount,
        case when is_other then lines else 0 end as other_lines,
        case when is_other then charge_amount else 0 end as other_amount,
        case when is_other then 0 else lines end as uncompared_lines,
        case when is_other then 0 else charge_amount end as uncompared_amount
    from charges_on_file
    union all
    -- Compared: no longer open, in the currency that it was compared in.
    select
        carrier_name,
        invoice_number,
        currency,
        lines_without_currency as lines,
        charge_without_currency as charge_amount,
        0 as other_lines,
        0 as other_amount,
        lines_without_currency - lines as uncompared_lines,
        charge_without_currency - carrier_charge as uncompared_amount
    from homes
    where invoice_number is not null
    union all
    -- Counted once: what was compared in some currency is not also in the contract's.
    select
        homes.carrier_name,
        homes.invoice_number,
        periods.usual_currency as currency,
        -homes.lines_without_currency as lines,
        -homes.charge_without_currency as charge_amount,
        0 as other_lines,
        0 as other_amount,
        -homes.lines_without_currency as uncompared_lines,
        -homes.charge_without_currency as uncompared_amount
    from homes
    inner join periods
        on homes.carrier_name = periods.carrier_name
        and homes.invoice_number = periods.invoice_number
)

select
    carrier_name,
    invoice_number,
    currency,
    cast(sum(lines) as bigint) as lines,
    {{ money_sum('charge_amount') }} as invoice_total,
    cast(sum(other_lines) as bigint) as other_lines,
    {{ money_sum('other_amount') }} as other_amount,
    cast(sum(uncompared_lines) as bigint) as uncompared_lines,
    {{ money_sum('uncompared_amount') }} as uncompared_amount
from amounts
group by carrier_name, invoice_number, currency
