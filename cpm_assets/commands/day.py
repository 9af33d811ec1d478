"""`make day` and `make finalize`: jobs in this process, with the definitions that schedules and sensors use."""

from __future__ import annotations

from datetime import date, timedelta

from cpm_assets.commands.session import Session, session
from cpm_assets.commands.terminal import say
from cpm_assets.domain.build_plan import DAY, FINALIZE
from cpm_assets.domain.finality import closes_at

JOB_OF_PURPOSE = {DAY: "day_job", FINALIZE: "finalize_job"}


def run_day(day: date, purpose: str, *, extract: bool = True) -> int:
    """One UTC day; 0 if and only if everything materialized and no blocking check failed.

    A final day is left alone,
    but for `finalize`: that is its late sweep."""
    return run_range(day, day, purpose, extract=extract)


def run_range(first: date, last: date, purpose: str, *, extract: bool = True) -> int:
    """The UTC days from `first` to `last`, both included, in one run; the exit status as of `run_day`."""
    with session() as opened:
        settings, now = opened.installation.settings, opened.clock.now()
        for advice in settings.advice:
            say(f"cpm: {advice}")
        if first < settings.first_day:
            say(f"cpm: {first} is before the first day, {settings.first_day} (CPM_FIRST_DAY)")
            return 2
        if last < first or last > now.date():
            say(f"cpm: there are no such days to run: {first} to {last} (today is {now.date()} UTC)")
            return 2
        if purpose == FINALIZE and now < closes_at(last, settings.finalization_hours):
            say(
                f"cpm: {last} cannot be closed before {closes_at(last, settings.finalization_hours):%Y-%m-%d %H:%M} UTC"
            )
            return 2
        return _run(opened, first, last, JOB_OF_PURPOSE[purpose] if extract else "recost_job")


def _run(opened: Session, first: date, last: date, job_name: str) -> int:
    builds = opened.installation.warehouse.builds
    if first == last:
        final = builds.final_days([first]).get(first)
        if final is not None:
            say(f"{first} is final since {final.built_at_utc:%Y-%m-%d %H:%M} UTC; nothing recomputes it (D21)")
            if job_name != JOB_OF_PURPOSE[FINALIZE]:
                return 0
            say("it is read again; what came late makes a numbered version beside it")
            job_name = "late_sweep_job"
    snapshots = opened.installation.warehouse.snapshots
    before = snapshots.current()
    success = opened.run(job_name, first, last)
    if not success and snapshots.current() == before:  # nothing was published: readers must still see that it failed
        opened.run("status_job", first, last)
    opened.print_alerts()
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    attempts = ((day, opened.installation.lake.last_awaited(day, opened.clock.now())) for day in days)
    awaited = {day: attempt.reason for day, attempt in attempts if attempt}
    _print_outcome(opened, first, last, success, awaited)
    return 0 if success and not awaited else 1


def _print_outcome(opened: Session, first: date, last: date, success: bool, awaited: dict[date, str]) -> None:
    label = str(first) if first == last else f"{first} to {last}"
    for day, reason in awaited.items():
        say(f"{day}: {reason}")
    if success and awaited:
        say(f"{label}: nothing failed; run it again when the days above are there. `make dev` does so by itself")
    elif success:
        say(f"{label}: done. Figures: {opened.installation.directory.published_file}")
    else:
        say(f"{label}: not everything went through; the last good figures stand. Runbooks: docs/runbooks/README.md")
