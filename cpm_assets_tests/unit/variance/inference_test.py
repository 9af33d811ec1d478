"""Claims about inference: what lines were billed by is found again from the lines, or it is said that they don't tell.

The lines are billed by the sandbox's own arithmetic (decimals), which shares no code with what is tested.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cpm_assets.domain.billing_terms import BillingTerms, billed_seconds, charge_e6
from cpm_assets.domain.implied_rate import implied_rate_e8
from cpm_assets.domain.invoice_inference import Finding, OtherRate, findings_of_group, in_order
from cpm_assets.domain.term_inference import COMMON_MINIMUMS, COMMON_PAIRS, MODES, NOT_STATED, SCOPES, is_explained
from cpm_assets.sandbox.month.carriers import Terms

FIRST_DAY = date(2026, 10, 1)
ROW = ("1415", "2026-01-01")
LINES = 240
RATE_E8 = 1_234_567

all_terms = st.builds(
    lambda pair, **others: BillingTerms(pair[0], pair[1], **others),
    st.sampled_from(COMMON_PAIRS),
    rule=st.sampled_from(["relative", "absolute"]),
    minimum=st.sampled_from(COMMON_MINIMUMS),
    fee_e6=st.sampled_from([0, 5_000]),
    mode=st.sampled_from(MODES),
    decimals=st.integers(2, 6),
    scope=st.sampled_from(SCOPES),
)
Lines = list[tuple[int, ...]]


def sandbox_terms(terms: BillingTerms) -> Terms:
    """The same terms for the sandbox's arithmetic."""
    fee = Decimal(terms.fee_e6).scaleb(-6)
    return Terms(
        terms.initial, terms.step, terms.rule, terms.minimum, fee, terms.mode, terms.decimals, terms.scope
    )  # fmt: skip


def line(day: int, seconds: int, terms: BillingTerms, rate_e8: int = RATE_E8, states: bool = True) -> tuple[int, ...]:
    """A line billed by the terms: (day, seconds, stated seconds, charge, held rate, stated rate)."""
    billing = sandbox_terms(terms)
    billed = billing.seconds(seconds)
    charge = billing.money(billed, Decimal(rate_e8).scaleb(-8))
    ordinal = (FIRST_DAY + timedelta(days=day)).toordinal()
    return ordinal, seconds, billed if states else NOT_STATED, int(charge.scaleb(6)), RATE_E8, NOT_STATED


def month(before: BillingTerms, after: BillingTerms, since: int, states: bool, seed: int) -> Lines:
    """A month of lines, billed by the one terms until the day before `since`, by the others from then on."""
    random = Random(seed)
    days = sorted(random.randrange(30) for _ in range(LINES))
    return [line(day, random.randint(1, 400), after if day >= since else before, states=states) for day in days]


def found(held: BillingTerms, lines: Lines, others: Sequence[OtherRate] = ()) -> list[Finding]:
    """The findings on lines of one rate row."""
    return findings_of_group(held, in_order(lines), [ROW] * len(lines), {ROW: others})


def is_aligned(terms: BillingTerms) -> bool:
    """Whether billed seconds are always the initial ones and whole steps: the sandbox bills increments only then."""
    return terms.scope == "call" or terms.rule == "relative" or terms.initial % terms.step == 0


@settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(terms=all_terms, seconds=st.lists(st.integers(0, 5_000), min_size=1, max_size=30), rate=st.integers(0, 10**11))
def test_terms_bill_as_the_independent_arithmetic_does(terms: BillingTerms, seconds: list[int], rate: int) -> None:
    """Terms that are tried with another arithmetic than ours would be found where we are right (D7, D9)."""
    billing = sandbox_terms(terms)
    billed = billed_seconds(np.array(seconds, dtype=np.int64), terms)
    assert billed.tolist() == [billing.seconds(each) for each in seconds]
    usable = [each for each in billed.tolist() if is_aligned(terms) and (each or terms.scope == "call")]
    charges = charge_e6(np.array(usable, dtype=np.int64), np.int64(rate), terms)
    assert charges.tolist() == [int(billing.money(each, Decimal(rate).scaleb(-8)).scaleb(6)) for each in usable]


@settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(held=all_terms, billed=all_terms, since=st.integers(0, 25), states=st.booleans(), seed=st.integers(0, 10**6))
def test_what_lines_are_billed_by_is_found_or_said_to_be_a_tie(
    held: BillingTerms, billed: BillingTerms, since: int, states: bool, seed: int
) -> None:
    """Finance would dispute the wrong term, or none."""
    # Of a fee that rounding to cents swallows, the lines say nothing.
    is_swallowed = billed.decimals < 4 and billed.fee_e6 not in (0, held.fee_e6)
    if is_swallowed or not (is_aligned(held) and is_aligned(billed)):
        return
    lines = month(held, billed, since, states, seed)
    sample = in_order(lines)
    findings = found(held, lines)
    unexplained = int(np.count_nonzero(~is_explained(sample, held)))
    if unexplained == 0:
        assert findings == []
    elif unexplained < 10:
        assert [finding.verdict for finding in findings] == ["too_few"]
    else:
        first, *others = findings
        assert (first.verdict in ("found", "tie"), others) == (True, [])
        assert first.terms is not None
        # As good as the truth: every line from its day on, and before it the held terms.
        since_found = sample.day >= first.since
        assert is_explained(sample.where(since_found), first.terms).all()
        assert is_explained(sample.where(~since_found), held).all()
        assert first.since >= (FIRST_DAY + timedelta(days=since)).toordinal()
        if first.verdict == "found" and states:
            assert (first.terms.initial, first.terms.step) == (billed.initial, billed.step) or np.array_equal(
                billed_seconds(sample.seconds, first.terms), billed_seconds(sample.seconds, billed)
            )


def test_the_words_are_finance_s_and_the_day_is_that_of_the_change() -> None:
    """'Terms differ' sends nobody anywhere; a day too early disputes charges that were right."""
    held, billed = BillingTerms(6, 6), BillingTerms(60, 60)
    [finding] = found(held, month(held, billed, 2, True, 7))
    assert (finding.held_text, finding.inferred_text, finding.verdict) == ("6/6", "60/60", "found")
    assert date.fromordinal(finding.since) == date(2026, 10, 3)


def test_terms_that_the_lines_do_not_tell_apart_are_a_tie() -> None:
    """Calls under a minute are a minute by 60/60 and by 60/1: to name one would be a guess."""
    random = Random(1)
    lines = [line(day, random.randint(1, 55), BillingTerms(60, 60)) for day in range(30) for _ in range(3)]
    [finding] = found(BillingTerms(6, 6), lines)
    assert finding.verdict == "tie"
    assert {"60/60", "60/1"} <= set(finding.inferred_text.split(" or "))


def test_fewer_than_ten_lines_are_too_few_to_tell() -> None:
    """Nine lines can be explained by almost anything."""
    held = BillingTerms(6, 6)
    lines = [line(day, 100 + day, held if day < 21 else BillingTerms(60, 60)) for day in range(30)]
    assert [(each.verdict, each.terms) for each in found(held, lines)] == [("too_few", None)]


def test_charges_without_a_rule_are_said_to_have_none() -> None:
    """An explanation of noise would be believed."""
    random = Random(3)
    lines = [
        (*line(day, 100 + day, BillingTerms())[:3], random.randrange(10**6), RATE_E8, NOT_STATED) for day in range(30)
    ]
    assert [(each.verdict, each.terms) for each in found(BillingTerms(), lines)] == [("none", None)]


@settings(max_examples=20, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(held=all_terms, rate=st.integers(300_000, 9_000_000), seed=st.integers(0, 10**6))
def test_another_rate_of_the_card_is_found_before_one_that_is_only_implied(
    held: BillingTerms, rate: int, seed: int
) -> None:
    """A stale rate named as an unknown one is not looked up in the card that proves it."""
    if held.scope == "increment" or abs(rate - RATE_E8) * 20 < RATE_E8:
        return
    random = Random(seed)
    lines = [line(day, random.randint(61, 900), held, rate) for day in range(30) for _ in range(4)]
    stale = OtherRate("window", ("1415", "2025-01-01"), rate)
    for others, source in (([stale], "window"), ([], "implied")):
        findings = found(held, lines, others)
        assert [(each.verdict, each.source, each.row) for each in findings] == [("found", source, ROW)]


def test_an_implied_rate_is_the_roundest_that_gives_the_charges() -> None:
    """A rate of 0.01999971 is no rate that anybody agreed on."""
    lines = in_order([line(0, seconds, BillingTerms(decimals=4), 2_000_000) for seconds in range(30, 90)])
    assert implied_rate_e8(lines, BillingTerms(decimals=4)) == 2_000_000
    assert implied_rate_e8(lines, BillingTerms(scope="increment")) is None
