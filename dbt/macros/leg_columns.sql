{# The columns of a leg as received, and where its raw payload is: carried unchanged from the lake to costed_legs. #}
{% macro leg_columns() %}
    {{- return({
        'usage_date': 'date',
        'leg_id': 'varchar',
        'call_id': 'varchar',
        'sip_call_id': 'varchar',
        'start_time_utc': 'timestamp',
        'end_time_utc': 'timestamp',
        'media_seconds': 'bigint',
        'billing_seconds': 'bigint',
        'carrier_name': 'varchar',
        'destination_number': 'varchar',
        'destination_digits': 'varchar',
        'destination_location': 'varchar',
        'call_type': 'varchar',
        'direction': 'varchar',
        'call_outcome': 'varchar',
        'is_billing_duration_computed': 'boolean',
        'extraction_id': 'varchar',
        'extraction_started_at_utc': 'timestamp',
        'page_number': 'integer',
        'position': 'integer'
    }) -}}
{% endmacro %}
