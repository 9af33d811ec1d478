{# What a costed leg's figures follow from, by the cause that a difference has: as received, by the rate card, by the
   contract. A leg that differs in several is put down to the first; in none of them, to the code. #}
{% macro compared_leg_columns() %}
    {{- return({
        'changed_leg': {
            'start_time_utc': 'timestamp', 'media_seconds': 'bigint', 'billing_seconds': 'bigint',
            'carrier_name': 'varchar', 'call_type': 'varchar', 'direction': 'varchar', 'call_outcome': 'varchar',
            'leg_type': 'varchar', 'is_in_progress': 'boolean'
        },
        'card': {
            'priced_by_carrier': 'varchar', 'matched_prefix': 'varchar', 'rate_card_file_sha256': 'varchar',
            'rate_per_minute': 'decimal(18, 8)', 'destination_region': 'varchar'
        },
        'contract': {
            'initial_increment_seconds': 'bigint', 'increment_seconds': 'bigint', 'increment_rule': 'varchar',
            'minimum_seconds': 'bigint', 'connection_fee': 'decimal(18, 6)', 'attempt_fee': 'decimal(18, 6)',
            'rounding_mode': 'varchar', 'rounding_decimals': 'integer'
        }
    }) -}}
{% endmacro %}

{# The figures of a leg that aggregates are made of, besides its place in them. #}
{% macro leg_figure_columns() %}
    {{- return({
        'raw_seconds': 'bigint', 'billed_seconds': 'bigint', 'total_cost': 'decimal(18, 6)', 'currency': 'varchar',
        'is_billable': 'boolean'
    }) -}}
{% endmacro %}
