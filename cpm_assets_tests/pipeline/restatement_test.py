"""Claims about late records, cards and contracts of closed days (D21): numbered versions beside figures that stand."""

import io
import json
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cpm_assets.alerts import current_problems
from cpm_assets.commands.as_of import print_as_of
from cpm_assets.commands.erase import erase_number
from cpm_assets.commands.rebuild import rebuild
from cpm_assets.commands.recost import print_changes
from cpm_assets.commands.verify import print_verdicts
from cpm_assets.resources.leg_days_file import NoLegsError, write_leg_days
from cpm_assets.resources.write_once import fingerprint_of
from cpm_assets_tests.pipeline.published_tables import rows
from cpm_assets_tests.pipeline.scripted_usage import CARDS, CONTRACTS, INBOX, ScriptedUsage, record, usual_day
from cpm_assets_tests.pipeline.stories import Stage, Step, stage

DAY = date(2026, 11, 10)
DEARER = CARDS.replace("1415,San Francisco,Acme,0.01", "1415,San Francisco,Acme,0.05")
ROUNDED = CONTRACTS.replace("Zenith,2026-01-01,,1,1,4,USD", "Zenith,2026-01-01,,60,60,4,USD")
LATE = {"late-1": 61, "late-2": 121}
"""Late legs and their seconds: two and three minutes of Acme to San Francisco."""

LEGS = (
    "select leg_id, change, cause, total_cost_before, total_cost_after from restated_legs "
    "where version = $version order by version, leg_id"
)
WORTH = (
    "select carrier_name, destination_region, legs_delta, total_cost_delta from restatements "
    "where version = $version order by all"
)
VERSIONS = "select * from day_versions order by usage_date, version"
CELLS = "select * from cpm_daily_restated order by all"
STATUS = "select status, reason from day_status where usage_date = '2026-11-10'"


def at(days: int, hour: int = 0) -> datetime:
    """An instant so many days after the end of the day, UTC."""
    return datetime(2026, 11, 11, hour, tzinfo=UTC) + timedelta(days=days)


