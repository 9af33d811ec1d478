"""Claims about the mart `access_policy`: which of the delivered policies is in force."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cpm_assets_tests.compiled_models import MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, RunInputs

FIRST = datetime(2026, 10, 1, tzinfo=UTC)


def grant(principal: str) -> dict[str, Any]:
    return {"principal": principal, "principal_type": "user", "carrier_name": "Acme", "destination_region": "*"}


def policy(hour: int, *principals: str, **columns: Any) -> Delivery:
    at = FIRST + timedelta(hours=hour)
    return Delivery("access_policy", [grant(name) for name in principals], received_at_utc=at, **columns)


def in_force(memory: MemoryWarehouse, deliveries: Sequence[Delivery]) -> list[tuple[str, int]]:
    """Who has a grant, and in which hour the policy that says so came."""
    memory.run(RunInputs(days=[Day(date(2026, 10, 24))], deliveries=deliveries), "access_policy")
    return memory.rows("select principal, hour(received_at_utc) from access_policy order by all")


def test_the_newest_policy_counts_as_a_whole(memory: MemoryWarehouse) -> None:
    """A person who is in no policy any more would otherwise go on seeing everything."""
    received = [policy(2, "ana"), policy(1, "ana", "eve", file_name="z.csv")]
    assert in_force(memory, received) == [("ana", 2)]


def test_a_policy_that_could_not_be_read_grants_nothing(memory: MemoryWarehouse) -> None:
    """The older one may grant what the newest was to take away."""
    reject = {"line_number": 0, "reason": "missing column principal", "raw_text": "a,b"}
    assert in_force(memory, [policy(1, "ana"), policy(2, rejects=[reject])]) == []


def test_an_earlier_policy_that_was_sent_again_is_in_force_once(memory: MemoryWarehouse) -> None:
    """Its rows lie in one file, whichever of its deliveries counts."""
    again = (
        policy(1, "ana", content="narrow"),
        policy(2, "ana", "eve"),
        Delivery("access_policy", received_at_utc=FIRST + timedelta(hours=3), content="narrow"),
    )
    assert in_force(memory, again) == [("ana", 3)]


def test_without_a_policy_nobody_has_a_grant(memory: MemoryWarehouse) -> None:
    """A first installation."""
    assert in_force(memory, []) == []
