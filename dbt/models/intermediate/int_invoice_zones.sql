{{ config(materialized='ephemeral') }}
with terms as (
    select * from {{ ref('int_invoice_terms') }}
)

select
    carrier_name,
    {{ dbt.listagg("concat(from_date, ' ', stated_timezone)", "', '", "order by from_date") }} as zones_key
from terms
group by carrier_name
