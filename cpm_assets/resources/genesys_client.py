"""A Genesys Cloud organization's API as one OAuth client: token, retries and the request limit, whatever is asked.

Knows no endpoint but the login. What an answer means is passed in; how long to wait is in `domain/retry_waits.py`,
which troubles are waited out in `http_patience.py`.
"""

import random as random_numbers
import time
from base64 import b64encode
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Required, Self, TypedDict, TypeVar

import httpx

from cpm_assets.domain.extraction_errors import MalformedPage
from cpm_assets.domain.retry_waits import limit_pause_seconds
from cpm_assets.resources.http_patience import Patience, Unauthorized, ask

TIMEOUT = httpx.Timeout(60.0, connect=10.0)

_Answer = TypeVar("_Answer")


def utc_now() -> datetime:
    """The wall clock, for a client that is given none."""
    return datetime.now(UTC)


class ClientOptions(TypedDict, total=False):
    """The keywords of `GenesysClient`, for those that pass them on."""

    api_url: Required[str]
    login_url: Required[str]
    client_id: Required[str]
    client_secret: Required[str]
    transport: httpx.BaseTransport | None
    clock: Callable[[], datetime]
    sleep: Callable[[float], object]
    random: Callable[[], float]


class GenesysClient:
    """Asks with OAuth client credentials. A context manager: it holds a connection.

    One token serves all requests; a 401 fetches one new token and asks once more. When the answers' `inin-ratelimit-*`
    headers say that the minute's requests are used up, the next one waits until they count anew. `requests_sent` counts
    requests to the API, repeated ones too, and no token requests. The secret and the tokens are in no message, log or
    `repr`. `transport`, `clock`, `sleep` and `random` are for tests.
    """

    def __init__(
        self,
        *,
        api_url: str,
        login_url: str,
        client_id: str,
        client_secret: str,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], object] = time.sleep,
        random: Callable[[], float] = random_numbers.random,
    ) -> None:
        self.requests_sent = 0
        self.api_url = api_url.rstrip("/")
        self.clock, self.sleep = clock, sleep
        self._token_url = login_url.rstrip("/") + "/oauth/token"
        self._credentials = httpx.BasicAuth(client_id, client_secret)
        self._secrets = [client_secret, b64encode(f"{client_id}:{client_secret}".encode()).decode()]
        self._token: str | None = None
        self._pause = 0.0
        self._patience = Patience(clock, sleep, random)
        self._http = httpx.Client(transport=transport, timeout=TIMEOUT, headers={"Accept": "application/json"})

    def __repr__(self) -> str:
        return f"GenesysClient({self.api_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        read: Callable[[httpx.Response], _Answer],
        *,
        name: str | None = None,
        parameters: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        also_accepted: Collection[int] = (),
    ) -> _Answer:
        """What `read` makes of the answer. Raises as `http_patience.ask`.

        `name` is how messages call the request; `also_accepted` are statuses that are an answer besides those of
        success.
        """

        def send() -> httpx.Response:
            return self._sent(self._http.build_request(method, self.api_url + path, params=parameters, json=body))

        request_name = name or f"{method} {path}"
        try:
            return self._asked(send, read, request_name, also_accepted)
        except Unauthorized:
            self._token = None
            return self._asked(send, read, request_name, also_accepted)

    def _asked(
        self,
        send: Callable[[], httpx.Response],
        read: Callable[[httpx.Response], _Answer],
        request_name: str,
        also_accepted: Collection[int],
    ) -> _Answer:
        if self._token is None:
            login = f"POST {self._token_url}"
            self._token = ask(self._send_token_request, _read_token, self._patience, login, self._secrets)
            self._secrets.append(self._token)
        return ask(send, read, self._patience, request_name, self._secrets, also_accepted)

    def _sent(self, request: httpx.Request) -> httpx.Response:
        if self._pause:
            self.sleep(self._pause)
        self._pause = 0.0
        self.requests_sent += 1
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = self._http.send(request)
        if response.status_code != httpx.codes.TOO_MANY_REQUESTS:  # a refusal says itself how long to wait
            self._pause = limit_pause_seconds(response.headers)
        return response

    def _send_token_request(self) -> httpx.Response:
        form = {"grant_type": "client_credentials"}
        return self._http.post(self._token_url, data=form, auth=self._credentials)


def _read_token(response: httpx.Response) -> str:
    try:
        token = response.json()["access_token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MalformedPage("the answer holds no access token") from None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise MalformedPage("the answer holds an access token that is no text")
    return token
