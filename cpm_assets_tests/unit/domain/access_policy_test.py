"""Claims about `domain/access_policy.py` and `domain/table_visibility.py`: who has which grants, and which rule a
table has."""

import pytest
import yaml

from cpm_assets.domain.access_policy import (
    ACCESS_POLICY,
    EVERYTHING,
    Grant,
    PolicyRow,
    grants_of_groups,
    grants_of_person,
    sees_everything,
    sees_whole_carrier,
)
from cpm_assets.domain.deliveries import parse_delivery
from cpm_assets.domain.table_visibility import HIDDEN, VISIBILITY, Rule, visibility_of
from cpm_assets_tests.conftest import REPOSITORY

HEADER = "principal,principal_type,carrier_name,destination_region\n"
MARTS = REPOSITORY / "dbt" / "models" / "marts"
POLICY = [
    PolicyRow("Ana@Example.com", "user", Grant("Acme", "*")),
    PolicyRow("finance", "group", Grant("*", "*")),
    PolicyRow("germany", "group", Grant("*", "Germany")),
]
NEEDED = {
    Rule.PAIR: {"carrier_name", "destination_region"},
    Rule.WHOLE_CARRIER: {"carrier_name"},
    Rule.ANY_OF_CARRIER: {"carrier_name"},
    Rule.ANY_OF_REGION: {"destination_region"},
}


@pytest.mark.parametrize(
    "row",
    ["*,group,Acme,Germany", "ana,person,Acme,Germany", ",user,Acme,Germany", "ana,user,,Germany", "ana,user,Acme,"],
)
def test_a_row_that_does_not_say_who_sees_what_grants_nothing(row: str) -> None:
    """A slip of the pen must not show figures to everybody, nor take the other rows away."""
    parsed = parse_delivery(ACCESS_POLICY, (HEADER + row + "\nana,user,Acme,Germany\n").encode())
    assert [values for _, values in parsed.rows] == [("ana", "user", "Acme", "Germany")]
    assert len(parsed.rejects) == 1


def test_a_person_has_the_grants_of_the_name_and_of_the_groups() -> None:
    """Addresses are written in any case; a group's name is what the provider sends."""
    assert grants_of_person(POLICY, "ana@example.COM", ["germany", "other"]) == {
        Grant("Acme", "*"),
        Grant("*", "Germany"),
    }


@pytest.mark.parametrize(("user", "groups"), [(None, []), ("eve@example.com", ["Finance"]), ("finance", []), ("", [])])
def test_who_is_not_named_has_no_grant(user: str | None, groups: list[str]) -> None:
    """A person who calls herself like a group, or a group in another spelling, sees nothing."""
    assert grants_of_person(POLICY, user, groups) == frozenset()


def test_groups_have_grants_of_their_own_and_people_none_of_theirs() -> None:
    """A file for a group must not hold what one of its members may see besides."""
    assert grants_of_groups(POLICY) == {"finance": EVERYTHING, "germany": frozenset({Grant("*", "Germany")})}


def test_everything_is_one_grant_for_all_and_not_two_halves() -> None:
    """All regions of Acme and Germany of all carriers are not everything."""
    halves = {Grant("Acme", "*"), Grant("*", "Germany")}
    assert not sees_everything(halves)
    assert sees_everything(halves | EVERYTHING)
    assert sees_whole_carrier(halves, "Acme")
    assert not sees_whole_carrier(halves, "Beta")
    assert not sees_whole_carrier(halves, None)


def test_every_published_table_has_a_visibility() -> None:
    """A new table that nobody thought about would be missing from the dashboard, or worse, shown whole."""
    marts = {path.stem for path in MARTS.iterdir() if path.suffix in (".sql", ".py")}
    assert marts == set(VISIBILITY), "say in cpm_assets/domain/table_visibility.py what grants show of each table"


def test_a_table_that_is_not_listed_is_hidden() -> None:
    """Forgetting one is safe."""
    assert visibility_of("tomorrows_table") == HIDDEN


def test_the_columns_that_a_rule_needs_are_there() -> None:
    """A filter on a column that was renamed fails for every reader."""
    described = {
        model["name"]: {column["name"] for column in model["columns"]}
        for path in MARTS.glob("*.yml")
        for model in yaml.safe_load(path.read_text()).get("models", [])
    }
    for table, seen in VISIBILITY.items():
        assert NEEDED.get(seen.rule, set()) | set(seen.shown_columns or ()) <= described[table], table
