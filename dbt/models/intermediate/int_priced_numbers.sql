{#- One equality join per prefix length, longest first: a length that no card has is an empty join and costs nothing.
    Numbers are cut to the longest prefix there is, which leaves few distinct ones. -#}
{%- set lengths = range(15, 0, -1) | list -%}
with cards as (
    select * from {{ ref('int_run_cards') }}
),

longest as (
    select max(prefix_length) as prefix_length from cards
),

numbers as (
    select distinct
        legs.usage_date,
        legs.priced_by_carrier,
        left(legs.destination_digits, longest.prefix_length) as number_head
    from {{ ref('int_leg_terms') }} as legs
    cross join longest
    where legs.is_billable and legs.destination_digits is not null
)

{% for n in lengths %}
, cards_{{ n }} as (
    select card_id, carrier_name, prefix, valid_from, valid_to from cards where prefix_length = {{ n }}
)
{% endfor %}

select
    numbers.usage_date,
    numbers.priced_by_carrier,
    numbers.number_head,
    coalesce({% for n in lengths %}cards_{{ n }}.card_id{{ ', ' if not loop.last }}{% endfor %}) as card_id
from numbers
{%- for n in lengths %}
left join cards_{{ n }}
    on numbers.priced_by_carrier = cards_{{ n }}.carrier_name
    and left(numbers.number_head, {{ n }}) = cards_{{ n }}.prefix
    and {{ holds('cards_' ~ n, 'numbers.usage_date') }}
{%- endfor %}
