"""The rate per minute that most lines' charges imply: the roundest number that, rounded as billed, gives them all.

Only that. Which lines share a rate, and whether it is the card's, is `invoice_inference.py`.
"""

from cpm_assets.domain.billing_terms import BillingTerms, billed_seconds
from cpm_assets.domain.bounds import MAX_RATE, RATE_DECIMALS
from cpm_assets.domain.term_inference import NOT_STATED, LineSample

_POWERS_OF_TEN: tuple[int, ...] = tuple(10**digits for digits in range(13))
_MAX_RATE_E8 = int(MAX_RATE.scaleb(RATE_DECIMALS))


def implied_rate_e8(lines: LineSample, terms: BillingTerms) -> int | None:
    """The rate in 10^-8 that gives most lines' charges under terms that round once a call; None where no line has one.

    Each charge allows a range of rates; of the rates that most ranges have in common it is the one with the fewest
    decimals, then the least.
    """
    billed = billed_seconds(lines.seconds, terms)
    edges: list[tuple[int, int]] = []
    for seconds, stated, charge in zip(billed.tolist(), lines.stated.tolist(), lines.charge.tolist(), strict=True):
        rates = _possible_rates(seconds if stated == NOT_STATED else stated, charge, terms)
        if rates is not None:
            edges += [(rates[0], 1), (rates[1] + 1, -1)]
    edges.sort()
    best = open_ranges = 0
    common: tuple[int, int] | None = None
    for position, (edge, change) in enumerate(edges):
        open_ranges += change
        if open_ranges > best:
            best, common = open_ranges, (edge, edges[position + 1][0] - 1)
    return None if common is None else _roundest(*common)


def _possible_rates(seconds: int, charge_e6: int, terms: BillingTerms) -> tuple[int, int] | None:
    units, rest = divmod(charge_e6, _POWERS_OF_TEN[6 - terms.decimals])
    if rest or seconds <= 0 or terms.scope != "call":
        return None
    divisor = 60 * _POWERS_OF_TEN[8 - terms.decimals]
    least = {"up": (units - 1) * divisor + 1, "down": units * divisor}.get(terms.mode, units * divisor - divisor // 2)
    low = -(-(least - 6000 * terms.fee_e6) // seconds)
    high = (least + divisor - 1 - 6000 * terms.fee_e6) // seconds
    low, high = max(low, 0), min(high, _MAX_RATE_E8)
    return (low, high) if low <= high else None


def _roundest(low: int, high: int) -> int:
    for digits in range(12, -1, -1):
        unit = _POWERS_OF_TEN[digits]
        if -(-low // unit) * unit <= high:
            return -(-low // unit) * unit
    return low
