-- One row per carrier without a card, of accepted days and of rejected attempts.
select coalesce(carrier_name, '(no carrier)') as carrier_name, count(*) as legs, min(usage_date) as first_day,
    max(usage_date) as last_day, bool_or(is_rejected) as is_rejected
from (
    select carrier_name, usage_date, rating_status, is_billable, false as is_rejected from costed_legs
    union all
    select carrier_name, usage_date, rating_status, is_billable, true from costed_legs_rejected
)
where rating_status = 'unknown_carrier' and is_billable
group by 1
order by legs desc, 1
