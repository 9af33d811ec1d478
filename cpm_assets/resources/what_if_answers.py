"""Answers to what-if questions, as they are read back: which there are, their regions, and where switching would pay.

Whoever shows one to somebody asks `domain/what_if.py` first whether it is shown to them; here nothing is hidden.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from cpm_assets.domain.what_if import Scenario, scenario_stated

Table = tuple[list[str], list[tuple[Any, ...]]]
"""Column names and rows."""

_SUMS = """
    cast(sum(legs) as bigint) as legs,
    cast(sum(unrated_legs) as bigint) as unrated_legs,
    cast(sum(candidate_unrated_legs) as bigint) as candidate_unrated_legs,
    cast(sum(billed_seconds) as bigint) as billed_seconds,
    cast(sum(candidate_billed_seconds) as bigint) as candidate_billed_seconds,
    cast(sum(total_cost) as decimal(18, 6)) as total_cost,
    cast(sum(candidate_cost) as decimal(18, 6)) as candidate_cost,
    cast(sum(compared_legs) as bigint) as compared_legs,
    cast(sum(compared_cost) as decimal(18, 6)) as compared_cost,
    cast(sum(compared_candidate_cost) as decimal(18, 6)) as compared_candidate_cost,
    cast(sum(saving) as decimal(18, 6)) as saving
"""
"""NULL, not 0, where nothing has a price or nothing can be compared."""


class UnreadableAnswerError(Exception):
    """An answer's rows are gone or damaged; it has to be asked for again."""


@dataclass(frozen=True)
class Answer:
    """One answer. `answered_at` is aware UTC; `published_version` names the file that its traffic is from."""

    scenario: Scenario
    answered_at: datetime
    published_version: str
    legs: int
    candidate_unrated_legs: int
    rows_file: Path

    def totals(self) -> Table:
        """One row per pair of currencies (D27)."""
        return self._rows(f"select currency, candidate_currency, {_SUMS} from rows group by all order by all")  # noqa: S608

    def by_region(self) -> Table:
        """One row per destination region and pair of currencies."""
        return self._rows(
            f"select destination_region, currency, candidate_currency, {_SUMS} from rows group by all order by all"  # noqa: S608
        )

    def cheaper_prefixes(self) -> Table:
        """One row per prefix of ours whose compared legs cost less under the candidate, the greatest saving first."""
        return self._rows(
            "select destination_region, prefix, currency, cast(sum(compared_legs) as bigint) as compared_legs, "
            "cast(sum(compared_cost) as decimal(18, 6)) as compared_cost, "
            "cast(sum(compared_candidate_cost) as decimal(18, 6)) as compared_candidate_cost, "
            "cast(sum(saving) as decimal(18, 6)) as saving "
            "from rows group by all having sum(saving) > 0 order by saving desc, prefix, currency"
        )

    def _rows(self, query: str) -> Table:
        """Raises UnreadableAnswerError."""
        try:
            with duckdb.connect(":memory:") as connection:
                connection.read_parquet(str(self.rows_file)).create_view("rows")
                found = connection.execute(query)
                return [column[0] for column in found.description or []], found.fetchall()
        except duckdb.Error as failed:
            raise UnreadableAnswerError(f"{self.rows_file.name} cannot be read: {failed}") from failed


def answers(root: Path) -> Sequence[Answer]:
    """Every answer below a directory, the latest first. One that cannot be read is left out, to be asked for again."""
    found = []
    for path in root.glob("*.json"):
        with suppress(OSError, KeyError, TypeError, ValueError):
            found.append(_answer(path))
    return sorted(found, key=lambda answer: (answer.answered_at, answer.scenario.scenario_id), reverse=True)


def _answer(path: Path) -> Answer:
    """Raises KeyError, TypeError or ValueError for what is none."""
    text = json.loads(path.read_text())
    return Answer(
        scenario=scenario_stated(text),
        answered_at=datetime.fromisoformat(text["answered_at_utc"]),
        published_version=text["published_version"],
        legs=int(text["legs"]),
        candidate_unrated_legs=int(text["candidate_unrated_legs"]),
        rows_file=path.with_suffix(".parquet"),
    )
