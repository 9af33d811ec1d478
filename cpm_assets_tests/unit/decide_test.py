"""Claims about `make decide` and `resources/decision_files.py`: what is recorded is what the inbox then reads."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from cpm_assets.commands.decide import decide
from cpm_assets.domain.deliveries import parse_delivery
from cpm_assets.domain.review_decisions import REVIEW_DECISIONS
from cpm_assets.installation import Installation
from cpm_assets.resources import durable_files
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.decision_files import write_decisions
from cpm_assets.settings import settings_from_environment

CLOCK = Clock(fixed_at="2026-11-05T09:30:00Z")
FLAGS = ["a1" + "0" * 62, "a2" + "0" * 62]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation whose published queue has two flags."""
    made = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path), "CPM_FIRST_DAY": "2026-10-24"}))
    made.directory.published.mkdir()
    with duckdb.connect(str(made.directory.published_file)) as connection:
        connection.execute(
            "create table finance_review_queue as select unnest($flags::text[]) as flag_id, 'open' as status,"
            " 'charge_mismatch' as flag_type, date '2026-10-26' as usage_date, '=Acme' as carrier_name,"
            " 'INV-1' as invoice_number, '7' as line_number, 'leg-7' as leg_id, 1.5::decimal(18, 6) as worth,"
            " 'USD' as currency, 'rate' as root_cause",
            {"flags": FLAGS},
        )
    return made


def recorded(installation: Installation) -> list[tuple[object, ...]]:
    """The decisions in the inbox, as its parser reads them."""
    paths = sorted((installation.directory.inbox / "review_decisions").glob("*"))
    parsed = [parse_delivery(REVIEW_DECISIONS, path.read_bytes()) for path in paths]
    assert not [file.rejects for file in parsed if file.rejects]
    return [values for file in parsed for _, values in file.rows]


def test_a_decision_is_recorded_with_what_it_is_about(installation: Installation) -> None:
    """Without that a rebuild cannot show it once the flag is gone."""
    assert decide(installation, CLOCK, "a1", "disputed", "Ada", "=too dear") == 0
    assert recorded(installation) == [
        (
            *(FLAGS[0], "disputed", "Ada", datetime(2026, 11, 5, 9, 30, tzinfo=UTC), "=too dear"),
            *("charge_mismatch", date(2026, 10, 26), "=Acme", "INV-1", "7", "leg-7", Decimal("1.5"), "USD", "rate"),
        )
    ]


@pytest.mark.parametrize(
    ("flag", "by", "why"),
    [
        ("a", "Ada", "more than one flag"),
        ("", "Ada", "more than one flag"),
        ("ff", "Ada", "no flag"),
        ("a1%", "Ada", "no flag"),
        ("a1", " ", "decided_by is empty"),
    ],
)
def test_what_cannot_be_recorded_is_said_and_nothing_is_written(
    installation: Installation, capsys: pytest.CaptureFixture[str], flag: str, by: str, why: str
) -> None:
    """A mistyped id would dispute another carrier's line, or none."""
    assert decide(installation, CLOCK, flag, "disputed", by, "") == 1
    assert why in capsys.readouterr().err
    assert recorded(installation) == []


def test_before_the_first_publish_there_is_no_flag(tmp_path: Path) -> None:
    """A new installation answers with a sentence, not with a trace."""
    new = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path), "CPM_FIRST_DAY": "2026-10-24"}))
    assert decide(new, CLOCK, "a1", "disputed", "Ada", "") == 1


def test_the_same_decision_twice_is_one_file_and_a_killed_write_is_none(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form that is sent twice; and half a file in the inbox would be read as it is."""

    def killed(_path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(durable_files, "fsync_file", killed)
        with pytest.raises(KeyboardInterrupt):
            decide(installation, CLOCK, "a1", "disputed", "Ada", "")
    folder = installation.directory.inbox / "review_decisions"
    assert [path.name for path in folder.iterdir() if not path.name.startswith(".")] == []
    for _ in range(2):
        decide(installation, CLOCK, "a1", "disputed", "Ada", "")
    assert len(recorded(installation)) == 1
    assert [path.name for path in folder.iterdir()] == [next(folder.glob("decision-20261105T093000Z-*.csv")).name]


def test_nothing_decided_writes_no_file(tmp_path: Path) -> None:
    """A header alone would be taken for a delivery."""
    with pytest.raises(ValueError, match="no decision"):
        write_decisions(tmp_path, [])
