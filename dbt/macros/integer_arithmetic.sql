{# Exact division of integers: the only division in this project. Engines disagree on what `/` does to integers and
   decimals (DuckDB makes both DOUBLE), so it is dispatched. #}

{# Quotient without remainder of two integers, dividend >= 0, divisor > 0. #}
{% macro integer_divide(dividend, divisor) -%}
    {{- return(adapter.dispatch('integer_divide')(dividend, divisor)) -}}
{%- endmacro %}
{% macro duckdb__integer_divide(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}

{# Quotient rounded half up (away from zero for a negative dividend); divisor > 0. NULL when either is NULL. #}
{% macro divide_half_up(dividend, divisor) -%}
    (case when ({{ dividend }}) < 0
        then -{{ integer_divide('-2 * (' ~ dividend ~ ') + (' ~ divisor ~ ')', '2 * (' ~ divisor ~ ')') }}
        else {{ integer_divide('2 * (' ~ dividend ~ ') + (' ~ divisor ~ ')', '2 * (' ~ divisor ~ ')') }}
    end)
{%- endmacro %}

{# Quotient rounded up to the next integer; dividend >= 0, divisor > 0. #}
{% macro divide_up(dividend, divisor) -%}
    {{ integer_divide('(' ~ dividend ~ ') + (' ~ divisor ~ ') - 1', divisor) }}
{%- endmacro %}

{# 10 to the power of an integer expression 0…8, as BIGINT: power() is DOUBLE. #}
{% macro power_of_ten(exponent) -%}
    (case {{ exponent }}
        {%- for n in range(9) %} when {{ n }} then cast({{ 10 ** n }} as bigint){% endfor %} end)
{%- endmacro %}

{# A decimal as an integer number of units of 10^-digits: exact when it has no more decimals than that. #}
{% macro to_units(amount, digits) -%}
    cast(cast({{ amount }} as decimal(38, {{ digits }})) * {{ 10 ** digits }} as hugeint)
{%- endmacro %}

{# An integer number of units of 10^-digits as DECIMAL(18, digits), exactly. #}
{% macro from_units(units, digits) -%}
    cast(cast({{ units }} as decimal(18, 0)) * cast(0.{{ '0' * (digits - 1) }}1 as decimal({{ digits }}, {{ digits }}))
        as decimal(18, {{ digits }}))
{%- endmacro %}

{# The same, NULL where it does not fit: for a quotient, which no bound of what comes in keeps small. #}
{% macro try_from_units(units, digits) -%}
    {{- return(adapter.dispatch('try_from_units')(units, digits)) -}}
{%- endmacro %}
{% macro duckdb__try_from_units(units, digits) -%}
    cast(try_cast({{ units }} as decimal(18, 0)) * cast(0.{{ '0' * (digits - 1) }}1 as decimal({{ digits }}, {{ digits }}))
        as decimal(18, {{ digits }}))
{%- endmacro %}
