"""Claims about closing days: what is frozen, what blocks it, who may waive it, and what is seen of damage (D21).

One story on one data directory: a run closes two days, of which one names a carrier without a card; a person waives
that; then a frozen file is cut short.
"""

import hashlib
import io
import json
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from cpm_assets.alerts import current_problems
from cpm_assets.commands.rebuild import rebuild
from cpm_assets.commands.verify import print_verdicts
from cpm_assets.installation import Installation
from cpm_assets.resources.frozen_verification import FrozenDamagedError
from cpm_assets.runs import range_tags
from cpm_assets_tests.pipeline.published_tables import records, rows
from cpm_assets_tests.pipeline.scripted_usage import ScriptedUsage, put_file, record, usual_day
from cpm_assets_tests.pipeline.stories import Stage, Step, stage

GOOD, REJECTED = date(2026, 11, 10), date(2026, 11, 11)
CLOSING = datetime(2026, 11, 14, 1, tzinfo=UTC)
WAIVED = CLOSING + timedelta(hours=8)
VERIFIED = WAIVED + timedelta(days=1)
WAIVER = f"usage_date,check_name,reason,person\n{REJECTED},carrier_match,test trunk,Jo Doe\n{REJECTED},no_such,x,y\n"


@dataclass(frozen=True)
class Story:
    """What came of each step; alerts by the step after which they were gathered."""

    stage: Stage
    both: Step
    problems: dict[str, list[tuple[str, str, int]]]
    waived: Step
    verified: dict[str, bool]
    said: dict[str, tuple[int, str]]
    metadata: dict[str, Any]

    @property
    def data_dir(self) -> Path:
        return self.stage.settings.data_dir

    def version(self, day: date) -> Path:
        return self.data_dir / "lake" / "frozen" / str(day) / "v0001"

    def manifest(self, day: date) -> dict[str, Any]:
        return json.loads((self.version(day) / "manifest.json").read_bytes())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    bad = [*usual_day(REJECTED), record("stranger", datetime(2026, 11, 11, 9, tzinfo=UTC), carrierName="Nobody")]
    usage = ScriptedUsage({GOOD: usual_day(GOOD), REJECTED: bad})
    on = stage(tmp_path_factory.mktemp("closing"), GOOD, usage)
    problems, verified, said = {}, {}, {}

    def gather(name: str, at: datetime) -> None:
        with on.opened(at) as opened:
            found = current_problems(opened.instance, opened.installation, at)
            problems[name] = [(each.subject, each.usage_date, each.reminder) for each in found]

    def verify(name: str, at: datetime) -> None:
        with on.opened(at) as opened:
            job = opened.defs.resolve_job_def("verify_job")
            tags = range_tags(at.date(), at.date())
            verified[name] = job.execute_in_process(instance=opened.instance, tags=tags, raise_on_error=False).success
        with redirect_stdout(io.StringIO()) as printed:
            status = print_verdicts(Installation(on.settings))
        said[name] = status, printed.getvalue()

    both = on.job(CLOSING, "finalize_job", GOOD, REJECTED)
    gather("rejected", CLOSING)
    gather("a day later", CLOSING + timedelta(days=1))
    put_file(on.settings.data_dir / "inbox" / "waivers" / "november.csv", WAIVER)
    waived = on.job(WAIVED, "finalize_job", REJECTED)
    gather("waived", WAIVED)
    with on.opened(WAIVED) as opened:
        event = opened.instance.get_latest_materialization_event(dg.AssetKey("day_versions"))
        metadata = dict(event.asset_materialization.metadata)
    verify("intact", VERIFIED)
    legs = on.settings.data_dir / "lake" / "frozen" / str(GOOD) / "v0001" / "costed_legs.parquet"
    whole = legs.read_bytes()
    legs.write_bytes(whole[:100])
    verify("cut short", VERIFIED + timedelta(hours=1))
    gather("cut short", VERIFIED + timedelta(hours=1))
    legs.write_bytes(whole)
    verify("restored", VERIFIED + timedelta(hours=2))
    gather("restored", VERIFIED + timedelta(hours=2))
    (card,) = (on.settings.data_dir / "lake" / "deliveries" / "rate_cards").glob("*.csv")
    card.rename(card.with_suffix(".gone"))
    verify("card gone", VERIFIED + timedelta(hours=3))
    card.with_suffix(".gone").rename(card)
    return Story(on, both, problems, waived, verified, said, metadata)


def test_in_one_run_the_good_day_is_frozen_and_the_rejected_one_is_not(story: Story) -> None:
    """A bad day would hold up the month, or be frozen with figures that nobody accepted."""
    assert story.both.status == 1, "the run names the rejected day"
    statuses = rows(
        story.both.published, "select usage_date, status from day_status where usage_date <= $d", d=REJECTED
    )
    assert dict(statuses) == {GOOD: "final", REJECTED: "rejected"}
    assert rows(story.both.published, "select usage_date, version from day_versions") == [(GOOD, 1)]


