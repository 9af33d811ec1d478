"""Decisions into the inbox: the one function that records what a person decided about flags.

The command `decide` and the dashboard call it. The file is then a delivery like any other: the next run takes it into
the lake, where it stays. What a decision may say is in `domain/review_decisions.py`.
"""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from cpm_assets.domain.deliveries import parse_delivery
from cpm_assets.domain.review_decisions import REVIEW_DECISIONS as REVIEW_DECISION_COLUMNS
from cpm_assets.domain.review_decisions import SUBJECT, ReviewDecision, decision_file
from cpm_assets.resources.delivery_store import REVIEW_DECISIONS
from cpm_assets.resources.durable_files import write_durably


def write_decisions(inbox: Path, decisions: Sequence[ReviewDecision]) -> Path:
    """Puts decisions, made together, into the inbox as one file, whole or not at all; returns its path.

    The name follows from the content: written twice, they are one file and one delivery. Raises ValueError for none,
    OSError if the file cannot be written.
    """
    if not decisions:
        raise ValueError("there is no decision to record")
    content = decision_file(decisions)
    latest = max(decision.decided_at for decision in decisions)
    path = inbox / REVIEW_DECISIONS / f"decision-{latest:%Y%m%dT%H%M%SZ}-{sha256(content).hexdigest()[:12]}.csv"
    if not path.exists():
        write_durably(path, content)
    return path


def decisions_in_inbox(inbox: Path, most_files: int) -> list[ReviewDecision]:
    """What the newest of these files say, in the order decided, whether or not a run has taken them.

    Only files that `write_decisions` wrote: others are read when a run takes them. One that cannot be read is left out.
    """
    found = []
    for path in sorted((inbox / REVIEW_DECISIONS).glob("decision-*.csv"))[-most_files:]:
        with suppress(OSError):
            for _, values in parse_delivery(REVIEW_DECISION_COLUMNS, path.read_bytes()).rows:
                flag_id, status, decided_by, decided_at, note = values[:5]
                found.append(ReviewDecision(flag_id, status, decided_by, decided_at, note or ""))  # type: ignore[arg-type]
    return sorted(found, key=lambda decision: decision.decided_at)


def queued_flags(published_file: Path, flag_id_start: str, most: int = 2) -> list[tuple[str, str, dict[str, Any]]]:
    """Flags of the published queue whose id begins so, at most `most`: id, status, and what a decision says of it."""
    with duckdb.connect(str(published_file), read_only=True) as connection:
        rows = connection.execute(
            f"select flag_id, status, {', '.join(SUBJECT)} from finance_review_queue "  # noqa: S608 - our own column names
            "where starts_with(flag_id, $start) order by flag_id limit $most",
            {"start": flag_id_start, "most": most},
        ).fetchall()
    return [(flag_id, status, dict(zip(SUBJECT, values, strict=True))) for flag_id, status, *values in rows]
