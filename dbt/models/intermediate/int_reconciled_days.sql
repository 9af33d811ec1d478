-- The flags of a day follow its figures: a day that was never good has none, and one that this run rejects keeps those
-- of its last good state (D13). Legs older than CPM_LEG_DAYS are not here to be compared any more.
with days as (
    select usage_date
    from {{ source('run', 'days') }}
    where is_reconciled
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
