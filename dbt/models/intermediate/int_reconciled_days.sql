-- The flags of a day follow its figures: a day that was never good has none, and one that this run rejects keeps those
-- of its last good state (D13). Legs older than CPM_LEG_DAYS are not here to be compared any more.
-- A day's flags are made of the legs and lines of the days beside it, too (D20). So a run that costs a day compares the
-- days beside it again, where they were compared before and an invoice has lines of them: on most days none has yet,
-- and then this costs nothing. That an invoice comes in is another change: invoice_files asks for those days.
with asked as (
    select usage_date
    from {{ source('run', 'days') }}
    where is_reconciled
),

costed as (
    select usage_date from {{ ref('int_run_days') }} where is_costed
),

compared_before as (
    select usage_date from {{ earlier_rows('int_days_compared', {'usage_date': 'date'}) }}
),

invoices_before as (
    select *
    from {{ earlier_rows('int_invoice_reach', {'reach': 'varchar', 'from_utc': 'timestamp', 'to_utc': 'timestamp'}) }}
    where reach = 'touched'
),

beside as (
    select distinct compared_before.usage_date
    from compared_before
    inner join costed on compared_before.usage_date between costed.usage_date - 1 and costed.usage_date + 1
    where exists (
        select 1 from invoices_before
        where compared_before.usage_date between
            cast(invoices_before.from_utc as date) - 1 and cast(invoices_before.to_utc as date) + 1
    )
),

days as (
    select usage_date from asked
    union
    select usage_date from beside
),

run as (
    select open_day, leg_days from {{ source('run', 'run') }}
),

good_days as (
    select usage_date
    from {{ ref('day_status') }}
    where last_good_at_utc is not null
),

rejected_now as (
    select usage_date
    from {{ ref('int_day_gate') }}
    where is_costed and not is_accepted
)

select days.usage_date
from days
inner join good_days on days.usage_date = good_days.usage_date
cross join run
where days.usage_date not in (select usage_date from rejected_now)
    and days.usage_date + run.leg_days > run.open_day + 1
