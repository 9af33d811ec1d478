"""How long to wait before a request is made again.

Pure: the answer's headers, the clock and the random number are passed in. Whether a request is made again at all is
decided in `resources/http_patience.py`.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_BACKOFF_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 60.0
"""The API counts requests per minute: after a minute its count has begun again."""

_LONGEST_COUNT = 9
_LONGEST_LIMIT_SECONDS = 120


def backoff_seconds(attempt: int, random: float) -> float:
    """Seconds before attempt `attempt` + 1 (1 = the first one failed), `random` in [0, 1).

    Doubling, half of it jitter: clients that were refused together do not come back together, and none comes at once.
    """
    longest = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** min(attempt - 1, 10))
    return longest * (0.5 + random / 2)


def retry_after_seconds(retry_after: str | None, answered_at: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, in either of its forms, or None if it says nothing readable.

    A date is compared with the answer's own `Date` header if there is one, since the server's clock set both.
    """
    if retry_after is None:
        return None
    text = retry_after.strip()
    try:
        seconds = float(text)
    except ValueError:
        until = _http_date(text)
        if until is None:
            return None
        seconds = (until - (_http_date(answered_at or "") or now)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def limit_pause_seconds(headers: Mapping[str, str]) -> float:
    """Seconds to wait before the next request so that the client's limit is kept, by an answer's `inin-ratelimit-*`.

    0 while requests are left. The count is the token's, so it holds whoever else asks with it. A second is added to
    `reset`, which is in whole seconds and may be rounded down; more than two minutes is no limit per minute, and
    headers that cannot be read say nothing.
    """
    values = []
    for name in ("count", "allowed", "reset"):
        text = headers.get(f"inin-ratelimit-{name}", "")
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT):
            return 0.0
        values.append(int(text))
    count, allowed, reset = values
    return reset + 1.0 if count >= allowed and reset <= _LONGEST_LIMIT_SECONDS else 0.0


def _http_date(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
