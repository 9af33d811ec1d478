"""The settings: what the environment says, read once, checked, and explained when it is wrong.

Belongs here: every environment variable the product reads (`.env.example` lists the same ones), its default and its
check. Does not belong here: run-time choices of a single run (those are run tags, see `jobs.py`). The client secret is
read here and handed to the usage source only; it has no place in `repr`, logs or exceptions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cpm_assets.domain.analytics_plan import RECOMMENDED_FINALIZATION_HOURS
from cpm_assets.domain.page_readers import GENESYS_ANALYTICS

REGION_DOMAINS = {
    "us-east-1": "mypurecloud.com",
    "eu-west-1": "mypurecloud.ie",
    "ap-southeast-2": "mypurecloud.com.au",
    "ap-northeast-1": "mypurecloud.jp",
    "eu-central-1": "mypurecloud.de",
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "ap-northeast-2": "apne2.pure.cloud",
    "eu-west-2": "euw2.pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "us-east-2": "use2.us-gov-pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "me-central-1": "mec1.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
    "eu-central-2": "euc2.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
    "ap-southeast-1": "apse1.pure.cloud",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",
}
"""Genesys Cloud regions and their domains, as its help pages list them; `login.` and `api.` are put before them."""

SANDBOX_FIRST_DAY = date(2026, 10, 24)
RUNBOOKS_URL = "docs/runbooks"
"""Without a setting, the pages' path in the repository."""
DAGSTER_URL = "http://127.0.0.1:3000"
DASHBOARD_ADDRESS = "127.0.0.1"
USAGE_SOURCES = ("genesys_usage", GENESYS_ANALYTICS)
"""The guide's endpoint, and conversation details, which Genesys documents (D24)."""
LATE_SWEEP_HOURS = (72, 96, 168)
SILENCE_HOURS = 3
HOST_VARIABLES = ("GENESYS_API_URL", "GENESYS_LOGIN_URL")
GENESYS_VARIABLES = ("GENESYS_REGION", *HOST_VARIABLES, "GENESYS_CLIENT_ID", "GENESYS_CLIENT_SECRET")
SIGN_IN_VARIABLES = (
    "CPM_OIDC_METADATA_URL",
    "CPM_OIDC_CLIENT_ID",
    "CPM_OIDC_CLIENT_SECRET",
    "CPM_OIDC_REDIRECT_URI",
    "CPM_OIDC_COOKIE_SECRET",
)
SIGN_IN_CLAIMS = {"CPM_OIDC_USER_CLAIM": "email", "CPM_OIDC_GROUPS_CLAIM": "groups"}
SHORTEST_COOKIE_SECRET = 32

MOST = 1_000_000
"""The largest number a setting takes: beyond it instants and days could no longer be worked out."""


class SettingsError(ValueError):
    """The environment is half set or holds a value that cannot be used; the message says which and what to do."""


@dataclass(frozen=True)
class SignIn:
    """The dashboard's sign-in by OpenID Connect, and the claims that say who somebody is and in which groups."""

    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    cookie_secret: str = field(repr=False)
    user_claim: str
    groups_claim: str


