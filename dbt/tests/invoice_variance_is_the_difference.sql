-- An explanation that does not add up to the difference is none. Totals come from files and legs, parts from pairs.
with variance as (
    select carrier_name, invoice_number, currency, sum(amount) as explained
    from {{ ref('invoice_variance') }}
    group by carrier_name, invoice_number, currency
)

select totals.*
from {{ ref('invoice_totals') }} as totals
full outer join variance
    on totals.carrier_name = variance.carrier_name
    and totals.invoice_number = variance.invoice_number
    and totals.currency = variance.currency
where coalesce(totals.difference, 0) <> coalesce(variance.explained, 0)
