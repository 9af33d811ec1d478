"""Claims about `cpm_assets.settings`: nothing half set is accepted, and nothing secret is shown."""

import ast
import re
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

import cpm_assets.settings
from cpm_assets.settings import Settings, SettingsError, SignIn, settings_from_environment

REPOSITORY = Path(cpm_assets.settings.__file__).parents[1]
ORGANIZATION = {
    "GENESYS_CLIENT_ID": "client-1",
    "GENESYS_CLIENT_SECRET": "hush-hush",
    "CPM_FIRST_DAY": "2026-01-01",
}
NUMBERS = {
    "CPM_FINALIZATION_HOURS": "finalization_hours",
    "CPM_TOLERATED_UNKNOWN_CARRIER_LEGS": "tolerated_unknown_carrier_legs",
    "CPM_TOLERATED_ZERO_BILLING_LEGS": "tolerated_zero_billing_legs",
    "CPM_LEG_DAYS": "leg_days",
    "CPM_KEEP_SNAPSHOTS": "keep_snapshots",
}


def variables_in_settings() -> set[str]:
    tree = ast.parse(Path(cpm_assets.settings.__file__).read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if re.fullmatch(r"(CPM|GENESYS)_[A-Z_]+", text)}


def example_values() -> dict[str, str]:
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    return dict(line[1:].split("=", 1) for line in lines if re.match(r"#[A-Z_]+=", line))


def test_an_empty_environment_is_the_sandbox_and_its_first_day() -> None:
    """A newcomer's `make demo` would ask for credentials, or worse, find some."""
    settings = settings_from_environment({})
    assert (settings.is_sandbox, settings.stamp, settings.first_day) == (True, "sandbox", date(2026, 10, 24))
    assert settings.data_dir == Path("data").resolve()


def test_an_empty_variable_counts_as_not_set() -> None:
    """`GENESYS_REGION=` in a sourced .env would turn the sandbox off and fail for want of a secret."""
    assert settings_from_environment(dict.fromkeys(variables_in_settings(), "")) == settings_from_environment({})


def test_credentials_make_an_organization_on_the_hosts_of_its_region() -> None:
    """A European organization's credentials sent to the American login host would be refused without saying why."""
    settings = settings_from_environment({**ORGANIZATION, "GENESYS_REGION": "eu-central-1"})
    assert (settings.is_sandbox, settings.stamp) == (False, "organization client-1")
    assert settings.api_url == "https://api.mypurecloud.de"
    assert settings.login_url == "https://login.mypurecloud.de"


def test_both_hosts_can_be_overridden() -> None:
    """A private edge is not in the list of regions."""
    hosts = {"GENESYS_API_URL": "http://127.0.0.1:1/", "GENESYS_LOGIN_URL": "http://127.0.0.1:2"}
    settings = settings_from_environment({**ORGANIZATION, **hosts})
    assert (settings.api_url, settings.login_url) == ("http://127.0.0.1:1", "http://127.0.0.1:2")


@pytest.mark.parametrize("missing", sorted(ORGANIZATION))
def test_a_missing_half_of_an_organization_is_named(missing: str) -> None:
    """Falling back to the sandbox would publish invented figures under a real organization's name."""
    given = {name: value for name, value in ORGANIZATION.items() if name != missing}
    with pytest.raises(SettingsError, match=missing):
        settings_from_environment(given)


@pytest.mark.parametrize("alone", ["GENESYS_REGION", "GENESYS_API_URL", "GENESYS_LOGIN_URL"])
def test_a_host_without_credentials_names_all_that_is_missing(alone: str) -> None:
    """One set variable means an organization is wanted; the sandbox would answer instead."""
    with pytest.raises(SettingsError, match="GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET, .*not set"):
        settings_from_environment({alone: "us-east-1"})


@pytest.mark.parametrize(
    ("given", "missing"),
    [("GENESYS_API_URL", "GENESYS_LOGIN_URL"), ("GENESYS_LOGIN_URL", "GENESYS_API_URL")],
)
def test_one_overridden_host_asks_for_the_other(given: str, missing: str) -> None:
    """The secret of a private edge would be posted to Genesys' public login."""
    with pytest.raises(SettingsError, match=f": {missing} not set"):
        settings_from_environment({**ORGANIZATION, given: "https://edge.example"})


