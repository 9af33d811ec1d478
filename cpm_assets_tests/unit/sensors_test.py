"""Claims about `cpm_assets.sensors`, with a real build log and a real Dagster instance."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from cpm_assets.domain.build_plan import PURPOSE_TAG
from cpm_assets.domain.extraction_plan import day_window
from cpm_assets.domain.extraction_receipt import FailedExtraction, as_json_fields
from cpm_assets.installation import Installation
from cpm_assets.resources.build_log import DayBuild
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.lake import AWAITED_FILE
from cpm_assets.resources.review_log import DayReview
from cpm_assets.runs import range_tags
from cpm_assets.sensors import RETRY_HOURS, build_sensors, finalizations_due
from cpm_assets.settings import settings_from_environment
from cpm_assets_tests.unit.logged_reviews import log_review
from cpm_assets_tests.unit.runs_of_days import FAILURE, STARTED, SUCCESS, run_of

FIRST = date(2026, 11, 1)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return installed(tmp_path)


def installed(root: Path, **variables: str) -> Installation:
    given = {"CPM_DATA_DIR": str(root), "CPM_FIRST_DAY": FIRST.isoformat(), **variables}
    return Installation(settings_from_environment(given))


def days(first: int, last: int) -> list[date]:
    return [date(2026, 11, day) for day in range(first, last + 1)]


def close(installation: Installation, day: date, at: datetime, *, is_accepted: bool = True) -> None:
    """Record that a closing of the day was tried at this instant."""
    outcome = "accepted" if is_accepted else "rejected"
    build = DayBuild(day, "run", at, at, outcome, is_final=is_accepted, is_finalizing=True, reason=None)
    installation.warehouse.builds.prepare([build], "snapshot")
    installation.warehouse.builds.settle("snapshot")


def ask(
    installation: Installation, instance: dg.DagsterInstance, name: str, now: datetime
) -> list[dg.RunRequest] | dg.SkipReason:
    """One tick of a sensor, as of this instant."""
    sensor = next(each for each in build_sensors(installation, Clock(fixed_at=now.isoformat())) if each.name == name)
    return sensor(dg.build_sensor_context(instance=instance))


def test_a_day_is_due_48_hours_after_it_ended(installation: Installation) -> None:
    """D21, from the build log's side."""
    end = datetime(2026, 11, 2, tzinfo=UTC)
    assert finalizations_due(installation, end + timedelta(hours=47, minutes=59), set()) == []
    assert finalizations_due(installation, end + timedelta(hours=48), set()) == [FIRST]


def test_the_hours_are_a_setting(tmp_path: Path) -> None:
    """A source that reprocesses at 48 hours would be closed on the old figures."""
    installation = installed(tmp_path, CPM_FINALIZATION_HOURS="72")
    end = datetime(2026, 11, 2, tzinfo=UTC)
    assert finalizations_due(installation, end + timedelta(hours=71, minutes=59), set()) == []
    assert finalizations_due(installation, end + timedelta(hours=72), set()) == [FIRST]


def test_a_closed_day_is_not_due_again(installation: Installation) -> None:
    """Nothing recomputes a final day."""
    now = datetime(2026, 11, 6, tzinfo=UTC)
    close(installation, date(2026, 11, 2), now)
    assert finalizations_due(installation, now, set()) == [date(2026, 11, 1), date(2026, 11, 3)]


def test_a_failed_closing_that_a_fast_clock_dated_into_the_future_holds_nothing_up(installation: Installation) -> None:
    """Set right again, the clock would have the day wait for as long as it was ahead: weeks, after a mistyped year."""
    now = datetime(2026, 11, 4, tzinfo=UTC)
    close(installation, FIRST, now + timedelta(days=30), is_accepted=False)
    assert finalizations_due(installation, now, set()) == [FIRST]


def test_before_the_first_day_nothing_is_due(installation: Installation) -> None:
    """An installation made ready a week early must not fail every five minutes."""
    assert finalizations_due(installation, datetime(2026, 10, 20, tzinfo=UTC), set()) == []


def test_a_day_that_the_source_does_not_have_yet_is_asked_for_once_an_hour(installation: Installation) -> None:
    """Asked every five minutes it would fill the log; taken for failed it would wait six hours."""
    now = datetime(2026, 11, 4, tzinfo=UTC)
    directory = installation.lake.new_extraction_directory(FIRST, "sweep", now)
    window = day_window(FIRST)
    attempt = FailedExtraction(directory.name, "sweep", FIRST, *window, now, now, 0, 1, 0, "s", "not there yet")
    (directory / AWAITED_FILE).write_text(json.dumps(as_json_fields(attempt)))
    with dg.DagsterInstance.ephemeral() as instance:
        skipped = ask(installation, instance, "finalization_sensor", now + timedelta(minutes=59))
        assert isinstance(skipped, dg.SkipReason)
        assert "1 day(s) are not yet there" in str(skipped.skip_message)
        (request,) = ask(installation, instance, "finalization_sensor", now + timedelta(minutes=60))
        assert request.partition_key == FIRST.isoformat()


