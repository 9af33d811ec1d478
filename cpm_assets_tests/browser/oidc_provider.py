"""A small OpenID Connect provider on loopback: whoever opens its page picks the person to be."""

from __future__ import annotations

import html
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "cpm-dashboard", "a secret of the tests"
DISCOVERY = "/.well-known/openid-configuration"


@contextmanager
def oidc_provider(people: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Runs while the block runs; gives its address. `people`: addresses, each with the groups in the token."""
    key = RSAKey.generate_key(2048, parameters={"kid": "tests"})
    codes: dict[str, tuple[str, str]] = {}

    class Provider(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            if url.path == DISCOVERY:
                paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
                self._answer({"issuer": issuer, **{name: issuer + path for name, path in paths.items()}})
            elif url.path == "/keys":
                self._answer({"keys": [key.as_dict(private=False)]})
            elif url.path == "/authorize" and "person" not in asked:
                links = "".join(
                    f'<p><a href="/authorize?{html.escape(urlencode({**asked, "person": person}))}">{person}</a></p>'
                    for person in people
                )
                self._send(200, "text/html", f"<h1>Who are you?</h1>{links}".encode())
            else:
                code = secrets.token_hex(8)
                codes[code] = asked["person"], asked["nonce"]
                self.send_response(302)
                self.send_header(
                    "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
                )
                self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            person, nonce = codes.pop(parse_qs(body)["code"][0])
            now = int(time.time())
            claims = {
                **{"iss": issuer, "aud": CLIENT_ID, "sub": person, "iat": now, "exp": now + 600, "nonce": nonce},
                **{"email": person, "email_verified": True, "groups": list(people[person])},
            }
            token = jwt.encode({"alg": "RS256", "kid": "tests"}, claims, key)
            self._answer({"access_token": "none", "token_type": "Bearer", "expires_in": 600, "id_token": token})

        def _answer(self, values: object) -> None:
            self._send(200, "application/json", json.dumps(values).encode())

        def _send(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    issuer = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
