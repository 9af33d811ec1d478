"""Diagnosis of the data directory: whose data it is (D26), whether it can be written, how long its disk lasts.

Pure: the facts are gathered by `resources/doctor/storage_facts.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cpm_assets.domain.findings import FAIL, OK, WARN, Finding

WORTH_A_WARNING_DAYS = 30
"""A disk that lasts shorter than this is a matter for this month."""
SPARE_BYTES = 256 << 20
"""Working space of dbt and of Dagster's records; with less nothing runs reliably."""
_MIB = 1 << 20


@dataclass(frozen=True)
class StorageFacts:
    """What is known of the directory. `stamp` is None before the first use; `stamp_trouble` says why a stamp that is
    there cannot be read. `unwritable` are the places in it that this user may not write. `lake_bytes_a_day` is the mean
    over `measured_days` days that were read. Sizes in bytes."""

    root: str
    stamp: str | None
    stamp_trouble: str | None
    unwritable: Sequence[str]
    free_bytes: int
    lake_bytes_a_day: int
    measured_days: int
    published_bytes: int


def directory_finding(facts: StorageFacts, expected_stamp: str) -> Finding:
    """Stamp and permissions."""
    subject = "data directory"
    if facts.stamp_trouble:
        return Finding(
            subject, FAIL, f"{facts.root}: its stamp.json cannot be read: {facts.stamp_trouble}",
            "restore stamp.json from the backup; without it nobody knows whose data this is",
        )  # fmt: skip
    if facts.stamp is not None and facts.stamp != expected_stamp:
        return Finding(
            subject, FAIL, f"{facts.root} holds the data of: {facts.stamp}. These settings are for: {expected_stamp}",
            "set CPM_DATA_DIR to another directory, or change the GENESYS_ settings",
        )  # fmt: skip
    if facts.unwritable:
        return Finding(
            subject, FAIL, f"this user may not write: {', '.join(facts.unwritable)}",
            "run as the user who owns the data, or give this one the right to write there",
        )  # fmt: skip
    if facts.stamp is None:
        return Finding(subject, OK, f"{facts.root} is not used yet; the first command stamps it: {expected_stamp}")
    return Finding(subject, OK, f"{facts.root} holds the data of: {facts.stamp}")


def disk_finding(facts: StorageFacts) -> Finding:
    """Free space against the next build (which copies the published file twice) and against the lake's growth."""
    needed = SPARE_BYTES + 2 * facts.published_bytes
    free = f"{facts.free_bytes // _MIB:,} MiB free"
    remedy = "free space on that disk, move CPM_DATA_DIR to a larger one, or lower CPM_KEEP_SNAPSHOTS"
    if facts.free_bytes < needed:
        return Finding("disk", FAIL, f"{free}, and the next build needs {needed // _MIB:,} MiB", remedy)
    if not facts.measured_days:
        return Finding("disk", OK, f"{free}; no day was read yet, so the growth is not known")
    days_left = (facts.free_bytes - needed) // max(1, facts.lake_bytes_a_day)
    text = (
        f"{free}; the lake grew by {facts.lake_bytes_a_day / _MIB:,.1f} MiB a day "
        f"(mean of {facts.measured_days}): {'years' if days_left > 3650 else f'{days_left:,} days'} are left"
    )
    return Finding("disk", WARN, text, remedy) if days_left < WORTH_A_WARNING_DAYS else Finding("disk", OK, text)
