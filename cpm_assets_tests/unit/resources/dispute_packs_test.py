"""Claims about `resources/dispute_packs.py`: packs follow the published queue, are whole, and give the same bytes."""

import io
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reportlab import rl_config

from cpm_assets.domain.dispute_packs import safe_name
from cpm_assets.resources import durable_files
from cpm_assets.resources.dispute_packs import PacksReport, write_packs
from cpm_assets.resources.lake import Lake
from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.pipeline.reconciliation.books import books, call, invoice, line, prices
from cpm_assets_tests.run_rows import Delivery, contract

DECIDED = datetime(2026, 11, 4, tzinfo=UTC)
DAY = "2026-10-25"
CARRIER = "Acme <b>&amp; Söhne/../Ltd"
FOLDER = safe_name(CARRIER)
BOOKS = books(
    [DAY],
    [call("dear", f"{DAY} 10:00:00", carrier_name=CARRIER), call("dear-too", f"{DAY} 11:00:00", carrier_name=CARRIER)],
    [
        *prices(contract(CARRIER)),
        invoice(line(1, f"{DAY} 10:00:00", "1.60"), line(2, f"{DAY} 11:00:00", "0.90"), carrier=CARRIER),
    ],
)


class Desk:
    """A published file made by the production models in memory, and the packs made from it."""

    def __init__(self, root: Path, memory: MemoryWarehouse) -> None:
        self.packs = root / "dispute_packs"
        self._root = root
        self._published = root / "cpm.duckdb"
        self._memory = memory

    def publish(self, **status_of_line: str) -> None:
        """The books with these lines decided: `line_1="disputed"`."""
        self._memory.run(BOOKS, "finance_review_queue")
        ids = dict(self._memory.rows("select line_number, flag_id from finance_review_queue"))
        rows = [
            {
                "flag_id": ids[name.removeprefix("line_")],
                "status": status,
                "decided_by": "Ada",
                "decided_at_utc": DECIDED,
            }
            for name, status in status_of_line.items()
        ]
        decisions = Delivery("review_decisions", rows, received_at_utc=DECIDED)
        self._memory.run(replace(BOOKS, deliveries=[*BOOKS.deliveries, decisions]), "finance_review_queue")
        self._published.unlink(missing_ok=True)
        self._memory.connection.execute(f"attach '{self._published}' as published")
        for name in ("finance_review_queue", "flag_evidence"):
            self._memory.connection.execute(f"create table published.{name} as from cpm.main.{name}")
        self._memory.connection.execute("detach published")

    def write(self) -> PacksReport:
        return write_packs(self.packs, self._published, Lake(self._root / "lake"), self._root / "work", print)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.packs.rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path, memory: MemoryWarehouse) -> Desk:
    return Desk(tmp_path, memory)


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def test_the_packs_are_what_the_queue_calls_for_now(desk: Desk) -> None:
    """A draft beside the dispute that it became, or a dispute that vanishes from the folder after it was sent."""
    desk.publish()
    assert desk.write().written == [f"{FOLDER}/INV-1.draft.zip"]
    desk.publish(line_2="disputed")
    report = desk.write()
    assert (report.written, report.removed) == ([f"{FOLDER}/INV-1.zip"], [f"{FOLDER}/INV-1.draft.zip"])
    manifest = json.loads(opened(desk.files()["INV-1.zip"]).read("manifest.json"))
    assert (manifest["carrier_name"], manifest["lines"], manifest["is_draft"]) == (CARRIER, 1, False)
    assert manifest["totals"][0]["difference"] == "0.300000"
    desk.publish(line_1="accepted", line_2="written_off")
    report = desk.write()
    assert (report.packs, report.written, report.removed) == ({}, [], [])
    assert list(desk.files()) == ["INV-1.zip"]


def test_the_same_flags_give_the_same_bytes_and_nothing_is_written_again(desk: Desk) -> None:
    """A pack that differs from the one that was sent, and nobody can say in what."""
    desk.publish(line_1="disputed", line_2="disputed")
    desk.write()
    before = desk.files()
    assert desk.write().written == []
    shutil.rmtree(desk.packs)
    desk.write()
    assert desk.files() == before


def test_the_page_is_one_page_and_shows_a_carriers_name_as_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Markup in a name would fail the run, or draw what the carrier likes."""
    monkeypatch.setattr(rl_config, "pageCompression", 0)
    desk.publish(line_1="disputed")
    desk.write()
    page = opened(desk.files()["INV-1.zip"]).read("summary.pdf")
    assert page.count(b"/Type /Page\n") == 1
    assert b"&amp;" in page or b"<b>" in page
    for text in (b"Dispute of charges", b"INV-1", b"1.000000", b"2026-12-03"):
        assert text in page, text


def test_killed_while_a_pack_is_written_the_old_one_stands_and_the_next_run_writes_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a zip in a mail to the carrier."""
    desk.publish(line_1="disputed")
    desk.write()
    before = desk.files()
    desk.publish(line_1="disputed", line_2="disputed")
    with monkeypatch.context() as patch:
        patch.setattr(durable_files, "fsync_file", _killed)
        with pytest.raises(KeyboardInterrupt):
            desk.write()
    assert desk.files()["INV-1.zip"] == before["INV-1.zip"]
    desk.write()
    assert sorted(desk.files()) == ["INV-1.zip", "INV-1~2.zip"]


def test_a_pack_that_may_have_been_sent_is_not_written_over(desk: Desk) -> None:
    """The carrier answers a pack that nobody here has any more."""
    desk.publish(line_1="disputed")
    desk.write()
    sent = desk.files()
    desk.publish(line_1="disputed", line_2="disputed")
    assert desk.write().written == [f"{FOLDER}/INV-1~2.zip"]
    report = desk.write()
    assert (report.written, list(report.packs)) == ([], [f"{FOLDER}/INV-1~2.zip"])
    assert desk.files()["INV-1.zip"] == sent["INV-1.zip"]


def _killed(_path: Path) -> None:
    raise KeyboardInterrupt
