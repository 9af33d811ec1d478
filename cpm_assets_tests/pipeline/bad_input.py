"""Input that must neither stop a day nor vanish: files of the inbox and legs of a usage answer, with what they come to.

Only the input. `bad_input_test.py` looks for each of them in what was published.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cpm_assets_tests.pipeline.scripted_usage import CARDS, record

_HEADER = "prefix,destination_region,carrier_name,rate_per_minute,effective_date,expiry_date"

BAD_FILES: dict[str, str | bytes] = {
    "rate_cards/bom_and_crlf.csv": b"\xef\xbb\xbf" + f"{_HEADER}\r\n49,Germany,Acme,0.05,2026-01-01,\r\n".encode(),
    "rate_cards/semicolons.csv": f"{_HEADER}\n33,France,Acme,0.05,2026-01-01,\n".replace(",", ";"),
    "rate_cards/bad_rows.csv": (
        f"{_HEADER}\n"
        "31,Netherlands,Acme,abc,2026-01-01,\n"
        "32,Belgium,Acme,NaN,2026-01-01,\n"
        "34,Spain,Acme,-0.05,2026-01-01,\n"
        "39,Italy,Acme,0.05,2026-01-01,\n"
    ),
    "rate_cards/empty.csv": b"",
    "rate_cards/the_cards_again.csv": CARDS,
    "rate_cards/uploading.csv.part": f"{_HEADER}\n7,Kazakhstan,Acme,0.05,2026-01-01,\n",
    "rate_cards/.hidden.csv": f"{_HEADER}\n7,Kazakhstan,Acme,0.05,2026-01-01,\n",
    "rate_cards/notes.txt": "Dear customer",
    "seat_licenses/two_seats_columns.csv": (
        "license_name,seats,seats,monthly_cost_per_seat,effective_date,expiry_date,currency\n"
        "Agent,1,2,95.00,2026-01-01,,USD\n"
    ),
    "invoices/Nobody Ltd/march.csv": (
        "invoice_number,line_number,internal_leg_reference,destination_number,start_time,duration_seconds,"
        "billed_minutes,charge_amount\nN-1,1,,+14155550198,2026-11-10 08:00:00,61,2,0.02\n"
    ),
}
"""By path in the inbox."""


def hard_legs(day: date) -> list[dict[str, Any]]:
    """Readable records of a UTC day that are hard to handle. Inbound, so that no carrier of theirs rejects the day."""
    at = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
    return [
        record(f"{day}-emoji", at, direction="inbound", carrierName="📞" * 2500),
        record(f"{day}-quotes", at, direction="inbound", carrierName="O'Brien \"& Sons\"'); drop table cpm_fact; --"),
        record(f"{day}-template", at, direction="inbound", destinationLocation="{{ ref('x') }}\n{% raw %}"),
        record(f"{day}-unknown-fields", at, direction="inbound", edges=[{"id": 1}], usage_date="2001-01-01"),
    ]


def unreadable_legs(day: date) -> dict[str, Any]:
    """Records of a UTC day that cannot be read, by the reason that must be given."""
    at = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    return {
        "endTime is before startTime": record("backwards", at, endTime=(at - timedelta(hours=1)).isoformat()),
        "duration is negative": record("negative", at, duration=-1),
        "billingDuration is no whole number of seconds within bounds": record("huge", at, billingDuration=604_801),
        "duration is no whole number of seconds within bounds": record("half", at, duration=1.5),
        "destinationNumber is no number": record("number", at, destinationNumber="call me"),
        "carrierName is no text": record("type", at, carrierName={"name": "Acme"}),
        "a text has a NUL or a half character in it": record("nul", at, destinationLocation="C:\0"),
        "legId is missing or no text": record("nameless", at, legId=None),
        "the leg is not an object": "a leg",
    }


@contextmanager
def file_still_being_written(path: Path) -> Iterator[None]:
    """A file that grows four times a second while the block runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done = threading.Event()

    def write() -> None:
        with path.open("w", buffering=1) as file:
            file.write(f"{_HEADER}\n")
            prefix = 90_000
            while not done.wait(0.25):
                prefix += 1
                file.write(f"{prefix},Slow country,Acme,0.05,2026-01-01,\n")

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    time.sleep(0.1)
    try:
        yield
    finally:
        done.set()
        writer.join()
