"""Claims about `cpm_assets.touched_days`, with a real lake, real logs and a published file."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import DayBuild
from cpm_assets.resources.inbox import take_files
from cpm_assets.resources.review_log import DayReview
from cpm_assets.settings import settings_from_environment
from cpm_assets.touched_days import touched_days
from cpm_assets_tests.pipeline.scripted_usage import CARDS, CONTRACTS, LONG_AGO, put_file
from cpm_assets_tests.unit.logged_reviews import log_review

CLOSED, OPEN, TODAY = (date(2026, 11, day) for day in (1, 5, 6))
START = datetime(2026, 11, 6, tzinfo=UTC)


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Cards and contracts received at hour 0; three days built at hour 1, one of them closed, with their legs."""
    made = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path)}))
    deliver(made, hours(0), **{"rate_cards/cards.csv": CARDS, "carrier_contracts/contracts.csv": CONTRACTS})
    for day in (CLOSED, OPEN, TODAY):
        build(made, day, hours(1), is_final=day == CLOSED)
    marts = tmp_path / "marts.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute("create table cpm_daily (usage_date date, carrier_name varchar)")
        connection.execute("insert into cpm_daily values ('2026-11-01', 'Acme'), ('2026-11-05', 'Acme')")
        for table in ("costed_legs", "costed_legs_rejected"):
            connection.execute(
                f"create table {table} (usage_date date, carrier_name varchar, priced_by_carrier varchar)"
            )
        connection.execute("insert into costed_legs values ('2026-11-05', 'Zenith', null)")
        connection.execute("insert into costed_legs_rejected values ('2026-11-06', 'Nobody', 'UNKNOWN_CARRIER')")
    made.warehouse.snapshots.publish(marts, made.warehouse.snapshots.name(hours(1), "run"))
    return made


def deliver(installation: Installation, at: datetime, **files: str) -> None:
    directory = installation.directory
    for name, content in files.items():
        put_file(directory.inbox / name, content)
    memory = directory.root / "seen.json"
    take_files(directory.inbox, installation.lake, memory, lambda: at, lambda: LONG_AGO + 3600.0)


def build(installation: Installation, day: date, at: datetime, outcome: str = "accepted", **fields: bool) -> None:
    is_final = fields.get("is_final", False)
    record = DayBuild(day, f"run-{at:%H%M%S}", at, at, outcome, is_final, is_final, None)
    installation.warehouse.builds.prepare([record], "snapshot")
    installation.warehouse.builds.settle("snapshot")


def card(carrier: str, effective: str, rate: str = "0.07", prefix: str = "44", expiry: str = "") -> str:
    return f"{CARDS.splitlines()[0]}\n{prefix},United Kingdom,{carrier},{rate},{effective},{expiry}\n"


def found(installation: Installation, at: datetime) -> dict[date, tuple[str, ...]]:
    return {each.usage_date: each.carriers for each in touched_days(installation, at)}


def test_without_a_new_delivery_no_day_is_touched(installation: Installation) -> None:
    """Every open day would be costed again every two minutes."""
    assert found(installation, hours(2)) == {}


def test_a_deck_that_is_sent_again_touches_nothing(installation: Installation) -> None:
    """Most deliveries repeat what was known."""
    deliver(installation, hours(2), **{"rate_cards/again.csv": CARDS + "\n"})
    assert found(installation, hours(3)) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (card("Acme", "2026-01-01"), {CLOSED: ("Acme",), OPEN: ("Acme",)}),
        (card("Acme", "2026-11-02"), {OPEN: ("Acme",)}),
        (card("Acme", "2026-10-01", expiry="2026-11-02"), {CLOSED: ("Acme",), OPEN: ("Acme",)}),
        (card("Acme", "2026-11-02", expiry="2026-11-05", prefix="43"), {}),
        (card("Zenith", "2026-01-01"), {OPEN: ("Zenith",)}),
        (card("Acme", "2026-11-06"), {}),
        (card("Nobody", "2026-01-01"), {TODAY: ("Nobody",)}),
        (card("UNKNOWN_CARRIER", "2026-01-01"), {TODAY: ("UNKNOWN_CARRIER",)}),
        (card("Kestrel", "2026-01-01"), {}),
    ],
)
def test_a_card_touches_the_days_of_its_window_on_which_its_carrier_has_legs(
    installation: Installation, text: str, expected: dict[date, tuple[str, ...]]
) -> None:
    """Too few: a wrong cost stands. Too many: every delivery costs every day again. A rejected day is one of them."""
    deliver(installation, hours(2), **{"rate_cards/new.csv": text})
    assert found(installation, hours(3)) == expected


