"""The rota of the daily checks of closed days: which days' files are read whole today, which day is worked out again.

Pure. `make verify` reads everything. Reading years of files each night would take longer than the night: the daily
check reads the newest days and a thirtieth of the others, so that each file is read at least once in thirty days; of
the rest it sees that they are there, with their size.
"""

import random
from collections.abc import Collection
from datetime import date

NEWEST_DAYS = 10
"""Days as young as this are read daily: what went wrong in writing them is found while their backups are."""

ROTA_DAYS = 30


def is_read_on(usage_date: date, today: date) -> bool:
    """Whether the files of a closed UTC day are read whole by the daily check of `today` (UTC)."""
    age = (today - usage_date).days
    return age <= NEWEST_DAYS or age % ROTA_DAYS == 0


def day_to_recompute(closed_days: Collection[date], today: date) -> date | None:
    """The closed UTC day that is worked out again on `today` (UTC): any, but the same however often it is asked."""
    return random.Random(today.isoformat()).choice(sorted(closed_days)) if closed_days else None  # noqa: S311
