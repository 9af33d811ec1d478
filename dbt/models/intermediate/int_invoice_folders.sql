{{ config(materialized='ephemeral') }}
-- Two carriers can end up with one folder only by naming it in both contracts; the first by name has it then.
with contract_terms as (
    select * from {{ ref('carrier_contract_terms') }}
)

select
    invoice_folder,
    min(carrier_name) as carrier_name
from contract_terms
group by invoice_folder
