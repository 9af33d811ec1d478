-- D20. Of these periods only a leg is said to be missing from an invoice.
select
    carrier_name,
    invoice_number,
    from_utc,
    to_utc,
    source,
    received_at_utc,
    first_date,
    last_date
from {{ ref('int_invoice_reach') }}
where reach = 'covered'
