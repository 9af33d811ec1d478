{# The checks of a day that are SQL, each a view check_<name> with one row per offender. `asset` is what the check is
   about, a blocking one also decides in int_day_gate, `tolerated` is the run's setting of how many offenders pass, and
   a check is evaluated for the days that the run has costed or reconciled (`scope`). #}
{% macro checks() %}
    {{- return([
        {'name': 'carrier_match', 'asset': 'costed_legs', 'severity': 'error', 'is_blocking': true,
         'tolerated': 'tolerated_unknown_carrier_legs', 'scope': 'is_costed'},
        {'name': 'non_zero_billing', 'asset': 'costed_legs', 'severity': 'error', 'is_blocking': true,
         'tolerated': 'tolerated_zero_billing_legs', 'scope': 'is_costed'},
        {'name': 'every_billable_leg_rated', 'asset': 'costed_legs', 'severity': 'warn', 'is_blocking': false,
         'tolerated': '0', 'scope': 'is_costed'},
        {'name': 'unclassified_legs', 'asset': 'normalized_usage', 'severity': 'warn', 'is_blocking': false,
         'tolerated': '0', 'scope': 'is_costed'},
        {'name': 'legs_conserved', 'asset': 'costed_legs', 'severity': 'error', 'is_blocking': false,
         'tolerated': '0', 'scope': 'is_costed'},
        {'name': 'cost_adds_up', 'asset': 'cpm_fact', 'severity': 'error', 'is_blocking': false,
         'tolerated': '0', 'scope': 'is_costed'},
        {'name': 'rate_card_no_overlap', 'asset': 'rate_card_dimension', 'severity': 'error', 'is_blocking': false,
         'tolerated': '0', 'scope': 'is_costed'},
        {'name': 'rate_card_gap', 'asset': 'rate_card_dimension', 'severity': 'warn', 'is_blocking': false,
         'tolerated': '0', 'scope': 'is_costed'},
        {'name': 'contract_no_overlap', 'asset': 'rate_card_dimension', 'severity': 'error', 'is_blocking': false,
         'tolerated': '0', 'scope': 'is_costed'}
    ]) -}}
{% endmacro %}

{# What on-call needs of an offending leg. #}
{% macro leg_offender() -%}
    {{ json_text([
        ['leg_id', shortened('leg_id', 80)],
        ['carrier_name', shortened('carrier_name')],
        ['destination', "'…' || right(destination_number, 2)"],
        ['start_time_utc', 'cast(start_time_utc as varchar)'],
        ['leg_type', 'leg_type'],
        ['call_type', shortened('call_type')],
        ['direction', shortened('direction')],
        ['billing_seconds', 'billing_seconds'],
        ['rating_status', 'rating_status']
    ]) }} as offender
{%- endmacro %}
