"""A webhook on loopback that notes what it was told, and can refuse."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """`told` are the JSON bodies it took, in order. While `refuses` it answers 503 and takes nothing."""

    url: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    def take(self) -> list[dict[str, Any]]:
        """What it was told since the last call."""
        taken, self.told = self.told, []
        return taken


@contextmanager
def listening_webhook() -> Iterator[Webhook]:
    """Listens on a free port while the block runs."""
    webhook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not webhook.refuses:
                assert self.headers["Content-Type"] == "application/json"
                webhook.told.append(json.loads(body))
            self.send_response(503 if webhook.refuses else 204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    webhook.url = f"http://127.0.0.1:{server.server_address[1]}/secret-path"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield webhook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