def test_neither_the_secret_nor_the_webhook_is_in_repr_or_errors() -> None:
    """A settings object in a log line or a traceback would give the organization away."""
    webhook = "https://hooks.example/T0/very-secret"
    given = {**ORGANIZATION, "CPM_ALERT_WEBHOOK_URL": webhook, "CPM_HEARTBEAT_URL": webhook}
    settings = settings_from_environment(given)
    assert (settings.client_secret, settings.alert_webhook_url) == ("hush-hush", webhook)
    assert not re.search("hush-hush|very-secret", f"{settings!r} {settings}")
    for wrong in ({"CPM_LEG_DAYS": "x"}, {"CPM_FIRST_DAY": ""}, {"GENESYS_REGION": "moon-1"}):
        with pytest.raises(SettingsError) as raised:
            settings_from_environment({**given, **wrong})
        assert not re.search("hush-hush|very-secret", str(raised.value))


def test_env_example_lists_exactly_the_variables_that_are_read() -> None:
    """A setting nobody can find is not there; one that is listed and not read is a lie."""
    assert set(example_values()) == variables_in_settings(), "mend .env.example or cpm_assets/settings.py"


def test_env_example_shows_the_defaults() -> None:
    """Uncommenting a line to look at it would change what the product does."""
    shown = {name: value for name, value in example_values().items() if not name.startswith("GENESYS_")}
    assert settings_from_environment(shown) == settings_from_environment({})


def test_no_other_module_reads_a_setting_from_the_environment() -> None:
    """A variable read elsewhere is unchecked, and missing from .env.example."""
    own = Path(cpm_assets.settings.__file__)
    for path in own.parent.rglob("*.py"):
        if path != own:
            found = re.findall(r"(?:environ\.get\(|environ\[|getenv\()\s*[\"']((?:CPM|GENESYS)_\w+)", path.read_text())
            assert not found, f"{path.name} reads {found}: read it in settings.py"


@pytest.mark.parametrize("name", sorted(NUMBERS))
@pytest.mark.parametrize("text", ["-1", "1.5", "many", " 3", "+3", "\u0663", "1e3", "0x10", "1_000", "9" * 5000])
def test_a_number_that_is_none_is_refused_by_name(name: str, text: str) -> None:
    """A tolerance of 'many' legs would accept any day, or stop with a traceback that does not name the setting."""
    with pytest.raises(SettingsError, match=f"{name} is .*whole number"):
        settings_from_environment({name: text})


@pytest.mark.parametrize("name", ["CPM_FINALIZATION_HOURS", "CPM_LEG_DAYS", "CPM_KEEP_SNAPSHOTS"])
def test_zero_is_refused_where_it_would_take_everything_away(name: str) -> None:
    """Keeping 0 published versions, or closing a day at its end, loses figures."""
    with pytest.raises(SettingsError, match="at least 1|from 1"):
        settings_from_environment({name: "0"})


@pytest.mark.parametrize("text", ["72;96", "72,", ",72", "72, 96", "0", "72,0", "-72", "seventy", "999999"])
def test_late_sweep_hours_that_are_none_are_refused(text: str) -> None:
    """`72;96` read as no hour at all would leave late records unseen for good."""
    with pytest.raises(SettingsError, match="CPM_LATE_SWEEP_HOURS is .*72,96,168"):
        settings_from_environment({"CPM_LATE_SWEEP_HOURS": text})


def test_late_sweep_hours_are_taken_in_order_and_once() -> None:
    """Somebody writes the longest first."""
    assert settings_from_environment({"CPM_LATE_SWEEP_HOURS": "168,72,72"}).late_sweep_hours == (72, 168)


def test_numbers_are_taken() -> None:
    """A setting that is checked and then ignored."""
    settings = settings_from_environment({name: str(70 + n) for n, name in enumerate(sorted(NUMBERS))})
    assert [getattr(settings, NUMBERS[name]) for name in sorted(NUMBERS)] == [70, 71, 72, 73, 74]


@pytest.mark.parametrize("text", ["24.10.2026", "2026-13-01", "2026-02-30", "20261024", "2026-W43-6", "today", "0"])
def test_a_first_day_that_is_none_is_refused(text: str) -> None:
    """Partitions that begin on another day than was meant cannot be moved later."""
    with pytest.raises(SettingsError, match="YYYY-MM-DD"):
        settings_from_environment({"CPM_FIRST_DAY": text})


