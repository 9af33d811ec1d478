"""Jobs: what can be launched for a day, and for what purpose. The purpose is a run tag (`domain/build_plan.py`).

Belongs here: selections and their tags. Does not belong here: when they are launched (`schedules.py`, `sensors.py`).
"""

from __future__ import annotations

import dagster as dg

from cpm_assets.domain.build_plan import (
    DAY,
    FINALIZE,
    LATE_SWEEP,
    PURPOSE_TAG,
    RECOMPUTE,
    RECONCILE,
    RECOST,
    STATUS,
    TICK,
    VERIFY,
)

FRESHNESS = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("cpm_fact"), "open_day_fresh"))
INTACT = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("day_versions"), "frozen_days_intact"))
RECOMPUTED = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("day_versions"), "closed_day_recomputed"))
WHAT_IF = dg.AssetSelection.assets("what_if")
EVERYTHING = dg.AssetSelection.all() - FRESHNESS - INTACT - RECOMPUTED - WHAT_IF
ALL_BUT_EXTRACTION = EVERYTHING - dg.AssetSelection.assets("raw_legs")
TICK_ASSETS = (
    (
        dg.AssetSelection.groups("usage", "deliveries", "figures", "published")
        | dg.AssetSelection.assets("normalized_usage", "dispute_packs")
    )
    - FRESHNESS
    - INTACT
    - RECOMPUTED
)
"""What a tick tells Dagster of. dbt builds every model all the same; a hundred ticks a day need not all say so."""
RECONCILIATION = dg.AssetSelection.groups("deliveries", "reconciliation") | dg.AssetSelection.assets("published")


def build_jobs() -> list[dg.JobDefinition | dg.UnresolvedAssetJobDefinition]:
    """The explicit list of jobs, all on the daily partitions."""

    def job(name: str, purpose: str, selection: dg.AssetSelection, description: str) -> dg.UnresolvedAssetJobDefinition:
        return dg.define_asset_job(
            name,
            selection=selection,
            tags={PURPOSE_TAG: purpose},
            description=description,
        )

    return [
        job(
            "day_job",
            DAY,
            EVERYTHING,
            "One UTC day through every stage: the whole day is extracted, costed, published.",
        ),
        job("tick_job", TICK, TICK_ASSETS, "The open day, every 15 minutes: only what is new is extracted (D16)."),
        job("finalize_job", FINALIZE, EVERYTHING, "A day's last whole sweep and its closing for good (D21)."),
        job(
            "recost_job",
            RECOST,
            ALL_BUT_EXTRACTION,
            "A day again from the lake, without asking the API: for a new rate card or contract.",
        ),
        job(
            "late_sweep_job",
            LATE_SWEEP,
            EVERYTHING,
            "A closed day read whole again: what came late makes a numbered version beside it (D21).",
        ),
        job(
            "restatement_job",
            LATE_SWEEP,
            ALL_BUT_EXTRACTION,
            "A closed day compared with what the lake holds now: for a card or contract that came late (D21).",
        ),
        job("reconciliation_job", RECONCILE, RECONCILIATION, "Invoices against the legs of the days; figures stay."),
        job(
            "freshness_job", STATUS, FRESHNESS, "Whether the open day is fresh; scheduled, so that silence is noticed."
        ),
        job(
            "verify_job", VERIFY, INTACT, "Whether every frozen file still has its hash and every manifest its totals."
        ),
        job(
            "recompute_job",
            RECOMPUTE,
            RECOMPUTED,
            "Whether a closed day, another one each night, is still what its inputs give (D22).",
        ),
        job(
            "what_if_job",
            STATUS,
            WHAT_IF,
            "A carrier's past traffic at another one's prices; asked by hand, with the carriers as run configuration.",
        ),
        job(
            "status_job",
            STATUS,
            dg.AssetSelection.assets("day_status", "published"),
            "Publishes what is known of a day whose run failed, so that readers see it as failed.",
        ),
    ]
