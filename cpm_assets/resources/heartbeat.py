"""The heartbeat: an address outside that is asked for after each new build, so that whoever watches it misses them.

What was told is remembered in one small file: a ping that failed is made again at the next tick of the sensor, one that
went through is not repeated until there is a newer build.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx

from cpm_assets.resources.durable_files import write_durably

TIMEOUT_SECONDS = 10.0

Ping = Callable[[], None]


class HeartbeatError(RuntimeError):
    """The address did not answer with a success; it is asked for again at the next tick."""


def beat(record: Path, built_at: datetime | None, ping: Ping) -> bool:
    """Ping if the newest build (aware UTC) is another one than was told last; whether it was. Raises HeartbeatError."""
    if built_at is None or (record.exists() and record.read_text() == built_at.isoformat()):
        return False
    ping()
    write_durably(record, built_at.isoformat().encode())
    return True


def pinger(url: str, client: httpx.Client | None = None) -> Ping:
    """A GET of the address. Nothing it raises or logs names it: it is its own password."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it logs each request with its whole URL

    def ping() -> None:
        try:
            answer = (client.get if client else httpx.get)(url, timeout=TIMEOUT_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise HeartbeatError(f"the heartbeat's address could not be reached ({type(error).__name__})") from None
        if not answer.is_success:
            raise HeartbeatError(f"the heartbeat's address answered {answer.status_code}")

    return ping
