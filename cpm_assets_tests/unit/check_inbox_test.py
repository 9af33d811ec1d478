"""Claims about `make check-inbox`: what a file would do is said, not done. Its pricing is in `pipeline/`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpm_assets.commands.check_inbox import GOOD, UNREADABLE, WORTH_A_LOOK, check_inbox
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.inbox import take_files
from cpm_assets.settings import settings_from_environment
from cpm_assets_tests.pipeline.scripted_usage import CARDS, LONG_AGO, put_file

RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)
CLOCK = Clock(fixed_at=datetime(2026, 11, 5, tzinfo=UTC).isoformat())
HEADER = CARDS.splitlines()[0]
INVOICE = (
    "invoice_number,line_number,internal_leg_reference,destination_number,start_time,duration_seconds,billed_minutes,charge_amount\n"
    "I,1,,+14155550198,2026-10-25T12:30:00,60,1,0.01\nI,2,,+14155550198,2026-10-27T12:30:00,60,1,0.02\n"
)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """The usual cards were received; nothing was read or built yet."""
    made = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path / "data")}))
    put_file(made.directory.inbox / "rate_cards/cards.csv", CARDS)
    memory = made.directory.root / "seen.json"
    take_files(made.directory.inbox, made.lake, memory, lambda: RECEIVED, lambda: LONG_AGO + 3600.0)
    return made


def checked(installation: Installation, path: Path, folder: str | None = "rate_cards") -> int:
    return check_inbox(installation, CLOCK, path, folder, days=30, is_priced=False)


def tree(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in [root, *root.rglob("*")]}


def test_it_says_what_a_card_would_do_and_does_nothing(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A look that took the delivery could not be undone: the lake is written once."""
    deck = tmp_path / "deck.csv"
    rows = ("1415,San Francisco,Acme,0.1,2026-12-01,", "44,United Kingdom,Acme,\x1b[2Kdear,2026-12-01,")
    deck.write_text("\n".join((HEADER, *rows, "44,United Kingdom,Zenith,0.03,2026-01-01,", "")))
    before = tree(tmp_path)
    assert checked(installation, deck) == WORTH_A_LOOK
    assert tree(tmp_path) == before
    printed = capsys.readouterr().out
    assert "rate_cards/deck.csv: 2 row(s), 1 rejected" in printed
    assert r"line 3: rate_per_minute '\x1b[2Kdear' is not a number" in printed
    assert "1 new, 0 changed, 1 unchanged" in printed
    assert "more than 20 %: 1" in printed
    assert "+900.00%" in printed
    assert "Nothing was written." in printed


def test_rates_of_nothing_are_named(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A 0 is a rate (D4): a forgotten cell makes a month of calls free, and no check fails."""
    deck = tmp_path / "deck.csv"
    rows = [
        f"{prefix},Somewhere,Acme,{rate},2026-12-01," for prefix, rate in (("65", "0"), ("44", "0.02"), ("49", "0.0"))
    ]
    removed = "33,France,Acme,0,2026-12-01,2026-12-01"
    deck.write_text("\n".join((HEADER, *rows, removed, "")))
    assert checked(installation, deck) == GOOD
    assert "2 row(s) with a rate of 0, by which calls cost nothing: Acme 65, Acme 49" in capsys.readouterr().out


def test_the_folder_is_known_where_the_file_lies_in_the_inbox(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who put it there already has said what it is; the same bytes again change nothing."""
    assert checked(installation, installation.directory.inbox / "rate_cards/cards.csv", None) == GOOD
    assert "was received on 2026-11-01 00:00 UTC" in capsys.readouterr().out


@pytest.mark.parametrize(
    "folder", [None, "ratecards", "invoices", "invoices/..", "invoices/a/b", "../rate_cards", "/tmp"]
)
def test_a_folder_that_is_not_the_inboxs_is_asked_for(
    installation: Installation, tmp_path: Path, folder: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that nobody would take must not be called good, nor be copied out of the trial."""
    (tmp_path / "deck.csv").write_text(CARDS)
    before = tree(tmp_path)
    assert checked(installation, tmp_path / "deck.csv", folder) == UNREADABLE
    assert "rate_cards" in capsys.readouterr().err
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["deck.csv.part", ".deck.csv", "deck.xlsx"])
def test_a_file_that_the_inbox_would_leave_is_said_to_be_left(
    installation: Installation, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody would wait for prices that are never taken."""
    (tmp_path / name).write_text(CARDS.replace("0.01", "0.02"))
    assert checked(installation, tmp_path / name) == WORTH_A_LOOK
    assert "would be left where it is" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_an_error_of_one_line(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A typing error is the usual case."""
    assert checked(installation, tmp_path / "nowhere.csv") == UNREADABLE
    assert checked(installation, tmp_path) == UNREADABLE
    assert capsys.readouterr().err.count("there is no such file") == 2


def test_an_invoices_days_and_sums_are_shown(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The month and the total of the paper are what somebody compares first."""
    (tmp_path / "october.csv").write_text(INVOICE)
    assert checked(installation, tmp_path / "october.csv", "invoices/Acme") == GOOD
    printed = capsys.readouterr().out
    assert "Lines from 2026-10-25 to 2026-10-27" in printed
    assert "0.030000" in printed


def test_it_works_before_anything_was_received(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first deck is the one that most needs a look."""
    nothing = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path / "nowhere")}))
    (tmp_path / "deck.csv").write_text(CARDS)
    assert check_inbox(nothing, CLOCK, tmp_path / "deck.csv", "rate_cards", days=30, is_priced=False) == GOOD
    assert "3 new, 0 changed, 0 unchanged" in capsys.readouterr().out
    assert not (tmp_path / "nowhere").exists()
