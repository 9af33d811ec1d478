{#- A day's offenders are the carriers for which that day lies in two stated contract windows. -#}
with contracts as (
    select * from {{ ref('carrier_contract_terms') }} where stated_valid_to > next_valid_from
),

run_days as (
    select usage_date from {{ ref('int_run_days') }}
)

select
    run_days.usage_date,
    {{ json_text([
        ['carrier_name', shortened('contracts.carrier_name')],
        ['effective_date', 'cast(contracts.valid_from as varchar)'],
        ['stated_end', 'cast(contracts.stated_valid_to as varchar)'],
        ['next_effective_date', 'cast(contracts.next_valid_from as varchar)'],
        ['source_file_sha256', 'contracts.source_file_sha256']
    ]) }} as offender
from contracts
inner join run_days
    on contracts.next_valid_from <= run_days.usage_date and run_days.usage_date < contracts.stated_valid_to
