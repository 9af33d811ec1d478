"""Claims about the demonstration: it finds exactly what is wrong in the sandbox on purpose, and nothing else.

The truth is `cpm_assets/sandbox/ground_truth.py`, worked out from the organization's own legs in plain Python. Every
comparison is of whole sets: a figure too many fails like one too few.
"""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cpm_assets.sandbox.ground_truth import ground_truth
from cpm_assets.sandbox.organization import Organization
from cpm_assets_tests.conftest import FinishedCommand
from cpm_assets_tests.pipeline.published_tables import records, rows

START_TOLERANCE = timedelta(seconds=5)
"""`start_tolerance_seconds` of every contract of the sandbox: coverage is published less it (D20)."""


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """What is wrong on purpose, and what is to be said about it."""
    return ground_truth(Organization())


def test_the_demonstration_ends_well_and_says_what_it_found(demo: FinishedCommand, truth: dict[str, Any]) -> None:
    """The first thing a new user types; an exit status of 1 or a missing answer is the last thing they type."""
    assert demo.status == 0, f"{demo.output}\n{demo.messages}"
    assert "Cost per minute, 2026-10-24 to 2026-11-02, USD" in demo.output
    assert "Cost per minute, 2026-10-24 to 2026-11-02, EUR" in demo.output
    for day, said in truth["days"].items():
        assert f"{day}  {said['status']}" in demo.output
    for failing in truth["failing_checks"]:
        assert any(line.split()[:2] == [failing["check"], failing["usage_date"]] for line in demo.output.splitlines())
    for kind in {flag["flag_type"] for flag in truth["reconciliation"]["flags"]}:
        assert kind in demo.output
    assert str(demo.published) in demo.output
    assert "make dev" in demo.output
    assert "raw_legs: 2026-10-24 (1 of 10)" in demo.messages, "it shows progress"
    assert "Traceback" not in demo.messages


def test_each_days_status_and_counts(published_demo: Path, truth: dict[str, Any]) -> None:
    """A day that is wrongly final, or a leg that vanished between receipt and status, is found by no other check."""
    published = records(
        published_demo,
        "select usage_date, status, legs_received, legs_rejected, unknown_carrier_legs, zero_billing_legs, "
        "unrated_legs from day_status where usage_date between '2026-10-24' and '2026-11-02'",
    )
    expected = {
        day: {
            "status": said["status"],
            "legs_received": said["distinct_legs"] + said["malformed_records"],
            "legs_rejected": said["malformed_records"],
            **{name: said[name] for name in ("unknown_carrier_legs", "zero_billing_legs", "unrated_legs")},
        }
        for day, said in truth["days"].items()
    }
    assert {str(row.pop("usage_date")): row for row in published} == expected


def test_every_cost_by_day_carrier_and_region(published_demo: Path, truth: dict[str, Any]) -> None:
    """The product's one promise: exact figures, to the last micro-unit, and no row more."""
    columns = list(truth["costs"][0])
    published = rows(published_demo, f"select {', '.join(columns)} from cpm_daily")
    assert len(truth["costs"]) > 1000
    assert {tuple(map(str, row)) for row in published} == {tuple(map(str, row.values())) for row in truth["costs"]}
    assert len(published) == len(truth["costs"])


def test_each_days_legs_by_type(published_demo: Path, truth: dict[str, Any]) -> None:
    """A monitor leg taken for a transfer is minutes nobody paid for; a fallback not marked hides the dearer carrier."""
    everything = "(select * from costed_legs union all by name select * from costed_legs_rejected)"
    counted = rows(published_demo, f"select usage_date, leg_type, count(*) from {everything} group by all")
    types: dict[str, dict[str, int]] = {}
    for day, leg_type, legs in counted:
        types.setdefault(str(day), {})[leg_type] = legs
    assert types == {day: said["leg_types"] for day, said in truth["days"].items()}
    flags = rows(
        published_demo,
        f"select usage_date, count(*) filter (where is_fallback), count(*) filter (where is_billable) "
        f"from {everything} group by all",
    )
    assert {str(day): counts for day, *counts in flags} == {
        day: [said["fallback_legs"], said["billable_legs"]] for day, said in truth["days"].items()
    }


def test_exactly_the_intended_checks_fail(published_demo: Path, truth: dict[str, Any]) -> None:
    """A check that fails without a cause is ignored by the time it has one; one that passes is no check."""
    failed = rows(published_demo, "select usage_date, check_name from check_results where not is_passed")
    assert sorted((str(day), name) for day, name in failed) == [
        (row["usage_date"], row["check"]) for row in truth["failing_checks"]
    ]


def test_faulty_legs_are_found_by_name(published_demo: Path, truth: dict[str, Any]) -> None:
    """A count can be right for the wrong leg."""
    faults = truth["faults"]

    def legs(query: str) -> list[str]:
        return sorted(leg_id for (leg_id,) in rows(published_demo, query))

    rejected = "select leg_id from costed_legs_rejected where rating_status = 'unknown_carrier' and is_billable"
    assert legs("select leg_id from rejected_legs") == sorted(faults["malformed_records"]["leg_ids"])
    assert legs(rejected) == sorted(faults["unknown_carrier_legs"]["leg_ids"])
    assert legs("select leg_id from costed_legs where rating_status = 'no_rate'") == sorted(
        faults["unrated_legs"]["leg_ids"]
    )
    assert not legs("select leg_id from costed_legs where rating_status in ('unknown_carrier', 'zero_billing')")


