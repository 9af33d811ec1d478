{# The arithmetic of rating: billed seconds (D7), the charge of one leg (D9), minutes (D8) and CPM (D10). #}

{# D7. Seconds billed for `billing_seconds`; 0 for none. Initial and step come as a pair, rule is relative|absolute. #}
{% macro billed_seconds(billing_seconds, initial, step, rule, minimum) -%}
    {%- set seconds = 'greatest(' ~ billing_seconds ~ ', ' ~ minimum ~ ')' -%}
    (case
        when {{ billing_seconds }} is null or {{ billing_seconds }} <= 0 then cast(0 as bigint)
        when {{ rule }} = 'absolute'
            then greatest({{ initial }}, {{ divide_up(seconds, step) }} * {{ step }})
        else {{ initial }} + {{ divide_up('greatest(0, ' ~ seconds ~ ' - ' ~ initial ~ ')', step) }} * {{ step }}
    end)
{%- endmacro %}

{# D9. Charge of one leg in micro-units (BIGINT), rounded once to `decimals` (0…6) in `mode` (half_up|up|down).
   `rate_e8` is the rate per minute in 10^-8 and `fee_e6` the fee in 10^-6 units, both BIGINT; within D5's bounds
   the numerator stays below 10^17. #}
{% macro charge_e6(billed_seconds, rate_e8, fee_e6, mode, decimals) -%}
    {%- set numerator -%}
    (cast({{ billed_seconds }} as bigint) * cast({{ rate_e8 }} as bigint) + 6000 * cast({{ fee_e6 }} as bigint))
    {%- endset -%}
    {%- set divisor = '(60 * ' ~ power_of_ten('8 - (' ~ decimals ~ ')') ~ ')' -%}
    (case {{ mode }}
        when 'up' then {{ divide_up(numerator, divisor) }}
        when 'down' then {{ integer_divide(numerator, divisor) }}
        else {{ integer_divide('2 * ' ~ numerator ~ ' + ' ~ divisor, '2 * ' ~ divisor) }}
    end * {{ power_of_ten('6 - (' ~ decimals ~ ')') }})
{%- endmacro %}

{# What D9 does not do and some carriers do: each increment's charge rounded by itself, and they and the fee added. A
   last stretch shorter than a step is one, too. Arguments and result as for charge_e6. #}
{% macro charge_by_increments_e6(billed_seconds, rate_e8, fee_e6, mode, decimals, initial, step) -%}
    {%- set first = 'least(' ~ billed_seconds ~ ', ' ~ initial ~ ')' -%}
    {%- set after_first = '(' ~ billed_seconds ~ ' - ' ~ first ~ ')' -%}
    {%- set steps = integer_divide(after_first, step) -%}
    (
        {{ charge_e6(first, rate_e8, '0', mode, decimals) }}
        + {{ steps }} * {{ charge_e6(step, rate_e8, '0', mode, decimals) }}
        + {{ charge_e6('(' ~ after_first ~ ' - ' ~ steps ~ ' * ' ~ step ~ ')', rate_e8, '0', mode, decimals) }}
        + {{ charge_e6('0', '0', fee_e6, mode, decimals) }}
    )
{%- endmacro %}

{# D7. Initial and step are taken as a pair: from the card row if it has them, else from the contract, else 1/1. #}
{% macro taken_as_pair(card_initial, card_value, contract_initial, contract_value) -%}
    case
        when {{ card_initial }} is not null then {{ card_value }}
        when {{ contract_initial }} is not null then {{ contract_value }}
        else 1
    end
{%- endmacro %}

{# The terms of a price, and its currency, as one text: what inference holds together. `of` is the relation with their columns. #}
{% macro terms_key(of) -%}
    concat_ws(
        ' ', {{ of }}.initial, {{ of }}.step, {{ of }}.increment_rule, {{ of }}.minimum, {{ of }}.fee_e6,
        {{ of }}.rounding_mode, {{ of }}.rounding_decimals, {{ of }}.currency
    )
{%- endmacro %}

{# D8. Seconds as minutes, DECIMAL(18,6), half up. #}
{% macro minutes(seconds) -%}
    {{ from_units(divide_half_up('cast(' ~ seconds ~ ' as bigint) * 1000000', '60'), 6) }}
{%- endmacro %}

{# D10. Cost per billed minute, DECIMAL(18,8), half up; NULL without billed minutes, and from 10^10 on, which the type
   cannot hold: one such figure must not fail the run of every day. #}
{% macro cost_per_minute(total_cost, seconds) -%}
    (case when {{ seconds }} > 0
        then {{ try_from_units(
            divide_half_up(to_units(total_cost, 6) ~ ' * 6000', 'cast(' ~ seconds ~ ' as hugeint)'), 8
        ) }}
    end)
{%- endmacro %}
