-- The currencies of invoices and flags, the one with the most lines first.
select currency
from (select currency, lines from invoice_totals union all select currency, 1 from finance_review_queue)
where currency is not null
group by currency
order by sum(lines) desc, currency
