{#- A day's offenders are the keys that have no card on exactly that day, between two that do (D2). -#}
with cards as (
    select * from {{ ref('rate_card_dimension') }} where stated_valid_to + 1 = next_valid_from
),

run_days as (
    select usage_date from {{ ref('int_run_days') }}
)

select
    run_days.usage_date,
    {{ json_text([
        ['carrier_name', shortened('cards.carrier_name')],
        ['prefix', 'cards.prefix'],
        ['open_date', 'cast(run_days.usage_date as varchar)'],
        ['expiry_date', 'cast(cards.expiry_date as varchar)'],
        ['next_effective_date', 'cast(cards.next_valid_from as varchar)'],
        ['source_file_sha256', 'cards.source_file_sha256']
    ]) }} as offender
from cards
inner join run_days on cards.stated_valid_to = run_days.usage_date
