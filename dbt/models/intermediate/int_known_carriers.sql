{#- UNKNOWN_CARRIER is the name under which unknown ones are priced, never a carrier itself (D12). -#}
with windows as (
    select distinct carrier_name, valid_from, valid_to
    from {{ ref('int_run_cards') }}
    where carrier_name <> 'UNKNOWN_CARRIER'
),

run_days as (
    select usage_date from {{ ref('int_run_days') }} where is_costed
)

select distinct run_days.usage_date, windows.carrier_name
from run_days
inner join windows on {{ holds('windows', 'run_days.usage_date') }}
