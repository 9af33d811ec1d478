-- One row per component of an invoice's difference; they add up to it.
select component, amount, lines
from invoice_variance
where carrier_name = $carrier_name and invoice_number = $invoice_number and currency = $currency
order by abs(amount) desc, component
