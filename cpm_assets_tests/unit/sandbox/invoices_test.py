"""The carriers' invoices: whole local days, clock changes, and exactly the listed mistakes.

What should be flagged is in `test_ground_truth.py`.
"""

import csv
import io
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from cpm_assets.domain.invoice_layouts import INVOICE_LINE_FIELDS
from cpm_assets.resources.invoice_layouts import INVOICE_LAYOUTS
from cpm_assets.sandbox.inbox import inbox_files
from cpm_assets.sandbox.invoice_faults import Invoice, invoices
from cpm_assets.sandbox.organization import DEMO_DAYS, Organization
from cpm_assets.sandbox.reconciling import candidate_instants, coverage
from cpm_assets.sandbox.traffic import legs_of_day

ORGANIZATION = Organization(legs_per_day=300)


def _of(carrier: str) -> Invoice:
    return next(one for one in invoices(ORGANIZATION) if one.period.carrier.name == carrier)


def test_an_invoice_covers_exactly_its_local_days() -> None:
    """D20: if it covered more than it lists, every leg in between would be falsely missing."""
    for invoice in invoices(ORGANIZATION):
        assert coverage(invoice) == invoice.period.window()


def test_the_hour_that_occurs_twice_is_on_both_invoices() -> None:
    """D3: Berlin on 2026-10-25 and New York on 2026-11-01 have lines with two candidate instants."""
    for carrier, day in (("Lindenfunk", "2026-10-25"), ("Cobalt Trunking", "2026-11-01")):
        lines = _of(carrier).lines
        twice = [line for line in lines if len(candidate_instants(line)) == 2]
        assert twice
        assert {line.start_text[:10] for line in twice} == {day}
        assert all(line.start in candidate_instants(line) for line in lines)


def test_local_times_have_no_offset_and_one_carrier_writes_utc() -> None:
    """Both ways of stating a time must be read."""
    assert all(line.start_text.endswith("Z") for line in _of("Northwind Voice").lines)
    assert not any(line.start_text.endswith("Z") for line in _of("Lindenfunk").lines)
    first = _of("Cobalt Trunking").lines[0]
    assert first.start > datetime(2026, 10, 24, 4, tzinfo=UTC)
    assert first.start_text.startswith("2026-10-24")


def test_every_mistake_is_made_as_often_as_intended() -> None:
    """The ground truth lists mistakes; one too many or too few would go unnoticed."""
    made = Counter((one.period.carrier.name, kind) for one in invoices(ORGANIZATION) for kind, _, _ in one.mistakes)
    for carrier in ("Lindenfunk", "Cobalt Trunking", "Saltmarsh Telecom", "Kestrel Wholesale"):
        counts = {kind: made[carrier, kind] for kind in ("charge", "minutes", "charge_and_minutes", "missing")}
        assert counts == {"charge": 3, "minutes": 2, "charge_and_minutes": 1, "missing": 3}
        assert (made[carrier, "surplus"], made[carrier, "duplicate"]) == (2, 1)
    assert made["Cobalt Trunking", "drift"] > made["Lindenfunk", "drift"] > 0


def test_some_lines_have_our_reference_and_most_have_none() -> None:
    """D19: both the exact and the approximate match are needed."""
    lines = [line for invoice in invoices(ORGANIZATION) for line in invoice.lines]
    with_reference = sum(bool(line.reference) for line in lines)
    assert 0 < with_reference < len(lines) / 4
    assert any(line.billed_minutes is None for line in lines)


def test_no_bill_for_the_leg_that_vanished_and_one_for_each_late_leg() -> None:
    """The carrier knows what really happened, whatever the API showed."""
    billed = {line.leg_id for invoice in invoices(ORGANIZATION) for line in invoice.lines}
    legs = [leg for day in DEMO_DAYS[1:-1] for leg in legs_of_day(ORGANIZATION, day)]
    assert not any(leg.leg_id in billed for leg in legs if leg.vanishes_at)
    late = [leg for leg in legs if leg.is_late and leg.is_answered_outbound]
    assert late
    assert all(leg.leg_id in billed for leg in late)


def test_the_files_say_what_the_lines_say() -> None:
    """The ground truth speaks of lines; the pipeline reads files."""
    data = inbox_files(ORGANIZATION)["invoices/lindenfunk-gmbh/LIN-2026-1102.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(data)))
    lines = _of("Lindenfunk").lines
    assert [row["line_number"] for row in rows] == [line.line_number for line in lines]
    assert [Decimal(row["charge_amount"]) for row in rows] == [line.charge for line in lines]
    assert [row["start_time"] for row in rows] == [line.start_text for line in lines]


def test_layouts_of_other_carriers_say_what_the_lines_say_too() -> None:
    """The demo reads X12 and a portal's CSV beside the guide's; the truth is about their lines, so none may be lost."""
    files = inbox_files(ORGANIZATION)
    for carrier, path in (
        ("Saltmarsh Telecom", "invoices/Saltmarsh Telecom/SAL-2026-1102.edi"),
        ("Kestrel Wholesale", "invoices/Kestrel Wholesale/KES-2026-1102.csv"),
    ):
        invoice = _of(carrier)
        layout = INVOICE_LAYOUTS[invoice.period.carrier.invoice_format]
        parsed = layout.read(io.BytesIO(files[path]), invoice.period.invoice_number)
        assert parsed.rejects == []
        read = [dict(zip(INVOICE_LINE_FIELDS, values, strict=True)) for _, values in parsed.rows]
        assert [
            (
                line["invoice_number"],
                line["line_number"],
                line["destination_digits"],
                line["start_utc"] or line["start_local"],
                line["duration_seconds"],
                line["billed_minutes"],
                line["charge_amount"],
            )
            for line in read
        ] == [
            (
                line.invoice_number,
                line.line_number,
                line.number,
                line.start.replace(tzinfo=None),
                line.duration_seconds,
                line.billed_minutes,
                line.charge,
            )
            for line in invoice.lines
        ]
