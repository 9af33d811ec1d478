"""Tests of `domain/invoice_layouts.py` and `domain/invoice_folders.py`."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest

from cpm_assets.domain.carrier_contracts import carrier_contracts
from cpm_assets.domain.deliveries import ParsedDelivery, parse_delivery
from cpm_assets.domain.invoice_folders import FolderTerms, folder_of, layout_of
from cpm_assets.domain.invoice_layouts import DEFAULT_LAYOUT, INVOICE_LINE_FIELDS
from cpm_assets.resources.invoice_layouts import INVOICE_LAYOUTS

HEADER = (
    "invoice_number,line_number,internal_leg_reference,destination_number,start_time,duration_seconds,"
    "billed_minutes,charge_amount"
)


def _parse(*rows: str) -> ParsedDelivery:
    return INVOICE_LAYOUTS[DEFAULT_LAYOUT].read(BytesIO("\n".join([HEADER, *rows]).encode()), "file")


def _line(row: str) -> dict[str, object]:
    ((_, values),) = _parse(row).rows
    return dict(zip(INVOICE_LINE_FIELDS, values, strict=True))


def test_a_line_of_the_guides_layout_is_read() -> None:
    """Only what the line says: its local time stays local until the contract's zone is applied (D3)."""
    assert _line("INV-1,7,leg-1,+14155550198,2026-10-25T02:30:00,61,2,0.0138") == {
        "invoice_number": "INV-1",
        "line_number": "7",
        "internal_leg_reference": "leg-1",
        "sip_call_id": None,
        "destination_digits": "14155550198",
        "start_time_text": "2026-10-25T02:30:00",
        "start_local": datetime(2026, 10, 25, 2, 30),  # noqa: DTZ001 -- local time, without a zone on purpose
        "start_utc": None,
        "duration_seconds": 61,
        "billed_minutes": Decimal(2),
        "charge_amount": Decimal("0.0138"),
        "currency": None,
        "line_kind": "call",
        "stated_rate": None,
        "description": None,
    }


@pytest.mark.parametrize("text", ["2026-10-25T02:30:00Z", "2026-10-25 04:30:00+02:00", "2026-10-24T22:30:00-04:00"])
def test_a_time_with_an_offset_is_an_instant(text: str) -> None:
    """The contract's zone must not be applied to it a second time (D3)."""
    line = _line(f"INV-1,1,,+14155550198,{text},60,,0.01")
    assert line["start_utc"] == datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 -- UTC, naive as in Parquet
    assert (line["start_local"], line["start_time_text"]) == (None, text)
    assert (line["internal_leg_reference"], line["billed_minutes"]) == (None, None)


def test_a_credit_is_a_negative_charge() -> None:
    """Rejected, the carrier's money back would be missing in the reconciliation."""
    line = _line("INV-1,1,,+14155550198,2026-10-25 02:30,60,,-12.5")
    assert (line["charge_amount"], line["line_kind"]) == (Decimal("-12.5"), "credit")


@pytest.mark.parametrize(
    "row",
    [
        ",1,,+14155550198,2026-10-25 02:30,60,,1",
        "I,,,+14155550198,2026-10-25 02:30,60,,1",
        "I,1,,,2026-10-25 02:30,60,,1",
        "I,1,,anonymous,2026-10-25 02:30,60,,1",
        "I,1,,+14155550198,25/10/2026 02:30,60,,1",
        "I,1,,+14155550198,2026-10-25,60,,1",
        "I,1,,+14155550198,2026-10-25 25:30,60,,1",
        "I,1,,+14155550198,0001-01-01 00:00+14:00,60,,1",
        "I,1,,+14155550198,2026-10-25 02:30,-1,,1",
        "I,1,,+14155550198,2026-10-25 02:30,60.5,,1",
        "I,1,,+14155550198,2026-10-25 02:30,60,-1,1",
        "I,1,,+14155550198,2026-10-25 02:30,60,,",
        "I,1,,+14155550198,2026-10-25 02:30,60,,1000001",
        "I,1,,+14155550198,2026-10-25 02:30,60,,1.2345678",
    ],
)
def test_a_line_that_cannot_be_read_is_rejected_with_its_line(row: str) -> None:
    """Finance has to see it in `rejected_invoice_lines`, not find the sum short."""
    parsed = _parse("I,9,,+14155550198,2026-10-25 02:30,60,,1", row)
    assert len(parsed.rows) == 1
    assert [(reject.line_number, reject.raw_text) for reject in parsed.rejects] == [(3, row)]


def test_every_layout_a_contract_may_name_can_be_read() -> None:
    """A contract accepted with a format nobody reads would lose its invoices a month later."""
    content = b"carrier_name,effective_date,expiry_date,invoice_format\nA,2026-01-01,,fax\n"
    assert "guide_csv" in parse_delivery(carrier_contracts(INVOICE_LAYOUTS), content).rejects[0].reason


def test_a_carriers_folder_is_its_name_unless_the_contract_says_otherwise() -> None:
    """`/` cannot be in a folder's name."""
    assert folder_of("Acme/EU") == "Acme_EU"
    assert folder_of("Acme/EU", "acme") == "acme"


def test_an_invoice_is_read_in_the_layout_in_force_when_it_was_received() -> None:
    """When a carrier changes its layout, the invoices of the years before must stay readable."""
    terms = [
        FolderTerms("Acme/EU", date(2026, 1, 1), None, "old"),
        FolderTerms("Acme/EU", date(2026, 7, 1), None, "wrong"),
        FolderTerms("Acme/EU", date(2026, 7, 1), None, "new"),
        FolderTerms("Beta", date(2026, 7, 1), "beta files", None),
    ]
    assert layout_of("Acme_EU", date(2026, 6, 30), terms, []) == "old"
    assert layout_of("Acme_EU", date(2026, 7, 1), terms, []) == "new"
    assert layout_of("Acme_EU", date(2025, 7, 1), terms, []) == "old"
    assert layout_of("beta files", date(2026, 8, 1), terms, []) == DEFAULT_LAYOUT
    assert layout_of("Beta", date(2026, 8, 1), terms, []) is None


def test_a_carrier_known_from_its_rate_card_alone_has_a_folder() -> None:
    """Contracts are optional; such a carrier sends the guide's layout."""
    assert layout_of("Acme_EU", date(2026, 7, 1), [], ["Acme/EU"]) == DEFAULT_LAYOUT
    assert layout_of("acme_eu", date(2026, 7, 1), [], ["Acme/EU"]) is None
