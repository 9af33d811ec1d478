"""Claims about `make erase` as a command: what it cleans and refuses, on an installation without a day."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpm_assets.commands.erase import NOT_ERASED, erase_number
from cpm_assets.installation import Installation
from cpm_assets.resources.writer_lock import writer_lock
from cpm_assets.settings import settings_from_environment

NUMBER, AT = "+14155550198", datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Nothing was received yet."""
    made = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path / "data")}))
    made.directory.lake.mkdir(parents=True)
    return made


def test_leg_files_and_old_versions_go_with_every_run(installation: Installation) -> None:
    """Killed in its rebuild, which `make rebuild` then makes up for, a second run is all that cleans them."""
    held = installation.directory.leg_files / "legs-2026-10-24-2026-10-25.duckdb"
    held.parent.mkdir()
    held.write_bytes(b"+14155550198")
    assert erase_number(installation, NUMBER, "A. Name", "request 17", AT, dry_run=True) == 0
    assert held.exists()
    assert erase_number(installation, NUMBER, "A. Name", "request 17", AT, dry_run=False) == 0
    assert not held.exists()


def test_a_dry_run_waits_for_no_build(installation: Installation) -> None:
    """It only counts: held up behind a night of backfills, or holding them up, it would be left out."""
    with writer_lock(installation.directory.warehouse / "writer.lock", "a build", print):
        assert erase_number(installation, NUMBER, "", "", AT, dry_run=True) == 0


def test_a_reason_that_holds_the_number_is_refused(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record is kept for good: the number would be in the one file that no erasure replaces."""
    for person, reason in (("A. Name", "call of (415) 555-0198"), ("+1 415 555 0198", "request 17")):
        assert erase_number(installation, NUMBER, person, reason, AT, dry_run=False) == NOT_ERASED
    assert "BY or REASON holds the number" in "".join(capsys.readouterr())
    assert installation.lake.erasures.all() == []


def test_a_file_of_the_lake_that_cannot_be_searched_ends_the_command_with_status_1(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 0 is reported to the person as "your number is gone", and it may be in the file that nobody could open."""
    damaged = installation.lake.deliveries / "invoices" / "Acme" / "damaged.csv.gz"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"\x1f\x8b no gzip")
    assert erase_number(installation, NUMBER, "A. Name", "request 17", AT, dry_run=False) == NOT_ERASED
    assert "damaged.csv.gz" in capsys.readouterr().out
