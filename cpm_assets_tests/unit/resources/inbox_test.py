"""Tests of `resources/inbox.py` and `delivery_store.py`: which files are taken, when, and that each is kept once."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cpm_assets.resources.delivery_store import deliveries
from cpm_assets.resources.inbox import InboxReport, take_files
from cpm_assets.resources.lake import Lake

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
FILE_TIME = 1_800_000_000.0


class Desk:
    """An inbox, a lake, and two clocks that the test moves."""

    def __init__(self, root: Path) -> None:
        self.inbox, self.lake, self.memory = root / "inbox", Lake(root / "lake"), root / "work" / "inbox.json"
        self.now, self.file_time = NOW, FILE_TIME

    def put(self, name: str, content: bytes = b"content", age: float = 60.0) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (self.file_time - age, self.file_time - age))
        return path

    def take(self) -> InboxReport:
        return take_files(self.inbox, self.lake, self.memory, lambda: self.now, lambda: self.file_time)

    def kept(self, kind: str) -> list[tuple[str, datetime]]:
        return [(each.file_name, each.received_at) for each in deliveries(self.lake, kind)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_file_is_kept_as_received_with_a_receipt_and_stays_in_the_inbox(desk: Desk) -> None:
    """The lake is what every figure can be made from again; the inbox belongs to those who fill it."""
    path = desk.put("rate_cards/deck.CSV", b"a,b\r\n")
    (delivery,) = desk.take().taken
    sha256 = hashlib.sha256(b"a,b\r\n").hexdigest()
    assert (delivery.sha256, delivery.bytes, delivery.received_at) == (sha256, 5, NOW)
    assert delivery.content_path == desk.lake.root / "deliveries" / "rate_cards" / f"{sha256}.csv"
    assert delivery.content_path.read_bytes() == b"a,b\r\n"
    assert path.exists()
    assert deliveries(desk.lake, "rate_cards") == [delivery]
    assert sorted(each.name for each in delivery.directory.iterdir()) == [f"{sha256}.csv", f"{sha256}.receipt.json"]


def test_the_same_bytes_twice_are_one_delivery_from_when_it_was_first_seen(desk: Desk) -> None:
    """A file sent again must not count as newer than a correction that came between."""
    desk.put("rate_cards/deck.csv")
    desk.take()
    desk.now += timedelta(days=1)
    desk.put("rate_cards/deck again.csv")
    assert desk.take().known == ["rate_cards/deck again.csv", "rate_cards/deck.csv"]
    assert desk.kept("rate_cards") == [("deck.csv", NOW)]


def test_a_file_still_being_written_waits_until_it_has_settled(desk: Desk) -> None:
    """Half a deck would price half the legs, and a rate cut off in its digits the rest."""
    desk.put("rate_cards/deck.csv", b"half", age=1.0)
    assert desk.take().waiting == ["rate_cards/deck.csv"]
    desk.file_time += 1.5
    desk.put("rate_cards/deck.csv", b"half and", age=0.0)
    assert desk.take().waiting == ["rate_cards/deck.csv"]
    desk.file_time += 2.0
    assert [each.bytes for each in desk.take().taken] == [8]


def test_a_file_that_changes_while_it_is_copied_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its hash would be that of bytes nobody sent."""
    path = desk.put("rate_cards/deck.csv")
    honest_fstat = os.fstat

    def grown_meanwhile(descriptor: int) -> os.stat_result:
        with path.open("ab") as file:
            file.write(b" and more")
        return honest_fstat(descriptor)

    monkeypatch.setattr("cpm_assets.resources.inbox.os.fstat", grown_meanwhile)
    report = desk.take()
    assert (report.taken, report.waiting) == ([], ["rate_cards/deck.csv"])
    assert not list(desk.lake.deliveries.glob("rate_cards/.*"))


def test_a_file_from_the_future_settles_by_being_seen_unchanged(desk: Desk) -> None:
    """A sender's clock that is an hour fast must not delay the deck by an hour."""
    desk.put("rate_cards/deck.csv", age=-3_600.0)
    assert desk.take().waiting
    desk.file_time += 2.0
    assert desk.take().taken


def test_files_settle_by_their_own_clock_and_not_by_the_time_the_run_stands_at(desk: Desk) -> None:
    """The demonstration runs as of a fixed instant, long before its files were written."""
    desk.now = datetime(2020, 1, 1, tzinfo=UTC)
    desk.put("rate_cards/deck.csv")
    assert [each.received_at for each in desk.take().taken] == [desk.now]


def test_dotfiles_and_parts_are_not_looked_at(desk: Desk) -> None:
    """They are how uploads in progress are named."""
    for name in (".deck.csv.swp", ".deck.csv", "deck.csv.part", "deck.part"):
        desk.put(f"rate_cards/{name}")
    desk.put("invoices/.trash/inv.csv")
    assert desk.take() == InboxReport()


