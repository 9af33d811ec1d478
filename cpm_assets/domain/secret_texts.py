"""Secrets in texts: which texts of an environment are secrets, in which forms they turn up, how they are blacked out.

Pure: the environment is passed in.
"""

import json
import re
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "***"
_NAMES_A_SECRET = re.compile(r"SECRET|PASSW|TOKEN|KEY|CREDENTIAL|WEBHOOK|HEARTBEAT", re.IGNORECASE)
_SHORTEST = 4
"""A shorter value (`1`, `yes`) of a variable that is only called like a secret would black out half of every text."""


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """Every form of every secret in the environment: by the variable's name, and passwords within addresses."""
    found: set[str] = set()
    for name, value in environment.items():
        if name == "GENESYS_CLIENT_SECRET" or (_NAMES_A_SECRET.search(name) and len(value) >= _SHORTEST):
            found.update(secret_forms(value))
        for part in _secret_parts(value, name):
            if len(part) >= _SHORTEST:
                found.update(secret_forms(part))
    client_id, client_secret = (environment.get(f"GENESYS_CLIENT_{name}", "") for name in ("ID", "SECRET"))
    if client_secret:
        found.add(basic_credentials(client_id, client_secret))
    return frozenset(found - {""})


def secret_forms(secret: str) -> Iterator[str]:
    """The secret as it is, and as it stands in a Python message, in JSON and in an address."""
    yield from (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (quote(secret, errors="replace"), quote(secret, safe="", errors="replace"))
    yield quote_plus(secret, errors="replace")


def basic_credentials(client_id: str, client_secret: str) -> str:
    """As HTTP Basic sends them."""
    return b64encode(f"{client_id}:{client_secret}".encode("utf-8", "replace")).decode()


def without_secrets(text: str, secrets: Collection[str]) -> str:
    """The text with every secret in it blacked out; the longest first, as one may be a part of another."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _secret_parts(value: str, name: str) -> Iterator[str]:
    """The password of an address, and of a webhook or heartbeat also what is behind its host."""
    if "://" not in value:
        return
    try:
        address = urlsplit(value)
    except ValueError:
        return
    if address.password:
        yield from (address.password, unquote(address.password))
    if any(kind in name.upper() for kind in ("WEBHOOK", "HEARTBEAT")):
        path = address.path.strip("/")
        yield from (path, path.rpartition("/")[2], address.query)
