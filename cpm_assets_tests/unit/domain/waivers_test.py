"""Claims about `cpm_assets.domain.waivers`: who waives what, for which day, and why, or the row is rejected."""

import pytest

from cpm_assets.checks import listed_checks
from cpm_assets.domain.deliveries import parse_delivery
from cpm_assets.domain.waivers import BLOCKING_CHECKS, WAIVERS

HEADER = "usage_date,check_name,reason,person\n"


def test_exactly_the_blocking_checks_can_be_waived() -> None:
    """A new blocking check that nobody can waive keeps a month open; a waiver of a warning means nothing."""
    assert set(BLOCKING_CHECKS) == {check["name"] for check in listed_checks() if check["is_blocking"]}


def test_a_day_may_have_several_waivers() -> None:
    """Two checks of one day, or two persons, are not two versions of one row."""
    body = (
        "2026-11-03,carrier_match,trunk,Jo\n2026-11-03,non_zero_billing,trunk,Jo\n2026-11-03,carrier_match,trunk,Al\n"
    )
    parsed = parse_delivery(WAIVERS, (HEADER + body).encode())
    assert (len(parsed.rows), list(parsed.rejects)) == (3, [])


@pytest.mark.parametrize(
    "row", ["2026-11-03,carrier_match,,Jo", "2026-11-03,carrier_match,trunk,", "2026-11-03,carrier,trunk,Jo", ",,,"]
)
def test_a_waiver_without_reason_person_or_check_is_rejected(row: str) -> None:
    """A day closed by nobody, for no reason, is what the auditor finds."""
    parsed = parse_delivery(WAIVERS, (HEADER + row + "\n2026-11-04,carrier_match,trunk,Jo\n").encode())
    assert len(parsed.rows) == 1
