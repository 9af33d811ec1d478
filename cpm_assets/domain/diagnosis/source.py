"""Diagnosis of the usage source: hosts, clock, credentials, role, rate limit, and whether a sample can be read.

Pure: the answers come in as facts from `resources/doctor/source_probe.py`, and come out as findings, in the order in
which one has to mend them: a later one says little while an earlier one fails.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from cpm_assets.domain.findings import FAIL, OK, WARN, Finding

SKEW_WORTH_A_WARNING_SECONDS = 30.0
SKEW_THAT_BREAKS_SECONDS = 300.0
"""Extraction asks for windows up to the present instant: a clock so far ahead asks for minutes that are not over."""
_SHARE_OF_LIMIT = 0.8


@dataclass(frozen=True)
class Answer:
    """What a host said to one request. `status` is None when it did not answer at all; `message` is its own text, or
    the trouble. `headers` have small names; `received_at` is this machine's clock, aware UTC."""

    request: str
    status: int | None
    message: str
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """Legs of a sample as they were read: how many, why others could not be, and the carriers named in them."""

    legs: int
    reject_reasons: tuple[str, ...]
    carriers: tuple[str, ...]
    trouble: str | None = None


def source_findings(token: Answer, usage: Answer | None, sample: Sample | None) -> Iterator[Finding]:
    """The findings of the token request, the usage request (None: not asked, for want of a token) and its sample."""
    yield _hosts(token, usage)
    answered = [answer for answer in (token, usage) if answer is not None and answer.status is not None]
    if answered:
        yield _clock(answered[0])
    if token.status is not None:
        yield _credentials(token)
    if usage is None or usage.status is None:
        return
    yield _role(usage)
    yield _rate_limit(usage)
    if sample is not None:
        yield _sample(sample)


def _hosts(token: Answer, usage: Answer | None) -> Finding:
    silent = [answer for answer in (token, usage) if answer is not None and answer.status is None]
    if not silent:
        asked = " and ".join(answer.request for answer in (token, usage) if answer is not None)
        return Finding("hosts", OK, f"answered: {asked}")
    told = "; ".join(f"{answer.request}: {answer.message}" for answer in silent)
    return Finding(
        "hosts", FAIL, f"no answer to {told}",
        "check GENESYS_REGION (or both GENESYS_ host settings), the network, the firewall and HTTPS_PROXY",
    )  # fmt: skip


def _clock(answer: Answer) -> Finding:
    try:
        told = parsedate_to_datetime(answer.headers["date"])
        skew = (answer.received_at - told).total_seconds()
    except (KeyError, ValueError, TypeError):
        return Finding(
            "clock", WARN, "the host's answer has no date", "compare this machine's clock with a time server"
        )
    way = "ahead of" if skew > 0 else "behind"
    text = f"this machine's clock is {abs(skew):.0f} s {way} the host's"
    remedy = "let this machine keep its time by NTP"
    if abs(skew) > SKEW_THAT_BREAKS_SECONDS:
        return Finding("clock", FAIL, text, remedy)
    if abs(skew) > SKEW_WORTH_A_WARNING_SECONDS:
        return Finding("clock", WARN, text, remedy)
    return Finding("clock", OK, f"within {max(1.0, abs(skew)):.0f} s of the host's")


def _credentials(token: Answer) -> Finding:
    if token.status == 200 and not token.message:
        return Finding("credentials", OK, "a token was given")
    text = f"{token.request}: HTTP {token.status} {token.message}"
    if token.status in (400, 401):
        remedy = "check GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET, and that the client is of this region"
    elif token.status == 429 or (token.status or 0) >= 500:
        remedy = "wait a minute and try again; if it lasts, ask Genesys with the correlation id"
    else:
        remedy = "check that the login host is right; it should be https://login.<the region's domain>"
    return Finding("credentials", FAIL, text, remedy)


def _role(usage: Answer) -> Finding:
    text = f"{usage.request}: HTTP {usage.status} {usage.message}".rstrip()
    if usage.status == 200:
        return Finding("role", OK, f"{usage.request} is allowed")
    if usage.status == 403:
        remedy = (
            "give the OAuth client a role with the permission named there (Admin, Integrations, OAuth, the client's "
            "Roles tab; a client has roles, not scopes), in the division whose calls are to be read"
        )
    elif usage.status == 401:
        remedy = "the host does not take the login host's token: both must be of one region and organization"
    elif usage.status == 404:
        remedy = (
            "this organization does not have that endpoint (D24; the README says so under 'With your own "
            "organization'): choose another CPM_USAGE_SOURCE"
        )
    elif usage.status == 429:
        return Finding("role", WARN, text, "wait until the limit begins again and try once more")
    elif (usage.status or 0) >= 500:
        return Finding("role", WARN, text, "the API has a fault of its own; extraction retries it, try again later")
    else:
        remedy = "ask Genesys with the correlation id what is wrong with the request"
    return Finding("role", FAIL, text, remedy)


def _rate_limit(usage: Answer) -> Finding:
    count, allowed, reset = (usage.headers.get(f"inin-ratelimit-{name}", "") for name in ("count", "allowed", "reset"))
    if usage.status == 429:
        wait = usage.headers.get("retry-after", "an unknown time")
        return Finding(
            "rate limit", WARN, f"used up; the API asks to wait: {wait}", "find out what else uses this OAuth client"
        )
    if not (count.isdecimal() and allowed.isdecimal() and int(allowed)):
        return Finding(
            "rate limit", WARN, "the answer does not say how many requests are left",
            "nothing, if a private edge is asked: 429 answers are waited out all the same",
        )  # fmt: skip
    text = f"{count} of {allowed} requests a minute used, counted anew in {reset or '?'} s"
    if int(count) > _SHARE_OF_LIMIT * int(allowed):
        return Finding("rate limit", WARN, text, "give this product an OAuth client of its own")
    return Finding("rate limit", OK, text)


def _sample(sample: Sample) -> Finding:
    if sample.trouble:
        return Finding("sample", FAIL, sample.trouble, "compare the answer with the guide's leg object")
    rejected = len(sample.reject_reasons)
    if not sample.legs and not rejected:
        return Finding("sample", OK, "the last hour has no leg: nothing to read")
    text = f"{sample.legs} of {sample.legs + rejected} legs of the last hour were read"
    if rejected:
        text += f"; the first other one: {sample.reject_reasons[0]}"
        verdict = WARN if sample.legs else FAIL
        return Finding(
            "sample", verdict, text, "compare the answer with the guide's leg object; rejected_legs has each"
        )
    return Finding("sample", OK, text)
