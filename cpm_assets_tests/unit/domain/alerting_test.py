"""Claims about `cpm_assets.domain.alerting`: which messages are due."""

from dataclasses import replace

from cpm_assets.domain.alerting import Problem, messages_due

PROBLEM = Problem(
    kind="check",
    subject="carrier_match",
    usage_date="2026-11-01",
    text="carrier_match failed for 2026-11-01: 3 leg(s)",
    failing_rows=3,
    runbook="docs/runbooks/carrier_match.md",
    run_id="run-1",
)


def delivered(*problems: Problem) -> dict[str, dict[str, object]]:
    """What the outbox remembers after these were taken."""
    return {str(message["alert_id"]): message for message in messages_due(problems, {})}


def test_a_new_problem_is_told_with_its_count_and_runbook() -> None:
    """On-call at night needs how bad it is and what to do, not only that something is."""
    (message,) = messages_due([PROBLEM], {})
    assert message == {
        "alert_id": PROBLEM.alert_id,
        "status": "firing",
        "kind": "check",
        "subject": "carrier_match",
        "usage_date": "2026-11-01",
        "text": "carrier_match failed for 2026-11-01: 3 leg(s)",
        "failing_rows": 3,
        "runbook": "docs/runbooks/carrier_match.md",
        "run_id": "run-1",
        "reminder": 0,
    }


def test_a_problem_is_told_once_however_often_it_fails() -> None:
    """96 ticks a day with one bad leg would be 96 pages, and the next real one is not read."""
    again = replace(PROBLEM, run_id="run-2", failing_rows=4, text="other")
    assert messages_due([again], delivered(PROBLEM)) == []


def test_a_problem_is_told_again_with_each_new_reminder() -> None:
    """A day that does not close is forgotten after its first night; told each minute, it is switched off."""
    first, second = replace(PROBLEM, reminder=1), replace(PROBLEM, reminder=2)
    assert messages_due([first], delivered(first)) == []
    assert [message["reminder"] for message in messages_due([second], delivered(first))] == [2]
    old = {alert_id: {**body, "reminder": None} for alert_id, body in delivered(PROBLEM).items()}
    assert len(messages_due([first], old)) == 1, "an alert that an earlier version delivered"


def test_each_day_and_each_check_is_its_own_alert() -> None:
    """A second bad day hidden behind the first one's alert."""
    problems = [
        PROBLEM,
        replace(PROBLEM, usage_date="2026-11-02"),
        replace(PROBLEM, subject="non_zero_billing"),
        replace(PROBLEM, kind="run"),
    ]
    assert len(messages_due(problems, {})) == 4
    assert len({problem.alert_id for problem in problems}) == 4


def test_one_that_is_gone_is_told_as_resolved_under_the_same_id() -> None:
    """Without it somebody goes on looking for what was mended an hour ago."""
    (message,) = messages_due([], delivered(PROBLEM))
    assert (message["alert_id"], message["status"]) == (PROBLEM.alert_id, "resolved")
    assert message["text"] == "carrier_match passes again for 2026-11-01"


def test_one_that_comes_back_is_told_again() -> None:
    """A day that passes and fails again is news."""
    assert messages_due([PROBLEM], delivered())[0]["status"] == "firing"


def test_messages_come_in_order_of_day_and_subject_whatever_the_order_of_the_problems() -> None:
    """A backfill's alerts in random order read as chaos."""
    problems = [replace(PROBLEM, usage_date=f"2026-11-{day:02}") for day in (9, 3, 5)]
    due = messages_due(problems, {})
    assert [message["usage_date"] for message in due] == ["2026-11-03", "2026-11-05", "2026-11-09"]
    assert due == messages_due(reversed(problems), {})
