"""Claims about the review queue: what a flag is worth and until when, and that people's decisions outlive every run."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cpm_assets_tests.pipeline.reconciliation.books import (
    books,
    call,
    invoice,
    line,
    only_reconcile,
    prices,
    reconciled,
)
from cpm_assets_tests.run_rows import Delivery, RunInputs, contract
from cpm_assets_tests.warehouse_harness import TestWarehouse

DAY = "2026-10-25"
SENT, RECEIVED = date(2026, 10, 31), datetime(2026, 11, 3, tzinfo=UTC)
LEGS = [
    call("dear", f"{DAY} 10:00:00"),
    call("longer", f"{DAY} 11:00:00", 600),
    call("credited", f"{DAY} 12:00:00"),
    call("not-billed", f"{DAY} 13:00:00"),
    call("euro", f"{DAY} 14:00:00"),
    call("mended", f"{DAY} 15:00:00"),
    call("mended-too", f"{DAY} 16:00:00"),
    call("pounds", f"{DAY} 17:00:00", carrier_name="Other"),
]
LINES = [
    line(1, f"{DAY} 10:00:00", "1.60"),
    line(2, f"{DAY} 11:00:00", "7.20", 600, billed_minutes=Decimal(12)),
    line(3, f"{DAY} 12:00:00", "0.90"),
    line(5, f"{DAY} 14:00:00", "0.50", currency="EUR"),
    line(6, f"{DAY} 15:00:00", "0.80"),
    line(7, f"{DAY} 16:00:00", "0.90"),
    line(8, f"{DAY} 18:00:00", "0.25"),
]
HEADER = {"invoice_number": "INV-1", "invoice_date": SENT}
INVOICES = [
    invoice(*LINES, headers=[HEADER]),
    invoice(line(1, f"{DAY} 17:00:00", "9.60", invoice_number="O-9"), carrier="Other", received=RECEIVED),
]
TERMS = [contract("Acme", dispute_days=10), contract("Other")]
FIRST = books([DAY], LEGS, [*prices(*TERMS), *INVOICES])
CORRECTED = invoice(
    line(6, f"{DAY} 15:00:00", "0.60"),
    line(7, f"{DAY} 16:00:00", "0.60"),
    received=datetime(2026, 11, 6, tzinfo=UTC),
    file_name="corrected.csv",
)
NEVER = "f" * 64


def decision(flag_id: str, status: str, at: str, by: str = "Ada", **columns: Any) -> dict[str, Any]:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return {"flag_id": flag_id, "status": status, "decided_by": by, "decided_at_utc": instant} | columns


def decided(*rows: dict[str, Any], received: str = "2026-11-05", name: str = "decisions.csv") -> Delivery:
    at = datetime.fromisoformat(received).replace(tzinfo=UTC)
    return Delivery("review_decisions", rows, received_at_utc=at, file_name=name)


def flag_ids(warehouse: TestWarehouse) -> dict[str, str]:
    """The flag of each leg or line, by the leg's id or the line's number."""
    query = (
        "select coalesce(leg_id, line_number), flag_id from finance_review_queue where flag_type <> 'minute_mismatch'"
    )
    return dict(warehouse.rows(query))


def statuses(warehouse: TestWarehouse) -> dict[str, tuple[Any, ...]]:
    """Status, decision and note of each decided flag, by leg or line."""
    query = "select coalesce(leg_id, line_number), status, decision, note from finance_review_queue"
    return {name: tuple(row) for name, *row in warehouse.rows(f"{query} where decision is not null")}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> TestWarehouse:
    return reconciled(tmp_path_factory.mktemp("review"), FIRST)


def test_each_flag_has_its_worth_once_and_the_invoice_that_it_belongs_to(warehouse: TestWarehouse) -> None:
    """A pair flagged twice would be claimed twice; a leg without a line would have no deadline."""
    query = "select coalesce(leg_id, line_number), flag_type, invoice_number, worth::text, currency"
    assert warehouse.rows(f"{query} from finance_review_queue where carrier_name = 'Acme' order by all") == [
        ("8", "missing_from_usage", "INV-1", "0.250000", "USD"),
        ("credited", "charge_mismatch", "INV-1", "0.300000", "USD"),
        ("dear", "charge_mismatch", "INV-1", "1.000000", "USD"),
        ("euro", "charge_mismatch", "INV-1", "0.500000", "EUR"),
        ("longer", "charge_mismatch", "INV-1", "1.200000", "USD"),
        ("longer", "minute_mismatch", "INV-1", "0.000000", "USD"),
        ("mended", "charge_mismatch", "INV-1", "0.200000", "USD"),
        ("mended-too", "charge_mismatch", "INV-1", "0.300000", "USD"),
        ("not-billed", "missing_from_invoice", "INV-1", "-0.600000", "USD"),
    ]


def test_the_root_cause_of_a_pair_is_its_largest_part(warehouse: TestWarehouse) -> None:
    """Finance would dispute a rate where the increments are wrong."""
    query = "select leg_id, root_cause from finance_review_queue"
    assert warehouse.rows(f"{query} where leg_id in ('longer', 'euro', 'dear') order by all") == [
        ("dear", "unexplained"),
        ("euro", "currency"),
        ("longer", "increment"),
        ("longer", "increment"),
    ]


def test_the_deadline_counts_from_the_invoices_date_else_from_its_receipt(warehouse: TestWarehouse) -> None:
    """A day too late, and the carrier takes no dispute any more."""
    query = "select distinct carrier_name, first_seen_utc, age_days, dispute_deadline, days_left, status"
    received = RECEIVED.replace(tzinfo=None)
    assert warehouse.rows(f"{query} from finance_review_queue order by all") == [
        ("Acme", received, 2, date(2026, 11, 10), 5, "open"),
        ("Other", received, 2, date(2026, 12, 3), 28, "open"),
    ]


def test_decisions_outlive_runs_are_only_added_and_the_latest_made_counts(warehouse: TestWarehouse) -> None:
    """A re-run that forgets a dispute, a file that rewrites one, or an old file that comes late and overrules."""
    flag = flag_ids(warehouse)
    subject = {"carrier_name": "Acme", "flag_type": "charge_mismatch", "usage_date": date(2026, 10, 25)} | {
        "invoice_number": "INV-1", "invoice_line_number": "7", "leg_id": "mended-too", "worth": Decimal("0.3"),
        "currency": "USD", "root_cause": "rate",
    }  # fmt: skip
    deliveries = [
        *FIRST.deliveries,
        decided(
            decision(flag["dear"], "accepted", "2026-11-04T08:00"),
            decision(flag["dear"], "disputed", "2026-11-04T09:00", note="too dear"),
            decision(flag["longer"], "written_off", "2026-11-04T09:00"),
            decision(flag["8"], "accepted", "2099-01-01T00:00", note="a clock that is wrong"),
            decision(flag["mended"], "disputed", "2026-11-04T09:00"),
            decision(flag["mended-too"], "disputed", "2026-11-04T09:00", **subject),
            decision(NEVER, "disputed", "2026-11-04T09:00"),
        ),
        decided(
            decision(flag["dear"], "accepted", "2026-11-04T08:30", "Late"),
            decision(flag["dear"], "written_off", "2026-11-04T09:00", note="the same decision, edited"),
            decision(flag["longer"], "open", "2026-11-05T09:00"),
            decision(flag["8"], "disputed", "2026-11-05T09:00"),
            received="2026-11-05T10:00",
            name="later.csv",
        ),
    ]
    expected = {
        "dear": ("disputed", "disputed", "too dear"),
        "longer": ("open", "open", None),
        "8": ("disputed", "disputed", None),
        "mended": ("disputed", "disputed", None),
        "mended-too": ("disputed", "disputed", None),
    }
    decided_books = RunInputs(FIRST.days, FIRST.extractions, deliveries)
    warehouse.build(only_reconcile(decided_books, [DAY]))
    assert statuses(warehouse) == expected
    kept = (
        "select status, is_in_force, is_flag_known from review_decisions where flag_id = '{}' order by decided_at_utc"
    )
    assert warehouse.rows(kept.format(flag["dear"])) == [
        ("accepted", False, True),
        ("accepted", False, True),
        ("disputed", True, True),
    ]
    assert warehouse.rows(kept.format(NEVER)) == [("disputed", True, False)]

    corrected = RunInputs(FIRST.days, FIRST.extractions, [*deliveries, CORRECTED])
    warehouse.build(only_reconcile(corrected, [DAY]))
    gone = dict.fromkeys(("mended", "mended-too"), ("resolved", "disputed", None))
    assert statuses(warehouse) == expected | gone
    worth = "select coalesce(leg_id, '?'), worth::text, root_cause from finance_review_queue where status = 'resolved'"
    assert warehouse.rows(f"{worth} order by all") == [
        ("mended", "0.200000", "unexplained"),
        ("mended-too", "0.300000", "unexplained"),
    ]
    warehouse.build(RunInputs(deliveries=corrected.deliveries))
    assert statuses(warehouse) == expected | gone


def test_a_rebuilt_warehouse_shows_what_a_decision_was_about_though_it_no_longer_arises(
    warehouse: TestWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After a restore a won dispute would look as if it had never been."""
    flag = flag_ids(warehouse)
    subject = {"carrier_name": "Acme", "leg_id": "mended-too", "worth": Decimal("0.3"), "currency": "USD"}
    decisions = decided(
        decision(flag["dear"], "disputed", "2026-11-04T09:00"),
        decision(flag["mended"], "disputed", "2026-11-04T09:00"),
        decision(flag["mended-too"], "disputed", "2026-11-04T09:00", **subject),
    )
    rebuilt = reconciled(
        tmp_path_factory.mktemp("rebuilt"),
        RunInputs(FIRST.days, FIRST.extractions, [*FIRST.deliveries, CORRECTED, decisions]),
    )
    query = "select leg_id, status, worth::text from finance_review_queue where decision is not null order by all"
    assert rebuilt.rows(query) == [("dear", "disputed", "1.000000"), ("mended-too", "resolved", "0.300000")]
    unknown = "select flag_id from review_decisions where not is_flag_known"
    assert rebuilt.rows(unknown) == [(flag["mended"],)]


