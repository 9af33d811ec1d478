{# Readers re-weight CPM over whatever they ask for (D10) with the very rule of the tables: the published file carries it
   as a function, `cost_per_minute(sum(total_cost), sum(billed_seconds))`. #}
{% macro publish_cost_per_minute() -%}
    {{ return(adapter.dispatch('publish_cost_per_minute')()) }}
{%- endmacro %}
{% macro duckdb__publish_cost_per_minute() -%}
    create or replace macro {{ this.database }}.{{ this.schema }}.cost_per_minute(total_cost, billed_seconds) as
        {{ cost_per_minute('total_cost', 'billed_seconds') }}
{%- endmacro %}
