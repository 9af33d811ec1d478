{#- Which answered legs are more than the call's plain first one. Only calls with several legs are compared. -#}
with outbound as (
    select leg_id, call_id, usage_date, start_time_utc, carrier_name, destination_digits, call_outcome
    from {{ ref('int_working_legs') }}
    where call_type = 'voip' and direction = 'outbound'
),

run_days as (
    select usage_date from {{ ref('int_run_days') }} where is_costed
),

answered as (
    select * from outbound where call_outcome = 'answered'
),

unanswered as (
    select * from outbound where call_outcome is distinct from 'answered'
),

-- The call's answered leg just before this one, if it is of the same day or the day before: then this one is later.
transfers as (
    select leg_id, usage_date
    from (
        select
            leg_id,
            usage_date,
            lag(usage_date) over (partition by call_id order by start_time_utc, leg_id) as earlier_date
        from answered
        where call_id in (select call_id from answered group by call_id having count(*) > 1)
    )
    where earlier_date >= usage_date - 1
),

fallbacks as (
    select distinct answered.leg_id, answered.usage_date
    from answered
    inner join unanswered
        on answered.call_id = unanswered.call_id and answered.destination_digits = unanswered.destination_digits
    where
        unanswered.carrier_name is distinct from answered.carrier_name
        and unanswered.start_time_utc <= answered.start_time_utc
        and unanswered.usage_date >= answered.usage_date - 1
),

roles as (
    select leg_id, usage_date, true as is_transfer, false as is_fallback from transfers
    union all
    select leg_id, usage_date, false as is_transfer, true as is_fallback from fallbacks
)

select leg_id, bool_or(is_transfer) as is_transfer, bool_or(is_fallback) as is_fallback
from roles
where usage_date in (select usage_date from run_days)
group by leg_id