def test_a_later_credit_closes_the_dispute_that_it_answers_and_no_other(
    warehouse: TestWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Disputes that stay open after the money came; or one closed by a credit for a tenth of it; or one about minutes,
    that money does not settle. And a credit that answers no line would be a call we never made."""
    flag = flag_ids(warehouse)
    (longer,) = warehouse.rows("select flag_id from finance_review_queue where flag_type = 'minute_mismatch'")
    disputes = decided(
        *(decision(flag[name], "disputed", "2026-11-04T09:00") for name in ("credited", "dear")),
        decision(flag["longer"], "accepted", "2026-11-04T09:00"),
        decision(longer[0], "disputed", "2026-11-04T09:00"),
    )
    credits = invoice(
        line(1, f"{DAY} 12:00:00", "-0.295", invoice_number="CR-1", line_kind="credit"),
        line(2, f"{DAY} 10:00:00", "-0.10", invoice_number="CR-1", line_kind="credit"),
        line(3, f"{DAY} 11:00:00", "-1.20", 600, invoice_number="CR-1", line_kind="credit"),
        line(4, f"{DAY} 20:00:00", "-0.40", invoice_number="CR-1", line_kind="credit"),
        received=datetime(2026, 11, 5, tzinfo=UTC),
        file_name="credits.csv",
    )
    query = "select leg_id, status, credited_amount::text from finance_review_queue where flag_type = 'charge_mismatch'"
    books_then = RunInputs(FIRST.days, FIRST.extractions, [*FIRST.deliveries, disputes, credits])
    answered = reconciled(tmp_path_factory.mktemp("credits"), books_then)
    assert answered.rows(f"{query} and decision is not null order by all") == [
        ("credited", "credited", "0.295000"),
        ("dear", "disputed", "0.100000"),
        ("longer", "accepted", "1.200000"),
    ]
    minutes = "select status from finance_review_queue where flag_type = 'minute_mismatch'"
    assert answered.rows(minutes) == [("disputed",)]
    assert answered.rows("select * from reconciliation_flags where invoice_number = 'CR-1'") == []
    assert answered.rows("select sum(credit_lines)::int from reconciliation_daily where carrier_name = 'Acme'") == [
        (4,)
    ]
    late = decided(decision(flag["credited"], "disputed", "2026-11-05T09:00"), name="late.csv")
    answered.build(RunInputs(deliveries=[*books_then.deliveries, late]))
    assert answered.rows("select status from finance_review_queue where leg_id = 'credited'") == [("disputed",)]


def test_the_credit_of_a_call_billed_twice_closes_the_dispute_of_the_second_line(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The dispute would stay open: the credit was put down to the line that nobody disputes, or the person's clock was
    ahead and no credit ever came after the decision."""
    twice = invoice(line(1, f"{DAY} 10:00:00", "0.60"), line(2, f"{DAY} 10:00:00", "0.60"))
    first = books([DAY], [call("once", f"{DAY} 10:00:00")], [*prices(*TERMS), twice])
    warehouse = reconciled(tmp_path_factory.mktemp("twice"), first)
    disputed = decided(decision(flag_ids(warehouse)["2"], "disputed", "2027-01-01T09:00"), received="2026-11-04")
    credit = invoice(
        line(1, f"{DAY} 10:00:00", "-0.60", invoice_number="CR-1", line_kind="credit"),
        received=datetime(2026, 11, 5, tzinfo=UTC),
        file_name="credit.csv",
    )
    warehouse.build(RunInputs(first.days, first.extractions, [*first.deliveries, disputed, credit]))
    query = "select line_number, status, credited_amount::text from finance_review_queue"
    assert warehouse.rows(query) == [("2", "credited", "0.600000")]
