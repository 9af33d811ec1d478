-- What no rule explains of the charges that a day's legs and lines disagree on, once it is more than 0.1 % of the
-- invoice: the parts' sizes are added, so that a charge too much does not hide one too little. Lines that were not
-- compared at all are not in here: rejected_invoice_lines and the days' status say why.
with parts as (
    select * from {{ ref('int_variance_parts') }} where component = 'unexplained'
),

totals as (
    select * from {{ ref('invoice_totals') }}
),

days as (
    select * from {{ source('run', 'days') }}
),

by_invoice as (
    select
        carrier_name,
        invoice_number,
        currency,
        sum(abs(amount)) as unexplained
    from parts
    group by carrier_name, invoice_number, currency
),

by_day as (
    select
        usage_date,
        carrier_name,
        invoice_number,
        currency,
        count(*) as lines,
        sum(abs(amount)) as unexplained,
        sum(amount) as signed
    from parts
    where usage_date in (select usage_date from days)
    group by usage_date, carrier_name, invoice_number, currency
)

select
    by_day.usage_date,
    {{ json_text([
        ['carrier_name', shortened('by_day.carrier_name')],
        ['invoice_number', shortened('by_day.invoice_number')],
        ['currency', 'by_day.currency'],
        ['lines_of_the_day', 'by_day.lines'],
        ['unexplained_of_the_day', 'cast(by_day.unexplained as varchar)'],
        ['signed', 'cast(by_day.signed as varchar)'],
        ['unexplained_of_the_invoice', 'cast(by_invoice.unexplained as varchar)'],
        ['invoice_total', 'cast(totals.invoice_total as varchar)'],
    ]) }} as offender
from by_day
inner join by_invoice
    on by_day.carrier_name = by_invoice.carrier_name
    and by_day.invoice_number = by_invoice.invoice_number
    and by_day.currency = by_invoice.currency
inner join totals
    on by_day.carrier_name = totals.carrier_name
    and by_day.invoice_number = totals.invoice_number
    and by_day.currency = totals.currency
where by_invoice.unexplained * 1000 > abs(totals.invoice_total)
