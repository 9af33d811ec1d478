{{ config(
    materialized='incremental', incremental_strategy='replace_days',
    meta={'days_relation': 'int_reconciled_days'}
) }}
{#- The figures a priced pair goes through, from ours to the carrier's; each part is the step between two of them, so
    that the parts are the whole difference whatever the explanation is worth. -#}
{%- set steps = [
    ('destination', 'our_e6', 'after_destination_e6'),
    ('rate', 'after_destination_e6', 'after_rate_e6'),
    ('increment', 'after_rate_e6', 'after_increment_e6'),
    ('fee', 'after_increment_e6', 'after_fee_e6'),
    ('rounding', 'after_fee_e6', 'tried_e6'),
    ('unexplained', 'tried_e6', 'carrier_e6')
] -%}
-- What does not depend on other invoices: a day's parts stay true when the next invoice arrives. Which invoice a leg
-- belongs to by our days (component `period`) does depend on them and is worked out with the totals (invoice_variance).
with reconciled as (
    select * from {{ ref('int_invoice_reconciled') }}
    where usage_date in (select usage_date from {{ ref('int_reconciled_days') }})
),

pairs as (
    select * from {{ ref('int_unequal_pairs') }}
),

explanations as (
    select * from {{ ref('int_pair_explanations') }}
),

explained_pairs as (
    select
        pairs.usage_date,
        pairs.carrier_name,
        pairs.invoice_number,
        pairs.line_number,
        pairs.leg_id,
        pairs.currency,
        pairs.our_e6,
        pairs.carrier_e6,
        pairs.billed_seconds,
        pairs.fee_e6 as our_fee_e6,
        pairs.rounding_mode as our_mode,
        pairs.rounding_decimals as our_decimals,
        explanations.rate_source,
        explanations.carrier_rate_e8,
        explanations.seconds_at_our_minimum,
        explanations.carrier_seconds,
        explanations.fee_e6,
        explanations.tried_e6
    from pairs
    inner join explanations on pairs.leg_id = explanations.leg_id
),

with_figures as (
    select
        *,
        case when rate_source = 'destination'
            then {{ charge_e6('billed_seconds', 'carrier_rate_e8', 'our_fee_e6', 'our_mode', 'our_decimals') }}
            else our_e6
        end as after_destination_e6,
        case when rate_source = 'held' then our_e6
            else {{ charge_e6('billed_seconds', 'carrier_rate_e8', 'our_fee_e6', 'our_mode', 'our_decimals') }}
        end as after_rate_e6,
        {{ charge_e6('seconds_at_our_minimum', 'carrier_rate_e8', 'our_fee_e6', 'our_mode', 'our_decimals') }}
            as after_increment_e6,
        {{ charge_e6('carrier_seconds', 'carrier_rate_e8', 'fee_e6', 'our_mode', 'our_decimals') }} as after_fee_e6
    from explained_pairs
),

parts as (
    {%- for component, before, after in steps %}
    select
        usage_date,
        carrier_name,
        invoice_number,
        line_number,
        leg_id,
        '{{ component }}' as component,
        {{ after }} - {{ before }} as amount_e6,
        currency
    from with_figures
    union all
    {%- endfor %}
    select
        usage_date,
        carrier_name,
        invoice_number,
        line_number,
        leg_id,
        case pair_kind
            when 'taken_back' then 'tax_and_other'
            when 'no_seconds' then 'increment'
            when 'no_rate' then 'rate'
            when 'attempt' then 'fee'
        end as component,
        carrier_e6 - our_e6 as amount_e6,
        currency
    from pairs
    where pair_kind in ('taken_back', 'no_seconds', 'no_rate', 'attempt')
    union all
    select
        usage_date,
        carrier_name,
        invoice_number,
        line_number,
        leg_id,
        'currency' as component,
        -our_e6 as amount_e6,
        currency
    from pairs
    where pair_kind = 'other_currency'
    union all
    select
        usage_date,
        carrier_name,
        invoice_number,
        line_number,
        leg_id,
        'currency' as component,
        carrier_e6 as amount_e6,
        carrier_currency as currency
    from pairs
    where pair_kind = 'other_currency'
    union all
    select
        usage_date,
        carrier_name,
        invoice_number,
        line_number,
        null as leg_id,
        case outcome
            when 'duplicate_invoice_line' then 'duplicate'
            when 'credit' then 'tax_and_other'
            else 'missing_from_usage'
        end as component,
        cast({{ to_units('carrier_charge', 6) }} as bigint) as amount_e6,
        carrier_currency as currency
    from reconciled
    where leg_id is null
    union all
    select
        usage_date,
        carrier_name,
        covering_invoice_number as invoice_number,
        null as line_number,
        leg_id,
        'missing_from_invoice' as component,
        -cast({{ to_units('internal_charge', 6) }} as bigint) as amount_e6,
        currency
    from reconciled
    where outcome = 'missing_from_invoice'
        and internal_charge is not null
)

select
    usage_date,
    carrier_name,
    invoice_number,
    line_number,
    leg_id,
    component,
    {{ from_units('amount_e6', 6) }} as amount,
    currency
from parts
where amount_e6 <> 0
