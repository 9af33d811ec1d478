"""Claims about the CPM page over a small published file: every figure is the tables' own, re-weighted."""

import csv
import io
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from cpm_assets_tests.published_files import AUTUMN, MARKUP, SPRING, publish
from cpm_assets_tests.unit.dashboard.conftest import OpenPage
from cpm_assets_tests.unit.dashboard.page_tables import block_html, elements_of, grid, has_block, texts
from dashboard.leg_file import leg_csv
from dashboard.published import Figures
from dashboard.segment import PLACES, REGION, Segment, legs_sql, segment_sql
from dashboard.sql_files import query

ALL_DAYS = {"days": "All"}
CELLS = """
    select coalesce(destination_region, 'All'), coalesce(carrier_name, 'All'),
        cost_per_minute(sum(total_cost), sum(billed_seconds)), sum(unrated_legs)
    from cpm_daily where currency = 'USD' and {where}
    group by grouping sets ((destination_region, carrier_name), (destination_region), (carrier_name), ())
"""


def expected(figures: Figures, where: str = "true") -> dict[tuple[str, str], str]:
    """What the tables say, asked independently of the page's own queries."""
    cells = {}
    for region, carrier, cpm, unrated in figures.rows(CELLS.format(where=where)):
        mark = "°" if unrated else ""
        text = f"{cpm.quantize(Decimal('0.0001'), ROUND_HALF_UP)}{mark}" if cpm is not None else "unrated"
        cells[region, carrier] = text
    return cells


def test_every_cell_equals_the_table_and_all_is_reweighted(open_page: OpenPage, figures: Figures) -> None:
    """D10: a mean of CPMs, or a cell from another day, is the figure that finance acts on."""
    shown = grid(open_page(**ALL_DAYS), "cpm_matrix")
    assert shown == expected(figures)
    assert shown["(unrated)", "Acme"] == "unrated"
    assert ("(unrated)", "Bison") not in shown, "an empty cell is empty, not 0.0000"


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"carrier": "Bison"}, "carrier_name = 'Bison'"),
        ({"region": ["Germany"]}, "destination_region = 'Germany'"),
        ({"figures": "Provisional days only"}, "not is_final"),
        ({"figures": "Final days only"}, "is_final"),
        (
            {"days": "From – to", "range": ["2026-10-24", "2026-10-25"]},
            "usage_date between '2026-10-24' and '2026-10-25'",
        ),
        ({"find": "gErM"}, "destination_region = 'Germany'"),
    ],
)
def test_totals_are_reweighted_under_each_filter(
    open_page: OpenPage, figures: Figures, parameters: dict[str, str], where: str
) -> None:
    """A total that does not follow the filter belongs to other cells than the ones above it."""
    assert grid(open_page(**ALL_DAYS | parameters), "cpm_matrix") == expected(figures, where)


def test_the_rest_is_reweighted_and_beside_it_the_total_stays(figures: Figures) -> None:
    """With 300 regions most are in the rest: a mean of theirs, or leaving them out, would falsify All."""
    segment, values = segment_sql(Segment("USD", SPRING - timedelta(days=1), AUTUMN + timedelta(days=1)))
    rows = figures.records(query("matrix", segment=segment, place=PLACES[REGION]), {**values, "top": 1})
    all_carriers = {row["place_rank"]: row for row in rows if row["carrier_name"] is None}
    assert all_carriers[1]["place"] == "(unrated)", "what has no rate is never hidden in the rest"
    assert (all_carriers[2]["place"], all_carriers[2]["places"]) == (None, 2)
    sums = "select cost_per_minute(sum(total_cost), sum(billed_seconds)) from cpm_daily where currency = 'USD'"
    assert all_carriers[2]["cpm"] == all_carriers[None]["cpm"] == figures.rows(sums)[0][0]


