-- The invoices there are now; one whose lines cannot be placed in time has no dates.
with charges as (
    select * from {{ ref('int_invoice_charges') }}
),

copies as (
    select * from {{ ref('int_invoice_copies') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

coverage as (
    select * from {{ ref('invoice_coverage') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
),

invoices as (
    select distinct
        folders.carrier_name,
        charges.invoice_number
    from charges
    inner join folders on charges.carrier_folder = folders.invoice_folder
    inner join copies
        on charges.carrier_folder = copies.carrier_folder
        and charges.invoice_number = copies.invoice_number
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
