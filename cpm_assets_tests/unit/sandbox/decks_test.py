"""The rate cards and contracts of the sandbox: size, real prefixes, nesting, two versions without gaps.

Prices themselves are whatever the seed says; traffic is in `test_traffic.py`.
"""

import csv
import io
import re

from cpm_assets.sandbox.carriers import CARRIERS, COBALT, LINDENFUNK, NORTHWIND
from cpm_assets.sandbox.decks import RateRow, rate_rows
from cpm_assets.sandbox.faults import UNRATED_PREFIX
from cpm_assets.sandbox.inbox import inbox_files
from cpm_assets.sandbox.organization import DEMO_DAYS, PRICE_CHANGE_DAY, Organization

ORGANIZATION = Organization(legs_per_day=300)


def _rows() -> list[RateRow]:
    return [row for delivery in rate_rows(ORGANIZATION) for row in delivery]


def test_there_are_twenty_thousand_rows_over_five_carriers() -> None:
    """Without a deck of real size nothing shows that the longest-prefix match is fast enough."""
    rows = [row for row in _rows() if row.carrier in {carrier.name for carrier in CARRIERS}]
    assert len(rows) >= 20_000
    assert {row.carrier for row in rows} == {carrier.name for carrier in CARRIERS}
    assert len(CARRIERS) == 5


def test_the_agreed_increments_are_all_there() -> None:
    """Each way of rounding seconds must be in the demo, or its rule could be wrong unseen."""
    assert {(one.initial_seconds, one.step_seconds) for one in CARRIERS} >= {(60, 60), (30, 6), (6, 6), (1, 1)}
    assert any(one.connection_fee for one in CARRIERS)
    assert any(one.bills_attempts and one.attempt_fee for one in CARRIERS)
    assert {one.rounding_mode for one in CARRIERS} == {"half_up", "up", "down"}
    assert {"America/New_York", "Europe/Berlin"} <= {one.invoice_timezone for one in CARRIERS}


def test_prefixes_nest_three_deep() -> None:
    """A match that stops at the first prefix it finds must give a different price somewhere."""
    prefixes = {row.prefix for row in _rows() if row.carrier == NORTHWIND.name}
    assert {"12", "1212", "1212555"} <= prefixes
    assert all(re.fullmatch(r"[1-9]\d{1,14}", row.prefix) for row in _rows())


def test_regions_stay_few_enough_to_read() -> None:
    """The carrier × region matrix of the demo is for people."""
    assert 30 <= len({row.region for row in _rows()}) <= 60


def test_new_prices_begin_inside_the_ten_days_and_leave_no_gap_or_overlap() -> None:
    """The demo's checks of the card must fail for intended reasons only."""
    assert DEMO_DAYS[0] < PRICE_CHANGE_DAY < DEMO_DAYS[-1]
    first, second = rate_rows(ORGANIZATION)
    changed = {(row.carrier, row.prefix) for row in second}
    assert {carrier for carrier, _ in changed} == {NORTHWIND.name, LINDENFUNK.name}
    ends = {(row.carrier, row.prefix): row.expiry for row in first}
    assert {ends[key] for key in changed} == {None, PRICE_CHANGE_DAY}
    assert {expiry for key, expiry in ends.items() if key not in changed} == {None}


def test_a_key_is_priced_once_in_each_delivery() -> None:
    """Rows that differ under one key are rejected, which would leave holes nobody intended."""
    for delivery in rate_rows(ORGANIZATION):
        assert len({(row.carrier, row.prefix) for row in delivery}) == len(delivery)


def test_the_unrated_prefix_is_missing_in_exactly_one_deck() -> None:
    """D4: another carrier's row must be there to be wrongly taken."""
    having = {row.carrier for row in _rows() if row.prefix.startswith(UNRATED_PREFIX)}
    assert having == {carrier.name for carrier in CARRIERS} - {COBALT.name}


def test_the_national_form_joins_to_the_international_prefix() -> None:
    """D5: a card with a country_code column must give the prefixes that the sandbox's own pricing uses."""
    data = inbox_files(ORGANIZATION)["rate_cards/cobalt_trunking_2020-01-01.csv"]
    joined = [row["country_code"] + row["prefix"] for row in csv.DictReader(io.StringIO(data.decode()))]
    assert joined == [row.prefix for row in _rows() if row.carrier == COBALT.name]
    assert "447" in joined
    assert "3906" in joined
