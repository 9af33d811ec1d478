-- A flag with both calculations side by side.
select queue.*, evidence.* exclude (
        flag_id, usage_date, carrier_name, flag_type, leg_id, invoice_number, line_number, worth, currency, root_cause
    )
from finance_review_queue as queue
left join flag_evidence as evidence using (flag_id)
where queue.flag_id = $flag_id
