"""The probe of the usage source: one token and one small sample, asked once, without extraction's patience.

What the answers mean is `domain/diagnosis/source.py`. The token is in nothing that is returned.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import httpx

from cpm_assets.domain.diagnosis.source import Answer, Sample
from cpm_assets.domain.extraction_errors import MalformedPage
from cpm_assets.domain.leg_parsing import LegReject, parse_leg
from cpm_assets.domain.page_readers import GENESYS_ANALYTICS, GENESYS_USAGE, PageReader, page_reader
from cpm_assets.domain.secret_texts import basic_credentials, secret_forms, without_secrets
from cpm_assets.resources.analytics_source import QUERY_PATH, voice_query
from cpm_assets.resources.http_patience import described
from cpm_assets.resources.usage_source import USAGE_PATH, written
from cpm_assets.sandbox.organization import CLIENT_ID, CLIENT_SECRET, Organization
from cpm_assets.sandbox.server import SandboxServer
from cpm_assets.settings import Settings

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
SAMPLE_LEGS = 25
_TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
_STATUS = re.compile(r"^HTTP \d+ ?")


@dataclass(frozen=True)
class Host:
    """Where to ask, and as whom."""

    api_url: str
    login_url: str
    client_id: str
    client_secret: str
    usage_source: str = GENESYS_USAGE


@contextmanager
def opened_host(settings: Settings, now: Callable[[], datetime]) -> Iterator[Host]:
    """The configured hosts; for the sandbox its server, started on loopback for so long (D26)."""
    if settings.is_sandbox:
        with SandboxServer(Organization(), now=now, faults=False) as server:
            yield Host(server.url, server.url, CLIENT_ID, CLIENT_SECRET, settings.usage_source)
    else:
        yield Host(
            settings.api_url or "", settings.login_url or "", settings.client_id or "", settings.client_secret or "",
            settings.usage_source,
        )  # fmt: skip


def probe(
    host: Host, now: Callable[[], datetime], transport: httpx.BaseTransport | None = None
) -> tuple[Answer, Answer | None, Sample | None]:
    """The token's answer, the sample's answer, and the sample: None where there was no token to ask with or no page.

    The sample is of the last whole UTC hour.
    """
    with httpx.Client(transport=transport, timeout=TIMEOUT, headers={"Accept": "application/json"}) as http:
        secrets = [*secret_forms(host.client_secret), basic_credentials(host.client_id, host.client_secret)]
        form = {"grant_type": "client_credentials"}
        login, response = _asked(
            lambda: http.post(host.login_url + _TOKEN_PATH, data=form, auth=(host.client_id, host.client_secret)),
            f"POST {host.login_url}{_TOKEN_PATH}", now, secrets,
        )  # fmt: skip
        token = _token(response)
        if response is None or response.status_code != httpx.codes.OK:
            return login, None, None
        if token is None:
            return replace(login, message="the answer holds no access token"), None, None
        request = _sample_request(http, host, now(), token)
        usage, response = _asked(
            lambda: http.send(request),
            f"{request.method} {request.url.copy_with(query=None)}", now, [*secrets, *secret_forms(token)],
        )  # fmt: skip
        return login, usage, _sample(response, page_reader(host.usage_source))


def _sample_request(http: httpx.Client, host: Host, now: datetime, token: str) -> httpx.Request:
    """What the source itself asks for the last whole UTC hour, small; of conversation details the query, not a job."""
    end = now.replace(minute=0, second=0, microsecond=0)
    start, headers = end - timedelta(hours=1), {"Authorization": f"Bearer {token}"}
    if host.usage_source == GENESYS_ANALYTICS:
        body = {**voice_query(start, end), "paging": {"pageSize": SAMPLE_LEGS, "pageNumber": 1}}
        return http.build_request("POST", host.api_url + QUERY_PATH, json=body, headers=headers)
    parameters = {"timeRange": f"{written(start)}/{written(end)}", "page": "1", "pageSize": str(SAMPLE_LEGS)}
    return http.build_request("GET", host.api_url + USAGE_PATH, params=parameters, headers=headers)


def _asked(
    send: Callable[[], httpx.Response], request: str, now: Callable[[], datetime], secrets: list[str]
) -> tuple[Answer, httpx.Response | None]:
    request = without_secrets(request, secrets)
    try:
        response = send()
    except Exception as error:  # of any kind: what it quotes is cleaned here, where the token is known
        return Answer(request, None, without_secrets(f"{type(error).__name__}: {error}", secrets), now()), None
    is_good = response.status_code == httpx.codes.OK
    message = "" if is_good else _STATUS.sub("", described(response, secrets))
    headers = {name.lower(): without_secrets(value, secrets) for name, value in response.headers.items()}
    return Answer(request, response.status_code, message, now(), headers), response


def _token(response: httpx.Response | None) -> str | None:
    try:
        token = response.json()["access_token"] if response is not None else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return token if isinstance(token, str) and token and token.isascii() and token.isprintable() else None


def _sample(response: httpx.Response | None, read_page: PageReader) -> Sample | None:
    if response is None or response.status_code != httpx.codes.OK:
        return None
    try:
        page = read_page(1, response.content)
    except MalformedPage as malformed:
        return Sample(0, (), (), str(malformed))
    read = [parse_leg(entity) for entity in page.entities]
    legs = [leg for leg in read if not isinstance(leg, LegReject)]
    return Sample(
        legs=len(legs),
        reject_reasons=tuple(leg.reason for leg in read if isinstance(leg, LegReject)),
        carriers=tuple(sorted({leg.carrier_name for leg in legs if leg.carrier_name})),
    )