def test_a_contract_touches_its_carriers_days(installation: Installation) -> None:
    """Increments and fees are the contract's."""
    changed = CONTRACTS.replace("Acme,2026-01-01,,60,60,6", "Acme,2026-01-01,,1,1,6")
    deliver(installation, hours(2), **{"carrier_contracts/new.csv": changed})
    assert found(installation, hours(3)) == {CLOSED: ("Acme",), OPEN: ("Acme",)}


def _recosted(installation: Installation) -> None:
    build(installation, OPEN, hours(3))


def _recosted_and_rejected(installation: Installation) -> None:
    build(installation, OPEN, hours(3), "rejected")


def _failed_to_be_read(installation: Installation) -> None:
    build(installation, OPEN, hours(3), "failed")


@pytest.mark.parametrize(
    ("then", "is_over"), [(_recosted, True), (_recosted_and_rejected, True), (_failed_to_be_read, False)]
)
def test_a_day_is_touched_until_it_was_costed_with_what_came(
    installation: Installation, then: Callable[[Installation], None], is_over: bool
) -> None:
    """A build that never came to costing would end it, or one that rejected the day never."""
    deliver(installation, hours(2), **{"rate_cards/new.csv": card("Acme", "2026-11-02")})
    then(installation)
    assert (OPEN not in found(installation, hours(4))) == is_over


def test_a_closed_day_is_touched_until_it_was_compared(installation: Installation) -> None:
    """D21: a back-dated card makes a version once."""
    deliver(
        installation, hours(2), **{"rate_cards/new.csv": card("Acme", "2026-10-01", prefix="43", expiry="2026-11-02")}
    )
    (touched,) = touched_days(installation, hours(3))
    assert (touched.usage_date, touched.is_final) == (CLOSED, True)
    log_review(installation.warehouse, DayReview(CLOSED, "run-1", hours(3), hours(0), "restated", 2, "why"))
    assert found(installation, hours(4)) == {}


def test_a_closed_day_whose_comparison_is_blocked_waits_for_the_missing_carriers_card(
    installation: Installation,
) -> None:
    """Its late legs are published nowhere, so no published table names the carrier that the card is for."""
    log_review(installation.warehouse, DayReview(CLOSED, "run-1", hours(1), hours(1), "blocked", 1, "'Halcyon'"))
    deliver(installation, hours(2), **{"rate_cards/new.csv": card("Halcyon", "2026-01-01")})
    assert found(installation, hours(3)) == {CLOSED: ("Halcyon",)}


def test_what_comes_after_a_comparison_by_a_clock_set_back_touches_the_day(installation: Installation) -> None:
    """The closing's later instant would hide a card that came between the two: the day would never be restated."""
    log_review(installation.warehouse, DayReview(CLOSED, "run-1", hours(0.5), hours(0.5), "blocked", 1, "the clock"))
    deliver(installation, hours(0.7), **{"rate_cards/new.csv": card("Acme", "2026-10-01")})
    assert CLOSED in found(installation, hours(3))


def test_a_day_that_a_fast_clock_dated_into_the_future_is_left_until_then(installation: Installation) -> None:
    """Costed again with less than it knows, and that every two minutes."""
    deliver(installation, hours(2), **{"rate_cards/new.csv": card("Acme", "2026-11-02")})
    build(installation, OPEN, hours(9))
    assert found(installation, hours(3)) == {}


def test_a_contract_with_inclusive_ends_reaches_back_to_cards_older_than_itself(installation: Installation) -> None:
    """Days before a delivery's first effective date are not looked at: here they are the ones that it changes."""
    ended = CARDS.replace("0.01,2026-01-01,", "0.01,2026-01-01,2026-11-05")
    deliver(installation, hours(0.5), **{"rate_cards/ended.csv": ended})
    inclusive = "carrier_name,effective_date,expiry_date,expiry_is_inclusive\nAcme,2026-11-06,,true\n"
    deliver(installation, hours(2), **{"carrier_contracts/inclusive.csv": inclusive})
    assert found(installation, hours(3)) == {OPEN: ("Acme",)}
