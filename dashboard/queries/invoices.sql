-- One row per invoice × currency that may be seen, the newest first.
select carrier_name, invoice_number, currency, first_date, last_date, lines, uncompared_lines, invoice_total, our_total,
    difference, uncompared_amount
from invoice_totals
where currency = $currency and (len($carriers) = 0 or carrier_name in (select unnest($carriers)))
order by last_date desc, carrier_name, invoice_number
