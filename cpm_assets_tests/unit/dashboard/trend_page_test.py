"""Claims about the Trend page over a small published file."""

from decimal import Decimal

from cpm_assets_tests.published_files import LAST_DAY
from cpm_assets_tests.unit.dashboard.conftest import OpenPage
from cpm_assets_tests.unit.dashboard.page_tables import block_html, grid, has_block, texts
from dashboard.published import Figures

TREND = {"page": "trend", "days": "All"}


def test_days_and_seven_days_equal_the_tables(open_page: OpenPage, figures: Figures) -> None:
    """D11: a mean of seven CPMs weighs a quiet Sunday like a Monday."""
    shown = grid(open_page(**TREND), "trend_days")
    daily = dict(figures.rows(
        "select usage_date, cost_per_minute(sum(total_cost), sum(billed_seconds)) from cpm_daily "
        "where currency = 'USD' group by all"
    ))  # fmt: skip
    seven = dict(figures.rows(
        "select usage_date, cost_per_minute(sum(total_cost_7d), sum(billed_seconds_7d)) from cpm_trailing_7d "
        "where currency = 'USD' group by all"
    ))  # fmt: skip
    assert len(daily) == 6
    for day, cpm in daily.items():
        name = f"{day.day} {day:%b %Y}"
        assert (shown[name, "CPM"], shown[name, "CPM of 7 days"]) == (f"{cpm:f}", f"{seven[day]:f}")


def test_provisional_days_are_visibly_so(open_page: OpenPage) -> None:
    """A figure that may still move must not be reported as if it stood."""
    page = open_page(**TREND)
    assert "may still move (1 shown)" in texts(page, "trend_legend")
    days = grid(page, "trend_days")
    assert days[f"{LAST_DAY.day} {LAST_DAY:%b %Y}", "state"] == "provisional"


def test_failed_checks_and_rate_changes_are_on_their_days(open_page: OpenPage) -> None:
    """The first two things to look at when a line jumps."""
    page = open_page(**TREND)
    assert "every_billable_leg_rated" in texts(page, "trend_checks")
    assert "docs/runbooks/every_billable_leg_rated.md" in texts(page, "trend_checks")
    assert texts(page, "trend_changes").endswith(f"{LAST_DAY} Acme 1 0")


def test_the_parts_that_are_shown_add_up(open_page: OpenPage) -> None:
    """What is rounded for the eye is beside what is exact."""
    page = open_page(
        **TREND, compare="Two periods", earlier=["2026-10-24", "2026-10-25"], later=["2026-10-26", "2026-10-26"]
    )
    for key in ("split_cost", "split_cpm"):
        *parts, after = [Decimal(text.replace(",", "")) for text in grid(page, key).values()]
        assert sum(parts) == after
    assert grid(page, "split_cost")["price", "USD"] > "0", "Acme's card for Germany rose on the last day"


def test_a_runbook_on_the_web_is_linked(open_page: OpenPage, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """On-call goes from the mark to what to do in one step."""
    monkeypatch.setenv("CPM_RUNBOOKS_URL", "https://wiki.example.com/runbooks")
    html = block_html(open_page(**TREND), "trend_checks")
    assert 'href="https://wiki.example.com/runbooks/every_billable_leg_rated.md"' in html


def test_a_range_of_one_day_has_nothing_to_compare_and_says_so(open_page: OpenPage) -> None:
    """An empty place where a table was looks like a fault."""
    page = open_page(page="trend", days="From – to", range=["2026-10-26", "2026-10-26"])
    assert not has_block(page, "split_cost")
    assert "at least two days" in page.info[0].value
