"""Diagnosis of what carriers deliver: the inbox, and whether every carrier seen has a contract and a card.

Pure: the facts are gathered by `resources/doctor/delivery_facts.py`. What makes a row wrong is in
`domain/deliveries.py`, which day a window holds in `domain/recosting.py` (D2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cpm_assets.domain.findings import FAIL, OK, WARN, Finding

_SHOWN = 5


@dataclass(frozen=True)
class InboxFacts:
    """What the inbox holds. `new` are files that the next run takes, `waiting` those just written, `not_taken` those
    that are left and why, `rejects` what of each file could not be read; `unknown_folders` lie beside the known."""

    path: str
    exists: bool
    deliveries: int
    new: Sequence[str]
    waiting: Sequence[str]
    not_taken: Sequence[tuple[str, str]]
    rejects: Sequence[tuple[str, str]]
    unknown_folders: Sequence[str]
    known_folders: Sequence[str]


@dataclass(frozen=True)
class CarrierFacts:
    """`last_seen`: carriers with legs, and the newest UTC day of each; `seen_now`: those of the sample. `with_contract`
    and `with_card`: for each of them, whether a row held that day. `cards` and `contracts` count the rows delivered."""

    last_seen: Mapping[str, date]
    seen_now: frozenset[str]
    with_contract: frozenset[str]
    with_card: frozenset[str]
    cards: int
    contracts: int


def inbox_findings(facts: InboxFacts, *, is_sandbox: bool) -> Iterator[Finding]:
    """Folders and files, then what in the files could not be read."""
    if not facts.exists:
        if is_sandbox:
            yield Finding("inbox", OK, "not there yet: the sandbox's carriers deliver with the first command")
        else:
            yield Finding(
                "inbox", WARN, f"{facts.path} is not there",
                "make it, with the folders rate_cards, carrier_contracts and invoices/<carrier>, and put the files in",
            )  # fmt: skip
        return
    counts = f"{facts.deliveries} file(s) received, {len(facts.new)} to be taken by the next run"
    if facts.waiting:
        counts += f", {len(facts.waiting)} just written"
    left = [f"{name}: {reason}" for name, reason in facts.not_taken]
    left += [f"{name}/: no such folder is known" for name in facts.unknown_folders]
    if left:
        yield Finding(
            "inbox", WARN, f"{counts}; {len(left)} left where they are: {_shown(left)}",
            f"move them; the folders are {', '.join(facts.known_folders)}",
        )  # fmt: skip
    else:
        yield Finding("inbox", OK, counts)
    if facts.rejects:
        told = _shown([f"{name}: {reason}" for name, reason in facts.rejects])
        yield Finding(
            "rejected rows", WARN, f"{len(facts.rejects)} file(s) with rows that could not be read: {told}",
            "have the file corrected and sent again; rejected_reference_rows and rejected_invoice_lines have each row",
        )  # fmt: skip
    elif facts.deliveries or facts.new:
        yield Finding("rejected rows", OK, "every row of every file could be read")


def carrier_findings(facts: CarrierFacts, *, is_sandbox: bool) -> Iterator[Finding]:
    """Contracts, then cards. Without a contract defaults price (D7); without a card the day is rejected (D12, D13)."""
    if not facts.cards:
        verdict = OK if is_sandbox else FAIL
        text = "none was delivered" + (" yet: the sandbox's come with the first command" if is_sandbox else "")
        yield Finding("rate cards", verdict, text, "" if is_sandbox else "put the carriers' rate cards into the inbox")
        return
    seen = sorted({*facts.last_seen, *facts.seen_now})
    if not seen:
        yield Finding("contracts", OK, f"{facts.contracts} row(s); no leg was seen yet")
        yield Finding("rate cards", OK, f"{facts.cards} row(s); no leg was seen yet")
        return
    bare = [carrier for carrier in seen if carrier not in facts.with_contract]
    if bare:
        yield Finding(
            "contracts", WARN, f"none holds for {_carriers(bare, facts)}: 1/1 increments, no fee, USD are taken",
            "deliver a contract for each, if only with its name and effective date",
        )  # fmt: skip
    else:
        yield Finding("contracts", OK, f"one for each of the {len(seen)} carrier(s) seen")
    cardless = [carrier for carrier in seen if carrier not in facts.with_card]
    if not cardless:
        yield Finding("rate cards", OK, f"one for each of the {len(seen)} carrier(s) seen")
        return
    verdict = FAIL if facts.seen_now.intersection(cardless) else WARN
    yield Finding(
        "rate cards", verdict, f"none holds for {_carriers(cardless, facts)}: days with its legs are rejected (D13)",
        "deliver its card, or compare the name: it is taken exactly, case and spaces count",
    )  # fmt: skip


def zone_finding(zones: Sequence[str], python_zones: frozenset[str], engine_zones: frozenset[str]) -> Finding:
    """Whether every invoice time zone is known to both that convert by it (D3)."""
    known_to = {"tzdata": python_zones, "DuckDB": engine_zones}
    lacking = {zone: [name for name, known in known_to.items() if zone not in known] for zone in zones}
    unknown = [f"{zone} (to {' and '.join(names)})" for zone, names in lacking.items() if names]
    if unknown:
        return Finding(
            "time zones", FAIL, f"not known: {_shown(unknown)}",
            "correct invoice_timezone in the contract, or run make setup for the locked tzdata and duckdb",
        )  # fmt: skip
    if not python_zones or not engine_zones:
        return Finding("time zones", FAIL, "no time zone is known at all", "run make setup: tzdata is missing")
    return Finding("time zones", OK, f"{len(zones)} in contracts, each known to tzdata and DuckDB")


def _carriers(names: Sequence[str], facts: CarrierFacts) -> str:
    return _shown([
        f"{name!r} ({'the last hour' if name in facts.seen_now else facts.last_seen[name]})" for name in names
    ])  # fmt: skip


def _shown(texts: Sequence[str]) -> str:
    return "; ".join(texts[:_SHOWN]) + (f"; and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else "")
