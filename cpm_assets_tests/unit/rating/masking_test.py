"""What rejected records show of the numbers in them (D28), on `rejected_legs`: the macro is the same for invoices."""

from datetime import UTC, date, datetime

import pytest

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Extraction, RunInputs

DAY = date(2026, 10, 27)


def shown(memory: MemoryWarehouse, raw_text: str, **settings: object) -> object:
    """The published text of a record received like that."""
    reject = {"reason": "broken", "raw_text": raw_text, "received_at_utc": datetime(2026, 10, 28, tzinfo=UTC)}
    memory.run(RunInputs([Day(DAY)], [Extraction(DAY, rejects=[reject])], settings=settings), "rejected_legs")
    return memory.rows("select raw_text from rejected_legs")[0][0]


@pytest.mark.parametrize(
    "number",
    [
        *("14155550123", "+14155550123", "4155123", "+1 415 555 0123", "00 1 415 555 0123", "(415) 555-0123"),
        *("415.555.0123", "+1/415/555/0123", "001 (415) 555 - 0123", "415\u00a0555\u20110123", "+1 (0) 415-555 01 23"),
    ],
)
def test_a_called_number_is_masked_however_it_is_grouped(memory: MemoryWarehouse, number: str) -> None:
    """Whoever wrote it with spaces is no less a person than whoever did not."""
    assert shown(memory, f'{{"to": "{number}", "n": 5}}') == '{"to": "…23", "n": 5}'
    assert shown(memory, f"INV-1,7,{number},2026-10-27,60") == "INV-1,7,…23,2026-10-27,60"
    assert shown(memory, number, publish_numbers="full") == number


def test_an_invoices_country_code_with_a_trunk_prefix_is_masked(memory: MemoryWarehouse) -> None:
    """The form of a carrier that dials 00."""
    assert shown(memory, "0044 20 7946 0018") == "…18"


@pytest.mark.parametrize(
    "text",
    [
        *("2026-10-27T14:22:10.000Z", "2026-10-27", "2026-10-27,2026-10-28", "on 2026-10-27 14:22:10, to 2026-10-28"),
        # As our bounds are written in a reason (domain/field_values.py).
        "charge_amount '2000' is not within -1,000,000 and 1,000,000",
        *("duration 604801 is too long", "INV-1,7,60,0.0125", "local time 2026-03-08 02:30:00 does not exist"),
    ],
)
def test_dates_and_short_numbers_stay_readable(memory: MemoryWarehouse, text: str) -> None:
    """A rejected record of which nothing can be read has to be looked up in the lake, at night."""
    assert shown(memory, text) == text


@pytest.mark.parametrize(
    ("text", "masked"), [("+44 2026-10-27", "…27"), ("2026-99-1234", "…34"), ("2026-10-2712", "…12")]
)
def test_a_number_that_looks_like_a_date_is_a_number(memory: MemoryWarehouse, text: str, masked: str) -> None:
    """What is kept for dates must not be a way out for numbers."""
    assert shown(memory, text) == masked
