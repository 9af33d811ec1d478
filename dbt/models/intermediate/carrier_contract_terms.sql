with contracts as (
    {{ latest_delivered(ref('stg_reference__carrier_contracts'), ['carrier_name', 'effective_date']) }}
),

with_defaults as (
    select
        carrier_name,
        effective_date as valid_from,
        case when coalesce(expiry_is_inclusive, false) then expiry_date + 1 else expiry_date end as stated_valid_to,
        lead(effective_date) over (partition by carrier_name order by effective_date) as next_valid_from,
        initial_increment_seconds,
        increment_seconds,
        coalesce(increment_rule, 'relative') as increment_rule,
        minimum_seconds,
        connection_fee,
        coalesce(bills_attempts, false) as bills_attempts,
        coalesce(attempt_fee, 0) as attempt_fee,
        coalesce(rounding_mode, 'half_up') as rounding_mode,
        coalesce(rounding_decimals, 6) as rounding_decimals,
        currency,
        coalesce(expiry_is_inclusive, false) as expiry_is_inclusive,
        coalesce(invoice_timezone, 'UTC') as invoice_timezone,
        coalesce(invoice_format, 'guide_csv') as invoice_format,
        coalesce(invoice_folder, replace(carrier_name, '/', '_')) as invoice_folder,
        coalesce(charge_tolerance, 0.01) as charge_tolerance,
        coalesce(minute_tolerance, 1) as minute_tolerance,
        coalesce(start_tolerance_seconds, 5) as start_tolerance_seconds,
        coalesce(duration_tolerance_seconds, 2) as duration_tolerance_seconds,
        coalesce(dispute_days, 30) as dispute_days,
        coalesce(cycle_start_utc, '00:00') as cycle_start_utc,
        source_file_sha256,
        received_at_utc
    from contracts
)

select
    carrier_name,
    valid_from,
    least(stated_valid_to, next_valid_from) as valid_to,
    stated_valid_to,
    next_valid_from,
    cast(initial_increment_seconds as bigint) as initial_increment_seconds,
    cast(increment_seconds as bigint) as increment_seconds,
    increment_rule,
    cast(minimum_seconds as bigint) as minimum_seconds,
    cast(connection_fee as decimal(18, 6)) as connection_fee,
    bills_attempts,
    cast(attempt_fee as decimal(18, 6)) as attempt_fee,
    rounding_mode,
    rounding_decimals,
    currency,
    expiry_is_inclusive,
    invoice_timezone,
    invoice_format,
    invoice_folder,
    cast(charge_tolerance as decimal(18, 6)) as charge_tolerance,
    cast(minute_tolerance as decimal(18, 6)) as minute_tolerance,
    start_tolerance_seconds,
    duration_tolerance_seconds,
    dispute_days,
    cycle_start_utc,
    source_file_sha256,
    received_at_utc
from with_defaults
