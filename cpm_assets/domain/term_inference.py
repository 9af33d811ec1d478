"""Which billing terms explain a set of invoice lines best, and since when: held terms, or others, or no telling.

Belongs here: the terms that are tried, how well they do, the day of the change. Rates other than the card's and what
to report of a whole invoice are `invoice_inference.py`. Nothing is drawn by chance: the same lines give the same terms.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from math import gcd

import numpy as np
import numpy.typing as npt

from cpm_assets.domain.billing_terms import BillingTerms, Integers, billed_seconds, charge_e6, differences

Flags = npt.NDArray[np.bool_]

COMMON_PAIRS = (
    (1, 1), (6, 1), (6, 6), (10, 10), (12, 6), (15, 15), (18, 6), (20, 20), (30, 1), (30, 6), (30, 30), (60, 1),
    (60, 6), (60, 30), (60, 60),
)  # fmt: skip
"""Initial and step that carriers bill by; the held pair and the one that stated seconds show are tried, too."""
COMMON_MINIMUMS = (0, 30, 60)
MODES = ("half_up", "up", "down")
SCOPES = ("call", "increment")
NOT_STATED = -1


@dataclass(frozen=True, slots=True)
class LineSample:
    """Invoice lines in the order of their days, an array a column.

    `day`: ordinal of the date as written. `stated`: billed seconds, NOT_STATED where the line says none.
    `stated_rate_e8`: per minute, NOT_STATED where the line says none. `rate_e8`: of the card's row that prices it.
    """

    day: Integers
    seconds: Integers
    stated: Integers
    charge: Integers
    rate_e8: Integers
    stated_rate_e8: Integers

    def __len__(self) -> int:
        return len(self.day)

    def where(self, chosen: Flags) -> "LineSample":
        """Only those lines."""
        return LineSample(
            self.day[chosen], self.seconds[chosen], self.stated[chosen], self.charge[chosen], self.rate_e8[chosen],
            self.stated_rate_e8[chosen],
        )  # fmt: skip

    def with_rate(self, rate_e8: Integers | int) -> "LineSample":
        """The same lines at another rate, one for all or one each."""
        return replace(self, rate_e8=np.broadcast_to(np.asarray(rate_e8, dtype=np.int64), self.day.shape))


@dataclass(frozen=True, slots=True)
class Change:
    """Terms that explain lines from `since` (ordinal) on, the held ones before.

    `explained`: lines explained by the one before and the other after. `gained`: those that the held terms don't
    explain. `seen_since` and `explained_since`: of the lines from that day on. `as_good`: other terms, no further from
    the held ones, that do as well: where there are any, nothing tells which it is.
    """

    terms: BillingTerms
    since: int
    explained: int
    gained: int
    seen_since: int
    explained_since: int
    as_good: tuple[BillingTerms, ...] = ()


def is_explained(lines: LineSample, terms: BillingTerms) -> Flags:
    """Whether the terms give a line's billed seconds, where it states them, and its charge to the micro-unit."""
    billed = billed_seconds(lines.seconds, terms)
    explained: Flags = _right_seconds(lines, billed) & (charge_e6(billed, lines.rate_e8, terms) == lines.charge)
    return explained


def change_of(lines: LineSample, held: Flags, other: Flags, terms: BillingTerms) -> Change | None:
    """The best day from which `other` lines are explained instead of the `held` ones; None where it gains nothing."""
    starts = np.flatnonzero(np.diff(lines.day, prepend=np.int64(-1)))
    before = np.concatenate(([0], np.cumsum(held)))[starts]
    after = np.cumsum(other[::-1])[::-1][starts]
    totals = before + after
    # The last of equally good days: the day before it says nothing for the change.
    best = len(totals) - 1 - int(np.argmax(totals[::-1]))
    first = int(starts[best])
    gained = int(np.count_nonzero(other[first:] & ~held[first:]))
    if not gained or int(totals[best]) <= int(np.count_nonzero(held)):
        return None
    return Change(
        terms,
        int(lines.day[first]),
        int(totals[best]),
        gained,
        len(lines) - first,
        int(np.count_nonzero(other[first:])),
    )


