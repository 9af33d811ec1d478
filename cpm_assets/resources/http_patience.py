"""Asking an HTTP API until it answers: which troubles are waited out, for how long, and what is said when they are not.

Knows nothing of pages or legs: what an answer means is passed in. How long each wait is, is in `domain/retry_waits.py`.
"""

import json
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import httpx

from cpm_assets.domain.extraction_errors import MalformedPage, RetriesExhausted, SourceRefused
from cpm_assets.domain.retry_waits import backoff_seconds, retry_after_seconds
from cpm_assets.domain.secret_texts import secret_forms, without_secrets

_Answer = TypeVar("_Answer")
_log = logging.getLogger(__name__)


class Unauthorized(SourceRefused):
    """A 401: the token is not, or no longer, valid."""


@dataclass(frozen=True)
class Patience:
    """The retry budget of one request, and the clock, sleep and random number (in [0, 1)) it is spent with.

    Eight attempts back off for two minutes in all. A `Retry-After` that does not fit in ten minutes is not waited for:
    the schedule comes again in fifteen.
    """

    clock: Callable[[], datetime]
    sleep: Callable[[float], object]
    random: Callable[[], float]
    attempts: int = 8
    longest_wait_seconds: float = 600.0


def ask(
    send: Callable[[], httpx.Response],
    read: Callable[[httpx.Response], _Answer],
    patience: Patience,
    request_name: str,
    secrets: Collection[str],
    also_accepted: Collection[int] = (),
) -> _Answer:
    """Sends until `read` accepts an answer of success (2xx) or of `also_accepted`, and returns what it read.

    429, 5xx, timeouts, dropped connections and answers that `read` calls a `MalformedPage` are asked again. Raises
    `Unauthorized` or `SourceRefused` at once for any other status, and `RetriesExhausted` when the budget is used up.
    `secrets` are blacked out of all that is logged or raised: an answer may quote what it was sent.
    """
    hidden = {form for secret in secrets for form in secret_forms(secret)}
    waited = 0.0
    for attempt in range(1, patience.attempts + 1):
        asked_wait: float | None = None
        try:
            response = send()
            if response.is_success or response.status_code in also_accepted:
                return read(response)
            trouble = described(response, hidden)
            if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.status_code >= 500:
                asked_wait = retry_after_seconds(
                    response.headers.get("Retry-After"), response.headers.get("Date"), patience.clock()
                )
            else:
                error_type = Unauthorized if response.status_code == httpx.codes.UNAUTHORIZED else SourceRefused
                raise error_type(f"{request_name} was refused: {trouble}")
        except httpx.RequestError as error:
            trouble = without_secrets(f"{type(error).__name__}: {error}", hidden)
        except MalformedPage as error:
            trouble = without_secrets(f"{error}{_correlation(response, hidden)}", hidden)
        wait = backoff_seconds(attempt, patience.random()) if asked_wait is None else asked_wait
        if attempt == patience.attempts or waited + wait > patience.longest_wait_seconds:
            raise RetriesExhausted(f"{request_name} failed {attempt} times, lastly with {trouble}")
        _log.warning("%s: %s; attempt %d follows in %.1f s", request_name, trouble, attempt + 1, wait)
        patience.sleep(wait)
        waited += wait
    raise RetriesExhausted(f"{request_name} was allowed no attempt")


def described(response: httpx.Response, secrets: Collection[str]) -> str:
    """Status, the API's own message and its correlation id, for on-call; without the secrets, in any of their forms."""
    return f"HTTP {response.status_code} {_message(response, secrets)}{_correlation(response, secrets)}"


def _message(response: httpx.Response, secrets: Collection[str]) -> str:
    """What is too long is cut after the secrets are out: half of one is still one."""
    text = without_secrets(response.text, secrets)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return repr(text[:300])
    if isinstance(document, dict):
        names = ("code", "message", "error", "error_description", "description", "errorMessage")
        told = [str(document[name]) for name in names if isinstance(document.get(name), str)]
        if told:
            return repr(without_secrets(": ".join(told), secrets)[:500])
    return repr(text[:300])


def _correlation(response: httpx.Response, secrets: Collection[str]) -> str:
    correlation_id = without_secrets(response.headers.get("ININ-Correlation-Id", ""), secrets)
    return f" (ININ-Correlation-Id {correlation_id[:100]})" if correlation_id else ""
