{# The charge in 10^-6 for billed seconds at a rate, under the terms of relation `of` (initial, step, fee_e6,
   rounding_mode, rounding_decimals, rounding_scope: `call` is D9's way, `increment` rounds each by itself). #}
{% macro charge_under_terms_e6(billed_seconds, rate_e8, of) -%}
    (case when {{ of }}.rounding_scope = 'increment'
        then {{ charge_by_increments_e6(
            billed_seconds, rate_e8, of ~ '.fee_e6', of ~ '.rounding_mode', of ~ '.rounding_decimals',
            of ~ '.initial', of ~ '.step'
        ) }}
        else {{ charge_e6(
            billed_seconds, rate_e8, of ~ '.fee_e6', of ~ '.rounding_mode', of ~ '.rounding_decimals'
        ) }}
    end)
{%- endmacro %}
