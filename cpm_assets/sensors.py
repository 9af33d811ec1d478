"""Sensors: what is due now, worked out from state (level, not edge), and asked for.

Belongs here: gathering what the pure rules in `domain/` need, and turning their answer into run requests or messages.
Nothing depends on having seen an event: a missed tick, a restart or three weeks of downtime change nothing.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import dagster as dg

from cpm_assets.alerts import current_problems
from cpm_assets.domain.build_plan import FINALIZE, LATE_SWEEP, PURPOSE_TAG, RECOST
from cpm_assets.domain.extraction_plan import AWAITED_RETRY
from cpm_assets.domain.finality import DAYS_A_TICK, days_due_for_finalization
from cpm_assets.domain.late_sweeps import late_sweeps_due
from cpm_assets.installation import Installation
from cpm_assets.resources.alert_outbox import AlertOutbox, DeliveryError, webhook
from cpm_assets.resources.build_log import BuildLog
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.due_invoices import due_invoices
from cpm_assets.resources.health_facts import newest_build
from cpm_assets.resources.heartbeat import HeartbeatError, beat, pinger
from cpm_assets.runs import days_failed_since, days_in_progress, fail_runs_of_dead_processes, range_tags
from cpm_assets.touched_days import touched_days
from cpm_assets.unseen_lines import invoiced_and_unseen

RETRY_HOURS = 6
"""A day whose closing or comparison failed, or whose closing was rejected, is tried again after this long, so ten such
cannot hold up the others."""


def build_sensors(installation: Installation, clock: Clock) -> list[dg.SensorDefinition]:
    """The explicit list of sensors, running from the start."""

    @dg.sensor(
        job_name="finalize_job",
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Days that ended 48 hours ago (a setting) and are not closed: at most ten a tick, oldest first.",
    )
    def finalization_sensor(context: dg.SensorEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        now = clock.now()
        due = finalizations_due(installation, now, held_back(context.instance, "finalize_job", now))
        awaited = awaited_lately(installation, now, due)
        return [
            dg.RunRequest(
                run_key=f"finalize {day} {now:%Y-%m-%dT%H}",
                partition_key=day.isoformat(),
                tags={PURPOSE_TAG: FINALIZE},
            )
            for day in due
            if day not in awaited
        ] or dg.SkipReason(
            f"{len(awaited)} day(s) are not yet there: the source is asked again within the hour"
            if awaited
            else "no day is due to be closed"
        )

    @dg.sensor(
        job_name="reconciliation_job",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="An invoice that came in: one run over all the days it bills. Several wait for each other.",
    )
    def invoice_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        now = clock.now()
        due = due_invoices(installation.directory.published_file)
        # Invoices of one month share their days, so the next one may have nothing left to ask for.
        if days_in_progress(context.instance, "reconciliation_job"):
            return dg.SkipReason(f"{len(due)} invoice(s) wait for the reconciliation that is on")
        failed = days_failed_since(context.instance, "reconciliation_job", now - timedelta(hours=RETRY_HOURS))
        for invoice in due:
            if not any(invoice.first_day <= day <= invoice.last_day for day in failed):
                return dg.RunRequest(
                    run_key=f"invoice {invoice.source_file_sha256} {now:%Y-%m-%dT%H}",
                    tags=range_tags(invoice.first_day, invoice.last_day),
                )
        return dg.SkipReason(f"{len(due)} invoice(s) wait: their days failed lately" if due else "no invoice is due")

    @dg.sensor(
        job_name="late_sweep_job",
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Closed days to read again, ten a tick: at their hours, or for an invoiced call never seen.",
    )
    def late_sweep_sensor(context: dg.SensorEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        now = clock.now()
        return [
            dg.RunRequest(
                run_key=f"late sweep {day} {now:%Y-%m-%dT%H}",
                partition_key=day.isoformat(),
                tags={PURPOSE_TAG: LATE_SWEEP},
            )
            for day in sweeps_due(installation, now, held_back(context.instance, "late_sweep_job", now))
        ] or dg.SkipReason("no closed day is due to be read again")

    @dg.sensor(
        job_name="recost_job",
        minimum_interval_seconds=120,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Open days that a new card or contract touches: costed again from the lake.",
    )
    def recosting_sensor(context: dg.SensorEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        return _requests_for_touched(context, "recost_job", RECOST)

    @dg.sensor(
        job_name="restatement_job",
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Closed days that a new card or contract touches: compared, and restated if they differ.",
    )
    def restatement_sensor(context: dg.SensorEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        return _requests_for_touched(context, "restatement_job", LATE_SWEEP)

    def _requests_for_touched(
        context: dg.SensorEvaluationContext, job_name: str, purpose: str
    ) -> list[dg.RunRequest] | dg.SkipReason:
        now = clock.now()
        waiting = held_back(context.instance, job_name, now)
        of_job = [day for day in touched_days(installation, now) if day.is_final == (purpose == LATE_SWEEP)]
        due = [day for day in of_job if day.usage_date not in waiting][:DAYS_A_TICK]
        return [
            dg.RunRequest(
                run_key=f"{job_name} {day.usage_date} known {day.known_at_utc.isoformat()} {now:%Y-%m-%dT%H}",
                partition_key=day.usage_date.isoformat(),
                tags={PURPOSE_TAG: purpose},
            )
            for day in due
        ] or dg.SkipReason("no new card or contract touches such a day")

    @dg.sensor(
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Failed runs and failed blocking checks: POSTed to the webhook until delivered, and when resolved.",
    )
    def alert_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        fail_runs_of_dead_processes(context.instance, context.log.warning)
        problems = current_problems(context.instance, installation, clock.now())
        _tell_heartbeat(installation, context.log.warning)
        url = installation.settings.alert_webhook_url
        send = webhook(url) if url else lambda message: context.log.warning("alert: %s", message)
        try:
            sent = AlertOutbox(installation.directory.alerts).deliver(problems, send)
        except DeliveryError as error:
            context.log.warning(str(error))
            return dg.SkipReason(str(error))
        return dg.SkipReason(f"{len(problems)} open problem(s), {len(sent)} message(s) sent")

    return [finalization_sensor, invoice_sensor, late_sweep_sensor, recosting_sensor, restatement_sensor, alert_sensor]


def _tell_heartbeat(installation: Installation, warn: Callable[[str], object]) -> None:
    url = installation.settings.heartbeat_url
    if url:
        try:
            beat(installation.directory.work / "heartbeat", newest_build(installation.warehouse.builds), pinger(url))
        except HeartbeatError as error:
            warn(str(error))


def held_back(instance: dg.DagsterInstance, job_name: str, now: datetime) -> set[date]:
    """Days that a run of the job is at work on, or failed on less than RETRY_HOURS ago."""
    return days_in_progress(instance, job_name) | days_failed_since(
        instance, job_name, now - timedelta(hours=RETRY_HOURS)
    )


def sweeps_due(installation: Installation, now: datetime, held_back: set[date]) -> list[date]:
    """Closed days to read again now, as `domain/late_sweeps.py` decides from the build log and the review log."""
    closings = installation.warehouse.builds.final_days()
    reviews = installation.warehouse.reviews.of_days(closings)
    swept = {
        day: [closing.known_at_utc, *(review.swept_at_utc for review in reviews.get(day, ()))]
        for day, closing in closings.items()
    }
    hours, asked_since = installation.settings.late_sweep_hours, invoiced_and_unseen(installation)
    return late_sweeps_due(now, swept, hours, held_back=held_back, asked_since=asked_since)


def finalizations_due(installation: Installation, now: datetime, held_back: set[date]) -> list[date]:
    """Days to close now, as `domain/finality.py` decides from the build log; those held back take no place."""
    settings, builds = installation.settings, installation.warehouse.builds
    final_days = builds.final_days()

    def due(skipped: set[date], most: int) -> list[date]:
        return days_due_for_finalization(
            now, settings.first_day, final_days, settings.finalization_hours, most, skipped
        )

    every_due_day = due(held_back, (now.date() - settings.first_day).days + 1)
    return due(held_back | _tried_lately(builds, every_due_day, now), DAYS_A_TICK)


def awaited_lately(installation: Installation, now: datetime, days: list[date]) -> set[date]:
    """Those of the days that the source was found without less than an hour ago, and that were not read since."""
    awaited = {day: installation.lake.last_awaited(day, now) for day in days}
    return {day for day, attempt in awaited.items() if attempt and now - attempt.started_at < AWAITED_RETRY}


def _tried_lately(builds: BuildLog, days: list[date], now: datetime) -> set[date]:
    """Those of the days whose last closing was rejected less than RETRY_HOURS ago."""
    lately = set()
    for day in days:
        last = builds.last_of_day(day)
        # A closing that is said to be in the future, by a clock that was set back since, holds nothing up.
        is_lately = last is not None and timedelta() <= now - last.built_at_utc < timedelta(hours=RETRY_HOURS)
        if last and is_lately and last.is_finalizing and not last.is_final:
            lately.add(day)
    return lately