@dataclass(frozen=True)
class Story:
    """The installation, each step by name, and what the dry run before the new terms printed and wrote."""

    stage: Stage
    steps: dict[str, Step]
    dry_run: str
    written_by_dry_run: set[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A day is closed; then late legs, the same again, a card and a contract, and a late leg of an unknown carrier."""
    usage = ScriptedUsage({DAY: usual_day(DAY)})
    scene = stage(tmp_path_factory.mktemp("restatement"), DAY, usage)
    steps = {"closed": scene.day(at(2), DAY, "finalize")}
    late = [record(name, datetime(2026, 11, 10, 23, tzinfo=UTC), seconds) for name, seconds in LATE.items()]
    usage.answers[DAY] = [*usual_day(DAY)[1:], *late]
    steps["late"] = scene.day(at(3), DAY, "finalize")
    steps["again"] = scene.day(at(3, 1), DAY, "finalize")
    usage.inbox_files = {**INBOX, "rate_cards/dearer.csv": DEARER, "carrier_contracts/rounded.csv": ROUNDED}
    dry_run, written = _dry_run(scene, at(4))
    steps["terms"] = scene.job(at(4), "restatement_job", DAY)
    unknown = record("unknown", datetime(2026, 11, 10, 5, tzinfo=UTC), carrierName="X")
    usage.answers[DAY] = [*usage.answers[DAY], unknown]
    steps["blocked"] = scene.day(at(6), DAY, "finalize")
    return Story(scene, steps, dry_run, written)


def _dry_run(scene: Stage, now: datetime) -> tuple[str, set[str]]:
    printed = io.StringIO()
    with scene.opened(now) as opened, redirect_stdout(printed):
        before = _files(scene)
        print_changes(opened)
        return printed.getvalue(), before ^ _files(scene)


def _files(scene: Stage) -> set[str]:
    """Every file of the installation, with its size and time of change."""
    found = ((path, path.stat()) for path in scene.settings.data_dir.rglob("*") if path.is_file())
    return {f"{path} {status.st_size} {status.st_mtime_ns}" for path, status in found}


def test_every_step_went_through(story: Story) -> None:
    """A late sweep that fails is asked for again and again."""
    assert {name: step.status for name, step in story.steps.items()} == dict.fromkeys(story.steps, 0)


def test_what_was_closed_never_moves(story: Story) -> None:
    """D21: finance booked it."""
    for table in ("cpm_daily", "cpm_fact", "costed_legs", "cpm_hourly"):
        query = f"select * from {table} where usage_date = '2026-11-10' order by all"  # noqa: S608
        (closed, *later) = (rows(step.published, query) for step in story.steps.values())
        assert closed
        assert all(each == closed for each in later)


def test_a_sweep_that_finds_nothing_makes_no_version(story: Story) -> None:
    """A version a sweep would bury the ones that matter."""
    for step, before in (("again", "late"), ("blocked", "terms")):
        assert rows(story.steps[step].published, VERSIONS) == rows(story.steps[before].published, VERSIONS)


def test_late_and_vanished_legs_make_a_version_with_the_exact_difference(story: Story) -> None:
    """The worth of what came late has to be the cents of its legs."""
    published = story.steps["late"].published
    assert rows(published, LEGS, version=2) == [
        ("2026-11-10-a", "vanished", "late_leg", Decimal("0.02"), None),
        ("late-1", "new", "late_leg", None, Decimal("0.02")),
        ("late-2", "new", "late_leg", None, Decimal("0.03")),
    ]
    assert rows(published, WORTH, version=2) == [("Acme", "San Francisco", 1, Decimal("0.03"))]


def test_terms_of_later_make_a_version_that_names_card_and_contract(story: Story) -> None:
    """A carrier's back-dated rate, or agreed increments, are a claim against finance's figures: each needs its name."""
    published = story.steps["terms"].published
    assert rows(published, LEGS, version=3) == [
        ("2026-11-10-c", "changed", "contract", Decimal("0.0225"), Decimal("0.03")),
        ("late-1", "changed", "card", Decimal("0.02"), Decimal("0.1")),
        ("late-2", "changed", "card", Decimal("0.03"), Decimal("0.15")),
    ]
    assert rows(published, WORTH, version=3) == [
        ("Acme", "San Francisco", 0, Decimal("0.2")), ("Zenith", "United Kingdom", 0, Decimal("0.0075"))
    ]  # fmt: skip


def test_a_dry_run_says_what_the_new_terms_will_change_and_writes_nothing(story: Story) -> None:
    """Whoever puts a card into the inbox wants to know what it moves before it moves."""
    assert story.dry_run.splitlines() == [
        "2026-11-10  closed  +0.207500 USD  Acme, Zenith",
        "1 day, +0.207500 USD, carriers Acme, Zenith",
    ]
    assert story.written_by_dry_run == set()


def test_each_version_is_the_one_before_and_its_difference(story: Story) -> None:
    """Figures that do not add up from version to version explain nothing."""
    published = story.steps["blocked"].published
    sums = dict(rows(published, "select version, total_cost from day_versions order by version"))
    assert sums == {1: Decimal("0.0625"), 2: Decimal("0.0925"), 3: Decimal("0.3")}
    worth = dict(rows(published, "select version, sum(total_cost_delta) from restatements group by version"))
    assert worth == {2: sums[2] - sums[1], 3: sums[3] - sums[2]}


def test_the_restated_figures_are_the_latest_versions(story: Story) -> None:
    """What we know now and what was closed have to be one query apart."""
    query = "select distinct version, sum(total_cost) over () from cpm_daily_restated where usage_date = '2026-11-10'"
    assert rows(story.steps["closed"].published, query) == [(1, Decimal("0.0625"))]
    assert rows(story.steps["late"].published, query) == [(2, Decimal("0.0925"))]
    assert rows(story.steps["blocked"].published, query) == [(3, Decimal("0.3"))]


def test_a_day_says_that_it_was_restated_and_what_of(story: Story) -> None:
    """A reader of the closed figure must be able to see that there is a newer one."""
    assert _status(story, "closed") == ("final", None)
    assert _status(story, "late") == ("restated", "legs: 2 new (late_leg), 1 vanished (late_leg); worth +0.030000 USD")
    assert _status(story, "again") == _status(story, "late")
    status, reason = _status(story, "blocked")
    assert status == "restated"
    assert str(reason).startswith("not restated: 1 billable leg with an unknown carrier: 'X'")


def test_the_worth_is_told_and_so_is_what_blocks_the_next_version(story: Story) -> None:
    """Finance hears of it from the alert, not from the next audit."""
    with story.stage.opened(at(6)) as opened:
        told = current_problems(opened.instance, opened.installation, at(6))
    assert [(each.kind, each.subject) for each in told] == [
        ("restatement", "late usage"), ("restatement", "version 2"), ("restatement", "version 3")
    ]  # fmt: skip
    assert "worth +0.207500 USD" in told[2].text


def test_the_evidence_of_a_version_is_in_the_lake_as_published(story: Story) -> None:
    """A hash that fits no file proves nothing."""
    frozen = story.stage.settings.data_dir / "lake" / "frozen" / "2026-11-10"
    published = rows(story.steps["blocked"].published, "select version, manifest_sha256 from day_versions order by 1")
    assert published == [(n, fingerprint_of(frozen / f"v{n:04}" / "manifest.json").sha256) for n in (1, 2, 3)]
    manifests = [json.loads((frozen / f"v{n:04}" / "manifest.json").read_text()) for n in (2, 3)]
    assert [each["follows_manifest_sha256"] for each in manifests] == [sha256 for _, sha256 in published[:2]]
    assert [each["files"]["changes.parquet"]["rows"] for each in manifests] == [3, 3]


def test_a_closed_day_as_of_an_instant_is_its_version_known_then(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """D22: between two restatements somebody quoted the first; it must be had again, by whoever asks later."""
    with story.stage.opened(at(7)) as opened:
        assert print_as_of(opened.installation, DAY, at(3, 12)) == 0
    printed = capsys.readouterr().out
    assert "restated: version 2 since 2026-11-14T00:00:00Z" in printed
    assert re.search(r"USD +all carriers +all regions +4 +0 +\d+ +0\.092500", printed), printed
    assert "These are the frozen figures, to the last micro-unit" in printed


def test_a_rebuild_publishes_every_version_as_it_was(story: Story) -> None:
    """A lost warehouse must not take the restatements with it, nor work them out anew."""
    with story.stage.opened(at(7)) as opened:
        rebuild(opened.installation, at(7))
        published = opened.installation.directory.published_file
    tables = (VERSIONS, CELLS, LEGS.replace("version = $version", "true"), STATUS)
    for query in tables:
        assert rows(published, query) == rows(story.steps["blocked"].published, query)


def test_legs_of_closed_days_are_written_from_their_frozen_files(story: Story) -> None:
    """The published file keeps legs for so many days; a dispute about an older call needs them, as they were closed.

    They are only read: whoever asks waits for no build, nor holds one up.
    """
    published = story.steps["blocked"].published
    with story.stage.opened(at(7)) as opened, opened.installation.warehouse.writing("a build", print):
        made = write_leg_days(opened.installation, DAY, DAY + timedelta(days=1), lambda _text: None)
        with pytest.raises(NoLegsError, match="no day from 2025-01-01"):
            write_leg_days(opened.installation, date(2025, 1, 1), date(2025, 1, 2), lambda _text: None)
    assert DAY in made.frozen
    for table in ("costed_legs", "cpm_fact"):
        of_day = f"select * from {table} where usage_date = '{DAY}' order by leg_id"  # noqa: S608
        assert rows(made.path, of_day) == rows(published, of_day) != []


def test_a_number_is_erased_and_every_version_of_every_day_stays_as_it_was(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person's right to be forgotten must not cost the month's close: totals, versions and as-of answer as before."""
    queries = (
        VERSIONS,
        CELLS,
        LEGS.replace("version = $version", "true"),
        STATUS,
        "select * from cpm_daily order by all",
    )
    with story.stage.opened(at(7)) as opened:
        before = {query: rows(opened.installation.directory.published_file, query) for query in queries}
        assert erase_number(opened.installation, "+14155550198", "A. Name", "request 17", at(8), dry_run=False) == 0
        assert print_verdicts(opened.installation) == 0
        assert print_as_of(opened.installation, DAY, at(3, 12)) == 0
        published = opened.installation.directory.published_file
    printed = capsys.readouterr().out
    assert re.search(r"USD +all carriers +all regions +4 +0 +\d+ +0\.092500", printed), printed
    for query in queries:
        assert rows(published, query) == before[query]
    shown = dict(rows(published, "select leg_id, destination_number from costed_legs"))
    assert (shown["2026-11-10-a"], shown["2026-11-10-b"]) == ("1415…", "44…01")


def _status(story: Story, step: str) -> tuple[object, ...]:
    return rows(story.steps[step].published, STATUS)[0]
