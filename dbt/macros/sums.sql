{# The sums every aggregate of legs publishes (D10), so that no two tables add differently. Rated legs are billable
   legs that have a cost; unrated ones are only counted. #}

{# From costed legs (billable ones only). #}
{% macro sums_of_legs() -%}
    count(total_cost) as legs,
    count(*) - count(total_cost) as unrated_legs,
    cast(coalesce(sum(media_seconds) filter (where total_cost is not null), 0) as bigint) as media_seconds,
    cast(coalesce(sum(raw_seconds) filter (where total_cost is not null), 0) as bigint) as raw_seconds,
    cast(coalesce(sum(billed_seconds) filter (where total_cost is not null), 0) as bigint) as billed_seconds,
    cast(coalesce(sum(total_cost), 0) as decimal(18, 6)) as total_cost
{%- endmacro %}

{# From rows that already hold these sums. #}
{% macro sums_of_sums() -%}
    cast(sum(legs) as bigint) as legs,
    cast(sum(unrated_legs) as bigint) as unrated_legs,
    cast(sum(media_seconds) as bigint) as media_seconds,
    cast(sum(raw_seconds) as bigint) as raw_seconds,
    cast(sum(billed_seconds) as bigint) as billed_seconds,
    cast(sum(total_cost) as decimal(18, 6)) as total_cost
{%- endmacro %}

{# The columns in the order they are published, minutes and CPM derived from the sums. #}
{% macro published_sums() -%}
    legs,
    unrated_legs,
    media_seconds,
    raw_seconds,
    billed_seconds,
    {{ minutes('media_seconds') }} as media_minutes,
    {{ minutes('raw_seconds') }} as raw_minutes,
    {{ minutes('billed_seconds') }} as billed_minutes,
    total_cost,
    {{ cost_per_minute('total_cost', 'billed_seconds') }} as cpm
{%- endmacro %}