def test_closing_before_genesys_is_done_is_advised_against() -> None:
    """Closed at 48 hours, nearly every day is restated the night after, and nobody reads restatements any more."""
    analytics = {"CPM_USAGE_SOURCE": "genesys_analytics"}
    (advice,) = settings_from_environment(analytics).advice
    assert "Set it to 72" in advice
    assert settings_from_environment(analytics | {"CPM_FINALIZATION_HOURS": "72"}).advice == ()
    assert settings_from_environment({}).advice == ()


@pytest.mark.parametrize("name", ["CPM_PUBLISH_NUMBERS", "CPM_USAGE_SOURCE"])
def test_an_unknown_choice_is_refused_with_the_known_ones(name: str) -> None:
    """`CPM_PUBLISH_NUMBERS=mask` must not publish full numbers (D28)."""
    with pytest.raises(SettingsError, match=f"{name} is 'mask'; it must be one of"):
        settings_from_environment({name: "mask"})


def test_an_unknown_region_is_refused_with_the_known_ones() -> None:
    """A misspelt region would be asked for as a host that somebody else may own."""
    with pytest.raises(SettingsError, match="us-east-1"):
        settings_from_environment({**ORGANIZATION, "GENESYS_REGION": "us-east-9"})


def test_every_field_of_the_settings_has_its_place() -> None:
    """A new field without a variable can never be set."""
    derived = {"is_sandbox", "sign_in"}
    assert len(fields(Settings)) - len(derived) + len(fields(SignIn)) == len(
        variables_in_settings() - {"GENESYS_REGION"}
    )


SIGN_IN = {
    "CPM_OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
    "CPM_OIDC_CLIENT_ID": "cpm",
    "CPM_OIDC_CLIENT_SECRET": "hush-client",
    "CPM_OIDC_REDIRECT_URI": "https://cpm.example/oauth2callback",
    "CPM_OIDC_COOKIE_SECRET": "hush-cookie-" + "0" * 32,
}


def test_the_sign_in_is_read_whole_and_its_secrets_are_not_shown() -> None:
    """A cookie secret in a log line lets its reader be anybody."""
    settings = settings_from_environment(
        SIGN_IN | {"CPM_DASHBOARD_ADDRESS": "0.0.0.0", "CPM_OIDC_GROUPS_CLAIM": "roles"}
    )
    assert settings.sign_in is not None
    assert (settings.sign_in.user_claim, settings.sign_in.groups_claim) == ("email", "roles")
    assert "hush" not in f"{settings!r} {settings}"


@pytest.mark.parametrize("name", SIGN_IN)
def test_a_half_set_sign_in_names_what_is_missing(name: str) -> None:
    """Without it the dashboard would answer everybody, or nobody would know why not."""
    with pytest.raises(SettingsError, match=f"{name} not set"):
        settings_from_environment({key: value for key, value in SIGN_IN.items() if key != name})


@pytest.mark.parametrize(
    "wrong",
    [
        {"CPM_OIDC_METADATA_URL": "http://login.example/.well-known/openid-configuration"},
        {"CPM_OIDC_REDIRECT_URI": "http://cpm.example/oauth2callback"},
        {"CPM_OIDC_REDIRECT_URI": "https://cpm.example/"},
        {"CPM_OIDC_COOKIE_SECRET": "short"},
    ],
)
def test_a_sign_in_that_others_could_forge_is_refused(wrong: dict[str, str]) -> None:
    """A token over plain HTTP, or a guessed cookie, is a key to every figure."""
    with pytest.raises(SettingsError):
        settings_from_environment(SIGN_IN | wrong)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "::", "cpm.example"])
def test_without_a_sign_in_the_dashboard_answers_on_loopback_only(address: str) -> None:
    """Whoever is in the same network would see every figure."""
    with pytest.raises(SettingsError, match="there is no sign-in"):
        settings_from_environment({"CPM_DASHBOARD_ADDRESS": address})
    for own in ("127.0.0.1", "localhost", "::1"):
        assert settings_from_environment({"CPM_DASHBOARD_ADDRESS": own}).dashboard_address == own
