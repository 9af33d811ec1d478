"""What a carrier's invoice says of its contract: terms or rates that explain its lines better than the held ones.

Belongs here: which finding is made for all lines and which for one rate row, when evidence is too little, the words.
How terms are tried is `term_inference.py`, what a rate must be is `implied_rate.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from cpm_assets.domain.billing_terms import BillingTerms, Integers, in_words
from cpm_assets.domain.implied_rate import implied_rate_e8
from cpm_assets.domain.term_inference import (
    NOT_STATED,
    Change,
    Flags,
    LineSample,
    best_change,
    change_of,
    is_explained,
)

LEAST_LINES = 10
"""Fewer lines than this that the held terms do not explain tell nothing."""
MOST_ROWS = 50
"""Rate rows of one invoice that are looked into, those with most unexplained lines first."""
MOST_POOLED = 2_000
"""Lines on which terms are tried for all rate rows together."""

_MOST_TIES = 6

RateRow = tuple[str, str]
"""A row of the carrier's card: its prefix and the first day of its window, as ISO text."""


@dataclass(frozen=True, slots=True)
class OtherRate:
    """A rate of the same card that a line could have been billed at instead. `source`: destination (a shorter prefix
    of the number) or window (the same prefix, another time). Per minute in 10^-8."""

    source: str
    row: RateRow
    rate_e8: int


@dataclass(frozen=True, slots=True)
class Finding:
    """That the held terms do not explain lines, and what does.

    `verdict`: found; tie (several terms do as well, `terms` is one of them); too_few lines to tell; none that was tried
    explains them. `row`: None for all rows of the carrier with these held terms. `since`: ordinal of a date as the
    carrier writes it. `source`: of the rate, None where it is the card's; `rate_e8` only where it is one for all lines.
    """

    verdict: str
    held: BillingTerms
    row: RateRow | None
    since: int
    held_text: str
    inferred_text: str
    terms: BillingTerms | None = None
    source: str | None = None
    rate_e8: int | None = None


def findings_of_group(
    held: BillingTerms, lines: LineSample, rows: Sequence[RateRow], others: Mapping[RateRow, Sequence[OtherRate]]
) -> list[Finding]:
    """The findings of one invoice's lines that have the same held terms, `rows` being each line's row of the card."""
    pooled = best_change(_thinned(lines), held, LEAST_LINES)
    explained = is_explained(lines, held)
    found = []
    tried = [held]
    if pooled is not None and pooled.explained_since * 2 >= pooled.seen_since:
        found.append(_of_change(held, None, pooled))
        explained |= is_explained(lines, pooled.terms)
        tried.append(pooled.terms)
    names = sorted(set(rows))
    index = {name: position for position, name in enumerate(names)}
    row_of_line = np.array([index[row] for row in rows], dtype=np.int64)
    unexplained = np.bincount(row_of_line[~explained], minlength=len(names))
    too_few = (unexplained > 0) & (unexplained < LEAST_LINES)
    if too_few.any():
        found.append(
            _too_few(held, lines, [names[each] for each in np.flatnonzero(too_few)], ~explained & too_few[row_of_line])
        )
    for position in np.argsort(-unexplained, kind="stable")[:MOST_ROWS]:
        if unexplained[position] < LEAST_LINES:
            break
        of_row = row_of_line == position
        row = names[int(position)]
        found.append(_of_row(held, row, lines.where(of_row), explained[of_row], tried, others.get(row, ())))
    return found


def _too_few(held: BillingTerms, lines: LineSample, rows: Sequence[RateRow], unexplained: Flags) -> Finding:
    """One finding for all rate rows that have some unexplained lines, none of them enough to tell by what."""
    texts = _too_little(int(np.count_nonzero(unexplained)), "too few of each rate row to tell")
    return Finding("too_few", held, rows[0] if len(rows) == 1 else None, int(lines.day[unexplained][0]), *texts)


def _of_row(
    held: BillingTerms, row: RateRow, lines: LineSample, explained: Flags, tried: Sequence[BillingTerms],
    others: Sequence[OtherRate],
) -> Finding:  # fmt: skip
    left = int(np.count_nonzero(~explained))
    since = int(lines.day[~explained][0])
    rate_e8 = int(lines.rate_e8[0])
    for source, at, rate, text in _rates(row, lines, others, tried, explained):
        for terms in tried:
            change = change_of(lines, explained, is_explained(lines.with_rate(at), terms), terms)
            if change is not None and _is_rule(change):
                texts = in_words(held, terms)
                held_text = ", ".join(filter(None, (_rate_text(rate_e8, row, source), texts[0])))
                inferred_text = ", ".join(filter(None, (text, texts[1])))
                return Finding(
                    "found", held, row, change.since, held_text, inferred_text, terms, source, rate
                )  # fmt: skip
    change = best_change(lines, held, LEAST_LINES)
    if change is not None and _is_rule(change):
        return _of_change(held, row, change)
    return Finding("none", held, row, since, *_too_little(left, "no terms that were tried explain them"))


def _rates(
    row: RateRow, lines: LineSample, others: Sequence[OtherRate], tried: Sequence[BillingTerms], explained: Flags
) -> Iterator[tuple[str, Integers | int, int | None, str]]:
    """The rates to try in a fixed order: (source, rate or one a line, the one rate, in words)."""
    for other in others:
        yield other.source, other.rate_e8, other.rate_e8, _rate_text(other.rate_e8, other.row, other.source)
    if (lines.stated_rate_e8 != NOT_STATED).any():
        yield "stated", lines.stated_rate_e8, None, "the rates that the lines state"
    for terms in tried:
        implied = implied_rate_e8(lines.where(~explained), terms)
        if implied is not None:
            yield "implied", implied, implied, _rate_text(implied, row, "implied")


def _is_rule(change: Change) -> bool:
    """Whether it explains nine lines of ten since its day, and enough of them."""
    return change.gained >= LEAST_LINES and change.explained_since * 10 >= change.seen_since * 9


def _of_change(held: BillingTerms, row: RateRow | None, change: Change) -> Finding:
    texts = [in_words(held, terms) for terms in (change.terms, *change.as_good)]
    return Finding(
        "tie" if change.as_good else "found",
        held,
        row,
        change.since,
        texts[0][0],
        " or ".join(dict.fromkeys(inferred for _, inferred in texts[:_MOST_TIES])),
        change.terms,
    )


def _too_little(left: int, why: str) -> tuple[str, str]:
    return "the contract's terms", f"{left} lines are not explained: {why}"


def _rate_text(rate_e8: int, row: RateRow, source: str) -> str:
    rate = f"rate {Decimal(rate_e8).scaleb(-8).normalize():f}"
    if source == "destination":
        return f"{rate} of {row[0]}"
    return f"{rate} of {row[0]} (card of {row[1]})" if source == "window" else f"{rate} for {row[0]}"


def _thinned(lines: LineSample) -> LineSample:
    """Every n-th line, so that there are at most MOST_POOLED."""
    step = -(-len(lines) // MOST_POOLED)
    return lines.where(np.arange(len(lines)) % step == 0) if step > 1 else lines


def in_order(rows: Iterable[tuple[int, ...]]) -> LineSample:
    """Lines as (day, seconds, stated, charge, rate, stated rate) in the order of their days. Raises ValueError where
    there are none."""
    return LineSample(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))
