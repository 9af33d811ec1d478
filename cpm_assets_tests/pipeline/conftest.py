"""The stories that several pipeline tests look at: a few production runs each, made once a session.

A run costs 10 to 20 seconds, so one run carries many claims. A story only does things; what must have come of each step
is claimed in the tests, by the name of the step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import pytest

from cpm_assets.domain.build_plan import DAY, FINALIZE
from cpm_assets.domain.extraction_errors import RetriesExhausted
from cpm_assets_tests.pipeline.bad_input import BAD_FILES, file_still_being_written, hard_legs, unreadable_legs
from cpm_assets_tests.pipeline.scripted_usage import INBOX, ScriptedUsage, record, usual_day
from cpm_assets_tests.pipeline.stories import Stage, Step, evaluate_alert_sensor, stage
from cpm_assets_tests.pipeline.webhook import listening_webhook

ONE_BY_ONE, UNKNOWN_CARRIER, UNREACHABLE, BAD_RECORDS, EMPTIED = (date(2026, 11, day) for day in range(10, 15))
"""Five UTC days of the story `hard_days`, named by what happens to each."""

NO_ANSWER = RetriesExhausted("GET /api/v2/telephony/usage page 2: HTTP 503; no attempt is left")


@dataclass(frozen=True)
class HardDays:
    """The story `hard_days`: its steps by name, what the webhook was told at each, and the stage to look around on."""

    stage: Stage
    steps: dict[str, Step]
    alerts: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def hard_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HardDays]:
    """Five days in one run with a bad inbox, one of them rejected and one not answered; then what happens next to each.

    - `backfill`: all five. One has a leg of an unknown carrier, one is not answered completely, one has bad records.
    - `mended`: the rejected day again, without that leg.
    - `rejected`: a day that was good, now with a leg of an unknown carrier.
    - `failed`: a good day whose extraction fails.
    - `emptied`: a good day, now answered with no legs.
    - `closed`, `closed again`: a day is finalized; then asked for once more, with other answers waiting.
    """
    usage = ScriptedUsage(inbox_files={**INBOX, **BAD_FILES})
    days = (ONE_BY_ONE, UNKNOWN_CARRIER, UNREACHABLE, BAD_RECORDS, EMPTIED)
    usage.answers = {day: usual_day(day) for day in days}
    usage.answers[UNKNOWN_CARRIER] = usual_day(UNKNOWN_CARRIER) + [_of_unknown_carrier(UNKNOWN_CARRIER)]
    usage.answers[UNREACHABLE] = NO_ANSWER
    usage.answers[BAD_RECORDS] = [
        *usual_day(BAD_RECORDS), *unreadable_legs(BAD_RECORDS).values(), *hard_legs(BAD_RECORDS)
    ]  # fmt: skip
    steps: dict[str, Step] = {}
    alerts: dict[str, list[dict[str, Any]]] = {}
    with listening_webhook() as webhook:
        scene = stage(tmp_path_factory.mktemp("hard_days"), days[0], usage, alert_webhook_url=webhook.url)

        def alert(at: datetime, name: str) -> None:
            with scene.opened(at) as opened:
                evaluate_alert_sensor(opened)
            alerts[name] = webhook.take()

        with file_still_being_written(scene.settings.data_dir / "inbox" / "rate_cards" / "growing.csv"):
            steps["backfill"] = scene.job(_at(10), "day_job", days[0], days[-1])
        webhook.refuses = True
        alert(_at(10, 1), "refused")
        webhook.refuses = False
        alert(_at(10, 2), "backfill")
        alert(_at(10, 3), "backfill again")
        usage.answers[UNKNOWN_CARRIER] = usual_day(UNKNOWN_CARRIER)
        steps["mended"] = scene.job(_at(11), "day_job", UNKNOWN_CARRIER)
        alert(_at(11, 1), "mended")
        usage.answers[ONE_BY_ONE] = usual_day(ONE_BY_ONE) + [_of_unknown_carrier(ONE_BY_ONE)]
        steps["rejected"] = scene.day(_at(12), ONE_BY_ONE)
        usage.answers[BAD_RECORDS] = NO_ANSWER
        steps["failed"] = scene.day(_at(13), BAD_RECORDS)
        usage.answers[EMPTIED] = []
        steps["emptied"] = scene.day(_at(14), EMPTIED)
        steps["closed"] = scene.day(_at(15), UNKNOWN_CARRIER, FINALIZE)
        usage.answers[UNKNOWN_CARRIER] = []
        steps["closed again"] = scene.day(_at(16), UNKNOWN_CARRIER, DAY)
        yield HardDays(scene, steps, alerts)


@pytest.fixture(scope="session")
def hard_days_instance(hard_days: HardDays) -> Iterator[dg.DagsterInstance]:
    """Dagster's records of the story."""
    with hard_days.stage.opened(_at(17)) as opened:
        yield opened.instance


def _at(hour: int, minute: int = 0) -> datetime:
    """An instant of the day after the five."""
    return datetime(2026, 11, 17, hour, minute, tzinfo=UTC)


def _of_unknown_carrier(day: date) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    return record(f"{day}-unknown", at, carrierName="Nobody's")
