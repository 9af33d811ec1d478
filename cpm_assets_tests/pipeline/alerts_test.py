"""Claims about alerts, from a failed check or run to the webhook: told once, until delivered, and when it is over."""

from cpm_assets_tests.pipeline.conftest import UNKNOWN_CARRIER, UNREACHABLE, HardDays


def test_each_problem_is_told_once_with_its_runbook(hard_days: HardDays) -> None:
    """A rejected day that nobody hears of stays rejected."""
    firing = {(alert["subject"], alert["usage_date"]): alert for alert in hard_days.alerts["backfill"]}
    assert set(firing) == {("carrier_match", str(UNKNOWN_CARRIER)), ("newest_run", str(UNREACHABLE))}
    assert {alert["status"] for alert in firing.values()} == {"firing"}
    rejected = firing["carrier_match", str(UNKNOWN_CARRIER)]
    assert rejected["failing_rows"] == 1
    assert rejected["runbook"] == "docs/runbooks/carrier_match.md"


def test_an_alert_that_the_webhook_refused_is_sent_again(hard_days: HardDays) -> None:
    """A webhook that is down for a minute would swallow the only message."""
    assert hard_days.alerts["refused"] == []
    assert len(hard_days.alerts["backfill"]) == 2


def test_what_was_delivered_is_not_told_again(hard_days: HardDays) -> None:
    """An alert a minute all night is switched off, and the next one with it."""
    assert hard_days.alerts["backfill again"] == []


def test_a_problem_that_is_over_is_told_as_resolved_and_raises_no_other(hard_days: HardDays) -> None:
    """On-call would search for a day that is long mended, or be woken for the other days of its run."""
    (resolved,) = hard_days.alerts["mended"]
    (firing,) = [one for one in hard_days.alerts["backfill"] if one["subject"] == "carrier_match"]
    assert resolved["status"] == "resolved"
    assert resolved["alert_id"] == firing["alert_id"]
    assert resolved["usage_date"] == str(UNKNOWN_CARRIER)


def test_a_command_prints_its_alerts(hard_days: HardDays) -> None:
    """`make day` by hand must tell the person at the terminal, and not the webhook."""
    messages = hard_days.steps["rejected"].messages
    assert "(firing): carrier_match failed for 2026-11-10: 1 leg(s)" in messages
