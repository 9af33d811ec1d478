"""An invoice as a carrier means it, before it is laid out: what every writer of this package is given.

Values only. How a layout says them, and what it cannot say, is the writers' business.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class StatedLine:
    """One line. `line_kind`: call, credit, tax or fee; the last two have no number, start or duration.

    `digits` is the number called with its country code; `start` an aware instant (UTC); `charge` in the invoice's
    currency; `reference` our own leg id and
    `sip_call_id` the call's, where the carrier gives one.
    """

    line_number: str
    line_kind: str
    charge: Decimal
    digits: str = ""
    start: datetime | None = None
    duration_seconds: int = 0
    billed_minutes: Decimal | None = None
    stated_rate: Decimal | None = None
    reference: str = ""
    sip_call_id: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class StatedInvoice:
    """One invoice of one carrier. `first_date` and `last_date` are its days in `time_zone` (IANA), both included."""

    carrier_name: str
    invoice_number: str
    invoice_date: date
    first_date: date
    last_date: date
    currency: str
    time_zone: str
    lines: tuple[StatedLine, ...]
    account: str = "A-4417"
    caller: str = "12125550100"

    @property
    def total(self) -> Decimal:
        """The sum of all lines."""
        return sum((line.charge for line in self.lines), Decimal(0))

    def local(self, instant: datetime) -> datetime:
        """The carrier's clock (naive) at an instant."""
        return instant.astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None)
