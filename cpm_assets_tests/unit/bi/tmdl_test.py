"""Claims about the Power BI project's texts: a strict reader of TMDL reads them, and roles let nobody see too much."""

import pytest

from cpm_assets.domain.access_policy import Grant, PolicyRow
from cpm_assets.domain.bi.power_bi_roles import role_files
from cpm_assets.domain.bi.tmdl import dax_text, tmdl_name
from cpm_assets_tests.tmdl import TmdlError, parsed_tmdl

HOSTILE = "Ac\"me\n\ttablePermission cpm_daily = TRUE ()\n'x"


def role_of(*rows: tuple[str, str, str, str]) -> dict[str, dict[str, str]]:
    """Each role's table permissions, by role name."""
    roles = {}
    for text in role_files([PolicyRow(principal, kind, Grant(*pair)) for principal, kind, *pair in rows]).values():
        (role,) = parsed_tmdl(text).objects
        assert role.properties == {"modelPermission": "read"}
        roles[role.name] = {child.name: child.value or "" for child in role.children}
    return roles


def test_a_role_filters_facts_by_pairs_and_dimensions_by_names() -> None:
    """A carrier of one grant with a region of another is a pair that nobody granted."""
    roles = role_of(("ana", "user", "Acme", "France"), ("ana", "user", "Zenith", "*"))
    pairs = '( EXACT ( [carrier_name], "Acme" ) && EXACT ( [destination_region], "France" ) ) || ( EXACT ( [carrier_name], "Zenith" ) )'  # noqa: E501 - one expression
    assert roles["user ana"] == {
        **dict.fromkeys(("cpm_daily", "cpm_fact", "cpm_trailing_7d"), pairs),
        "dim_carrier": '( EXACT ( [carrier_name], "Acme" ) ) || ( EXACT ( [carrier_name], "Zenith" ) )',
    }


def test_who_may_see_everything_has_a_role_without_a_filter() -> None:
    """A role is needed all the same: who has none sees nothing once there are roles."""
    assert role_of(("finance", "group", "*", "*")) == {"group finance": {}}


def test_a_person_and_a_group_of_one_name_are_two_roles() -> None:
    """One file would overwrite the other's grants."""
    assert set(role_of(("x", "user", "Acme", "*"), ("x", "group", "Zenith", "*"))) == {"user x", "group x"}


def test_a_name_cannot_end_its_expression() -> None:
    """A policy's text is data: as DAX it would grant itself everything."""
    roles = role_of((HOSTILE, "user", HOSTILE, "*"))
    (permissions,) = roles.values()
    assert set(permissions) == {"cpm_daily", "cpm_fact", "cpm_trailing_7d", "dim_carrier"}
    assert all("UNICHAR(10)" in condition and '"Ac""me"' in condition for condition in permissions.values())


@pytest.mark.parametrize(
    ("text", "dax"), [("", '""'), ('a"b', '"a""b"'), ("a\nb", '("a" & UNICHAR(10) & "b")'), ("\0", '""')]
)
def test_a_text_is_one_dax_expression(text: str, dax: str) -> None:
    """DAX has no escapes but the doubled quote."""
    assert dax_text(text) == dax


@pytest.mark.parametrize(
    ("name", "written"), [("cpm", "cpm"), ("a b", "'a b'"), ("it's", "'it''s'"), ("a\nb", "'a b'")]
)
def test_a_name_is_quoted_where_it_needs_it(name: str, written: str) -> None:
    """A file that Power BI refuses takes the whole model with it."""
    assert tmdl_name(name) == written


@pytest.mark.parametrize(
    "text",
    [
        "table a b\n",
        "table a\n  column b\n",
        "table a\n\tcolumn b\n\t\tdataType: money\n",
        "table a\n\tcolumn b\n\tcolumn b\n",
        "table a",
    ],
)
def test_the_reader_refuses_what_is_no_tmdl(text: str) -> None:
    """A reader that takes everything proves nothing."""
    with pytest.raises(TmdlError):
        parsed_tmdl(text)
