"""Tests of `resources/usage_extraction.py`, `leg_files.py` and `lake.py`: complete or failed, and nothing between."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest

from cpm_assets.domain.extraction_errors import IncompleteExtraction, SourceRefused
from cpm_assets.domain.extraction_plan import ExtractionKind
from cpm_assets.domain.extraction_receipt import ExtractionReceipt
from cpm_assets.domain.page_walk import Page, read_page
from cpm_assets.resources import leg_files
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.usage_extraction import extract, parsed_paths
from cpm_assets.resources.usage_schemas import LEGS, REJECTS
from cpm_assets.resources.usage_source import UsageSource
from cpm_assets.resources.write_once import fingerprint_of
from cpm_assets_tests.unit.resources.fake_usage_api import DAY_END, DAY_START, Answer, FakeUsageApi, leg, page

DAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def _extract(lake: Lake, *answers: Answer, kind: ExtractionKind = "sweep", now: datetime = NOW) -> ExtractionReceipt:
    with FakeUsageApi(list(answers)).source() as source:
        return extract(source, lake, DAY, kind, (DAY_START, DAY_END), lambda: now)


def _rows(path: Path) -> list[dict[str, object]]:
    return pq.read_table(path).to_pylist()


def test_a_complete_extraction_keeps_pages_legs_rejects_and_a_receipt(lake: Lake) -> None:
    """The figures of a day can be traced to the bytes that were received."""
    bodies = [
        page([leg("a", unknownField=1), leg("b", duration="abc")], "t1", total=3),
        httpx.Response(200, content=b'{\r\n "entities": [\n' + json.dumps(leg("c")).encode() + b'], "total": 3\n}'),
    ]
    receipt = _extract(lake, *bodies)
    directory = lake.root / "usage" / "2026-11-01" / receipt.extraction_id
    assert receipt.extraction_id == "20261103T120000000000Z-sweep-000000"
    assert (receipt.pages, receipt.requests, receipt.legs_received, receipt.distinct_legs) == (2, 2, 3, 3)
    assert (receipt.total_reported, receipt.rejected, receipt.source) == (3, 1, "genesys_usage")
    assert sorted(path.name for path in directory.iterdir()) == sorted([*receipt.files, "receipt.json"])
    assert {name: fingerprint_of(directory / name).sha256 for name in receipt.files} == {
        name: file["sha256"] for name, file in receipt.files.items()
    }
    lines = gzip.decompress((directory / "pages.jsonl.gz").read_bytes()).splitlines()
    assert lines[0] == bodies[0].content
    assert lines[1] == bodies[1].content.replace(b"\r", b" ").replace(b"\n", b" ")
    legs_path, rejects_path = parsed_paths(lake, receipt)
    assert pq.read_schema(legs_path).equals(LEGS)
    assert pq.read_schema(rejects_path).equals(REJECTS)
    legs, (reject,) = _rows(legs_path), _rows(rejects_path)
    assert [(each["leg_id"], each["page_number"], each["position"]) for each in legs] == [("a", 1, 0), ("c", 2, 0)]
    assert legs[0]["start_time_utc"] == datetime(2026, 11, 1, 14, 22, 10)  # noqa: DTZ001 -- naive UTC in Parquet
    assert legs[0]["extraction_started_at_utc"] == NOW.replace(tzinfo=None)
    assert reject["source_file_sha256"] == receipt.files["pages.jsonl.gz"]["sha256"]
    assert (reject["leg_id"], reject["page_number"], reject["position"]) == ("b", 1, 1)
    assert json.loads(str(reject["raw_text"]))["duration"] == "abc"
    assert lake.extractions(DAY) == [receipt]


def test_a_day_without_legs_is_complete(lake: Lake) -> None:
    """D23: failed is not empty, and empty is not failed."""
    receipt = _extract(lake, page([], total=0))
    assert (receipt.distinct_legs, receipt.pages) == (0, 1)
    assert [_rows(path) for path in parsed_paths(lake, receipt)] == [[], []]


def test_repeated_legs_are_all_kept_and_counted_once(lake: Lake) -> None:
    """Which copy counts is decided later (D16); the count is what `total` is compared with."""
    receipt = _extract(lake, page([leg("a"), leg("b")], "t1", 2), page([leg("b", duration=1)], None, 2))
    assert (receipt.legs_received, receipt.distinct_legs) == (3, 2)
    assert len(_rows(parsed_paths(lake, receipt)[0])) == 3


def test_fewer_legs_than_the_api_counts_is_a_failed_extraction(lake: Lake) -> None:
    """D23: taken as complete, the day would be cheaper than it was and nobody would know."""
    with pytest.raises(IncompleteExtraction, match="counts 3 legs and 2 different ones"):
        _extract(lake, page([leg("a"), leg("a")], "t1", 3), page([leg("b")], None, 3))
    failure = lake.last_failure(DAY, LATER)
    assert failure is not None
    assert failure.reason == "the API counts 3 legs and 2 different ones were received"
    assert lake.extractions(DAY) == []


def test_the_largest_total_is_the_one_that_must_be_there(lake: Lake) -> None:
    """A later page that forgets or lowers the total does not make missing legs right."""
    with pytest.raises(IncompleteExtraction):
        _extract(lake, page([leg("a")], "t1", 3), page([leg("b")], None, 2))


def test_unreadable_legs_count_as_received(lake: Lake) -> None:
    """One malformed record, with or without an id, would otherwise fail its day on every attempt."""
    receipt = _extract(lake, page([leg("a"), leg("b", startTime="?"), {"callId": "c"}, None, {"callId": "c"}], total=4))
    assert (receipt.distinct_legs, receipt.rejected) == (4, 4)


def test_a_refused_extraction_keeps_its_pages_and_why_it_failed_and_nothing_else(lake: Lake) -> None:
    """What was read is evidence; a receipt or parsed files would make it look like a day."""
    with pytest.raises(SourceRefused):
        _extract(lake, page([leg("a")], "t1"), httpx.Response(403, json={"message": "no permission"}))
    failure = lake.last_failure(DAY, LATER)
    assert failure is not None
    assert "no permission" in failure.reason
    assert (failure.pages, failure.legs_received, failure.requests, failure.kind) == (1, 1, 2, "sweep")
    directory = lake.extraction_directory(failure)
    assert sorted(path.name for path in directory.iterdir()) == ["failure.json", "pages.jsonl.gz"]
    assert len(gzip.decompress((directory / "pages.jsonl.gz").read_bytes()).splitlines()) == 1


def test_an_unforeseen_error_is_a_failed_extraction_too(lake: Lake) -> None:
    """A bug in a source must not leave a directory that says nothing."""
    with pytest.raises(ZeroDivisionError):
        _extract(lake, page([leg("a")], "t1"), ZeroDivisionError("boom"))
    failure = lake.last_failure(DAY, LATER)
    assert failure is not None
    assert failure.reason == "ZeroDivisionError: boom"


def test_an_attempt_that_is_still_to_come_holds_nothing_up(lake: Lake) -> None:
    """A clock that was ahead for one tick would otherwise keep its day failed until that time comes."""
    with pytest.raises(SourceRefused):
        _extract(lake, httpx.Response(403, json={"message": "no permission"}))
    assert lake.last_failure(DAY, NOW) is not None
    assert lake.last_failure(DAY, datetime(2026, 11, 3, 11, 59, tzinfo=UTC)) is None


def test_what_a_killed_run_left_behind_counts_as_nothing(lake: Lake) -> None:
    """After SIGKILL the next run starts at once, and its figures are the same as without."""
    directory = lake.new_extraction_directory(DAY, "sweep", NOW)
    (directory / ".pages.jsonl.gz.999999999.part").write_bytes(b"half")
    (directory / "pages.jsonl.gz").write_bytes(b"whole, but no receipt")
    assert lake.extractions(DAY) == []
    receipt = _extract(lake, page([leg("a")]))
    assert lake.day_selection(DAY, NOW).extractions == (receipt,)
    assert not list(lake.root.rglob("*.part"))


def test_of_two_sweeps_at_one_instant_the_later_made_counts(lake: Lake) -> None:
    """With a stopped clock, as in the demonstration, the outcome must not be left to chance."""
    _extract(lake, page([leg("a")]))
    later = _extract(lake, page([leg("b")]))
    assert lake.day_selection(DAY, NOW).extractions == (later,)


def test_extractions_of_a_day_live_side_by_side(lake: Lake) -> None:
    """D22: what was known at any instant can be asked again, so nothing is replaced."""
    first = _extract(lake, page([leg("a")]), now=NOW)
    tick = _extract(lake, page([leg("b")]), kind="tick", now=NOW.replace(hour=13))
    second = _extract(lake, page([leg("c")]), now=NOW.replace(hour=14))
    assert lake.extractions(DAY) == [first, tick, second]
    assert lake.day_selection(DAY, NOW.replace(hour=13)).extractions == (first, tick)
    assert lake.day_selection(DAY, NOW.replace(hour=14)).extractions == (second,)
    assert lake.days() == [DAY]


def test_progress_is_told_while_pages_come_in(lake: Lake) -> None:
    """A long extraction that says nothing looks hung, and is killed."""
    told: list[tuple[int, int]] = []
    answers: list[Answer] = [page([leg(f"{n}")], f"t{n}" if n < 45 else None) for n in range(1, 46)]
    with FakeUsageApi(answers).source() as source:
        extract(source, lake, DAY, "sweep", (DAY_START, DAY_END), lambda: NOW, lambda *counts: told.append(counts))
    assert told == [(20, 20), (40, 40)]


def test_legs_are_parsed_again_from_the_pages_when_the_parser_is_a_newer_one(lake: Lake) -> None:
    """A mended rule must reach the legs received before it, with the same result as for new ones."""
    receipt = _extract(lake, page([leg("a"), {"legId": "b"}, leg("c", carrierName="x\ud83d")], "t1"), page([leg("d")]))
    paths = parsed_paths(lake, receipt)
    before = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()  # as if only files of an older parser were there
    assert parsed_paths(lake, receipt) == paths
    assert [path.read_bytes() for path in paths] == before


def test_many_legs_are_written_in_row_groups(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held until the end, a day of a million legs would not fit the machine."""
    monkeypatch.setattr(leg_files, "ROW_GROUP_LEGS", 100)
    answers = [page([leg(f"{n}-{i}") for i in range(50)], f"t{n}" if n < 9 else None) for n in range(10)]
    receipt = _extract(lake, *answers)
    assert pq.ParquetFile(parsed_paths(lake, receipt)[0]).num_row_groups == 5
    assert receipt.distinct_legs == 500


def test_another_source_needs_only_pages(lake: Lake) -> None:
    """D24: the documented Genesys sources come as adapters behind the same interface."""

    class ListedSource:
        name = "listed"
        requests_sent = 0

        def pages(self, window_start: datetime, window_end: datetime) -> Iterator[Page]:
            assert (window_start, window_end) == (DAY_START, DAY_END)
            yield read_page(1, json.dumps({"entities": [leg("a")]}).encode())

    source: UsageSource = ListedSource()
    receipt = extract(source, lake, DAY, "sweep", (DAY_START, DAY_END), lambda: NOW)
    assert (receipt.source, receipt.requests, receipt.distinct_legs) == ("listed", 0, 1)
