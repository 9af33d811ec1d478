-- One row per kind of rejected input and reason.
select kind, reason, count(*) as rejected, max(received_at_utc) as last_at_utc
from (
    select 'legs' as kind, reason, received_at_utc from rejected_legs
    union all
    select kind, reason, received_at_utc from rejected_reference_rows
    union all
    select 'invoices', reason, received_at_utc from rejected_invoice_lines
)
group by kind, reason
order by rejected desc, kind, reason
limit $most
