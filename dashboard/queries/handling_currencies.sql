select currency
from internal_handling_cost
group by currency
order by count(*) desc, currency
