"""`make health PORT=8600`: `GET /health` on loopback, for what asks by HTTP: 200 or 503, and the document of `--json`.

Nothing else is answered. It looks anew for each request, and each has a thread of its own.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cpm_assets.commands.health import health_parts
from cpm_assets.commands.terminal import say
from cpm_assets.domain.health import as_document, is_healthy
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.settings import settings_from_environment

PATH = "/health"
REQUEST_SECONDS = 10.0
"""A client that sends no request is let go."""


def run_endpoint(port: int) -> int:
    """Answer until stopped."""
    installation = Installation(settings_from_environment())
    installation.directory.check(installation.settings.stamp)
    with health_server(installation, Clock(), port) as server:
        say(f"health on http://127.0.0.1:{server.server_port}{PATH}; Ctrl-C ends it")
        server.serve_forever()
    return 0


def health_server(installation: Installation, clock: Clock, port: int) -> ThreadingHTTPServer:
    """A server on loopback that is not yet serving; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_SECONDS
        server_version, sys_version = "cpm", ""

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != PATH:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            looked_at = health_parts(installation, clock)
            body = json.dumps(as_document(looked_at, clock.now())).encode()
            self.send_response(HTTPStatus.OK if is_healthy(looked_at) else HTTPStatus.SERVICE_UNAVAILABLE)
            self.send_header("Content-Type", "application/json")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """A line a request, every few seconds for ever, would be all that the log has."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