def best_change(lines: LineSample, held_terms: BillingTerms, least_gain: int) -> Change | None:
    """The terms that, from some day on, explain most lines, if they explain `least_gain` that the held ones don't.

    Equally good terms: the ones that differ from the held ones in the fewest respects; several of those are said.
    """
    held = is_explained(lines, held_terms)
    unexplained = ~held
    changes: list[Change] = []
    if int(np.count_nonzero(unexplained)) < least_gain:
        return None
    for terms, explained in _tried(lines, held_terms):
        if int(np.count_nonzero(explained & unexplained)) >= least_gain:
            change = change_of(lines, held, explained, terms)
            if change is not None and change.gained >= least_gain:
                changes.append(change)
    if not changes:
        return None
    most = max(change.explained for change in changes)
    best = [change for change in changes if change.explained == most]
    nearest = min(differences(held_terms, change.terms) for change in best)
    equal = [change for change in best if differences(held_terms, change.terms) == nearest]
    # Increments are broken more often than a minimum or a fee is invented.
    first, *others = sorted(
        equal,
        key=lambda change: (change.terms.minimum != held_terms.minimum, change.terms.fee_e6 != held_terms.fee_e6),
    )
    return replace(first, as_good=tuple(change.terms for change in others))


def _tried(lines: LineSample, held: BillingTerms) -> Iterable[tuple[BillingTerms, Flags]]:
    """All terms there are to try, each with the lines it explains; those that no line tells apart come once, the one
    nearest to the held terms."""
    models: dict[bytes, tuple[BillingTerms, Integers]] = {}
    for terms in sorted(_increments(lines, held), key=lambda terms: differences(held, terms)):
        billed = billed_seconds(lines.seconds, terms)
        # Each increment rounded depends on where the increments are, the seconds alone don't say.
        models.setdefault(billed.tobytes() + f"{terms.initial}/{terms.step}".encode(), (terms, billed))
    for terms, billed in models.values():
        right = _right_seconds(lines, billed)
        if not right.any():
            continue
        charges: set[tuple[bytes, int]] = set()
        for money in sorted(_roundings(lines, billed, terms, held), key=lambda each: differences(held, each)):
            charge = charge_e6(billed, lines.rate_e8, money)
            seen = charge.tobytes(), differences(held, money)
            if seen not in charges:
                charges.add(seen)
                yield money, right & (charge == lines.charge)


def _increments(lines: LineSample, held: BillingTerms) -> Iterable[BillingTerms]:
    pairs = dict.fromkeys([(held.initial, held.step), *_stated_pair(lines), *COMMON_PAIRS])
    minimums = dict.fromkeys([held.minimum, *COMMON_MINIMUMS])
    for (initial, step), minimum, rule in product(pairs, minimums, ("relative", "absolute")):
        yield replace(held, initial=initial, step=step, minimum=minimum, rule=rule)


def _stated_pair(lines: LineSample) -> Sequence[tuple[int, int]]:
    """Initial and step as the stated seconds show them: the least, and what all differences are multiples of."""
    stated = np.unique(lines.stated[lines.stated > 0])
    if len(stated) < 2:
        return ()
    step = reduce(gcd, (int(difference) for difference in np.diff(stated)))
    initial = int(stated[0])
    return ((initial, step),) if initial <= 3600 and step <= 3600 else ()


def _roundings(lines: LineSample, billed: Integers, terms: BillingTerms, held: BillingTerms) -> Iterable[BillingTerms]:
    fees = dict.fromkeys([held.fee_e6, 0, *_common_fees(lines, billed)])
    for fee, mode, decimals, scope in product(fees, MODES, range(7), SCOPES):
        yield replace(terms, fee_e6=fee, mode=mode, decimals=decimals, scope=scope)


def _common_fees(lines: LineSample, billed: Integers) -> Sequence[int]:
    """What is most often left of a charge after the seconds: as it is, to four and to three decimals."""
    rest = lines.charge - charge_e6(billed, lines.rate_e8, BillingTerms())
    fees = []
    for unit in (1, 100, 1000):
        values, counts = np.unique((rest + unit // 2) // unit * unit, return_counts=True)
        common = int(values[int(np.argmax(counts))])
        if 0 < common <= 1_000_000_000 and int(counts.max()) * 4 >= len(lines):
            fees.append(common)
    return fees


def _right_seconds(lines: LineSample, billed: Integers) -> Flags:
    right: Flags = (lines.stated == NOT_STATED) | (lines.stated == billed)
    return right
