"""The published file, opened in one place: the version that the link shows, read-only, as one viewer sees it.

Per version one DuckDB in memory with the file attached; in it a schema per viewer whose views have the tables' plain
names (`cpm_assets/resources/visible_tables.py`), and the published file's own functions (D10). What a view leaves out
never leaves the server, in downloads and exports neither. When the link shows another version the old one is let go,
and is closed with the last page that still reads it, so that it can be pruned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from cpm_assets.domain.access_policy import Grant, sees_whole_carrier
from cpm_assets.resources.visible_tables import create_visible_views, is_shown, policy_in_force
from dashboard.viewer import Viewer

PUBLISHED = "published"
"""The catalog as which the published file is attached; nothing else names it."""

ATTEMPTS = 3
"""A version can be pruned between following the link and opening it; then the link shows a newer one."""


class PublishedReader:
    """Follows the link to the current published version. Shared by all sessions and threads of the server."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._lock = Lock()
        self._open: _OpenVersion | None = None

    def version(self) -> str | None:
        """The name of the version that the link shows now; None before the first publish. Opens nothing."""
        try:
            return self._link.resolve(strict=True).name
        except FileNotFoundError:
            return None

    def figures(self, viewer: Viewer) -> Figures | None:
        """The current version as `viewer` sees it; None before the first publish."""
        with self._lock:
            for attempt in range(ATTEMPTS):
                try:
                    path = self._link.resolve(strict=True)
                    if self._open is None or self._open.path != path:
                        self._open = _OpenVersion(path)
                    break
                except FileNotFoundError:
                    self._open = None
                    return None
                except duckdb.IOException:
                    if attempt == ATTEMPTS - 1:
                        raise
            return Figures(self._open.path.name, viewer, self._open)


class _OpenVersion:
    """One version, attached to a DuckDB in memory that can open nothing else from then on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._schemas: dict[Viewer, str] = {}
        self.facts: dict[tuple[Viewer, str], list[tuple[Any, ...]]] = {}
        self._connection = duckdb.connect(":memory:")
        quoted = str(path).replace("'", "''")
        self._connection.execute(f"attach '{quoted}' as {PUBLISHED} (read_only)")
        for setting in ("temp_directory = ''", "TimeZone = 'UTC'", "enable_external_access = false"):
            self._connection.execute(f"set {setting}")
        self._connection.execute("set lock_configuration = true")
        self._policy = policy_in_force(self._connection, PUBLISHED)

    def grants(self, viewer: Viewer) -> frozenset[Grant]:
        """What this version's access policy grants a viewer."""
        return viewer.grants(self._policy)

    def cursor(self, viewer: Viewer) -> duckdb.DuckDBPyConnection:
        """A connection of its own, for one thread, on which plain names are what the viewer may see."""
        with self._lock:
            cursor = self._connection.cursor()
            if viewer not in self._schemas:
                schema = f"viewer_{len(self._schemas) + 1}"
                create_visible_views(cursor, PUBLISHED, schema, self.grants(viewer))
                self._schemas[viewer] = schema
        cursor.execute(f"use memory.{self._schemas[viewer]}")
        return cursor


@dataclass(frozen=True)
class Figures:
    """What one viewer sees of one published version. Kept for one run of a page, never longer."""

    version: str
    viewer: Viewer
    _open: _OpenVersion

    @property
    def grants(self) -> frozenset[Grant]:
        """What the viewer may see; empty for somebody without a grant."""
        return self._open.grants(self.viewer)

    def shows(self, table: str) -> bool:
        """Whether the viewer may see any of a table: where not, it is empty for that reason alone."""
        return is_shown(table, self.grants)

    def shows_whole_carrier(self, carrier_name: str | None) -> bool:
        """Whether the viewer may see all of a carrier's regions, and so what is about the carrier as such."""
        return sees_whole_carrier(self.grants, carrier_name)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query over the plain table names; values are bound, money comes as Decimal."""
        with self._open.cursor(self.viewer) as cursor:
            return cursor.execute(sql, dict(parameters or {})).fetchall()

    def facts(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query that no selection changes (names, days), asked once per version and viewer."""
        known = self._open.facts
        if (self.viewer, sql) not in known:
            known[self.viewer, sql] = self.rows(sql)
        return known[self.viewer, sql]

    def records(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """The same, each row as a dict by column name."""
        with self._open.cursor(self.viewer) as cursor:
            result = cursor.execute(sql, dict(parameters or {}))
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