def test_what_is_no_delivery_is_ignored_and_named(desk: Desk) -> None:
    """A spreadsheet put there by mistake would otherwise be waited for in vain."""
    desk.put("rate_cards/deck.xlsx")
    desk.put("rate_cards/old/deck.csv")
    desk.put("invoices/inv.csv")
    target = desk.put("elsewhere/deck.csv")
    (desk.inbox / "rate_cards" / "link.csv").symlink_to(target)
    report = desk.take()
    assert not report.taken
    assert [name for name, _reason in report.ignored] == [
        "rate_cards/deck.xlsx",
        "rate_cards/link.csv",
        "rate_cards/old",
        "invoices/inv.csv",
    ]


def test_one_file_that_cannot_be_read_does_not_stop_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong permissions on one upload must not keep every carrier's rates out."""
    desk.put("rate_cards/a.csv", b"a")
    desk.put("rate_cards/b.csv", b"b")
    honest_open = Path.open

    def refusing_open(path: Path, *arguments: object, **options: object) -> object:
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        return honest_open(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing_open)
    report = desk.take()
    assert [each.file_name for each in report.taken] == ["b.csv"]
    assert report.ignored == [("rate_cards/a.csv", "cannot be read: Permission denied")]


def test_files_are_taken_in_the_order_they_were_written(desk: Desk) -> None:
    """Between files the later received wins: a correction must be received after what it corrects."""
    desk.put("rate_cards/a correction.csv", b"2", age=60)
    desk.put("rate_cards/deck.csv", b"1", age=600)
    assert [each.file_name for each in desk.take().taken] == ["deck.csv", "a correction.csv"]


def test_invoices_are_kept_by_their_carriers_folder(desk: Desk) -> None:
    """Moved from a wrong folder to the right one, the same bytes are another statement."""
    for folder in ("Acme", "Beta"):
        desk.put(f"invoices/{folder}/inv.x12", b"same")
    assert [(each.carrier_folder, each.content_path.suffix) for each in desk.take().taken] == [
        ("Acme", ".x12"),
        ("Beta", ".x12"),
    ]
    assert len(deliveries(desk.lake, "invoices")) == 2


def test_unchanged_files_are_not_read_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred decks of 20 MB read every 15 minutes would be most of the machine's work."""
    desk.put("rate_cards/deck.csv")
    desk.take()
    monkeypatch.setattr("cpm_assets.resources.inbox._take", None)
    assert desk.take().known == ["rate_cards/deck.csv"]


@pytest.mark.parametrize("memory", [b"", b"[]", b"{", b'{"rate_cards/deck.csv": {"size": 7}, "x": 1}'])
def test_a_lost_or_broken_memory_costs_reading_and_nothing_else(desk: Desk, memory: bytes) -> None:
    """It is a convenience; the receipts in the lake are the truth."""
    desk.put("rate_cards/deck.csv")
    desk.take()
    desk.memory.write_bytes(memory)
    assert desk.take().known == ["rate_cards/deck.csv"]
    assert len(deliveries(desk.lake, "rate_cards")) == 1


def test_a_changed_file_of_the_same_name_is_a_new_delivery(desk: Desk) -> None:
    """Senders overwrite `rates.csv` each month."""
    desk.put("rate_cards/rates.csv", b"1")
    desk.take()
    desk.now += timedelta(days=30)
    desk.file_time += 30 * 86_400
    desk.put("rate_cards/rates.csv", b"2")
    desk.take()
    assert desk.kept("rate_cards") == [("rates.csv", NOW), ("rates.csv", desk.now)]


def test_a_run_killed_between_content_and_receipt_is_made_good_by_the_next(desk: Desk) -> None:
    """Without its receipt the delivery does not exist, and the content alone must not be in the way."""
    desk.put("rate_cards/deck.csv", b"x")
    directory = desk.lake.deliveries / "rate_cards"
    directory.mkdir(parents=True)
    (directory / f"{hashlib.sha256(b'x').hexdigest()}.csv").write_bytes(b"x")
    (directory / ".incoming.999999999.part").write_bytes(b"left over")
    assert deliveries(desk.lake, "rate_cards") == []
    assert len(desk.take().taken) == 1
    assert desk.kept("rate_cards") == [("deck.csv", NOW)]
    assert not list(directory.glob(".*"))


def test_an_inbox_that_is_not_there_is_empty(desk: Desk) -> None:
    """A first installation has none."""
    assert desk.take() == InboxReport()


def test_going_back_to_an_earlier_access_policy_is_a_delivery_again(desk: Desk) -> None:
    """What the newest policy granted could otherwise only be withdrawn by a file that was never sent before."""
    for hour, content in enumerate((b"narrow", b"wide", b"narrow", b"narrow")):
        desk.now, desk.file_time = NOW + timedelta(hours=hour), FILE_TIME + 3_600 * hour
        desk.put("access_policy/policy.csv", content)
        desk.take()
    kept = [(each.bytes, each.received_at) for each in deliveries(desk.lake, "access_policy")]
    assert kept == [(6, NOW), (4, NOW + timedelta(hours=1)), (6, NOW + timedelta(hours=2))]
    desk.memory.unlink()
    assert desk.take().known == ["access_policy/policy.csv"]
