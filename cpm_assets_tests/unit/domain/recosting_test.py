"""Claims about `cpm_assets.domain.recosting`: which days and carriers a card or contract touches."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cpm_assets.domain.recosting import CARDS, CONTRACTS, ReferenceRow, Touched, touched_carriers, touched_windows

JANUARY, MARCH, JUNE = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)


def row(effective: date = JANUARY, expiry: date | None = None, rate: int = 1, **fields: Any) -> ReferenceRow:
    given_fields: dict[str, Any] = {"kind": CARDS, "carrier_name": "Acme", "key": "1415"} | fields
    return ReferenceRow(effective_date=effective, expiry_date=expiry, terms=(rate,), **given_fields)


def touched(*found: tuple[date, date | None]) -> set[Touched]:
    return {Touched(CARDS, "Acme", first, end) for first, end in found}


def test_a_delivery_that_repeats_what_is_known_touches_nothing() -> None:
    """A carrier that sends its whole deck each week would have every open day computed again each week."""
    rows = [row(), row(JUNE, rate=2), row(key="44")]
    assert touched_windows(rows, [*rows, *rows]) == frozenset()


def test_a_corrected_rate_touches_its_own_window_and_no_other() -> None:
    """Days before and after it keep their cost, whatever is computed."""
    before = [row(), row(MARCH, JUNE, 2)]
    assert touched_windows(before, [*before, row(MARCH, JUNE, 3)]) == touched((MARCH, JUNE))


def test_a_new_rate_touches_the_days_that_it_takes_from_the_one_before() -> None:
    """The days from its first on were priced by the open-ended rate before it."""
    found = touched_windows([row()], [row(), row(MARCH, rate=2)])
    assert found == touched((MARCH, None))


def test_a_removed_row_touches_the_days_it_priced() -> None:
    """`expiry_date = effective_date` removes a rate: its days have another price or none."""
    before = [row(MARCH, JUNE)]
    assert touched_windows(before, [*before, row(MARCH, MARCH)]) == touched((MARCH, JUNE))


def test_the_row_received_last_counts() -> None:
    """A correction of a correction that brings the first rate back touches nothing."""
    assert touched_windows([row(rate=1)], [row(rate=1), row(rate=2), row(rate=1)]) == frozenset()


def test_an_inclusive_expiry_reaches_over_its_last_day() -> None:
    """The day that the carrier means and a half-open window leaves out."""
    contract = row(kind=CONTRACTS, key="", expiry_is_inclusive=True)
    found = touched_windows([contract], [contract, row(MARCH, JUNE)])
    assert found == touched((MARCH, JUNE + timedelta(days=1)))


def test_only_carriers_with_legs_on_the_day_are_touched() -> None:
    """A new carrier's deck does not concern a day on which it carried nothing."""
    found = touched_windows([], [row(MARCH), row(MARCH, carrier_name="Zenith")])
    assert touched_carriers(found, JUNE, {"Acme", "Kestrel"}) == {"Acme"}
    assert touched_carriers(found, JANUARY, {"Acme", "Zenith"}) == set()


_DATES = st.dates(date(2026, 1, 1), date(2026, 1, 12))
_ROWS = st.lists(
    st.builds(
        lambda start, days, rate: row(start, start + timedelta(days=days) if days is not None else None, rate),
        _DATES, st.none() | st.integers(0, 6), st.integers(1, 3),
    ),
    max_size=6,
)  # fmt: skip


@given(before=_ROWS, added=_ROWS)
def test_a_day_is_touched_if_and_only_if_its_price_differs(
    before: list[ReferenceRow], added: list[ReferenceRow]
) -> None:
    """A day left out keeps a wrong cost; one too many is computed for nothing. Asked of every day by itself (D2)."""
    after = [*before, *added]
    found = touched_windows(before, after)
    for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(25)):
        differs = _price(before, day) != _price(after, day)
        assert touched_carriers(found, day, {"Acme"}) == ({"Acme"} if differs else set())


def _price(rows: list[ReferenceRow], day: date) -> tuple[object, ...] | None:
    """By D2 as it is written: the window that holds the day; it ends at the next one's start."""
    latest = {each.effective_date: each for each in rows}
    standing = [each for each in latest.values() if each.expiry_date is None or each.expiry_date > each.effective_date]
    begun = [each for each in standing if each.effective_date <= day]
    last = max(begun, key=lambda each: each.effective_date, default=None)
    return last.terms if last and (last.expiry_date is None or day < last.expiry_date) else None
