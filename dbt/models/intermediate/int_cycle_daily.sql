{{ config(
    materialized='incremental', incremental_strategy='replace_days', meta={'days_relation': 'int_accepted_days'}
) }}
-- A carrier's billing month begins on the 1st at its contract's cycle_start_utc (07:00 for Genesys Cloud Voice), so the
-- early legs of a 1st belong to the month before. Made while the day's legs are there: they outlive CPM_LEG_DAYS here.
with legs as (
    select * from {{ ref('costed_legs') }}
    where is_billable and usage_date in (select usage_date from {{ ref('int_accepted_days') }})
),

terms as (
    select * from {{ ref('carrier_contract_terms') }}
),

months as (
    select
        legs.*,
        cast(date_trunc('month', case
            when {{ time_of_day_text('legs.start_time_utc') }} < coalesce(terms.cycle_start_utc, '00:00')
                then legs.usage_date - 1
            else legs.usage_date
        end) as date) as billing_month
    from legs
    left join terms on legs.carrier_name = terms.carrier_name and {{ holds('terms', 'legs.usage_date') }}
)

select
    usage_date,
    billing_month,
    carrier_name,
    currency,
    {{ sums_of_legs() }}
from months
group by usage_date, billing_month, carrier_name, currency
