"""Claims about `dashboard.viewer`: whom an identity token names, and what that person is granted."""

from datetime import UTC, datetime, timedelta

import pytest

from cpm_assets.domain.access_policy import EVERYTHING, Grant, PolicyRow
from cpm_assets.settings import SignIn
from dashboard.viewer import LOCAL, SIGN_IN_LASTS, Viewer, signed_in_viewer

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
SIGN_IN = SignIn("https://a.example", "id", "secret", "https://b.example/oauth2callback", "0" * 32, "email", "groups")
CLAIMS = {"is_logged_in": True, "iat": NOW.timestamp() - 60, "email": "ana@example.com", "groups": ["germany", "it"]}
POLICY = [PolicyRow("germany", "group", Grant("*", "Germany"))]


def test_a_token_names_a_person_and_the_groups() -> None:
    """Providers send one group as a text and several as a list."""
    assert signed_in_viewer(CLAIMS, SIGN_IN, NOW) == Viewer("ana@example.com", frozenset({"germany", "it"}))
    one = signed_in_viewer({**CLAIMS, "groups": "germany"}, SIGN_IN, NOW)
    assert one is not None
    assert one.grants(POLICY) == {Grant("*", "Germany")}


@pytest.mark.parametrize(
    "change",
    [
        {"is_logged_in": False},
        {"iat": NOW.timestamp() - SIGN_IN_LASTS.total_seconds() - 1},
        {"iat": None},
        {"iat": "yesterday"},
        {"email": None},
        {"email": " "},
        {"email": ["ana@example.com"]},
        {"email_verified": False},
    ],
)
def test_a_token_that_is_over_or_names_nobody_for_sure_is_nobodys(change: dict[str, object]) -> None:
    """Somebody who left keeps the cookie for 30 days; an address that nobody verified is anybody's."""
    assert signed_in_viewer(CLAIMS | change, SIGN_IN, NOW) is None


@pytest.mark.parametrize("groups", [None, 7, {"germany": True}, [7, None], []])
def test_groups_in_a_form_that_is_not_known_are_none(groups: object) -> None:
    """A claim that is misread must not put somebody into a group."""
    viewer = signed_in_viewer({**CLAIMS, "groups": groups}, SIGN_IN, NOW)
    assert viewer is not None
    assert viewer.groups == frozenset()


def test_a_sign_in_lasts_no_longer_than_a_working_day() -> None:
    """A group that is taken away is in the token until the next sign-in."""
    assert timedelta(hours=12) == SIGN_IN_LASTS


def test_only_the_local_viewer_needs_no_grant() -> None:
    """Somebody who is signed in under the name `local` is not the local viewer."""
    assert LOCAL.grants([]) == EVERYTHING
    assert Viewer("local").grants([]) == frozenset()