def test_the_published_hash_is_that_of_the_manifest_and_the_manifest_names_every_input(story: Story) -> None:
    """A figure quoted in March is proved in November by what it was made of."""
    manifest = story.manifest(GOOD)
    content = (story.version(GOOD) / "manifest.json").read_bytes()
    cost = rows(story.both.published, "select sum(total_cost) from cpm_daily where usage_date = $d", d=GOOD)[0][0]
    published = rows(story.both.published, "select manifest_sha256, total_cost from day_versions")
    assert published == [(hashlib.sha256(content).hexdigest(), cost)]
    assert {each["kind"] for each in manifest["deliveries"]} == {"rate_cards", "carrier_contracts"}
    (sweep,) = manifest["extractions"]
    pages = story.data_dir / "lake" / "usage" / str(GOOD) / sweep["extraction_id"] / "pages.jsonl.gz"
    assert sweep["files"]["pages.jsonl.gz"]["sha256"] == hashlib.sha256(pages.read_bytes()).hexdigest()
    assert manifest["totals"] == {
        "USD": {"billed_seconds": 225, "legs": 3, "total_cost": "0.062500", "unrated_legs": 0}
    }
    assert len(manifest["rules_sha256"]) == 64
    assert manifest["settings"]["tolerated_unknown_carrier_legs"] == 0
    assert all(check["is_passed"] for check in manifest["checks"] if check["is_blocking"])


def test_a_day_that_does_not_close_is_told_again_each_day(story: Story) -> None:
    """One message in the first night is forgotten, and the day stays open until the auditor asks."""
    assert story.problems["rejected"] == [("carrier_match", str(REJECTED), 1)]
    assert story.problems["a day later"] == [("carrier_match", str(REJECTED), 2)]


def test_a_person_closes_the_day_with_a_waiver_which_its_manifest_keeps(story: Story) -> None:
    """Finance has to close the month; who decided it, and why, must be found with the figure."""
    assert story.waived.status == 0, story.waived.messages
    (status,) = records(story.waived.published, "from day_status where usage_date = $d", d=REJECTED)
    assert status["status"] == "final"
    assert status["reason"].endswith("waived by Jo Doe (test trunk)")
    (waiver,) = story.manifest(REJECTED)["waivers"]
    assert (waiver["check_name"], waiver["person"], waiver["reason"]) == ("carrier_match", "Jo Doe", "test trunk")
    check = "select is_passed, is_waived, failing_rows from check_results where usage_date = $d and check_name = $c"
    assert rows(story.waived.published, check, d=REJECTED, c="carrier_match") == [(False, True, 1)]
    assert story.problems["waived"] == []


def test_a_waiver_of_a_check_that_does_not_exist_is_a_rejected_row(story: Story) -> None:
    """A misspelt waiver that is ignored leaves the day open, and its author waiting."""
    reasons = rows(
        story.waived.published, "select reason from rejected_reference_rows where file_name = 'november.csv'"
    )
    assert len(reasons) == 1
    assert "carrier_match" in reasons[0][0]


def test_verify_names_the_file_that_was_cut_short_and_the_daily_check_alerts(story: Story) -> None:
    """Damage is found when somebody asks for the evidence, years later, and the backup is gone."""
    assert story.verified["intact"] is True
    assert story.said["intact"] == (0, f"{GOOD}  version 1  ok\n{REJECTED}  version 1  ok\n")
    assert story.verified["cut short"] is False
    status, text = story.said["cut short"]
    assert status == 1
    damaged, intact = text.splitlines()
    assert f"{GOOD}/v0001/costed_legs.parquet has 100 bytes instead of" in damaged
    assert intact == f"{REJECTED}  version 1  ok"
    assert [subject for subject, *_ in story.problems["cut short"]] == ["frozen_days_intact"]
    assert story.verified["restored"] is True
    assert story.problems["restored"] == []


def test_verify_and_the_daily_check_name_a_card_that_is_gone(story: Story) -> None:
    """The figure stands, and nobody can show the price it was worked out with."""
    assert story.verified["card gone"] is False
    status, text = story.said["card gone"]
    assert status == 1
    (problem,) = [line for line in text.splitlines() if not line.endswith("ok")]
    assert re.search(r"deliveries/rate_cards/[0-9a-f]{64}\.csv is gone: restore it from the backup", problem)
    assert problem.endswith(f"named by {GOOD} version 1 and 1 more")


def test_dagster_and_the_build_log_hold_the_hash_of_the_manifest(story: Story) -> None:
    """Whoever edits a closed day and its manifest must meet the hash where they did not edit."""
    sha256 = hashlib.sha256((story.version(REJECTED) / "manifest.json").read_bytes()).hexdigest()
    assert story.metadata["manifest_sha256"].value == sha256
    (record,) = story.metadata["frozen_versions"].value.records
    assert record.data["usage_date"] == str(REJECTED)
    assert record.data["manifest_sha256"] == sha256
    closings = Installation(story.stage.settings).warehouse.builds.final_days()
    assert closings[REJECTED].manifest_sha256 == sha256


def test_a_rebuild_refuses_damaged_files_before_it_deletes_anything(story: Story) -> None:
    """Half a day's legs would come back as the closed ones."""
    file = story.version(GOOD) / "cpm_daily.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"X")
    warehouse = (story.data_dir / "warehouse" / "cpm.duckdb").read_bytes()
    try:
        with pytest.raises(FrozenDamagedError, match="cpm_daily.parquet was changed"):
            rebuild(Installation(story.stage.settings), VERIFIED)
    finally:
        file.write_bytes(whole)
    assert (story.data_dir / "warehouse" / "cpm.duckdb").read_bytes() == warehouse
