"""How a carrier turns seconds into money (D7, D9), for many lines at once: integers of 64 bits, never floats.

Belongs here: the terms, what they bill, and how two of them differ in words. Which terms explain an invoice is
`term_inference.py`. Our own charges are SQL's (`dbt/macros/rating.sql`): this is only what inference tries out, and a
test compares the two.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
"""Within D5's bounds every product below stays under 2 * 10^17, far from 2^63."""

_POWERS_OF_TEN: tuple[int, ...] = tuple(10**digits for digits in range(9))


@dataclass(frozen=True, slots=True)
class BillingTerms:
    """Seconds for increments and minimum, 10^-6 currency units for the fee.

    `rule`: relative or absolute. `mode`: half_up, up or down, to `decimals` (0…6). `scope`: the whole `call` is rounded
    once, or each `increment` by itself (D9's way is `call`).
    """

    initial: int = 1
    step: int = 1
    rule: str = "relative"
    minimum: int = 0
    fee_e6: int = 0
    mode: str = "half_up"
    decimals: int = 6
    scope: str = "call"


def billed_seconds(seconds: Integers, terms: BillingTerms) -> Integers:
    """Billed seconds for durations (D7); 0 for none."""
    floor: Integers = np.maximum(seconds, np.int64(terms.minimum))
    billed: Integers
    if terms.rule == "absolute":
        billed = np.maximum(np.int64(terms.initial), -(-floor // terms.step) * terms.step)
    else:
        billed = terms.initial + -(-np.maximum(np.int64(0), floor - terms.initial) // terms.step) * terms.step
    billed = np.where(seconds > 0, billed, np.int64(0))
    return billed


def charge_e6(billed: Integers, rate_e8: Integers, terms: BillingTerms) -> Integers:
    """The charge in 10^-6 for billed seconds at a rate per minute in 10^-8.

    Each increment by itself: the initial one, the steps, a last incomplete one if there is one, and the fee.
    """
    if terms.scope == "call":
        return _rounded(billed * rate_e8 + 6000 * terms.fee_e6, terms)
    first = np.minimum(billed, terms.initial)
    steps, rest = (billed - first) // terms.step, (billed - first) % terms.step
    return (
        _rounded(first * rate_e8, terms)
        + steps * _rounded(terms.step * rate_e8, terms)
        + _rounded(rest * rate_e8, terms)
        + _rounded(np.array(6000 * terms.fee_e6, dtype=np.int64), terms)
    )


def _rounded(numerator: Integers, terms: BillingTerms) -> Integers:
    divisor = 60 * _POWERS_OF_TEN[8 - terms.decimals]
    match terms.mode:
        case "up":
            units = (numerator + divisor - 1) // divisor
        case "down":
            units = numerator // divisor
        case _:
            units = (2 * numerator + divisor) // (2 * divisor)
    rounded: Integers = units * _POWERS_OF_TEN[6 - terms.decimals]
    return rounded


def differences(held: BillingTerms, other: BillingTerms) -> int:
    """In how many respects the terms differ; initial and step are one."""
    return sum(a != b for a, b in zip(_aspects(held), _aspects(other), strict=True))


def in_words(held: BillingTerms, other: BillingTerms) -> tuple[str, str]:
    """Where they differ, as finance says it: ("6/6", "60/60"), ("6 decimals", "2 decimals"). Empty where they don't."""
    pairs = [(ours, theirs) for ours, theirs in zip(_aspects(held), _aspects(other), strict=True) if ours != theirs]
    return ", ".join(ours for ours, _ in pairs), ", ".join(theirs for _, theirs in pairs)


def _aspects(terms: BillingTerms) -> tuple[str, ...]:
    fee = Decimal(terms.fee_e6).scaleb(-6)
    return (
        f"{terms.initial}/{terms.step}",
        f"{terms.rule} increments",
        f"minimum {terms.minimum} s",
        f"fee {fee.normalize():f}",
        f"rounded {terms.mode.replace('_', ' ')}",
        f"{terms.decimals} decimals",
        "rounded once" if terms.scope == "call" else "each increment rounded",
    )
