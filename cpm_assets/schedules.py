"""Schedules: what is launched by the clock. Each tick works out what is due from the instant alone."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from cpm_assets.installation import Installation
from cpm_assets.resources.usage_extraction import due_extraction_of_day
from cpm_assets.runs import days_in_progress, range_tags

RECONCILED_DAYS = 75
"""The daily reconciliation covers this many days back: a month's invoice that comes six weeks after its end. One run,
set-based; days older than CPM_LEG_DAYS have no legs to compare."""

DAYS_READ_BACK = 2
"""Days before the open one that the 15-minute schedule looks at for their day-end sweep. Older ones are read whole by
their finalization, which is due 48 hours after their end."""


def build_schedules(installation: Installation) -> list[dg.ScheduleDefinition]:
    """The explicit list of schedules, in UTC, running from the start."""
    first_day = installation.settings.first_day

    @dg.schedule(
        job_name="tick_job",
        cron_schedule="*/15 * * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every 15 minutes: the open day's new legs, and the day-end sweep of a day that is over.",
    )
    def open_day_schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        now = _instant(context)
        days = [now.date() - timedelta(days=back) for back in range(DAYS_READ_BACK, -1, -1)]
        # Behind a long backfill one waiting tick is enough.
        in_progress = days_in_progress(context.instance, "tick_job")
        return [
            # A tick that asks for several days must name each; the names of other ticks differ, so none is held back.
            dg.RunRequest(run_key=f"{day} at {now.isoformat()}", partition_key=day.isoformat())
            for day in days
            if day >= first_day and day not in in_progress and due_extraction_of_day(installation.lake, day, now)
        ] or dg.SkipReason("no day is due to be read")

    @dg.schedule(
        job_name="reconciliation_job",
        cron_schedule="0 6 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Daily: the invoices that came in, against the legs of the last {RECONCILED_DAYS} days.",
    )
    def daily_reconciliation_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        yesterday = _instant(context).date() - timedelta(days=1)
        if yesterday < first_day:
            return dg.SkipReason(f"no day since {first_day} is over yet")
        first = max(first_day, yesterday - timedelta(days=RECONCILED_DAYS - 1))
        return dg.RunRequest(run_key=None, tags=range_tags(first, yesterday))

    @dg.schedule(
        job_name="freshness_job",
        cron_schedule="10,25,40,55 * * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Between the ticks: whether the open day was built lately.",
    )
    def freshness_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        today = _instant(context).date()
        if today < first_day:
            return dg.SkipReason(f"the first day, {first_day}, has not begun")
        # As a range: a job of checks alone has no partitions of its own.
        return dg.RunRequest(run_key=None, tags=range_tags(today, today))

    @dg.schedule(
        job_name="verify_job",
        cron_schedule="0 4 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Daily: every frozen file has its hash, every manifest adds up to its totals.",
    )
    def daily_verification_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        today = _instant(context).date()
        if today < first_day:
            return dg.SkipReason(f"the first day, {first_day}, has not begun")
        return dg.RunRequest(run_key=None, tags=range_tags(today, today))

    @dg.schedule(
        job_name="recompute_job",
        cron_schedule="30 4 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Nightly: one closed day, worked out again from its inputs, is what was frozen.",
    )
    def nightly_recomputation_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        today = _instant(context).date()
        if today < first_day:
            return dg.SkipReason(f"the first day, {first_day}, has not begun")
        return dg.RunRequest(run_key=None, tags=range_tags(today, today))

    return [
        open_day_schedule,
        daily_reconciliation_schedule,
        freshness_schedule,
        daily_verification_schedule,
        nightly_recomputation_schedule,
    ]


def _instant(context: dg.ScheduleEvaluationContext) -> datetime:
    """The tick's own instant, not the moment it is worked off: a late tick asks for the same day."""
    return context.scheduled_execution_time.astimezone(UTC)
