"""The ground truth agrees with the faults that were put in, and with itself; everything is the same in each process."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cpm_assets.sandbox import faults
from cpm_assets.sandbox.ground_truth import ground_truth, write_ground_truth
from cpm_assets.sandbox.inbox import inbox_files, write_inbox
from cpm_assets.sandbox.organization import DEMO_AS_OF, DEMO_DAYS, Organization
from cpm_assets.sandbox.traffic import records_as_known

ORGANIZATION = Organization(legs_per_day=300)
BEFORE_THE_CORRECTION = datetime(2026, 11, 3, tzinfo=UTC)

_FINGERPRINT = """
import hashlib, json
from cpm_assets.sandbox.ground_truth import ground_truth
from cpm_assets.sandbox.inbox import inbox_files
from cpm_assets.sandbox.organization import DEMO_AS_OF, DEMO_DAYS, Organization
from cpm_assets.sandbox.traffic import records_as_known
organization = Organization(legs_per_day=60)
digest = hashlib.sha256(json.dumps(ground_truth(organization)).encode())
digest.update(json.dumps([records_as_known(organization, day, DEMO_AS_OF) for day in DEMO_DAYS]).encode())
for name, data in sorted(inbox_files(organization).items()):
    digest.update(name.encode() + data)
print(digest.hexdigest())
"""


def _fingerprint() -> str:
    organization = Organization(legs_per_day=60)
    digest = hashlib.sha256(json.dumps(ground_truth(organization)).encode())
    digest.update(json.dumps([records_as_known(organization, day, DEMO_AS_OF) for day in DEMO_DAYS]).encode())
    for name, data in sorted(inbox_files(organization).items()):
        digest.update(name.encode() + data)
    return digest.hexdigest()


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return ground_truth(ORGANIZATION)


def test_another_process_makes_the_same_bytes() -> None:
    """A sandbox that depends on the process's hash seed could not be compared with its ground truth."""
    environment = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland"}
    other = subprocess.run(
        [sys.executable, "-c", _FINGERPRINT], capture_output=True, text=True, check=True, env=environment
    )
    assert other.stdout.strip() == _fingerprint()


def test_another_seed_is_another_organisation() -> None:
    """Otherwise the seed would be an idle setting."""
    one, other = (records_as_known(Organization(seed, 60), DEMO_DAYS[0], DEMO_AS_OF) for seed in (1, 2))
    assert one != other


def test_flags_are_exactly_what_was_spoiled(truth: dict[str, Any]) -> None:
    """The flags are worked out from the lines; if they differ from the list of mistakes, one of the two is wrong."""
    expected: Counter[tuple[str, str, str | None, str | None]] = Counter()
    for one in truth["faults"]["invoice_mistakes"]:
        place = one["carrier_name"], one["line_number"]
        match one["mistake"]:
            case "charge":
                expected[("charge_mismatch", *place, one["leg_id"])] += 1
            case "minutes":
                expected[("minute_mismatch", *place, one["leg_id"])] += 1
            case "charge_and_minutes":
                expected[("charge_mismatch", *place, one["leg_id"])] += 1
                expected[("minute_mismatch", *place, one["leg_id"])] += 1
            case "missing":
                expected[("missing_from_invoice", *place, one["leg_id"])] += 1
            case "surplus":
                expected[("missing_from_usage", *place, None)] += 1
            case "duplicate":
                expected[("duplicate_invoice_line", *place, None)] += 1
    found = Counter(
        (one["flag_type"], one["carrier_name"], one["line_number"], one["leg_id"])
        for one in truth["reconciliation"]["flags"]
    )
    late = {one["leg_id"] for one in truth["faults"]["late_legs"] if one["appears_at_utc"] > truth["as_of_utc"]}
    unrated = set(truth["faults"]["unrated_legs"]["leg_ids"])
    unexpected = Counter({flag: count for flag, count in (found - expected).items() if flag[3] not in unrated})
    assert {flag[3] for flag in found - expected if flag[0] == "charge_mismatch"} == unrated, "a charge without a price"
    assert {flag_type for flag_type, *_ in unexpected} <= {"missing_from_usage"}
    assert sum(unexpected.values()) <= len(late), "only lines of legs that are not known yet may be more"
    assert not expected - found


def test_the_rejected_day_has_no_flags_and_no_costs(truth: dict[str, Any]) -> None:
    """D13: what follows a rejected day keeps its last good state, and here there is none."""
    rejected = str(faults.UNKNOWN_CARRIER_DAY)
    assert rejected not in {one["usage_date"] for one in truth["reconciliation"]["flags"]}
    assert rejected not in {one["usage_date"] for one in truth["costs"]}
    assert {one["usage_date"] for one in truth["reconciliation"]["flags_of_rejected_days"]} == {rejected}


