{#- Rebuilt whole from cpm_daily, so that a day that changes is right in all seven windows (D11). -#}
with days as (
    select * from {{ ref('cpm_daily') }}
),

run as (
    select first_day, open_day from {{ source('run', 'run') }}
),

accepted_days as (
    select usage_date from {{ ref('day_status') }} where last_good_at_utc is not null
),

offsets as (
    select days_back from (values (0), (1), (2), (3), (4), (5), (6)) as seven (days_back)
),

windows as (
    select
        days.usage_date + offsets.days_back as usage_date,
        days.carrier_name,
        days.destination_region,
        days.currency,
        {{ sums_of_sums() }}
    from days
    cross join offsets
    cross join run
    where days.usage_date + offsets.days_back <= run.open_day
    group by days.usage_date + offsets.days_back, days.carrier_name, days.destination_region, days.currency
),

window_days as (
    select accepted_days.usage_date + offsets.days_back as usage_date, count(*) as days_in_window
    from accepted_days
    cross join offsets
    group by accepted_days.usage_date + offsets.days_back
)

select
    windows.usage_date,
    windows.carrier_name,
    windows.destination_region,
    windows.currency,
    windows.legs as legs_7d,
    windows.unrated_legs as unrated_legs_7d,
    windows.billed_seconds as billed_seconds_7d,
    {{ minutes('windows.billed_seconds') }} as billed_minutes_7d,
    windows.total_cost as total_cost_7d,
    {{ cost_per_minute('windows.total_cost', 'windows.billed_seconds') }} as cpm_7d,
    cast(coalesce(window_days.days_in_window, 0) as integer) as days_in_window
from windows
left join window_days on windows.usage_date = window_days.usage_date
