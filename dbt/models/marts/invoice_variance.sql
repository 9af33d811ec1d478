with parts as (
    select * from {{ ref('int_variance_parts') }}
),

homes as (
    select * from {{ ref('int_variance_homes') }}
),

periods as (
    select * from {{ ref('int_invoice_periods') }}
),

asked as (
    select * from {{ ref('int_invoice_asked') }}
),

amounts as (
    select
        parts.carrier_name,
        parts.invoice_number,
        parts.component,
        parts.currency,
        parts.amount,
        1 as lines
    from parts
    inner join periods
        on parts.carrier_name = periods.carrier_name
        and parts.invoice_number = periods.invoice_number
    union all
    -- The carrier puts these legs into this invoice, our days into another one or none …
    select
        carrier_name,
        invoice_number,
        'period' as component,
        currency,
        our_charge as amount,
        legs as lines
    from homes
    where invoice_number is not null
        and invoice_number is distinct from home_invoice_number
    union all
    -- … and these our days into this one, the carrier into another one or none yet.
    select
        carrier_name,
        home_invoice_number as invoice_number,
        'period' as component,
        currency,
        -our_charge as amount,
        legs as lines
    from homes
    where home_invoice_number is not null
        and home_invoice_number is distinct from invoice_number
    union all
    select
        carrier_name,
        invoice_number,
        'tax_and_other' as component,
        currency,
        other_amount as amount,
        other_lines as lines
    from asked
    union all
    -- The carrier's period has lines of days that ours has not: not compared yet, rejected, or of no time that there is.
    select
        carrier_name,
        invoice_number,
        'period' as component,
        currency,
        uncompared_amount as amount,
        uncompared_lines as lines
    from asked
)

select
    carrier_name,
    invoice_number,
    component,
    {{ money_sum('amount') }} as amount,
    cast(sum(lines) as bigint) as lines,
    currency
from amounts
where amount <> 0 or component = 'tax_and_other'
group by carrier_name, invoice_number, component, currency
having sum(lines) <> 0 or sum(amount) <> 0