@dataclass(frozen=True)
class Settings:
    """All settings, typed. `is_sandbox` means no Genesys variable is set at all (D26)."""

    data_dir: Path
    first_day: date
    is_sandbox: bool
    api_url: str | None = None
    login_url: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    usage_source: str = "genesys_usage"
    alert_webhook_url: str | None = field(default=None, repr=False)
    heartbeat_url: str | None = field(default=None, repr=False)
    silence_hours: int = SILENCE_HOURS
    runbooks_url: str = RUNBOOKS_URL
    finalization_hours: int = 48
    late_sweep_hours: tuple[int, ...] = LATE_SWEEP_HOURS
    tolerated_unknown_carrier_legs: int = 0
    tolerated_zero_billing_legs: int = 0
    publish_numbers: str = "masked"
    leg_days: int = 92
    keep_snapshots: int = 3
    dagster_url: str = DAGSTER_URL
    dashboard_address: str = DASHBOARD_ADDRESS
    sign_in: SignIn | None = None

    @property
    def advice(self) -> tuple[str, ...]:
        """What is allowed and probably not meant, a sentence each."""
        if self.usage_source == GENESYS_ANALYTICS and self.finalization_hours < RECOMMENDED_FINALIZATION_HOURS:
            return (
                f"CPM_FINALIZATION_HOURS is {self.finalization_hours}: Genesys processes conversation details of 48 "
                f"hours and more again each night, so days closed before {RECOMMENDED_FINALIZATION_HOURS} hours are "
                f"restated often. Set it to {RECOMMENDED_FINALIZATION_HOURS}.",
            )
        return ()

    @property
    def stamp(self) -> str:
        """What a data directory is stamped with: `sandbox`, or the organization's OAuth client id (D26)."""
        return "sandbox" if self.is_sandbox else f"organization {self.client_id}"


