"""Claims about Reconciliation, Internal handling and Health over the demonstration's published file."""

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cpm_assets.resources.decision_files import decisions_in_inbox
from cpm_assets_tests.conftest import FinishedCommand
from cpm_assets_tests.published_files import publish
from cpm_assets_tests.unit.dashboard.conftest import OpenPage
from cpm_assets_tests.unit.dashboard.page_tables import block_html, elements_of, grid, has_block, texts
from dashboard.page_file import page_file
from dashboard.viewer import LOCAL, Viewer

PAGES = ("reconciliation", "internal_handling", "health")
AT = datetime(2026, 11, 5, 12, tzinfo=UTC)
ANA = "ana@example.com"
ONLY_NORTHWIND = [
    "create or replace table access_policy (principal varchar, principal_type varchar, carrier_name varchar, "
    "destination_region varchar)",
    f"insert into access_policy values ('{ANA}', 'user', 'Northwind Voice', '*')",
]


@pytest.fixture(scope="module")
def demo_root(demo: FinishedCommand, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages read of the demonstration, in a data directory of its own, whose inbox may be written to."""
    root = tmp_path_factory.mktemp("demo_pages")
    publish(root, demo.published)
    shutil.copytree(demo.data_dir / "dispute_packs", root / "dispute_packs")
    shutil.copy(demo.data_dir / "stamp.json", root)
    return root


@pytest.fixture
def rows(demo_root: Path) -> Any:
    """Runs a query over the published file."""

    def asked(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(demo_root / "published" / "cpm.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return asked


def widget(widgets: Any, label: str) -> Any:
    (found,) = [each for each in widgets if each.label == label]
    return found


def test_an_invoice_s_waterfall_shows_each_part_exactly(open_page: OpenPage, demo_root: Path, rows: Any) -> None:
    """A part that is rounded away, or left out, is money that finance asks the carrier for with no reason."""
    carrier, invoice, ours, theirs = rows(
        "select carrier_name, invoice_number, our_total, invoice_total from invoice_totals where currency = 'USD' "
        "order by abs(difference) desc limit 1"
    )[0]
    page = open_page(demo_root, page="reconciliation", invoice=[carrier, invoice])
    drawn = block_html(page, "waterfall")
    parts = rows(
        f"select component, amount from invoice_variance where carrier_name = '{carrier}' "  # noqa: S608
        f"and invoice_number = '{invoice}' and amount <> 0"
    )
    assert parts
    for component, amount in parts:
        assert f"{component.replace('_', ' ')} {amount:f}" in drawn
    assert f"we owe {ours:f}" in drawn
    assert f"they ask {theirs:f}" in drawn
    assert ours + sum((amount for _, amount in parts), Decimal(0)) == theirs


def test_the_queue_shows_open_flags_and_all_when_asked(open_page: OpenPage, demo_root: Path, rows: Any) -> None:
    """A flag that is not on the page runs out of its dispute window unseen."""
    page = open_page(demo_root, page="reconciliation")
    shown = {row for row, _ in grid(page, "queue")}
    wanted = rows("select flag_id[:12] from finance_review_queue where status = 'open' and currency = 'USD'")
    assert shown == {flag for (flag,) in wanted}


def test_a_decision_goes_into_the_inbox_and_is_shown_as_pending(
    open_page: OpenPage, demo_root: Path, rows: Any
) -> None:
    """One that is lost between the page and the next run is a dispute that is never sent."""
    ((flag_id,),) = rows("select min(flag_id) from finance_review_queue where status = 'open' and currency = 'USD'")
    page = open_page(demo_root, page="reconciliation", flag=flag_id)
    widget(page.selectbox, "Decide").set_value("accepted")
    widget(page.text_input, "Why").set_value("=agreed, on the phone")
    widget(page.text_input, "Your name").set_value("A. Controller")
    before = datetime.now(UTC).replace(microsecond=0)
    widget(page.button, "Record the decision").click()
    page.run()
    assert not page.exception
    (decision,) = decisions_in_inbox(demo_root / "inbox", 10)
    assert (decision.flag_id, decision.status, decision.decided_by) == (flag_id, "accepted", "A. Controller")
    assert decision.note == "=agreed, on the phone"
    assert decision.decided_at >= before
    assert grid(page, "queue")[flag_id[:12], "status"] == "accepted, pending"
    assert "pending: the next run takes it" in texts(page, "flag")


def test_a_decision_without_a_name_is_refused(open_page: OpenPage, demo_root: Path, rows: Any) -> None:
    """A decision that nobody made cannot be asked about."""
    ((flag_id,),) = rows("select max(flag_id) from finance_review_queue where status = 'open' and currency = 'USD'")
    page = open_page(demo_root, page="reconciliation", flag=flag_id)
    widget(page.button, "Record the decision").click()
    page.run()
    assert "Nothing was recorded" in page.error[0].value
    assert flag_id not in {decision.flag_id for decision in decisions_in_inbox(demo_root / "inbox", 10)}


def test_the_heading_names_all_that_is_chosen(open_page: OpenPage, demo_root: Path) -> None:
    """On paper and in a file that is sent on there is no slicer: a part of the queue would be taken for all of it."""
    chosen = {"carrier": "Northwind Voice", "status": ["open", "disputed"], "flag_type": "charge_mismatch"}
    said = texts(open_page(demo_root, page="reconciliation", **chosen), "heading")
    for part in ("carriers: Northwind Voice", "flag status: open, disputed", "flags: charge mismatch"):
        assert part in said


def test_a_pack_that_is_gone_when_it_is_asked_for_is_said(
    open_page: OpenPage, demo_root: Path, demo: FinishedCommand
) -> None:
    """A run removes a draft once its flags are decided: without a word it looks like a fault."""
    (pack, *_) = sorted((demo.data_dir / "dispute_packs").glob("*/*.zip"))
    offered = demo_root / "dispute_packs" / pack.parent.name / pack.name
    page = open_page(demo_root, page="reconciliation")
    offered.unlink()
    page.run()
    shutil.copy(pack, offered)
    assert not page.exception
    assert "No longer there" in page.info[0].value


def test_a_flag_that_is_not_there_is_said(open_page: OpenPage, demo_root: Path) -> None:
    """An address that was sent last week."""
    page = open_page(demo_root, page="reconciliation", flag="0" * 64)
    assert "no such flag" in page.info[0].value


def test_seat_cost_equals_its_table(open_page: OpenPage, demo_root: Path, rows: Any) -> None:
    """D15: it is in no CPM, so this page is the only place where it can be wrong."""
    page = open_page(demo_root, page="internal_handling", days="All")
    shown = grid(page, "handling_types")
    costs = rows("select leg_type, sum(allocated_cost) from internal_handling_cost where currency = 'USD' group by 1")
    assert len(costs) > 1
    for leg_type, cost in [*costs, ("All", sum(cost for _, cost in costs))]:
        assert shown[leg_type, "cost, USD"] == f"{cost:,.6f}"


def test_open_checks_are_listed_with_what_to_do(open_page: OpenPage, demo_root: Path, rows: Any) -> None:
    """On-call opens this page first."""
    page = open_page(demo_root, page="health")
    failed = rows("select check_name from check_results where not is_passed and not coalesce(is_waived, false)")
    assert failed
    shown = block_html(page, "health_checks")
    for (name,) in failed:
        assert shown.count(f"<td>{name}</td>") == [name for (name,) in failed].count(name)
    assert {f"What to do: {name}" for (name,) in failed} == {each.label for each in page.expander}
    assert "Halcyon Wholesale" in texts(page, "health_unknown")


@pytest.mark.parametrize("page", PAGES)
def test_the_file_of_a_page_loads_nothing(open_page: OpenPage, demo_root: Path, page: str) -> None:
    """It is opened from a mail."""
    html = page_file(open_page(demo_root, page=page).session_state["shown_page"], page, LOCAL, AT).decode()
    assert elements_of(html) & {"script", "link", "img", "iframe", "button", "form"} == set()
    assert len(html) > 5_000


def test_another_carrier_s_rows_are_on_no_page_and_in_no_file(
    open_page: OpenPage, demo: FinishedCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is filtered on the page only would be in the file that is sent on."""
    publish(tmp_path, demo.published, ONLY_NORTHWIND)
    shutil.copytree(demo.data_dir / "dispute_packs", tmp_path / "dispute_packs")
    monkeypatch.setattr("dashboard.frame.current_viewer", lambda _settings: Viewer(ANA))
    for name in PAGES:
        page = open_page(tmp_path, page=name)
        html = page_file(page.session_state["shown_page"], name, Viewer(ANA), AT).decode()
        everything = html + " ".join(element.proto.body for element in page.get("html"))
        assert not any(other in everything for other in ("Cobalt", "Kestrel", "Saltmarsh", "Lindenfunk", "Halcyon"))
        if name == "reconciliation":
            assert "Northwind Voice" in html


@pytest.mark.parametrize("page", ["cpm", "trend"])
def test_a_range_with_a_day_that_has_no_figures_says_so(open_page: OpenPage, demo_root: Path, page: str) -> None:
    """A week that lacks a rejected day looks cheap, and the next one dear."""
    shown = open_page(demo_root, page=page, days="All")
    assert "1 day of this range has no figures (rejected: 28 Oct 2026)." in texts(shown, "missing_days_of_this_range")


def test_a_period_that_is_compared_says_which_days_it_lacks(open_page: OpenPage, demo_root: Path) -> None:
    """A missing day would be read as less traffic."""
    page = open_page(demo_root, page="trend", days="All")
    assert "1 day of the earlier period has no figures" in texts(page, "missing_days_of_the_earlier_period")
    assert not has_block(page, "missing_days_of_the_later_period")