def test_leg_types_come_from_hours_and_fees_without_minutes_are_said(open_page: OpenPage) -> None:
    """An attempt's fee has no minutes: 0.0000 would say that it was free."""
    shown = grid(open_page(**ALL_DAYS, leg_type="attempt"), "cpm_matrix")
    assert set(shown.values()) == {"no minutes"}


def test_one_currency_at_a_time(open_page: OpenPage) -> None:
    """D27: dollars and euros in one matrix would be added in All."""
    dollars, euros = (grid(open_page(**ALL_DAYS, currency=code), "cpm_matrix") for code in ("USD", "EUR"))
    assert {column for _, column in euros} == {"All", "Eurotel"}
    assert "Eurotel" not in {column for _, column in dollars}


def test_the_latest_version_is_shown_when_restated_figures_are_asked_for(
    open_page: OpenPage, marts: Path, tmp_path: Path
) -> None:
    """D21: what was closed stays, and what came late is beside it; the two must not be mixed up."""
    publish(tmp_path, marts, [
        "update cpm_daily_restated set total_cost = 2 * total_cost, version = 2 where usage_date = '2026-10-25'"
    ])  # fmt: skip
    only = {"days": "From – to", "range": ["2026-10-25", "2026-10-25"], "carrier": MARKUP}
    closed = grid(open_page(tmp_path, **only), "cpm_matrix")["All", "All"]
    restated = grid(open_page(tmp_path, **only, figures="Restated: the latest version"), "cpm_matrix")["All", "All"]
    assert (closed, restated) == ("0.0123", "0.0246")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", SPRING, 23),
        ("Europe/Berlin", AUTUMN, 25),
        ("Europe/Berlin", AUTUMN - timedelta(days=1), 22),  # its first two hours are before the data begins
        ("UTC", AUTUMN, 24),
        ("Asia/Kolkata", AUTUMN, 24),
    ],
)
def test_a_local_day_has_the_hours_that_its_clock_had(figures: Figures, zone: str, day: date, hours: int) -> None:
    """D1: a day of 24 hours at the change of clocks takes an hour from its neighbour, twice a year."""
    chosen = Segment("USD", day, day, zone=zone, carriers=("Acme",), regions=("Germany", "United States"))
    segment, values = segment_sql(chosen)
    rows = figures.rows(query("totals", segment=segment), values)
    assert rows[0][0] == hours, "Acme has one rated leg in each hour"
    legs, values = legs_sql(chosen)
    assert len(figures.rows(legs, {**values, "limit": 100})) == hours, "the legs are those of the sum"


def test_the_page_says_whose_days_it_shows(open_page: OpenPage) -> None:
    """UTC days and local days of one date have different figures."""
    assert "UTC days, as billed" in texts(open_page(**ALL_DAYS), "heading")
    assert "days of Europe/Berlin, from hourly figures" in texts(open_page(**ALL_DAYS, zone="Europe/Berlin"), "heading")


def test_a_week_narrows_the_page_and_weeks_are_reweighted(open_page: OpenPage, figures: Figures) -> None:
    """The bucket's total must be the matrix's All of that week."""
    page = open_page(**ALL_DAYS, by="Week", bucket="2026-10-26")
    of_week = expected(figures, "usage_date >= '2026-10-26'")
    assert grid(page, "cpm_matrix") == of_week
    weeks = grid(page, "cpm_buckets")
    assert weeks["2026-W44", "cost per minute"] == of_week["All", "All"].rstrip("°")
    assert weeks["2026-W44", "state"] == "provisional"


def test_what_is_searched_for_narrows_the_buckets_too(open_page: OpenPage) -> None:
    """A table below the matrix that adds up other regions than it looks like a fault in one of them."""
    page = open_page(**ALL_DAYS, find="germany", by="Month", bucket="2026-10-01")
    assert grid(page, "cpm_buckets")["October 2026", "cost per minute"] == grid(page, "cpm_matrix")["All", "All"]


