{%- set pricing_columns = [
    'leg_type', 'priced_by_carrier', 'matched_prefix', 'rate_per_minute', 'initial_increment_seconds',
    'increment_seconds', 'increment_rule', 'minimum_seconds', 'connection_fee', 'attempt_fee', 'rounding_mode',
    'rounding_decimals'
] -%}
-- The billable legs of D-1 to D+1 for every day D of the run (D17, D20). A rejected day's legs are known too: without
-- them all its invoice lines would be called missing from usage because of one leg. Where a leg stands in the day's
-- last good state as well, that is the figure that was published.
with reconciled_days as (
    select * from {{ ref('int_reconciled_days') }}
),

costed_legs as (
    select * from {{ ref('costed_legs') }}
),

costed_legs_rejected as (
    select * from {{ ref('costed_legs_rejected') }}
),

normalized_usage as (
    select * from {{ ref('normalized_usage') }}
),

window_dates as (
    select distinct reconciled_days.usage_date + steps.step as usage_date
    from reconciled_days
    cross join (values (-1), (0), (1)) as steps(step)
),

good_legs as (
    select
        leg_id,
        usage_date,
        carrier_name,
        sip_call_id,
        start_time_utc,
        media_seconds,
        billing_seconds,
        billed_seconds,
        total_cost,
        currency,
        {{ pricing_columns | join(',\n        ') }},
        rating_status
    from costed_legs
    where usage_date in (select usage_date from window_dates)
        and is_billable
),

rejected_legs as (
    select
        leg_id,
        usage_date,
        carrier_name,
        sip_call_id,
        start_time_utc,
        media_seconds,
        billing_seconds,
        billed_seconds,
        total_cost,
        currency,
        {{ pricing_columns | join(',\n        ') }},
        rating_status
    from costed_legs_rejected
    where usage_date in (select usage_date from window_dates)
        and is_billable
        and not exists (select 1 from good_legs where good_legs.leg_id = costed_legs_rejected.leg_id)
),

known_legs as (
    select * from good_legs
    union all
    select * from rejected_legs
),

numbers as (
    select
        leg_id,
        destination_digits
    from normalized_usage
    where usage_date in (select usage_date from window_dates)
)

select
    known_legs.leg_id,
    known_legs.usage_date,
    known_legs.carrier_name,
    known_legs.sip_call_id,
    numbers.destination_digits,
    known_legs.start_time_utc,
    known_legs.media_seconds,
    known_legs.billing_seconds,
    known_legs.billed_seconds,
    known_legs.total_cost,
    known_legs.currency,
    {%- for column in pricing_columns %}
    known_legs.{{ column }},
    {%- endfor %}
    known_legs.rating_status
from known_legs
left join numbers on known_legs.leg_id = numbers.leg_id
