-- One row per flag of the queue: what is soonest over and worth most first.
select flag_id, usage_date, carrier_name, flag_type, root_cause, invoice_number, line_number, leg_id, worth, currency,
    dispute_deadline, days_left, credited_amount, status, decided_by, decided_at_utc, note, count(*) over () as flags
from finance_review_queue
where currency = $currency
    and (len($carriers) = 0 or carrier_name in (select unnest($carriers)))
    and (len($statuses) = 0 or status in (select unnest($statuses)))
    and (len($flag_types) = 0 or flag_type in (select unnest($flag_types)))
    and (not $only_chosen_invoice or (carrier_name = $carrier_name and invoice_number = $invoice_number))
order by status <> 'open', dispute_deadline nulls last, abs(worth) desc, flag_id
limit $most
