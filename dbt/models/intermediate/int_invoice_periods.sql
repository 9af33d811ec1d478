-- The invoices there are now; one whose lines cannot be placed in time has no dates.
with invoices as (
    select * from {{ ref('int_invoices') }}
),

coverage as (
    select * from {{ ref('invoice_coverage') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
)

select
    invoices.carrier_name,
    invoices.invoice_number,
    coverage.first_date,
    coverage.last_date,
    coalesce(terms.currency, 'USD') as usual_currency
from invoices
left join coverage
    on invoices.carrier_name = coverage.carrier_name
    and invoices.invoice_number = coverage.invoice_number
left join terms
    on invoices.carrier_name = terms.carrier_name
    and terms.from_date <= coalesce(coverage.first_date, date '9999-12-30')
    and coalesce(coverage.first_date, date '9999-12-30') < terms.to_date
