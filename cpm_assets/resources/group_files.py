"""The groups' published files: `published/<group>.duckdb`, with the rows that the access policy grants the group.

For tools without row-level security. Level-triggered: after each publish the folder is brought to what the policy in
force calls for. Each file is switched in one step like the whole one, and is made of that very version. What a grant
shows is in `domain/table_visibility.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from cpm_assets.domain.access_policy import Grant, grants_of_groups, group_files
from cpm_assets.resources.published import LINK_NAME, PublishedSnapshots
from cpm_assets.resources.visible_tables import (
    copy_functions,
    is_shown,
    policy_in_force,
    published_tables,
    put_grants,
    quoted,
    visible_query,
)

SOURCE, MADE = "published", "made"
LEFT_OUT = ("access_policy",)
"""Who else may see what is nothing for a group's file, whatever it is granted."""
KEPT = 1
"""Versions of a group's file: an older one may hold rows that were withdrawn since."""


@dataclass(frozen=True)
class GroupFilesReport:
    """The files there are now (bytes by group), the groups that got none and why, and files taken away."""

    files: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)


def publish_groups(root: Path, version: Path, say: Callable[[str], object]) -> GroupFilesReport:
    """Bring the groups' files below `root` to a published version. Only while holding the writer's lock.

    A file that cannot be made raises, after its link was taken away and every other one was made: none must go on
    showing what was withdrawn.
    """
    with duckdb.connect(":memory:") as connection:
        attach(connection, version, SOURCE, "(read_only)")
        grants = grants_of_groups(policy_in_force(connection, SOURCE))
    stems, refused = group_files(grants)
    removed = [stem for stem in _stems_on_disk(root) if stem not in stems.values()]
    for stem in removed:
        _snapshots(root, stem).remove()
        say(f"removed the published file {stem}.duckdb: no group of the access policy has it any more")
    for group, reason in refused.items():
        say(f"no published file for the group {group!r}: {reason}")
    sizes: dict[str, int] = {}
    failures: list[Exception] = []
    for group, stem in stems.items():
        snapshots = _snapshots(root, stem)
        try:
            made = snapshots.publish_made(version.name, lambda part, of=grants[group]: _write(version, part, of))
            snapshots.prune(KEPT)
            sizes[group] = made.stat().st_size
        except Exception as error:
            snapshots.remove()
            say(f"no published file for the group {group!r}: {type(error).__name__}: {error}")
            failures.append(error)
    if failures:
        raise failures[0]
    return GroupFilesReport(sizes, refused, removed)


def drop_old_groups(root: Path) -> list[Path]:
    """Delete every version of the groups' files but the current ones; those that somebody has open are returned."""
    return [version for stem in _stems_on_disk(root) for version in _snapshots(root, stem).drop_old()]


def _write(version: Path, part: Path, grants: frozenset[Grant]) -> None:
    with duckdb.connect(":memory:") as connection:
        attach(connection, version, SOURCE, "(read_only)")
        attach(connection, part, MADE)
        relation = put_grants(connection, "access", grants)
        connection.execute("begin")  # one for all: each comment on its own would wait for the disk
        for table in published_tables(connection, SOURCE):
            if table not in LEFT_OUT and is_shown(table, grants):
                query = visible_query(connection, SOURCE, table, grants, relation)
                connection.execute(f"create table {MADE}.main.{quoted(table)} as {query}")
                copy_comments(connection, table, MADE)
        copy_functions(connection, SOURCE, f"{MADE}.main")
        connection.execute("commit")
        connection.execute(f"checkpoint {MADE}")


def copy_comments(connection: duckdb.DuckDBPyConnection, table: str, made: str) -> None:
    """Give a table of the database `made` the comments that it has in the published one, columns' too."""
    found = connection.execute(
        "select null, comment from duckdb_tables() where database_name = $source and table_name = $table "
        "union all select column_name, comment from duckdb_columns() "
        "where database_name = $source and table_name = $table",
        {"source": SOURCE, "table": table},
    ).fetchall()
    of_table = f"{made}.main.{quoted(table)}"
    for column, comment in found:
        if comment is not None:
            what = f"table {of_table}" if column is None else f"column {of_table}.{quoted(column)}"
            text = comment.replace("'", "''")
            connection.execute(f"comment on {what} is '{text}'")


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, options: str = "") -> None:
    """Attach a DuckDB file under a name."""
    file = str(path).replace("'", "''")
    connection.execute(f"attach '{file}' as {name} {options}")


def _snapshots(root: Path, stem: str) -> PublishedSnapshots:
    return PublishedSnapshots(root, link_name=f"{stem}.duckdb", versions=Path("groups") / stem)


def _stems_on_disk(root: Path) -> list[str]:
    """Of the files and of what killed runs left: a link without versions, or versions without a link.

    Another file that somebody keeps there is theirs.
    """
    links = {link.stem for link in root.glob("*.duckdb") if link.name != LINK_NAME and _is_ours(link)}
    return sorted(links | {directory.name for directory in root.glob("groups/*")})


def _is_ours(link: Path) -> bool:
    return link.is_symlink() and link.readlink().parts[0] == "groups"