def settings_from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read, check and default all settings.

    Raises SettingsError naming what is missing or wrong. An empty variable counts as not set.
    """
    given = {name: value for name, value in (os.environ if environment is None else environment).items() if value}
    is_sandbox = not any(name in given for name in GENESYS_VARIABLES)
    organization = {} if is_sandbox else _organization(given)
    sign_in = _sign_in(given)
    return Settings(
        data_dir=Path(given.get("CPM_DATA_DIR", "data")).resolve(),
        first_day=_first_day(given),
        is_sandbox=is_sandbox,
        **organization,
        usage_source=_one_of(given, "CPM_USAGE_SOURCE", USAGE_SOURCES),
        alert_webhook_url=given.get("CPM_ALERT_WEBHOOK_URL"),
        heartbeat_url=given.get("CPM_HEARTBEAT_URL"),
        silence_hours=_whole_number(given, "CPM_SILENCE_HOURS", SILENCE_HOURS, least=1),
        runbooks_url=given.get("CPM_RUNBOOKS_URL", RUNBOOKS_URL).rstrip("/"),
        finalization_hours=_whole_number(given, "CPM_FINALIZATION_HOURS", 48, least=1),
        late_sweep_hours=_hours(given, "CPM_LATE_SWEEP_HOURS", LATE_SWEEP_HOURS),
        tolerated_unknown_carrier_legs=_whole_number(given, "CPM_TOLERATED_UNKNOWN_CARRIER_LEGS", 0),
        tolerated_zero_billing_legs=_whole_number(given, "CPM_TOLERATED_ZERO_BILLING_LEGS", 0),
        publish_numbers=_one_of(given, "CPM_PUBLISH_NUMBERS", ("masked", "full")),
        leg_days=_whole_number(given, "CPM_LEG_DAYS", 92, least=1),
        keep_snapshots=_whole_number(given, "CPM_KEEP_SNAPSHOTS", 3, least=1),
        dagster_url=given.get("CPM_DAGSTER_URL", DAGSTER_URL).rstrip("/"),
        dashboard_address=_dashboard_address(given, sign_in),
        sign_in=sign_in,
    )


def is_loopback(host: str | None) -> bool:
    """Whether only this machine reaches that host or address."""
    with suppress(ValueError):
        return host == "localhost" or ip_address(host or "").is_loopback
    return False


def _sign_in(given: Mapping[str, str]) -> SignIn | None:
    if not any(name in given for name in SIGN_IN_VARIABLES):
        return None
    missing = [name for name in SIGN_IN_VARIABLES if name not in given]
    if missing:
        raise SettingsError(
            f"The sign-in is half configured: {', '.join(missing)} not set. Needed are all of: "
            f"{', '.join(SIGN_IN_VARIABLES)}; or none of them, and the dashboard answers on loopback only."
        )
    metadata_url, client_id, client_secret, redirect_uri, cookie_secret = (given[name] for name in SIGN_IN_VARIABLES)
    user_claim, groups_claim = (given.get(name, default) for name, default in SIGN_IN_CLAIMS.items())
    for name in ("CPM_OIDC_METADATA_URL", "CPM_OIDC_REDIRECT_URI"):
        url = urlsplit(given[name])
        if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname)):
            raise SettingsError(f"{name} is {given[name]!r}; it must begin with https:// (http only on loopback)")
    if not redirect_uri.endswith("/oauth2callback"):
        raise SettingsError("CPM_OIDC_REDIRECT_URI must be the dashboard's own address with /oauth2callback at its end")
    if len(cookie_secret) < SHORTEST_COOKIE_SECRET:
        raise SettingsError(
            f"CPM_OIDC_COOKIE_SECRET must have at least {SHORTEST_COOKIE_SECRET} characters: whoever guesses it can be "
            "anybody. Make one with: openssl rand -hex 32"
        )
    return SignIn(metadata_url, client_id, client_secret, redirect_uri, cookie_secret, user_claim, groups_claim)


def _dashboard_address(given: Mapping[str, str], sign_in: SignIn | None) -> str:
    address = given.get("CPM_DASHBOARD_ADDRESS", DASHBOARD_ADDRESS)
    if sign_in is None and not is_loopback(address):
        raise SettingsError(
            f"CPM_DASHBOARD_ADDRESS is {address!r}, which others reach, and there is no sign-in: everybody would see "
            "every figure. Configure the sign-in (CPM_OIDC_ variables), or leave it at 127.0.0.1."
        )
    return address


def _organization(given: Mapping[str, str]) -> dict[str, str]:
    # one host of the user's own and one of the region's would send the client secret to the wrong one
    hosts = HOST_VARIABLES if any(name in given for name in HOST_VARIABLES) else ()
    required = ("GENESYS_CLIENT_ID", "GENESYS_CLIENT_SECRET", *hosts, "CPM_FIRST_DAY")
    missing = [name for name in required if name not in given]
    if missing:
        raise SettingsError(
            f"Genesys is half configured: {', '.join(missing)} not set. Needed are both client credentials, both hosts "
            "or neither, and the first UTC day to keep (YYYY-MM-DD, the first partition); or unset every GENESYS_ "
            "variable to use the sandbox."
        )
    region = given.get("GENESYS_REGION", "us-east-1")
    if region not in REGION_DOMAINS:
        raise SettingsError(f"GENESYS_REGION is {region!r}; known regions: {', '.join(REGION_DOMAINS)}")
    return {
        "client_id": given["GENESYS_CLIENT_ID"],
        "client_secret": given["GENESYS_CLIENT_SECRET"],
        "api_url": given.get("GENESYS_API_URL", f"https://api.{REGION_DOMAINS[region]}").rstrip("/"),
        "login_url": given.get("GENESYS_LOGIN_URL", f"https://login.{REGION_DOMAINS[region]}").rstrip("/"),
    }


def _first_day(given: Mapping[str, str]) -> date:
    text = given.get("CPM_FIRST_DAY", SANDBOX_FIRST_DAY.isoformat())
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):  # Python also reads 20261024 and 2026-W43-6
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise SettingsError(f"CPM_FIRST_DAY is {text!r}; it must be a day as YYYY-MM-DD")


def _whole_number(given: Mapping[str, str], name: str, default: int, least: int = 0) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= MOST:
        raise SettingsError(f"{name} is {text!r}; it must be a whole number from {least} to {MOST}")
    return int(text)


def _hours(given: Mapping[str, str], name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    text = given.get(name, ",".join(map(str, default)))
    if not re.fullmatch(r"[0-9]{1,5}(,[0-9]{1,5})*", text) or min(hours := [*map(int, text.split(","))]) < 1:
        raise SettingsError(f"{name} is {text!r}; it must be whole hours of 1 or more with commas between: 72,96,168")
    return tuple(sorted(set(hours)))


def _one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = given.get(name, allowed[0])
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}; it must be one of: {', '.join(allowed)}")
    return value
