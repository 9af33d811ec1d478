{#- D13, D14 and D23 as data: which days of the run go on to the figures. Refusing one says nothing about the others. -#}
with run_days as (
    select * from {{ ref('int_run_days') }}
),

settings as (
    select tolerated_unknown_carrier_legs, tolerated_zero_billing_legs from {{ source('run', 'run') }}
),

legs as (
    select usage_date, carrier_name, is_billable, is_unknown_carrier, is_zero_billing, is_in_progress
    from {{ ref('int_leg_terms') }}
),

copies as (
    select asked_day, leg_id from {{ ref('stg_usage__legs') }}
),

excluded as (
    select asked_day, reason from {{ ref('int_excluded_copies') }} where copy_source = 'received'
),

rejects as (
    select * from {{ ref('stg_usage__rejects') }}
),

leg_counts as (
    select
        usage_date,
        count(*) as legs,
        count(*) filter (where is_in_progress) as legs_in_progress,
        count(*) filter (where is_billable and is_unknown_carrier) as unknown_carrier_legs,
        count(*) filter (where is_zero_billing) as zero_billing_legs
    from legs
    group by usage_date
),

unknown_names as (
    select
        usage_date,
        coalesce('''' || {{ shortened('carrier_name') }} || '''', '(none)') as shown_name,
        row_number() over (partition by usage_date order by carrier_name) as name_rank,
        count(*) over (partition by usage_date) as names
    from (select distinct usage_date, carrier_name from legs where is_billable and is_unknown_carrier)
),

unknown_lists as (
    select
        usage_date,
        string_agg(shown_name, ', ' order by name_rank) || case when max(names) > 3 then ', …' else '' end as names
    from unknown_names
    where name_rank <= 3
    group by usage_date
),

copy_counts as (
    select asked_day, count(*) as copies from copies group by asked_day
),

excluded_counts as (
    select
        asked_day,
        count(*) filter (where reason = 'later_copy_received') as repeated_copies,
        count(*) filter (where reason = 'starts_outside_asked_day') as legs_outside_day,
        count(*) filter (where reason in ('belongs_to_final_day', 'newer_copy_on_other_day')) as legs_on_other_day
    from excluded
    group by asked_day
),

-- A record that cannot be read is not missing when another copy of the same leg could be.
reject_counts as (
    select
        usage_date,
        count(distinct coalesce(leg_id, extraction_id || '/' || page_number || '/' || position)) as legs_rejected
    from rejects
    where
        not exists (
            select 1 from copies where copies.leg_id = rejects.leg_id and copies.asked_day = rejects.usage_date
        )
    group by usage_date
),

vanished_counts as (
    select usage_date, count(*) as legs_vanished
    from {{ ref('vanished_legs') }}
    where usage_date in (select usage_date from run_days)
    group by usage_date
),

waivers as (
    select
        usage_date,
        max(waived_by) filter (where check_name = 'carrier_match') as unknown_carriers_waived_by,
        max(waived_by) filter (where check_name = 'non_zero_billing') as zero_billings_waived_by
    from {{ ref('int_waived_checks') }}
    group by usage_date
),

counted as (
    select
        run_days.*,
        waivers.unknown_carriers_waived_by,
        waivers.zero_billings_waived_by,
        settings.*,
        coalesce(leg_counts.legs, 0) as legs,
        coalesce(leg_counts.legs_in_progress, 0) as legs_in_progress,
        coalesce(leg_counts.unknown_carrier_legs, 0) as unknown_carrier_legs,
        coalesce(leg_counts.zero_billing_legs, 0) as zero_billing_legs,
        case
            when run_days.is_costed_from_files
                then coalesce(copy_counts.copies, 0) - coalesce(excluded_counts.repeated_copies, 0)
                    + coalesce(reject_counts.legs_rejected, 0)
        end as legs_received,
        case when run_days.is_costed_from_files then coalesce(reject_counts.legs_rejected, 0) end as legs_rejected,
        coalesce(excluded_counts.legs_outside_day, 0) as legs_outside_day,
        coalesce(excluded_counts.legs_on_other_day, 0) as legs_on_other_day,
        coalesce(vanished_counts.legs_vanished, 0) as legs_vanished,
        unknown_lists.names as unknown_carrier_names
    from run_days
    cross join settings
    left join leg_counts on run_days.usage_date = leg_counts.usage_date
    left join unknown_lists on run_days.usage_date = unknown_lists.usage_date
    left join copy_counts on run_days.usage_date = copy_counts.asked_day
    left join excluded_counts on run_days.usage_date = excluded_counts.asked_day
    left join reject_counts on run_days.usage_date = reject_counts.usage_date
    left join vanished_counts on run_days.usage_date = vanished_counts.usage_date
    left join waivers on run_days.usage_date = waivers.usage_date
)

select
    usage_date,
    run_id,
    built_at_utc,
    purpose,
    is_finalizing,
    is_restored,
    is_costed,
    is_costed_from_files,
    extraction_state,
    extraction_reason,
    legs,
    legs_received,
    legs_rejected,
    legs_in_progress,
    legs_outside_day,
    legs_on_other_day,
    legs_vanished,
    unknown_carrier_legs,
    zero_billing_legs,
    unknown_carrier_legs > tolerated_unknown_carrier_legs as has_too_many_unknown_carriers,
    zero_billing_legs > tolerated_zero_billing_legs as has_too_many_zero_billings,
    -- A closed day was accepted once and for all.
    is_costed
    and (
        is_restored
        or (
            (unknown_carrier_legs <= tolerated_unknown_carrier_legs or unknown_carriers_waived_by is not null)
            and (zero_billing_legs <= tolerated_zero_billing_legs or zero_billings_waived_by is not null)
        )
    ) as is_accepted,
    nullif(concat_ws(
        '; ',
        case
            when unknown_carrier_legs > tolerated_unknown_carrier_legs
                then unknown_carrier_legs || case when unknown_carrier_legs = 1
                    then ' billable leg with an unknown carrier: ' else ' billable legs with an unknown carrier: ' end
                    || unknown_carrier_names || ' (tolerated ' || tolerated_unknown_carrier_legs || ')'
                    || coalesce('; waived by ' || unknown_carriers_waived_by, '')
        end,
        case
            when zero_billing_legs > tolerated_zero_billing_legs
                then zero_billing_legs || case when zero_billing_legs = 1
                    then ' answered leg without billed seconds' else ' answered legs without billed seconds' end
                    || ' (tolerated ' || tolerated_zero_billing_legs || ')'
                    || coalesce('; waived by ' || zero_billings_waived_by, '')
        end
    ), '') as reason
from counted
