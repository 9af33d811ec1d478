"""Claims about packed readings (`lake.py`, `packed_readings.py`): fewer files, and the same answers."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cpm_assets.domain.extraction_errors import SourceRefused
from cpm_assets.domain.extraction_plan import ExtractionKind
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import DayBuild
from cpm_assets.resources.erasure import erase, holding, number_to_erase
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.usage_extraction import extract, parsed_paths
from cpm_assets.resources.warehouse_build import pack_readings
from cpm_assets.settings import settings_from_environment
from cpm_assets_tests.unit.resources.fake_usage_api import DAY_END, DAY_START, FakeUsageApi, leg, page
from cpm_assets_tests.unit.resources.frozen_rows import write

DAY = date(2026, 11, 1)
LATER = datetime(2026, 12, 1, tzinfo=UTC)
INSTANTS = [DAY_START + timedelta(hours=n) for n in range(60)]


def read(lake: Lake, kind: ExtractionKind, at: datetime, *leg_ids: str) -> str:
    """A reading of the day at an instant; its id."""
    with FakeUsageApi([page([leg(each) for each in leg_ids])]).source() as source:
        return extract(source, lake, DAY, kind, (DAY_START, DAY_END), lambda: at).extraction_id


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A closed day: a sweep, three ticks and one that was refused, the day-end sweep, a tick after it."""
    made = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path / "data")}))
    read(made.lake, "sweep", INSTANTS[1], "a")
    for hour in (2, 3, 4):
        read(made.lake, "tick", INSTANTS[hour], "a", f"b{hour}")
    with FakeUsageApi([httpx.Response(403)]).source() as source, pytest.raises(SourceRefused):
        extract(source, made.lake, DAY, "tick", (DAY_START, DAY_END), lambda: INSTANTS[5])
    read(made.lake, "sweep", INSTANTS[25], "a", "b2", "b3")
    read(made.lake, "tick", INSTANTS[26], "b4")
    closing = DayBuild(DAY, "run", INSTANTS[50], INSTANTS[50], "accepted", is_final=True, is_finalizing=True, reason="")
    made.warehouse.builds.prepare([closing], "snapshot")
    made.warehouse.builds.settle("snapshot")
    return made


def known(lake: Lake) -> list[object]:
    """What the lake answers: readings, the failed one, and which readings were the day at each instant."""
    return [
        lake.extractions(DAY),
        lake.last_failure(DAY, LATER),
        [lake.day_selection(DAY, instant) for instant in INSTANTS],
        [lake.pages_sha256(each.extraction_id) for each in lake.extractions(DAY)],
    ]


def pack(installation: Installation) -> None:
    said: list[str] = []
    pack_readings(installation, [DAY], said.append)
    assert said == []


def test_a_closed_days_ticks_are_one_file_and_every_question_has_the_same_answer(installation: Installation) -> None:
    """Four hundred small files a day are a hundred thousand a year; and an id that is lost is evidence lost (D22)."""
    lake = installation.lake
    before, legs = known(lake), {each.extraction_id: parsed_paths(lake, each)[0].read_bytes()
                                 for each in lake.extractions(DAY)}  # fmt: skip
    pack(installation)
    assert len(list((lake.root / "packed").rglob("*.zip"))) == 1
    assert len(list((lake.root / "usage" / str(DAY)).iterdir())) == 3
    assert known(lake) == before
    assert {each.extraction_id: parsed_paths(lake, each)[0].read_bytes() for each in lake.extractions(DAY)} == legs
    assert known(lake) == before
    pack(installation)
    assert known(lake) == before
    assert len(list((lake.root / "usage" / str(DAY)).iterdir())) == 3


def test_the_same_readings_are_packed_into_the_same_bytes(installation: Installation, tmp_path: Path) -> None:
    """A copy of the lake on another machine must not differ by when it was packed."""
    shutil.copytree(installation.directory.root, tmp_path / "copy")
    other = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path / "copy")}))
    pack(installation)
    pack(other)
    first, second = (next(each.lake.root.rglob("*.zip")).read_bytes() for each in (installation, other))
    assert first == second


def test_a_day_that_is_open_and_a_reading_that_a_version_names_stay(installation: Installation) -> None:
    """`make verify` reads what a manifest names where the manifest says that it is."""
    named = next(each for each in installation.lake.extractions(DAY) if each.kind == "tick")
    version = write(installation.warehouse.frozen.directory(DAY))
    assert version.directory.exists()
    manifest = version.directory / "manifest.json"
    told = f'"extractions": [{{"asked_day": "{DAY}", "extraction_id": "{named.extraction_id}"}}],'
    manifest.write_text(manifest.read_text().replace("{", "{" + told, 1))
    pack(installation)
    assert installation.lake.extraction_directory(named).exists()
    read(installation.lake, "tick", INSTANTS[27], "b5")
    shutil.rmtree(installation.lake.root / "builds")
    before = sorted(installation.lake.root.rglob("*"))
    pack(installation)
    assert sorted(installation.lake.root.rglob("*")) == before


def test_killed_between_the_pack_and_the_directories_nothing_is_doubled(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted twice, or gone: the day as of an hour before its close would have other figures."""
    before = known(installation.lake)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(shutil, "rmtree", lambda _: 1 / 0)
        pack(installation)
    assert known(installation.lake) == before
    pack(installation)
    assert known(installation.lake) == before
    assert len(list((installation.lake.root / "packed").rglob("*.zip"))) == 1


def test_a_number_is_erased_from_packed_readings_too(installation: Installation) -> None:
    """The one place that was forgotten would be the place that keeps it."""
    pack(installation)
    number = number_to_erase(installation, "+14155550198")
    erase(installation, holding(installation, number, print), "A. Name", "request 17", datetime.now(UTC), print)
    for each in installation.lake.extractions(DAY):
        parsed_paths(installation.lake, each)
    assert holding(installation, number, print).paths == ()
    assert len(installation.lake.extractions(DAY)) == 6
