with cards as (
    select destination_region, country_code from {{ ref('rate_card_dimension') }}
)

select
    destination_region,
    case when min(country_code) = max(country_code) then min(country_code) end as country_code
from cards
where destination_region <> '(unrated)'
group by destination_region
union all
select '(unrated)' as destination_region, null as country_code
