"""Claims about the pricing of `make check-inbox`: by the production models, over a lake with one day that was read.

What it says of rows, folders and prices is in `unit/check_inbox_test.py`.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cpm_assets.commands.check_inbox import WORTH_A_LOOK, check_inbox
from cpm_assets.installation import Installation
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.inbox import take_files
from cpm_assets.resources.usage_extraction import extract
from cpm_assets.settings import settings_from_environment
from cpm_assets_tests.pipeline.scripted_usage import CARDS, LONG_AGO, ScriptedUsage, usual_day

DAY = date(2026, 11, 10)
READ, ASKED = datetime(2026, 11, 11, 8, tzinfo=UTC), datetime(2026, 11, 13, 20, tzinfo=UTC)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Cards and contracts were received and the day was read; leg grain is kept for one day only."""
    settings = settings_from_environment({"CPM_DATA_DIR": str(tmp_path / "data"), "CPM_FIRST_DAY": "2026-11-10"})
    made = Installation(replace(settings, leg_days=1))
    usage = ScriptedUsage({DAY: usual_day(DAY)})
    usage.fill_inbox(made.directory.inbox)
    memory = made.directory.root / "seen.json"
    take_files(made.directory.inbox, made.lake, memory, lambda: READ, lambda: LONG_AGO + 3600.0)
    window = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 11, tzinfo=UTC)
    with usage.open() as source:
        extract(source, made.lake, DAY, "sweep", window, lambda: READ)
    return made


def test_a_card_is_priced_on_the_traffic_that_was_and_changes_nothing(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A deck for tomorrow is worth nothing on yesterday, unless it is asked what it would have cost; a hole of a day
    between two of its windows leaves that day unrated. Legs that are too old to be published are priced like others."""
    deck = tmp_path / "next.csv"
    deck.write_text(
        CARDS.splitlines()[0] + "\n1415,San Francisco,Acme,1,2026-11-11,\n"
        "44,United Kingdom,Zenith,0.03,2026-11-11,2026-11-12\n44,United Kingdom,Zenith,0.03,2026-11-13,\n"
    )
    before = _tree(installation.directory.root)
    clock = Clock(fixed_at=ASKED.isoformat())
    assert check_inbox(installation, clock, deck, "rate_cards", days=30, is_priced=True) == WORTH_A_LOOK
    assert _tree(installation.directory.root) == before
    printed = capsys.readouterr().out
    assert re.search(r"Acme +1415 +2026-11-11 +0\.010* +1\.0* +\+9900\.00%", printed), printed
    assert "Gaps and overlaps that it makes: 1\n  rate_card_gap: " in printed, printed
    own_dates, in_force = printed.split("from its own dates on")[1].split("had it been in force all the time")
    assert "every leg costs the same" in own_dates
    assert re.search(r"Acme +USD +0\.040000 +2\.020000 +\+1\.980000 +0 to 0", in_force), in_force
    assert "Zenith" not in in_force


def _tree(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in [root, *root.rglob("*")]}
