{# The columns of costed_legs in the order they are published (costed_legs_rejected has them too, and run_id). #}
{% macro costed_leg_columns() %}
    {{- return([
        'leg_id', 'call_id', 'sip_call_id', 'usage_date', 'start_time_utc', 'end_time_utc', 'media_seconds',
        'billing_seconds', 'is_billing_duration_computed', 'raw_seconds', 'raw_minutes', 'carrier_name',
        'destination_number', 'destination_location', 'destination_region', 'call_type', 'direction', 'call_outcome', 'leg_type', 'is_fallback', 'is_in_progress',
        'is_billable', 'excluded_reason', 'rating_status', 'priced_by_carrier', 'matched_prefix',
        'rate_card_file_sha256', 'rate_per_minute', 'initial_increment_seconds', 'increment_seconds',
        'increment_rule', 'minimum_seconds', 'connection_fee', 'attempt_fee', 'rounding_mode', 'rounding_decimals',
        'billed_seconds', 'billed_minutes', 'total_cost', 'currency', 'is_final', 'extraction_id',
        'extraction_started_at_utc', 'page_number', 'position'
    ]) -}}
{% endmacro %}

{# Columns that costed_legs got after days were closed with it: the frozen files of those have none, and read NULL. #}
{% macro later_leg_columns() %}
    {{- return({'is_billing_duration_computed': 'boolean'}) -}}
{% endmacro %}
