"""What the sandbox writes in each layout is what the production reader of that layout reads, line by line."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpm_assets.domain.deliveries import ParsedDelivery
from cpm_assets.domain.invoice_layouts import INVOICE_HEADER_FIELDS, INVOICE_LINE_FIELDS
from cpm_assets.resources.invoice_layouts import INVOICE_LAYOUTS
from cpm_assets.sandbox.invoice_files.layouts import LAYOUTS, X12, invoice_file
from cpm_assets.sandbox.invoice_files.stated_invoice import StatedInvoice, StatedLine
from cpm_assets.sandbox.invoice_files.x12 import X12Style, x12_bytes

UTC_LAYOUTS = ("bandwidth_bdr", "twilio", "didww", "sinch", "genesys_cloud_voice")
START = datetime(2026, 10, 1, tzinfo=UTC)
NUMBERS = ("12125550100", "14155550123", "493012345678", "4535123456", "18765550100")
"""At home, abroad, and one abroad that has ten digits like those at home."""

MICRO = Decimal("0.000001")


@st.composite
def calls(draw: st.DrawFn) -> tuple[StatedLine, ...]:
    """Calls at home and abroad, credits among them; starts on whole seconds through a month with a clock change."""
    lines = []
    for place in range(draw(st.integers(1, 8))):
        charge = draw(st.decimals(-5, 50, places=6, allow_nan=False))
        billed = draw(st.integers(0, 700)) * 6
        lines.append(
            StatedLine(
                line_number=f"{place + 1:06d}",
                line_kind="credit" if charge < 0 else "call",
                charge=charge,
                digits=draw(
                    st.sampled_from(["12125550100", "14155550123", "493012345678", "4535123456", "18765550100"])
                ),
                start=START + timedelta(seconds=draw(st.integers(0, 31 * 86_400 - 1))),
                duration_seconds=draw(st.integers(0, 7_200)),
                billed_minutes=(Decimal(billed) / 60).quantize(MICRO),
                stated_rate=draw(st.decimals(0, 2, places=8)),
                reference=draw(st.sampled_from(["", "leg-17"])),
                sip_call_id=f"sip-{place}",
                description=draw(st.sampled_from(["Long distance", "Domestic; local"])),
            )
        )
    return tuple(lines)


def invoice(lines: tuple[StatedLine, ...], time_zone: str = "America/New_York") -> StatedInvoice:
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    return StatedInvoice("Round Trip Ltd", "RT-2026-10", date(2026, 11, 3), first, last, "EUR", time_zone, lines)


def read(layout: str, name: str, content: bytes) -> ParsedDelivery:
    return INVOICE_LAYOUTS[layout].read(io.BytesIO(content), Path(name).stem)


def fields(delivery: ParsedDelivery) -> list[dict[str, object]]:
    return [dict(zip(INVOICE_LINE_FIELDS, values, strict=True)) for _, values in delivery.rows]


def stated_currency(layout: str) -> str | None:
    return None if layout in ("guide_csv", "bandwidth_bdr", "plivo_voice", "plivo_zentrunk") else "EUR"


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=40)
@given(lines=calls())
def test_what_was_written_is_what_is_read(layout: str, lines: tuple[StatedLine, ...]) -> None:
    """Each value of each line that the layout has a place for, exactly; a writer that drifts tests nothing."""
    whole = invoice(lines)
    file = invoice_file(layout, whole)
    delivery = read(layout, file.name, file.content)
    assert delivery.rejects == []
    found = fields(delivery)
    assert len(found) == len(file.lines)
    for line, stated in zip(found, file.lines, strict=True):
        assert stated.start is not None
        assert line["invoice_number"] == "RT-2026-10"
        assert line["line_number"] == stated.line_number
        assert line["internal_leg_reference"] == (stated.reference or None)
        assert line["sip_call_id"] == (stated.sip_call_id or None)
        assert line["destination_digits"] == stated.digits
        assert line["start_utc"] == (stated.start.replace(tzinfo=None) if layout in UTC_LAYOUTS else None)
        assert line["start_local"] == (None if layout in UTC_LAYOUTS else whole.local(stated.start))
        assert line["duration_seconds"] == stated.duration_seconds
        assert line["billed_minutes"] == stated.billed_minutes
        assert line["charge_amount"] == stated.charge
        assert line["line_kind"] == stated.line_kind
        assert line["stated_rate"] == stated.stated_rate
        assert line["currency"] == stated_currency(layout)


def test_every_layout_that_is_read_can_be_written() -> None:
    """A layout without a writer is one that the month with faults never tests."""
    assert set(LAYOUTS) == set(INVOICE_LAYOUTS)


def test_x12_states_taxes_fees_period_and_total_and_call_logs_none_of_them() -> None:
    """The invoice's own figures, where there is an invoice and not a log of calls."""
    lines = (
        StatedLine("000001", "call", Decimal("0.25"), "12125550100", START, 90, Decimal("1.5")),
        StatedLine("000002", "tax", Decimal("0.0213")),
        StatedLine("000003", "fee", Decimal("7.125"), description="CNAM*dips"),
    )
    delivery = read(X12, "RT.edi", invoice_file(X12, invoice(lines)).content)
    assert delivery.rejects == []
    assert delivery.warnings == []
    assert sorted((line["line_kind"], str(line["charge_amount"])) for line in fields(delivery)) == [
        ("call", "0.25"),
        ("fee", "7.125"),
        ("tax", "0.0213"),
    ]
    (header,) = delivery.headers
    assert dict(zip(INVOICE_HEADER_FIELDS, header, strict=True)) == {
        "invoice_number": "RT-2026-10",
        "invoice_date": date(2026, 11, 3),
        "currency": "EUR",
        "stated_total": Decimal("7.40"),
        "stated_total_tolerance": Decimal("0.005"),
        "stated_lines": None,
        "period_first_date": date(2026, 10, 1),
        "period_last_date": date(2026, 10, 31),
    }
    assert {layout for layout in LAYOUTS if len(invoice_file(layout, invoice(lines)).lines) == 3} == {X12}


@pytest.mark.parametrize(
    "style",
    [
        X12Style(line_end=""),
        X12Style(element="|", component=":", terminator="\x1c", line_end="\r\n"),
        X12Style(terminator="\n", line_end=""),
    ],
)
def test_what_x12_styles_differ_in_changes_nothing(style: X12Style) -> None:
    """Delimiters and line ends are the carrier's choice."""
    whole = invoice((StatedLine("1", "call", Decimal("0.25"), "12125550100", START, 90),))
    assert fields(read(X12, "RT.edi", x12_bytes(whole, style))) == fields(read(X12, "RT.edi", x12_bytes(whole)))


@given(seconds=st.integers(0, 7_200))
def test_tenths_of_minutes_keep_a_duration_to_three_seconds(seconds: int) -> None:
    """Steps of six seconds, rounded to the nearest: the tolerance that such a carrier's contract needs."""
    whole = invoice((StatedLine("1", "call", Decimal("0.25"), "12125550100", START, seconds),))
    (line,) = fields(read(X12, "RT.edi", x12_bytes(whole, X12Style(in_tenths_of_minutes=True))))
    duration = line["duration_seconds"]
    assert isinstance(duration, int)
    assert duration % 6 == 0
    assert abs(duration - seconds) <= 3
