"""Restatement SQL: the difference between two versions of a day's legs and figures, and the cause of each leg's.

Queries over the tables `before_legs`, `after_legs`, `before_daily`, `after_daily` (columns as `costed_legs` and
`cpm_daily`), `touched` (kind, carrier_name: whose cards or contracts changed in between) and `renumbered` (leg_id: legs
whose called number was corrected). Only text: who runs it is `final_day_review.py`.
"""

from __future__ import annotations

_RECEIVED = (
    "call_id", "sip_call_id", "start_time_utc", "end_time_utc", "media_seconds", "billing_seconds", "carrier_name",
    "destination_location", "call_type", "direction", "call_outcome", "is_in_progress",
)  # fmt: skip
"""What the leg is. Not the called number, which is shown as a setting says: a correction of it is in `renumbered`."""

_OF_ITS_CALL = ("leg_type", "is_fallback")
"""What its call's other legs make of it."""

_CARD = ("matched_prefix", "destination_region", "rate_per_minute")
_TERMS = (
    "is_billable", "rating_status", "priced_by_carrier", "initial_increment_seconds", "increment_seconds",
    "increment_rule", "minimum_seconds", "connection_fee", "attempt_fee", "rounding_mode", "rounding_decimals",
    "billed_seconds", "total_cost", "currency",
)  # fmt: skip


def _differ(columns: tuple[str, ...]) -> str:
    return "(" + " or ".join(f"before.{name} is distinct from after.{name}" for name in columns) + ")"


def _touched(kind: str) -> str:
    return (
        f"exists (select 1 from touched where touched.kind = '{kind}' and touched.carrier_name in "  # noqa: S608
        "(before.carrier_name, after.carrier_name, before.priced_by_carrier, after.priced_by_carrier))"
    )


CHANGED_LEGS = f"""
select
    coalesce(after.leg_id, before.leg_id) as leg_id,
    case when before.leg_id is null then 'new' when after.leg_id is null then 'vanished' else 'changed' end as change,
    case
        when before.leg_id is null or after.leg_id is null then 'late_leg'
        when {_differ(_RECEIVED)} or after.leg_id in (select leg_id from renumbered) then 'corrected_leg'
        when {_differ(_OF_ITS_CALL)} then 'late_leg'
        when {_differ(_CARD)} and {_touched("rate_cards")} then 'card'
        when {_touched("carrier_contracts")} then 'contract'
        when {_touched("rate_cards")} then 'card'
        else 'code'
    end as cause,
    coalesce(after.carrier_name, before.carrier_name) as carrier_name,
    coalesce(after.destination_region, before.destination_region) as destination_region,
    before.billed_seconds as billed_seconds_before,
    after.billed_seconds as billed_seconds_after,
    before.total_cost as total_cost_before,
    after.total_cost as total_cost_after,
    before.currency as currency_before,
    after.currency as currency_after
from before_legs as before
full outer join after_legs as after on before.leg_id = after.leg_id
where before.leg_id is null or after.leg_id is null or {_differ((*_RECEIVED, *_OF_ITS_CALL, *_CARD, *_TERMS))}
"""  # noqa: S608
"""One row per leg that is new, changed or vanished."""

RENUMBERED = """
with numbers as (
    select
        leg_id,
        arg_max(destination_number, (extraction_started_at_utc, extraction_id, position))
            filter (where list_contains($before, filename)) as number_before,
        arg_max(destination_number, (extraction_started_at_utc, extraction_id, position))
            filter (where list_contains($after, filename)) as number_after
    from read_parquet($files, filename = true)
    group by leg_id
)
select leg_id from numbers where number_before is distinct from number_after
"""
"""One row per leg whose called number differs between the parsed files `$before` and `$after` (both in `$files`)."""

CHANGED_CELLS = """
select
    coalesce(after.carrier_name, before.carrier_name) as carrier_name,
    coalesce(after.destination_region, before.destination_region) as destination_region,
    coalesce(after.currency, before.currency) as currency,
    cast(coalesce(after.legs, 0) - coalesce(before.legs, 0) as bigint) as legs_delta,
    cast(coalesce(after.unrated_legs, 0) - coalesce(before.unrated_legs, 0) as bigint) as unrated_legs_delta,
    cast(coalesce(after.billed_seconds, 0) - coalesce(before.billed_seconds, 0) as bigint) as billed_seconds_delta,
    cast(coalesce(after.billed_minutes, 0) - coalesce(before.billed_minutes, 0) as decimal(18, 6))
        as billed_minutes_delta,
    cast(coalesce(after.total_cost, 0) - coalesce(before.total_cost, 0) as decimal(18, 6)) as total_cost_delta
from before_daily as before
full outer join after_daily as after
    on before.carrier_name is not distinct from after.carrier_name
    and before.destination_region = after.destination_region
    and before.currency = after.currency
where
    before.legs is distinct from after.legs
    or before.unrated_legs is distinct from after.unrated_legs
    or before.billed_seconds is distinct from after.billed_seconds
    or before.total_cost is distinct from after.total_cost
"""
"""One row per carrier, region and currency that changed, signed: after less before."""
