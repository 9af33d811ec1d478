"""Claims about "day D as known at instant T" (D22): every figure that was published can be had again, and nothing else.

The story publishes a day four times: read, read again with a late leg, priced by a newer card, closed.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cpm_assets.commands.as_of import print_as_of
from cpm_assets.installation import Installation
from cpm_assets.resources.recomputation import recomputed_day
from cpm_assets.resources.run_inputs import tolerated_now
from cpm_assets_tests.pipeline.published_tables import rows
from cpm_assets_tests.pipeline.scripted_usage import CARDS, INBOX, ScriptedUsage, record, usual_day
from cpm_assets_tests.pipeline.stories import stage

DAY = date(2026, 11, 10)
DEARER = CARDS.replace("1415,San Francisco,Acme,0.01", "1415,San Francisco,Acme,0.05")
FIGURES = "select * from cpm_daily where usage_date = '2026-11-10' order by all"


def at(hour: int) -> datetime:
    """An hour of the day after, UTC."""
    return datetime(2026, 11, 11, hour, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """The installation, and the version published at each hour."""

    installation: Installation
    published: dict[int, Path]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Read at 8, again with a late leg at 10, costed with a dearer card at 12, closed two days later at 13."""
    usage = ScriptedUsage({DAY: usual_day(DAY)})
    scene = stage(tmp_path_factory.mktemp("as_of"), DAY, usage)
    published = {8: scene.job(at(8), "day_job", DAY).published}
    usage.answers[DAY] = [*usual_day(DAY), record("late", datetime(2026, 11, 10, 23, 59, tzinfo=UTC), 60)]
    published[10] = scene.job(at(10), "day_job", DAY).published
    usage.inbox_files = {**INBOX, "rate_cards/dearer.csv": DEARER}
    published[12] = scene.job(at(12), "recost_job", DAY).published
    usage.answers[DAY] += [record("in progress", datetime(2026, 11, 10, 7, tzinfo=UTC), endTime=None)]
    assert scene.job(at(13) + timedelta(days=2), "finalize_job", DAY).status == 0
    usage.inbox_files = {**INBOX, "rate_cards/dearest.csv": DEARER.replace("0.05", "0.5")}
    assert scene.job(at(14) + timedelta(days=2), "recost_job", DAY).status == 0
    assert all(published.values())
    return Story(Installation(scene.settings), {hour: path for hour, path in published.items() if path})


@pytest.mark.parametrize("hour", [8, 10, 12])
def test_a_day_as_known_at_an_instant_is_what_was_published_then(story: Story, hour: int) -> None:
    """D22: "yesterday it said" has to be answered with yesterday's figures, not with an explanation."""
    tolerated = tolerated_now(story.installation.settings)
    with recomputed_day(story.installation, DAY, at(hour), tolerated, lambda _text: None) as marts_file:
        assert rows(marts_file, FIGURES) == rows(story.published[hour], FIGURES)
    assert len({str(rows(path, FIGURES)) for path in story.published.values()}) == 3, "the story changes nothing"


def test_a_closed_day_is_worked_out_as_it_was_closed(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """D21: a card of later, or a leg still in progress before the closing, must not move what was closed."""
    assert print_as_of(story.installation, DAY, at(23) + timedelta(days=30)) == 0
    (closed,) = rows(
        story.installation.directory.published_file,
        "select sum(legs), sum(billed_seconds), sum(total_cost) from cpm_daily where usage_date = '2026-11-10'",
    )
    printed = capsys.readouterr().out
    assert "final since 2026-11-13T13:00:00Z" in printed
    assert re.search(r"all carriers +all regions +{} +\d +{} +{}".format(*closed), printed)
    assert "dearest.csv" not in printed


def test_asking_changes_nothing(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """A question that moved a figure, or took the writer's lock, could not be asked in the middle of the day."""
    before = {path: path.stat().st_mtime_ns for path in story.installation.directory.root.rglob("*")}
    assert print_as_of(story.installation, DAY, at(9)) == 0
    assert {path: path.stat().st_mtime_ns for path in story.installation.directory.root.rglob("*")} == before
    printed = capsys.readouterr().out
    assert re.search(r"all carriers +all regions +3 +0 +225 +0.062500", printed)
    assert "cards.csv" in printed
    assert "dearer.csv" not in printed


def test_before_the_first_whole_reading_a_day_is_not_known(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """Zero would be a figure; there was none."""
    assert print_as_of(story.installation, DAY, at(7)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "2026-11-10 is not known as of 2026-11-11T07:00:00Z: its first whole reading ended at" in said.err
