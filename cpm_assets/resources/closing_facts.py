"""Closing facts: what a day's manifest says of its making, gathered before dbt runs: inputs, settings, code (D21).

Files, totals, checks and waivers are added when they are known, in the dbt model `int_frozen_days`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from importlib.metadata import version

from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import Tolerated
from cpm_assets.resources.delivery_store import ACCESS_POLICY, INVOICES
from cpm_assets.resources.parsed_files import ReferenceFile
from cpm_assets.resources.rules import engine_versions, rules_sha256


def closing_facts(
    installation: Installation,
    day: date,
    run_id: str,
    built_at: datetime,
    known_at: datetime,
    tolerated: Tolerated,
    deliveries: Iterable[ReferenceFile],
    version_number: int,
    reason: str,
) -> dict[str, object]:
    """The facts of a version of a UTC day, as JSON values. `deliveries` are those known at `known_at` (aware UTC).

    Invoices and access policies are left out: they make no figure of a day (D20).
    """
    settings = installation.settings
    return {
        "usage_date": day.isoformat(),
        "version": version_number,
        "reason": reason,
        "known_from_utc": built_at.isoformat(),
        "inputs_known_at_utc": known_at.isoformat(),
        "run_id": run_id,
        "stamp": settings.stamp,
        "code_version": version("cpm_assets"),
        "rules_sha256": rules_sha256(),
        "engines": engine_versions(),
        "settings": {
            "finalization_hours": settings.finalization_hours,
            "first_day": settings.first_day.isoformat(),
            "publish_numbers": settings.publish_numbers,
            "usage_source": settings.usage_source,
            **{f"tolerated_{name}": number for name, number in tolerated._asdict().items()},
        },
        "extractions": [
            {
                "asked_day": asked_day.isoformat(),
                "extraction_id": extraction.extraction_id,
                "kind": extraction.kind,
                "started_at_utc": extraction.started_at.isoformat(),
                "distinct_legs": extraction.distinct_legs,
                "files": extraction.files,
            }
            for asked_day in (day - timedelta(days=1), day)
            for extraction in installation.lake.day_selection(asked_day, known_at).extractions
        ],
        "deliveries": [
            {
                "kind": file.delivery.kind,
                "sha256": file.delivery.sha256,
                "file_name": file.delivery.file_name,
                "bytes": file.delivery.bytes,
                "received_at_utc": file.delivery.received_at.isoformat(),
            }
            for file in deliveries
            if file.delivery.kind not in (ACCESS_POLICY, INVOICES) and file.delivery.received_at <= known_at
        ],
    }