def test_statuses_and_checks_of_the_demo(truth: dict[str, Any]) -> None:
    """`make demo` exits 0 when exactly these checks fail."""
    statuses = {day: one["status"] for day, one in truth["days"].items()}
    assert statuses == {str(day): "rejected" if day == faults.UNKNOWN_CARRIER_DAY else "final" for day in DEMO_DAYS}
    failing = [(one["usage_date"], one["check"]) for one in truth["failing_checks"]]
    assert failing == [
        (str(faults.UNRATED_DAY), "every_billable_leg_rated"),
        (str(faults.UNKNOWN_CARRIER_DAY), "carrier_match"),
        ("2026-10-29", "reconciliation_drift"),
    ]
    assert {type_ for one in truth["days"].values() for type_ in one["leg_types"]} == {
        "attempt", "inbound", "internal", "monitor", "primary", "transfer", "whisper",
    }  # fmt: skip


def test_a_sweep_before_the_correction_sees_the_faults() -> None:
    """D14, D16: the first sweep rejects a day that the final one accepts, and has a leg that later vanished."""
    early = ground_truth(ORGANIZATION, as_of=BEFORE_THE_CORRECTION)
    assert early["days"][str(faults.ZERO_BILLING_DAY)]["status"] == "rejected"
    assert early["days"]["2026-11-02"]["status"] == "provisional"
    (vanishing,) = early["faults"]["vanishing_legs"]["leg_ids"]
    assert [one["flag_type"] for one in early["reconciliation"]["flags"] if one["leg_id"] == vanishing] == [
        "missing_from_invoice"
    ]
    mended = ground_truth(ORGANIZATION, as_of=BEFORE_THE_CORRECTION, swept_at={faults.ZERO_BILLING_DAY: DEMO_AS_OF})
    assert mended["days"][str(faults.ZERO_BILLING_DAY)]["zero_billing_legs"] == 0


def test_counts_of_a_day_add_up(truth: dict[str, Any]) -> None:
    """Every distinct leg has one type, and every billable one is in the costs of its day."""
    for day, one in truth["days"].items():
        assert sum(one["leg_types"].values()) == one["distinct_legs"]
        rows = [row for row in truth["costs"] if row["usage_date"] == day]
        if one["status"] == "final":
            assert sum(row["legs"] + row["unrated_legs"] for row in rows) == one["billable_legs"]
    without_legs = [row for row in truth["costs"] if row["legs"] == 0]
    assert [row["destination_region"] for row in without_legs] == ["(unrated)"]
    assert all(
        Decimal(row["total_cost"]) > 0 or row in without_legs
        for row in truth["costs"]
        if row["carrier_name"] != "Saltmarsh Telecom"
    )
    assert truth["faults"]["repeated_legs"][str(DEMO_DAYS[0])]


def test_days_that_were_not_built_are_not_known() -> None:
    """A call begun on a day before the first partition has its primary leg where the pipeline can see it."""
    one_day = ground_truth(ORGANIZATION, built_days=DEMO_DAYS[3:4])
    two_days = ground_truth(ORGANIZATION, built_days=DEMO_DAYS[2:4])
    day = str(DEMO_DAYS[3])
    alone, after = (one["days"][day]["leg_types"] for one in (one_day, two_days))
    assert alone["primary"] > after["primary"]
    assert alone["primary"] + alone["transfer"] == after["primary"] + after["transfer"]


def test_the_inbox_is_written_whole_and_again_without_a_change(tmp_path: Path) -> None:
    """The same bytes twice are one delivery; a half-written file must never be seen."""
    paths = write_inbox(tmp_path / "inbox", ORGANIZATION)
    before = {path: path.stat().st_mtime_ns for path in paths}
    assert write_inbox(tmp_path / "inbox", ORGANIZATION) == paths
    assert {path: path.stat().st_mtime_ns for path in paths} == before
    assert sorted(path for path in (tmp_path / "inbox").rglob("*") if path.is_file()) == paths
    folders = {path.parent.name for path in paths}
    assert folders >= {"rate_cards", "carrier_contracts", "seat_licenses", "Northwind Voice", "lindenfunk-gmbh"}


def test_the_truth_file_is_json_and_stable(tmp_path: Path, truth: dict[str, Any]) -> None:
    """Other tests read it from disk."""
    path = tmp_path / "truth" / "ground_truth.json"
    write_ground_truth(path, ORGANIZATION)
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(truth))
