"""Tests of `domain/carrier_contracts.py` and `domain/seat_licenses.py`."""

from datetime import date
from decimal import Decimal

import pytest

from cpm_assets.domain.carrier_contracts import carrier_contracts
from cpm_assets.domain.deliveries import parse_delivery
from cpm_assets.domain.seat_licenses import SEAT_LICENSES

FULL = {
    "carrier_name": "Acme/EU",
    "effective_date": "2026-01-01",
    "expiry_date": "",
    "initial_increment_seconds": "30",
    "increment_seconds": "6",
    "increment_rule": "absolute",
    "minimum_seconds": "0",
    "connection_fee": "0.01",
    "bills_attempts": "TRUE",
    "attempt_fee": "0.000001",
    "rounding_mode": "up",
    "rounding_decimals": "4",
    "currency": "EUR",
    "expiry_is_inclusive": "false",
    "invoice_timezone": "Europe/Berlin",
    "invoice_format": "guide_csv",
    "invoice_folder": "acme eu",
    "charge_tolerance": "0.01",
    "minute_tolerance": "1",
    "start_tolerance_seconds": "5",
    "duration_tolerance_seconds": "2",
    "dispute_days": "30",
    "cycle_start_utc": "07:00",
}


def _contract(**changes: str) -> object:
    cells = FULL | changes
    content = ",".join(cells) + "\n" + ",".join(cells.values())
    parsed = parse_delivery(carrier_contracts(["guide_csv"]), content.encode())
    return parsed.rows[0][1] if parsed.rows else parsed.rejects[0].reason


def test_every_term_of_a_contract_is_read() -> None:
    """A term read wrongly prices every leg of the carrier wrongly."""
    assert _contract() == (
        *("Acme/EU", date(2026, 1, 1), None, 30, 6, "absolute", 0, Decimal("0.01"), True, Decimal("0.000001")),
        *("up", 4, "EUR", False, "Europe/Berlin", "guide_csv", "acme eu"),
        *(Decimal("0.01"), Decimal(1), 5, 2, 30, "07:00"),
    )


def test_a_contract_may_say_nothing_but_its_name_and_dates() -> None:
    """What is not said is None: the defaults are in one place, and that is SQL."""
    content = b"expiry_date,carrier_name,effective_date\n2026-12-31, Acme ,2026-01-01\n"
    assert parse_delivery(carrier_contracts(["guide_csv"]), content).rows == [
        (2, (" Acme ", date(2026, 1, 1), date(2026, 12, 31), *[None] * 20))
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("increment_rule", "stepwise"),
        ("rounding_mode", "half_even"),
        ("rounding_mode", "UP"),
        ("rounding_decimals", "7"),
        ("rounding_decimals", "-1"),
        ("bills_attempts", "yes"),
        ("expiry_is_inclusive", "1"),
        ("invoice_timezone", "Berlin"),
        ("invoice_timezone", "+02:00"),
        ("invoice_format", "x12_9999"),
        ("invoice_folder", "a/b"),
        ("invoice_folder", "../rate_cards"),
        ("currency", "euro"),
        ("cycle_start_utc", "7:00"),
        ("cycle_start_utc", "24:00"),
        ("attempt_fee", "-1"),
        ("connection_fee", "0.0000001"),
        ("increment_seconds", "0"),
        ("increment_seconds", ""),
        ("minimum_seconds", "604801"),
        ("charge_tolerance", "abc"),
        ("expiry_date", "2025-12-31"),
        ("carrier_name", " "),
    ],
)
def test_a_term_that_means_nothing_rejects_the_contract_row(field: str, value: str) -> None:
    """Falling back to a default would price by rules the carrier never agreed to."""
    reason = _contract(**{field: value})
    assert isinstance(reason, str)
    assert field in reason


def test_a_license_is_read_and_may_cost_more_than_a_fee() -> None:
    """15,000 JPY a seat is ordinary, and more than D5's bound of rates."""
    content = (
        b"license_name,seats,monthly_cost_per_seat,effective_date,expiry_date,currency\n"
        b"CX 3,120,15000.5,2026-01-01,,JPY\nCX 2,1.5,10,2026-01-01,,USD\nCX 1,10,10,2026-01-01,,\n"
    )
    parsed = parse_delivery(SEAT_LICENSES, content)
    assert [values for _, values in parsed.rows] == [
        ("CX 3", 120, Decimal("15000.5"), date(2026, 1, 1), None, "JPY"),
        ("CX 1", 10, Decimal(10), date(2026, 1, 1), None, None),
    ]
    assert parsed.rejects[0].reason == "seats '1.5' is not a whole number"


def test_a_license_is_as_large_as_its_sums_can_be_held() -> None:
    """A month of ten licenses that DECIMAL(18,6) cannot hold would fail the run of every day."""
    content = (
        b"license_name,seats,monthly_cost_per_seat,effective_date,expiry_date,currency\n"
        b"all,100000,100000,2026-01-01,,\nseats,100001,1,2026-01-01,,\ncost,1,100000.01,2026-01-01,,\n"
    )
    parsed = parse_delivery(SEAT_LICENSES, content)
    assert [values[0] for _, values in parsed.rows] == ["all"]
    assert [reject.reason.split()[0] for reject in parsed.rejects] == ["seats", "monthly_cost_per_seat"]
