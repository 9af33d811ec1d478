"""`make as-of`: one UTC day's figures as known at an instant (D22), and what they were worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cpm_assets.commands.report import print_day_figures, print_days
from cpm_assets.commands.terminal import say
from cpm_assets.domain.extraction_receipt import ExtractionReceipt
from cpm_assets.installation import Installation
from cpm_assets.resources.day_comparison import compared_with, tolerated_by
from cpm_assets.resources.delivery_store import REFERENCE_KINDS
from cpm_assets.resources.frozen_versions import FIRST, FrozenVersion, read_version
from cpm_assets.resources.recomputation import recomputed_day
from cpm_assets.resources.run_inputs import known_deliveries, tolerated_now
from cpm_assets.settings import settings_from_environment

NOT_KNOWN = 1


def run_as_of(day: date, at: datetime) -> int:
    """Print the figures of `day` as known at `at` (aware UTC): 0, or 1 when no sweep of it was complete by then."""
    installation = Installation(settings_from_environment())
    installation.claim()
    return print_as_of(installation, day, at)


def print_as_of(installation: Installation, day: date, at: datetime) -> int:
    """As `run_as_of`, for an installation. A day that was final by then is worked out as its version known then
    was: as at its closing, or at its latest restatement."""
    closing = installation.warehouse.builds.final_days([day]).get(day)
    is_final = closing is not None and closing.built_at_utc <= at
    version = _version_known(installation, day, at) if is_final else None
    known_at = version.inputs_known_at_utc if version else closing.known_at_utc if closing and is_final else at
    selection = installation.lake.day_selection(day, known_at)
    if selection.sweep is None:
        say(f"cpm: {day} is not known as of {_text(at)}: {_first_reading(installation, day)}")
        return NOT_KNOWN
    say(f"{day} is worked out again from what was received by {_text(known_at)} …")
    tolerated = closing.tolerated if closing and is_final else tolerated_now(installation.settings)
    if version and version.version > FIRST:
        tolerated = tolerated_by(version)
    with recomputed_day(installation, day, known_at, tolerated, say, is_finalizing=is_final) as marts_file:
        state = f"final since {_text(closing.built_at_utc)}" if closing and is_final else "provisional"
        if version and version.version > FIRST:
            state += f", restated: version {version.version} since {_text(version.known_from_utc)}, {version.reason}"
        print(f"{day} as known at {_text(at)}: {state}")
        print_day_figures(marts_file, day)
        print_days(marts_file, day, day)
        if version:
            print(f"\nThese are {compared_with(installation, version, marts_file).verdict}")
    _print_inputs(installation, selection.extractions, known_at)
    return 0


def _version_known(installation: Installation, day: date, at: datetime) -> FrozenVersion | None:
    """The version of a closed day that was the latest at `at`; None if it was closed without frozen files."""
    versions = (read_version(path) for path in installation.warehouse.frozen.of_day(day))
    return max((each for each in versions if each.known_from_utc <= at), key=lambda each: each.version, default=None)


def _first_reading(installation: Installation, day: date) -> str:
    first = next(iter(installation.lake.extractions(day)), None)
    return f"its first whole reading ended at {_text(first.finished_at)}" if first else "it was never read whole"


def _print_inputs(installation: Installation, extractions: Sequence[ExtractionReceipt], known_at: datetime) -> None:
    deliveries = [file.delivery for file in known_deliveries(installation, known_at)]
    print("\nWorked out from")
    for extraction in extractions:
        print(f"  {extraction.kind:<5}  {extraction.extraction_id}  {extraction.distinct_legs} legs")
    for kind in REFERENCE_KINDS:
        files = [delivery for delivery in deliveries if delivery.kind == kind]
        print(f"  {kind.replace('_', ' ')}: {len(files)} file(s)")
        for delivery in files:
            print(f"    {delivery.sha256}  {delivery.file_name}")


def _text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
