-- One row per currency with figures, the one with the most legs first (D27: never added, so one is shown at a time).
select currency, sum(legs) as legs
from cpm_daily
where currency is not null
group by currency
order by legs desc, currency