def test_ten_days_rejected_lately_hold_up_nobody_and_come_again_after_six_hours(installation: Installation) -> None:
    """The oldest ten take every place of every tick: no later day is ever closed."""
    now = datetime(2026, 11, 30, tzinfo=UTC)
    for day in days(1, 10):
        close(installation, day, now - timedelta(hours=5, minutes=59), is_accepted=False)
    assert finalizations_due(installation, now, set()) == days(11, 20)
    assert finalizations_due(installation, now + timedelta(minutes=1), set()) == days(1, 10)


def test_the_sensor_asks_for_the_days_to_be_closed_and_not_for_those_at_work(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    """Two runs closing one day; or a run that only recosts it."""
    run_of(instance, STARTED, date(2026, 11, 2))
    requests = ask(installation, instance, "finalization_sensor", datetime(2026, 11, 6, tzinfo=UTC))
    assert [request.partition_key for request in requests] == ["2026-11-01", "2026-11-03"]
    assert {request.tags[PURPOSE_TAG] for request in requests} == {"finalize"}


def test_days_whose_closing_failed_take_no_place_for_six_hours(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    """An API that no longer has the ten oldest days fails them every hour, and no later day is ever closed."""
    now = datetime.now(UTC)  # by which Dagster dates its runs
    first = now.date() - timedelta(days=30)
    installation = installed(tmp_path, CPM_FIRST_DAY=first.isoformat())
    for back in range(10):
        run_of(instance, FAILURE, first + timedelta(days=back))

    def asked(at: datetime) -> list[int]:
        requests = ask(installation, instance, "finalization_sensor", at)
        return [(date.fromisoformat(request.partition_key) - first).days for request in requests]

    assert asked(now) == list(range(10, 20))
    assert asked(now + timedelta(hours=7)) == list(range(10))


def test_a_run_key_allows_another_try_in_a_later_hour(installation: Installation, instance: dg.DagsterInstance) -> None:
    """Dagster remembers run keys for ever: a day whose closing failed could never be closed again."""
    now = datetime(2026, 11, 4, 0, 5, tzinfo=UTC)
    keys = [
        ask(installation, instance, "finalization_sensor", now + timedelta(minutes=minutes))[0].run_key
        for minutes in (0, 5, 60)
    ]
    assert keys[0] == keys[1] != keys[2]


def test_with_nothing_due_the_sensor_says_so(installation: Installation, instance: dg.DagsterInstance) -> None:
    """An empty tick without a word looks like a broken one."""
    result = ask(installation, instance, "finalization_sensor", datetime(2026, 11, 1, tzinfo=UTC))
    assert result.skip_message == "no day is due to be closed"


def publish_due(installation: Installation, *rows: tuple[str, int, int, int]) -> None:
    """A published file that says so of invoices: hash, days to compare, first and last of them in November."""
    published = installation.directory.published_file
    published.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(published)) as connection:
        connection.execute(
            "create table invoice_files (source_file_sha256 text, file_name text, days_to_compare int,"
            " first_day_to_compare date, last_day_to_compare date, received_at_utc timestamp)"
        )
        for number, (sha256, count, first, last) in enumerate(rows):
            received = f"2026-11-20 00:{number:02}:00"
            values = [sha256, "a.csv", count, date(2026, 11, first), date(2026, 11, last), received]
            connection.execute("insert into invoice_files values (?, ?, ?, ?, ?, ?)", values)


def test_the_oldest_invoice_asks_for_its_days_and_waits_while_a_reconciliation_is_on(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    """Five carriers' invoices of one month would be five runs over the same days."""
    now = datetime.now(UTC)
    assert ask(installation, instance, "invoice_sensor", now).skip_message == "no invoice is due"
    publish_due(installation, ("done", 0, 1, 1), ("old", 3, 2, 9), ("new", 30, 1, 30))
    request = ask(installation, instance, "invoice_sensor", now)
    assert request.run_key == f"invoice old {now:%Y-%m-%dT%H}"
    assert request.tags == range_tags(date(2026, 11, 2), date(2026, 11, 9))
    run_of(instance, STARTED, date(2026, 11, 25), job_name="reconciliation_job")
    waiting = ask(installation, instance, "invoice_sensor", now)
    assert waiting.skip_message == "2 invoice(s) wait for the reconciliation that is on"


def test_an_invoice_whose_run_failed_lately_lets_the_next_one_go_first(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    """A run that fails every minute, and behind it no other carrier's invoice is ever compared."""
    now = datetime.now(UTC)
    publish_due(installation, ("bad", 3, 2, 9), ("good", 1, 10, 10))
    run_of(instance, FAILURE, date(2026, 11, 4), job_name="reconciliation_job")
    assert ask(installation, instance, "invoice_sensor", now).run_key.startswith("invoice good ")
    later = now + timedelta(hours=RETRY_HOURS, minutes=1)
    assert ask(installation, instance, "invoice_sensor", later).run_key.startswith("invoice bad ")


def test_a_published_file_of_an_older_version_is_no_error(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    """Right after an upgrade the table is not there yet."""
    installation.directory.published.mkdir(parents=True)
    duckdb.connect(str(installation.directory.published_file)).close()
    assert ask(installation, instance, "invoice_sensor", datetime.now(UTC)).skip_message == "no invoice is due"


def test_closed_days_are_read_again_at_their_hours_and_not_twice(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    """D21: the guide's records come 24 to 72 hours late; the day was closed at 48."""
    end = datetime(2026, 11, 2, tzinfo=UTC)
    close(installation, FIRST, end + timedelta(hours=48))

    def asked(hours: float) -> list[str | None]:
        result = ask(installation, instance, "late_sweep_sensor", end + timedelta(hours=hours))
        return [] if isinstance(result, dg.SkipReason) else [request.partition_key for request in result]

    assert (asked(71.9), asked(72), asked(400)) == ([], ["2026-11-01"], ["2026-11-01"])
    swept = end + timedelta(hours=80)
    log_review(installation.warehouse, DayReview(FIRST, "run-of-80", swept, swept, "unchanged", 1, None))
    assert (asked(90), asked(96)) == ([], ["2026-11-01"])


def test_a_comparison_without_reading_does_not_count_as_a_late_sweep(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    """A new card compares the day with the reading that it was closed with: late records would never be looked for."""
    end = datetime(2026, 11, 2, tzinfo=UTC)
    close(installation, FIRST, end + timedelta(hours=48))
    compared, read = end + timedelta(hours=80), end + timedelta(hours=47)
    log_review(installation.warehouse, DayReview(FIRST, "card", compared, read, "unchanged", 1, None))
    (request,) = ask(installation, instance, "late_sweep_sensor", end + timedelta(hours=81))
    assert (request.partition_key, request.tags[PURPOSE_TAG]) == ("2026-11-01", "late_sweep")


def test_a_late_sweep_that_is_at_work_is_not_asked_for_again(
    installation: Installation, instance: dg.DagsterInstance
) -> None:
    """Two readings of one day at once, for one answer."""
    close(installation, FIRST, datetime(2026, 11, 4, tzinfo=UTC))
    run_of(instance, STARTED, FIRST, job_name="late_sweep_job", purpose="late_sweep")
    result = ask(installation, instance, "late_sweep_sensor", datetime(2026, 11, 20, tzinfo=UTC))
    assert result.skip_message == "no closed day is due to be read again"


class Webhook:
    """A real HTTP server that takes or refuses what is posted."""

    def __init__(self) -> None:
        self.taken: list[dict[str, object]] = []
        self.status = 503
        self.beats = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if outer.status == 200:
                    outer.taken.append(body)
                self.send_response(outer.status)
                self.end_headers()

            def do_GET(self) -> None:
                outer.beats += outer.status == 200
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/very-secret"


def test_a_failed_run_is_posted_until_the_webhook_takes_it_and_then_once(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    """An alert lost to a webhook that was down for a minute, or one every minute for the rest of the night."""
    webhook = Webhook()
    installation = installed(tmp_path, CPM_ALERT_WEBHOOK_URL=webhook.url)
    run_of(instance, FAILURE, FIRST)
    now = datetime.now(UTC)
    try:
        refused = ask(installation, instance, "alert_sensor", now)
        webhook.status = 200
        for _ in range(2):
            ask(installation, instance, "alert_sensor", now)
        run_of(instance, SUCCESS, FIRST)
        ask(installation, instance, "alert_sensor", now)
    finally:
        webhook.server.shutdown()
        webhook.server.server_close()
    assert "503" in refused.skip_message
    assert "very-secret" not in refused.skip_message
    assert [message["status"] for message in webhook.taken] == ["firing", "resolved"]
    assert len({message["alert_id"] for message in webhook.taken}) == 1


def test_the_heartbeat_follows_the_builds_and_holds_no_alert_up(
    tmp_path: Path, instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> None:
    """A watcher that is down must not cost the alerts, one that hears of no build calls somebody for nothing."""
    webhook = Webhook()
    installation = installed(tmp_path, CPM_HEARTBEAT_URL=webhook.url)
    now = datetime(2026, 11, 3, 12, tzinfo=UTC)
    close(installation, FIRST, now)
    try:
        first = ask(installation, instance, "alert_sensor", now)
        webhook.status = 200
        for _ in range(2):
            ask(installation, instance, "alert_sensor", now)
    finally:
        webhook.server.shutdown()
        webhook.server.server_close()
    assert first.skip_message == "0 open problem(s), 0 message(s) sent"
    assert webhook.beats == 1
    assert "very-secret" not in caplog.text


def test_without_a_webhook_an_alert_is_logged_once(installation: Installation, instance: dg.DagsterInstance) -> None:
    """Nobody configured a webhook: the sensor must neither fail nor be silent."""
    run_of(instance, FAILURE, FIRST)
    now = datetime.now(UTC)
    messages = [ask(installation, instance, "alert_sensor", now).skip_message for _ in range(2)]
    assert messages == ["1 open problem(s), 1 message(s) sent", "1 open problem(s), 0 message(s) sent"]
