"""Claims about `make health`: that nothing ran is told, and told again each day, and that a build holds nothing up."""

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import duckdb
import httpx
import pytest

from cpm_assets.commands.health import UNHEALTHY, print_health
from cpm_assets.commands.health_endpoint import health_server
from cpm_assets.installation import Installation
from cpm_assets.resources.alert_outbox import DeliveryError
from cpm_assets.resources.build_log import DayBuild
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.writer_lock import writer_lock
from cpm_assets.settings import settings_from_environment

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def at(instant: datetime) -> Clock:
    return Clock(fixed_at=instant.isoformat())


def beat(installation: Installation, instant: datetime) -> None:
    """A sign of life in Dagster's records."""
    records = installation.directory.dagster_home / "history" / "runs.db"
    records.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(records) as connection:
        connection.execute("create table if not exists daemon_heartbeats (daemon_type text, timestamp text)")
        connection.execute("insert into daemon_heartbeats values ('SENSOR', ?)", (str(instant.replace(tzinfo=None)),))
    connection.close()


def build(installation: Installation, day: date, instant: datetime, outcome: str = "accepted") -> None:
    builds = installation.warehouse.builds
    builds.prepare([DayBuild(day, f"run-{instant}", instant, instant, outcome, False, False, None)], "snapshot")
    builds.settle("snapshot")


@pytest.fixture
def installation(tmp_path: object) -> Installation:
    """At work at `NOW`: a daemon, a build of the open day, yesterday whole, a published file."""
    made = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path)}))
    beat(made, NOW - timedelta(minutes=1))
    build(made, NOW.date() - DAY, datetime(2026, 11, 20, 1, tzinfo=UTC))
    build(made, NOW.date(), NOW - timedelta(minutes=14))
    marts = made.directory.root / "marts.duckdb"
    duckdb.connect(str(marts)).close()
    made.warehouse.snapshots.publish(marts, made.warehouse.snapshots.name(NOW, "run"))
    return made


def unhealthy(installation: Installation, instant: datetime, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    status = print_health(installation, at(instant), None, as_json=True)
    document = json.loads(capsys.readouterr().out)
    wrong = [part["subject"] for part in document["parts"] if not part["is_healthy"]]
    assert document["is_healthy"] == (not wrong) == (status == 0)
    return wrong


def test_an_installation_at_work_is_healthy_while_a_build_holds_its_lock(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check that waits for a night's backfill has a container restarted in the middle of it."""
    with writer_lock(installation.directory.warehouse / "writer.lock", "a build", print):
        assert unhealthy(installation, NOW, capsys) == []


def test_what_gives_no_sign_is_named(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing inside a stopped daemon can tell that it stopped."""
    assert unhealthy(installation, NOW + timedelta(minutes=40), capsys) == ["daemon"]
    assert unhealthy(installation, NOW + timedelta(hours=4), capsys) == ["daemon", "open day"]
    beat(installation, NOW + DAY)
    build(installation, NOW.date() + DAY, NOW + DAY)
    assert unhealthy(installation, NOW + DAY, capsys) == ["last day"], "today is read, yesterday never was to its end"
    build(installation, NOW.date(), NOW + DAY, "rejected")
    assert unhealthy(installation, NOW + DAY, capsys) == [], "that it was rejected is told by its check"


def test_readings_that_fail_all_day_are_no_sign(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """A daemon that asks an API that is gone is alive, and nobody has figures."""
    beat(installation, NOW + timedelta(hours=4))
    build(installation, NOW.date(), NOW + timedelta(hours=4), "failed")
    assert unhealthy(installation, NOW + timedelta(hours=4), capsys) == ["open day"]


def test_an_empty_directory_and_damaged_records_are_told_apart(
    installation: Installation, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file that cannot be read must not end in a trace, nor hide the rest."""
    new = Installation(settings_from_environment({"CPM_DATA_DIR": f"{tmp_path}/new"}))
    assert unhealthy(new, NOW, capsys) == ["daemon", "open day", "last day", "published file"]
    early = datetime(2026, 10, 24, 1, tzinfo=UTC)
    assert unhealthy(new, early, capsys) == [], "its first day has just begun"
    current = installation.warehouse.snapshots.current()
    assert current
    current.chmod(0o644)
    current.write_bytes(b"half a file")
    (installation.directory.dagster_home / "history" / "runs.db").write_bytes(b"no database, and long enough to be one")
    assert unhealthy(installation, NOW, capsys) == ["daemon", "published file"]


def test_silence_is_told_once_then_each_day_and_when_it_is_over(installation: Installation) -> None:
    """An alert every five minutes of a night is switched off; one that is never repeated is forgotten."""
    told: list[tuple[object, object]] = []

    def watch(instant: datetime) -> int:
        def send(message: dict[str, object]) -> None:
            told.append((message["subject"], message["status"]))

        return print_health(installation, at(instant), send, as_json=True)

    assert watch(NOW) == 0
    assert told == []
    for minutes in (40, 45, 50):
        assert watch(NOW + timedelta(minutes=minutes)) == UNHEALTHY
    assert told == [("daemon", "firing")]
    watch(NOW + timedelta(hours=13))
    assert told.count(("daemon", "firing")) == 2, "the next day"
    for hours in (13.1, 14):
        watch(NOW + timedelta(hours=hours))
    assert told.count(("daemon", "firing")) == 2
    told.clear()
    beat(installation, NOW + timedelta(hours=15))
    watch(NOW + timedelta(hours=15))
    assert ("daemon", "resolved") in told


def test_an_alert_that_nobody_takes_is_sent_again_and_told_by_the_status(installation: Installation) -> None:
    """The timer's own log is the last place where it can be seen."""

    def refuse(_message: dict[str, object]) -> None:
        raise DeliveryError("the alert webhook answered 503")

    later = NOW + timedelta(minutes=40)
    assert print_health(installation, at(later), refuse, as_json=True) == UNHEALTHY
    told: list[dict[str, object]] = []
    assert print_health(installation, at(later), told.append, as_json=True) == UNHEALTHY
    assert [message["kind"] for message in told] == ["silence"]


@pytest.mark.parametrize(("late", "status"), [(timedelta(), 200), (timedelta(hours=4), 503)])
def test_the_endpoint_answers_with_the_status(installation: Installation, late: timedelta, status: int) -> None:
    """What balances load reads nothing but the status."""
    with health_server(installation, at(NOW + late), 0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        answer, other = httpx.get(f"{address}/health"), httpx.get(f"{address}/")
        server.shutdown()
    assert (answer.status_code, answer.json()["is_healthy"]) == (status, status == 200)
    assert other.status_code == 404
