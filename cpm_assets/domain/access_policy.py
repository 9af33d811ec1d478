"""Access policies (`inbox/access_policy/*.csv`): which people and groups see which carriers and regions.

Columns, their rules, and whose grants a person has. The newest file is the whole policy (`dbt/models/marts/
access_policy.sql`); what a grant shows of each table is in `table_visibility.py`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cpm_assets.domain.deliveries import Cells, Column, DeliverySpec
from cpm_assets.domain.field_values import BadValue, exact_text, one_of, plain_text
from cpm_assets.domain.taken_rows import Values

USER, GROUP = "user", "group"
ALL = "*"
"""As a carrier or region: each of them, also those that come later."""

LONGEST_STEM = 100
RESERVED_STEMS = ("cpm", "main", "temp", "system", "memory", "information_schema", "pg_catalog")
"""The whole file's name, and names that DuckDB gives a meaning of its own."""
_OTHERS = re.compile(r"[^A-Za-z0-9._-]")


def _principal(text: str) -> str:
    """A person's or group's name as the sign-in states it. There is no "everybody": that would be a slip of the pen."""
    name = plain_text(text)
    if name == ALL:
        raise BadValue("is '*': a grant is for one person or one group, named")
    return name


def _row(cells: Cells) -> Values:
    return cells["principal"], cells["principal_type"], cells["carrier_name"], cells["destination_region"]


ACCESS_POLICY = DeliverySpec(
    columns=(
        Column("principal", _principal),
        Column("principal_type", one_of(USER, GROUP)),
        Column("carrier_name", exact_text),
        Column("destination_region", exact_text),
    ),
    build=_row,
    key=(0, 1, 2, 3),
)


@dataclass(frozen=True, order=True)
class Grant:
    """A carrier and a region whose rows are shown; either may be `*`. Names are compared exactly (D12)."""

    carrier_name: str
    destination_region: str


EVERYTHING = frozenset({Grant(ALL, ALL)})
"""The grants of whoever sees every row of every table."""


@dataclass(frozen=True)
class PolicyRow:
    """A row of the policy in force."""

    principal: str
    principal_type: str
    grant: Grant


def grants_of_person(policy: Iterable[PolicyRow], user: str | None, groups: Iterable[str]) -> frozenset[Grant]:
    """A person's own grants and those of the groups; none for somebody whom no row names.

    `user` is compared without regard to case, as addresses are; a group's name exactly.
    """
    own = user.casefold() if user else None
    members = frozenset(groups)
    return frozenset(
        row.grant
        for row in policy
        if (row.principal_type == USER and own == row.principal.casefold())
        or (row.principal_type == GROUP and row.principal in members)
    )


def grants_of_groups(policy: Iterable[PolicyRow]) -> dict[str, frozenset[Grant]]:
    """The grants of each group that the policy names."""
    grants: dict[str, set[Grant]] = {}
    for row in policy:
        if row.principal_type == GROUP:
            grants.setdefault(row.principal, set()).add(row.grant)
    return {group: frozenset(of_group) for group, of_group in sorted(grants.items())}


def sees_everything(grants: Iterable[Grant]) -> bool:
    """Whether one of the grants is for all carriers and all regions."""
    return not EVERYTHING.isdisjoint(grants)


def sees_whole_carrier(grants: Iterable[Grant], carrier_name: str | None) -> bool:
    """Whether the grants show all regions of a carrier: what is about the carrier as such (an invoice) needs that."""
    return any(grant.destination_region == ALL and grant.carrier_name in (ALL, carrier_name) for grant in grants)


def group_files(groups: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """What each group's published file is called, without `.duckdb`; and why a group gets none.

    Letters, digits and `._-` stay, all else becomes `_`. Two groups that would have one file get none: the one must
    never be handed the other's. Names are compared without case, as some file systems do.
    """
    stems = {group: _OTHERS.sub("_", group).lstrip(".") for group in groups}
    users = Counter(stem.casefold() for stem in stems.values())
    refused = {}
    for group, stem in stems.items():
        if not stem.strip("_") or len(stem) > LONGEST_STEM:
            refused[group] = "its name makes no file name"
        elif stem.casefold() in RESERVED_STEMS:
            refused[group] = f"a file {stem}.duckdb would be taken for another one, or cannot be opened by its name"
        elif users[stem.casefold()] > 1:
            refused[group] = f"another group's name makes the same file name, {stem}.duckdb"
    return {group: stem for group, stem in stems.items() if group not in refused}, refused