def test_the_final_sweep_mended_the_zero_billing_leg_and_dropped_the_vanished_one(
    published_demo: Path, truth: dict[str, Any]
) -> None:
    """The closing that only marked the provisional figures final would freeze a rejected day and a leg not billed."""
    mended, vanished = (truth["faults"][name]["leg_ids"] for name in ("zero_billing_legs", "vanishing_legs"))
    found = rows(
        published_demo,
        "select leg_id, rating_status, billed_seconds > 0 from costed_legs where list_contains($legs, leg_id)",
        legs=mended + vanished,
    )
    assert found == [(leg_id, "rated", True) for leg_id in mended]
    counted = rows(published_demo, "select usage_date, legs_vanished from day_status where legs_vanished > 0")
    assert [(str(day), legs) for day, legs in counted] == [
        (truth["faults"]["vanishing_legs"]["usage_date"], len(vanished))
    ]


def test_late_legs_are_in_and_repeated_ones_are_in_once(published_demo: Path, truth: dict[str, Any]) -> None:
    """A leg reported a day later is on the carrier's invoice; one sent on two pages is on it once."""
    everything = "(select leg_id from costed_legs union all select leg_id from costed_legs_rejected)"
    copies = Counter(leg_id for (leg_id,) in rows(published_demo, f"from {everything}"))
    late = [leg["leg_id"] for leg in truth["faults"]["late_legs"] if leg["appears_at_utc"] <= truth["as_of_utc"]]
    malformed = set(truth["faults"]["malformed_records"]["leg_ids"])
    repeated = [leg_id for legs in truth["faults"]["repeated_legs"].values() for leg_id in legs]
    assert len(late) > 10
    assert len(repeated) > 50
    assert {copies[leg_id] for leg_id in late + repeated if leg_id not in malformed} == {1}


def test_exactly_the_intended_flags(published_demo: Path, truth: dict[str, Any]) -> None:
    """A flag too few is money not claimed back; one too many is an analyst's hour. The rejected day has none (D13)."""
    columns = list(truth["reconciliation"]["flags"][0])
    published = Counter(
        tuple(None if value is None else str(value) for value in row)
        for row in rows(published_demo, f"select {', '.join(columns)} from reconciliation_flags")
    )
    expected = Counter(tuple(flag.values()) for flag in truth["reconciliation"]["flags"])
    assert published == expected, {"too many": published - expected, "too few": expected - published}


def test_the_sums_of_reconciliation_and_what_the_invoices_cover(published_demo: Path, truth: dict[str, Any]) -> None:
    """Small disagreements are not flags, but lost they add up (D18); without coverage every leg seems missing (D20)."""
    expected: dict[tuple[str, str], Counter[str]] = {}
    for pair in truth["reconciliation"]["pairs"]:
        expected.setdefault((pair["usage_date"], pair["carrier_name"]), Counter())[pair["outcome"]] = pair["lines"]
    published = records(published_demo, "from reconciliation_daily where equal_lines + drift_lines + flagged_lines > 0")
    outcomes = ("equal", "drift", "flagged")
    assert {
        (str(row["usage_date"]), row["carrier_name"]): [row[f"{outcome}_lines"] for outcome in outcomes]
        for row in published
    } == {
        key: [lines[outcome] for outcome in outcomes]
        for key, lines in expected.items()
        if any(lines[outcome] for outcome in outcomes)
    }
    drift = rows(
        published_demo,
        "select usage_date, carrier_name, drift_absolute_charge from reconciliation_daily where drift_lines > 0",
    )
    assert sorted((str(day), carrier, str(charge)) for day, carrier, charge in drift) == [
        (row["usage_date"], row["carrier_name"], row["drift"])
        for row in sorted(truth["reconciliation"]["drift"], key=lambda row: (row["usage_date"], row["carrier_name"]))
    ]
    covered = rows(published_demo, "select carrier_name, invoice_number, from_utc, to_utc from invoice_coverage")
    assert sorted(covered) == sorted(
        (
            row["carrier_name"],
            row["invoice_number"],
            datetime.fromisoformat(row["from_utc"]).replace(tzinfo=None) + START_TOLERANCE,
            datetime.fromisoformat(row["to_utc"]).replace(tzinfo=None) - START_TOLERANCE,
        )
        for row in truth["reconciliation"]["coverage"]
    )


def test_every_part_of_an_invoices_difference_has_a_name(published_demo: Path) -> None:
    """All of the sandbox's faults are of kinds that the waterfall names; a rest is a rule forgotten."""
    assert rows(published_demo, "from invoice_variance where component = 'unexplained'") == []


def test_the_published_file_says_whose_it_is_and_what_it_holds(published_demo: Path) -> None:
    """Sandbox figures in a report to finance (D26)."""
    (meta,) = records(published_demo, "from cpm_meta")
    assert meta["stamp"] == "sandbox"
    assert (str(meta["first_day"]), str(meta["last_day"])) == ("2026-10-24", "2026-11-02")
    assert str(meta["published_at_utc"]) == "2026-11-05 12:00:00"


def test_every_table_and_column_is_explained_in_the_file(published_demo: Path) -> None:
    """An analyst with nothing but the file must learn the unit of `billed_seconds` from it."""
    unexplained = rows(published_demo, "select table_name from duckdb_tables() where comment is null") + rows(
        published_demo, "select table_name, column_name from duckdb_columns() where comment is null and not internal"
    )
    assert unexplained == []


def test_no_called_number_is_published_in_full(published_demo: Path) -> None:
    """Numbers are personal data; the published file goes to many readers (D28)."""
    readable = rows(
        published_demo,
        "select count(*) from costed_legs where regexp_matches(destination_number, '^[+]?[0-9]+$') "
        "and leg_type in ('primary', 'transfer', 'attempt', 'inbound')",
    )
    assert readable == [(0,)]
