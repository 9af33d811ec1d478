"""The bounds of every number that comes in (D5).

Only limits and their reasons belong here; the code that reads the numbers is in `field_values.py` (files) and
`leg_parsing.py` (usage). Within these bounds the integer arithmetic of D9 fits 64 bits.
"""

from decimal import Decimal

MAX_DURATION_SECONDS = 604_800
"""Seven days. A longer leg is a stuck record, not a call."""

MAX_RATE = Decimal(1_000)
"""Highest rate a minute and highest fee, in any currency."""

MIN_STEP_SECONDS = 1
MAX_STEP_SECONDS = 3_600
"""Bounds of the initial increment and of the step, in seconds."""

RATE_DECIMALS = 8
MONEY_DECIMALS = 6

MAX_SEATS = 100_000
MAX_SEAT_COST = Decimal(100_000)
"""A seat's monthly cost is neither a rate nor a fee of D5: 15,000 JPY a seat is ordinary, so it has its own bound. A
license then costs at most 10^10 a month, and the sum of a hundred of them still fits DECIMAL(18,6)."""

MAX_INVOICE_CHARGE = Decimal(1_000_000)
"""One invoice line, in both directions: a credit is a negative charge."""

MAX_TOLERANCE = Decimal(1_000)
MAX_TOLERANCE_SECONDS = 86_400
MAX_DISPUTE_DAYS = 3_650

MAX_RAW_TEXT_BYTES = 10_000
"""How much of a rejected record is shown in the published tables; the lake has all of it."""