def test_a_cell_opens_why(open_page: OpenPage) -> None:
    """A figure that cannot be explained is not believed."""
    page = open_page(**ALL_DAYS, cell=["Bison", "United States"])
    why = texts(page, "why_summary")
    for part in (
        "Bison to United States",
        "6.120000",
        "cost ÷ billed minutes = 1.00327869",
        "rounded up to 2 decimals",
    ):
        assert part in why
    assert "6.120000" in texts(page, "why_prefixes")
    assert "0.0123" in texts(page, "why_rates")
    assert "first 25 legs" in texts(page, "why_legs")
    assert not has_block(open_page(**ALL_DAYS), "why_summary")


def test_an_empty_cell_from_an_old_address_says_that_it_is_empty(open_page: OpenPage) -> None:
    """0.0000, or nothing beside the currency, would be read as a figure."""
    assert "no leg USD" in texts(open_page(**ALL_DAYS, cell=["Bison", "(unrated)"]), "why_summary")


@pytest.mark.parametrize("page", [None, "trend"])
def test_a_file_without_a_day_opens_and_says_so(
    open_page: OpenPage, marts: Path, tmp_path: Path, page: str | None
) -> None:
    """The first publish of an installation may hold no accepted day."""
    tables = ("cpm_daily", "cpm_hourly", "cpm_trailing_7d", "cpm_by_prefix", "costed_legs", "cpm_daily_restated")
    publish(tmp_path, marts, [
        *(f"delete from {table}" for table in tables), "update cpm_meta set first_day = null, last_day = null"
    ])  # fmt: skip
    assert "No day has figures yet." in texts(open_page(tmp_path, page), "heading")


def test_markup_in_a_name_stays_text(open_page: OpenPage) -> None:
    """A carrier's file must not run in the analyst's browser."""
    page = open_page(**ALL_DAYS, cell=[MARKUP, "United States"])
    assert ("All", MARKUP) in grid(page, "cpm_matrix")
    for key in ("cpm_matrix", "why_summary", "why_prefixes", "why_rates", "why_legs"):
        assert MARKUP in texts(page, key)
        assert not {"script", "img", "a"} & elements_of(block_html(page, key))
    assert all(MARKUP not in text.value for text in [*page.markdown, *page.caption, *page.info])


def test_parameters_that_mean_nothing_are_as_if_not_given(open_page: OpenPage) -> None:
    """A link from last year, to a carrier that is gone, must open the page and not an error."""
    given = {
        "carrier": "Gone",
        "zone": "Mars/Olympus",
        "bucket": "yesterday",
        "cell": "x",
        "range": "soon",
        "top": "-1",
    }
    assert grid(open_page(**ALL_DAYS | given), "cpm_matrix") == grid(open_page(**ALL_DAYS), "cpm_matrix")
    assert open_page(**ALL_DAYS, by="Month", bucket="9999-12-31")


def test_the_legs_of_a_cell_are_a_file_that_no_spreadsheet_runs(figures: Figures) -> None:
    """A leg's id comes from outside: `=HYPERLINK(…)` would run at whoever opens the file."""
    legs = figures.records(
        "select leg_id, carrier_name, total_cost, matched_prefix from costed_legs where leg_id like '=%'"
    )
    lines = list(csv.DictReader(io.StringIO(leg_csv(legs).decode())))
    assert {line["leg_id"][:2] for line in lines} == {"'="}
    assert {line["total_cost"] for line in lines} == {"0.024600"}
    assert leg_csv([]) == b""


def test_the_next_run_shows_what_was_published_since(open_page: OpenPage, marts: Path, tmp_path: Path) -> None:
    """An open page that keeps yesterday's version is believed."""
    publish(tmp_path, marts)
    page = open_page(tmp_path, **ALL_DAYS, carrier=MARKUP)
    publish(tmp_path, marts, ["update cpm_daily set total_cost = 3 * total_cost"])
    assert grid(page, "cpm_matrix")["All", "All"] == "0.0123"
    assert grid(page.run(), "cpm_matrix")["All", "All"] == "0.0369"
