"""The sandbox organisation as an HTTP server on loopback.

Sockets and HTTP only; how it answers is in `api.py`. The clock is passed in, so the demo and the tests say what time
it is.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from uuid import uuid4

from cpm_assets.sandbox.api import SandboxApi
from cpm_assets.sandbox.organization import Organization


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle of an answer is no news."""


class SandboxServer:
    """Serves one organisation: `with SandboxServer(organization, now=clock) as server: … server.url`.

    `now` gives the present instant (UTC). `faults` switches 429s and expired tokens on; both are always recoverable.
    `requests` counts what was answered, by kind (see `SandboxApi`). Port 0 takes any free one. `log` gets a line a
    request; without it the server is silent.
    """

    def __init__(
        self,
        organization: Organization,
        *,
        now: Callable[[], datetime],
        faults: bool = True,
        port: int = 0,
        allowed_per_minute: int = 60_000,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.organization = organization
        self._api = SandboxApi(organization, now, faults, allowed_per_minute)
        self._http = _QuietServer(("127.0.0.1", port), _handler(self._api, log))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Base address of both the API and the login host, without a final slash."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def requests(self) -> Counter[str]:
        """How many requests were answered, by kind of answer."""
        return self._api.requests

    def start(self) -> None:
        """Begin to answer, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and free the port. Requests under way are dropped."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _handler(api: SandboxApi, log: Callable[[str], None] | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in one packet; otherwise Nagle's algorithm adds 40 ms to each page.
        wbufsize = 1 << 16
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "0")
            self._answer("POST", self.rfile.read(int(length) if length.isdigit() else 0))

        def do_GET(self) -> None:
            self._answer("GET", b"")

        def do_DELETE(self) -> None:
            self._answer("DELETE", b"")

        def _answer(self, method: str, body: bytes) -> None:
            self._send(*api.answer(method, self.path, self.headers.get("Authorization", ""), body))

        def _send(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            if status == HTTPStatus.NO_CONTENT:
                data = b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("ININ-Correlation-Id", body.get("contextId", str(uuid4())))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            if log is not None:
                log(f"{self.log_date_time_string()} {format % arguments}")

    return Handler
