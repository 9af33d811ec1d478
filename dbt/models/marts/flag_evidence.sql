{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_reconciled_days'}
) }}
-- What a person needs to judge a flag, and a carrier to answer it: both calculations side by side and the files that
-- they come from. Made with the flags of a day, so that the queue and the dispute packs read no legs and no invoices.
with reconciled_days as (
    select * from {{ ref('int_reconciled_days') }}
),

flags as (
    select * from {{ ref('reconciliation_flags') }}
    where usage_date in (select usage_date from reconciled_days)
),

reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from reconciled_days)
),

lines as (
    select * from {{ ref('int_invoice_lines') }}
),

parts as (
    select * from {{ ref('int_variance_parts') }}
    where usage_date in (select usage_date from reconciled_days)
),

contract_terms as (
    select * from {{ ref('carrier_contract_terms') }}
),

settings as (
    select publish_numbers from {{ source('run', 'run') }}
),

-- A leg of a rejected day may stand in the day's last good state as well: that is the one that was compared.
costed_legs as (
    select * from {{ ref('costed_legs') }}
    where usage_date in (select usage_date from reconciled_days)
        and leg_id in (select leg_id from flags)
),

rejected_legs as (
    select * from {{ ref('costed_legs_rejected') }}
    where usage_date in (select usage_date from reconciled_days)
        and leg_id in (select leg_id from flags)
        and leg_id not in (select leg_id from costed_legs)
),

legs as (
    select {{ costed_leg_columns() | join(', ') }} from costed_legs
    union all
    select {{ costed_leg_columns() | join(', ') }} from rejected_legs
),

sides as (
    select
        flags.*,
        reconciled.leg_start_utc,
        reconciled.line_start_utc,
        reconciled.rating_status,
        reconciled.covering_invoice_number,
        reconciled.invoice_file_sha256,
        reconciled.invoice_file_line
    from flags
    inner join reconciled
        on flags.usage_date = reconciled.usage_date
        and flags.carrier_name = reconciled.carrier_name
        and flags.leg_id is not distinct from reconciled.leg_id
        and flags.invoice_number is not distinct from reconciled.invoice_number
        and flags.line_number is not distinct from reconciled.line_number
),

-- What most of a pair's difference comes from; of equal parts the first by name.
largest_parts as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by leg_id, invoice_number, line_number order by abs(amount) desc, component
            ) as largest_first
        from parts
        where leg_id is not null and line_number is not null
    )
    where largest_first = 1
),

-- The difference of one pair, said once: where it is flagged for its charge too, its minutes are worth nothing more.
charge_flags as (
    select
        leg_id,
        invoice_number,
        line_number
    from flags
    where flag_type = 'charge_mismatch'
)

select
    sides.flag_id,
    sides.usage_date,
    sides.carrier_name,
    sides.flag_type,
    sides.leg_id,
    -- A leg that no line bills belongs to the invoice that covers it.
    coalesce(sides.invoice_number, sides.covering_invoice_number) as invoice_number,
    sides.line_number,
    -- Without a figure of ours in the line's currency, all that the line asks for is in question.
    coalesce(sides.charge_delta, sides.carrier_charge) as charge_difference,
    case when charge_flags.leg_id is not null and sides.flag_type = 'minute_mismatch' then cast(0 as decimal(18, 6))
        else coalesce(sides.charge_delta, sides.carrier_charge) end as worth,
    case when sides.charge_delta is null then sides.carrier_currency else sides.currency end as currency,
    case sides.flag_type
        when 'charge_mismatch' then coalesce(largest_parts.component, 'unexplained')
        when 'minute_mismatch' then coalesce(largest_parts.component, 'increment')
        when 'duplicate_invoice_line' then 'duplicate'
        else sides.flag_type
    end as root_cause,
    sides.match_tier,
    sides.leg_start_utc,
    sides.line_start_utc,
    case when sides.leg_id is null
        then {{ published_number("'+' || lines.destination_digits", 'lines.destination_digits', 'null',
            'settings.publish_numbers') }}
        else legs.destination_number end as destination_number,
    legs.destination_region,
    sides.rating_status,
    legs.raw_seconds,
    legs.billed_seconds,
    legs.matched_prefix,
    legs.rate_per_minute,
    legs.connection_fee,
    legs.initial_increment_seconds,
    legs.increment_seconds,
    legs.increment_rule,
    legs.minimum_seconds,
    legs.rounding_mode,
    legs.rounding_decimals,
    sides.internal_minutes,
    sides.internal_charge,
    lines.duration_seconds as carrier_duration_seconds,
    lines.billed_minutes as carrier_billed_minutes,
    sides.carrier_minutes,
    sides.carrier_charge,
    sides.carrier_currency,
    sides.duplicate_of_invoice_number,
    sides.duplicate_of_line_number,
    coalesce(lines.charge_tolerance, contract_terms.charge_tolerance) as charge_tolerance,
    legs.rate_card_file_sha256,
    contract_terms.valid_from as contract_valid_from,
    contract_terms.source_file_sha256 as contract_file_sha256,
    sides.invoice_file_sha256,
    sides.invoice_file_line,
    legs.extraction_id,
    legs.page_number
from sides
cross join settings
left join largest_parts
    on sides.leg_id = largest_parts.leg_id
    and sides.invoice_number = largest_parts.invoice_number
    and sides.line_number = largest_parts.line_number
left join charge_flags
    on sides.leg_id = charge_flags.leg_id
    and sides.invoice_number = charge_flags.invoice_number
    and sides.line_number = charge_flags.line_number
left join legs on sides.leg_id = legs.leg_id
left join lines
    on sides.carrier_name = lines.carrier_name
    and sides.invoice_number = lines.invoice_number
    and sides.line_number = lines.line_number
left join contract_terms
    on sides.carrier_name = contract_terms.carrier_name
    and {{ holds('contract_terms', 'sides.usage_date') }}
