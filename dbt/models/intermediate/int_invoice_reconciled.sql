{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_reconciled_days'}
) }}
-- The full outer join of D17, figures side by side: what is flagged, summed and (later) explained is read from here.
with reconciled_days as (
    select * from {{ ref('int_reconciled_days') }}
),

legs as (
    select * from {{ ref('int_invoice_legs') }}
),

lines as (
    select * from {{ ref('int_invoice_lines') }}
),

matches as (
    select * from {{ ref('int_invoice_matches') }}
),

coverage as (
    select * from {{ ref('invoice_coverage') }}
),

duplicates as (
    select * from {{ ref('int_invoice_duplicates') }}
),

credits as (
    select * from {{ ref('int_invoice_credits') }}
),

lines_with_match as (
    select
        lines.*,
        matches.leg_id,
        matches.match_tier,
        matches.start_distance_microseconds,
        matches.duration_distance_seconds,
        matches.is_exact
    from lines
    left join matches
        on lines.carrier_name = matches.carrier_name
        and lines.invoice_number = matches.invoice_number
        and lines.line_number = matches.line_number
),

sides as (
    select
        coalesce(legs.usage_date, lines.line_date) as usage_date,
        coalesce(legs.carrier_name, lines.carrier_name) as carrier_name,
        legs.leg_id,
        lines.invoice_number,
        lines.line_number,
        case when lines.line_number is null then 'leg' when legs.leg_id is null then 'line' else 'both' end as side,
        lines.match_tier,
        lines.start_distance_microseconds,
        lines.duration_distance_seconds,
        lines.is_exact,
        legs.start_time_utc as leg_start_utc,
        lines.first_start_utc as line_start_utc,
        legs.rating_status,
        legs.billing_seconds,
        legs.billed_seconds,
        lines.duration_seconds,
        lines.billed_minutes,
        legs.total_cost as internal_charge,
        lines.charge_amount as carrier_charge,
        legs.currency as internal_currency,
        -- A line that states no currency is taken to be in its leg's; alone, in the contract's (D7's default).
        coalesce(lines.currency, legs.currency, lines.contract_currency, 'USD') as line_currency,
        lines.currency is not null as states_currency,
        lines.charge_tolerance,
        lines.minute_tolerance,
        lines.source_file_sha256,
        lines.file_line
    from legs
    full outer join lines_with_match as lines on legs.leg_id = lines.leg_id
),

-- Billed minutes compare with billed ones, raw with raw where the line has none (D18).
figures as (
    select
        *,
        case when billed_minutes is null and side <> 'leg' then 'raw' else 'billed' end as minute_basis,
        case
            when billed_minutes is null and side = 'both' then {{ minutes('billing_seconds') }}
            else {{ minutes('billed_seconds') }}
        end as internal_minutes,
        coalesce(billed_minutes, {{ minutes('duration_seconds') }}) as carrier_minutes,
        coalesce(side = 'both' and line_currency <> internal_currency, false) as is_other_currency
    from sides
    where usage_date in (select usage_date from reconciled_days)
),

-- Carrier less ours; a side that is not there counts as nothing, an unknown figure stays unknown.
deltas as (
    select
        *,
        case side
            when 'both' then carrier_minutes - internal_minutes
            when 'leg' then -internal_minutes
            else carrier_minutes
        end as minute_delta,
        case
            when is_other_currency then null
            when side = 'both' then carrier_charge - internal_charge
            when side = 'leg' then -internal_charge
            else carrier_charge
        end as charge_delta
    from figures
),

-- Without a figure of ours (unrated leg, other currency) nothing says that the carrier's is right: it is flagged,
-- unless an unrated leg is asked no more for than the tolerance.
mismatches as (
    select
        *,
        case
            when side <> 'both' then false
            when is_other_currency then true
            when internal_charge is null then abs(carrier_charge) > charge_tolerance
            else abs(charge_delta) > charge_tolerance
        end as is_charge_mismatch,
        side = 'both' and coalesce(abs(minute_delta) > minute_tolerance, false) as is_minute_mismatch
    from deltas
),

covered_legs as (
    select
        mismatches.leg_id,
        min(coverage.invoice_number) as invoice_number
    from mismatches
    inner join coverage
        on mismatches.carrier_name = coverage.carrier_name
        and mismatches.leg_start_utc >= coverage.from_utc
        and mismatches.leg_start_utc < coverage.to_utc
    where mismatches.side = 'leg'
    group by mismatches.leg_id
)

select
    mismatches.usage_date,
    mismatches.carrier_name,
    mismatches.leg_id,
    mismatches.invoice_number,
    mismatches.line_number,
    case
        when mismatches.side = 'leg' and covered_legs.leg_id is not null then 'missing_from_invoice'
        when mismatches.side = 'leg' then 'not_invoiced'
        when mismatches.side = 'line' and duplicates.line_number is not null then 'duplicate_invoice_line'
        when mismatches.side = 'line' and mismatches.carrier_charge < 0 then 'credit'
        when mismatches.side = 'line' then 'missing_from_usage'
        when mismatches.is_charge_mismatch or mismatches.is_minute_mismatch then 'flagged'
        when mismatches.charge_delta = 0 then 'equal'
        else 'drift'
    end as outcome,
    mismatches.is_charge_mismatch,
    mismatches.is_minute_mismatch,
    mismatches.match_tier,
    mismatches.start_distance_microseconds,
    mismatches.duration_distance_seconds,
    mismatches.is_exact as is_exact_match,
    mismatches.leg_start_utc,
    mismatches.line_start_utc,
    mismatches.rating_status,
    mismatches.minute_basis,
    cast(mismatches.internal_minutes as decimal(18, 6)) as internal_minutes,
    cast(mismatches.carrier_minutes as decimal(18, 6)) as carrier_minutes,
    cast(mismatches.minute_delta as decimal(18, 6)) as minute_delta,
    cast(mismatches.internal_charge as decimal(18, 6)) as internal_charge,
    cast(mismatches.carrier_charge as decimal(18, 6)) as carrier_charge,
    cast(mismatches.charge_delta as decimal(18, 6)) as charge_delta,
    case when mismatches.side = 'leg' then mismatches.internal_currency
        else coalesce(mismatches.internal_currency, mismatches.line_currency) end as currency,
    case when mismatches.side <> 'leg' then mismatches.line_currency end as carrier_currency,
    duplicates.duplicate_of_invoice_number,
    duplicates.duplicate_of_line_number,
    credits.credit_of_invoice_number,
    credits.credit_of_line_number,
    covered_legs.invoice_number as covering_invoice_number,
    mismatches.side <> 'leg' and mismatches.states_currency as states_currency,
    mismatches.source_file_sha256 as invoice_file_sha256,
    mismatches.file_line as invoice_file_line
from mismatches
left join covered_legs on mismatches.leg_id = covered_legs.leg_id
left join duplicates
    on mismatches.carrier_name = duplicates.carrier_name
    and mismatches.invoice_number = duplicates.invoice_number
    and mismatches.line_number = duplicates.line_number
left join credits
    on mismatches.carrier_name = credits.carrier_name
    and mismatches.invoice_number = credits.invoice_number
    and mismatches.line_number = credits.line_number
