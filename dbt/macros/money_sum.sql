{# A sum of money over the rows of an outcome (all rows without one), 0 where there is none: unknown amounts are not in
   it, so a table that shows it counts them beside it. #}
{% macro money_sum(amount, outcome=none) -%}
    cast(coalesce(
        sum({{ amount }}){% if outcome %} filter (where outcome = '{{ outcome }}'){% endif %}, 0
    ) as decimal(18, 6))
{%- endmacro %}
