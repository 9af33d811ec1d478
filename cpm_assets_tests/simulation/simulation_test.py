"""Claims about the product over whole seeded histories, with kills; `make simulation` plays hundreds of them."""

import random
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from cpm_assets.dbt_project import PROJECT_DIR
from cpm_assets.domain.build_plan import DAY, FINALIZE, LATE_SWEEP
from cpm_assets.installation import Installation
from cpm_assets.settings import Settings
from cpm_assets_tests.simulation.knowledge import Leg
from cpm_assets_tests.simulation.runs import Run, make, use_the_stand_in
from cpm_assets_tests.simulation.world import CARRIERS, FIRST_DAY, World
from cpm_assets_tests.unit.resources.child_processes import run_alone

SEED, COUNT = 3, 2
"""A history takes some four seconds."""


def test_in_every_history_what_is_published_is_what_was_known() -> None:
    """The failures that cost figures are combinations that nobody thought of."""
    command = [sys.executable, "-m", "cpm_assets_tests.simulation", f"--seed={SEED}", f"--count={COUNT}"]
    done = subprocess.run(command, cwd=PROJECT_DIR.parent, text=True, capture_output=True, check=False, timeout=300)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]


def test_a_closed_day_is_not_reviewed_by_a_clock_that_stands_before_its_closing(tmp_path: Path) -> None:
    """What came in between would be "vanished": a false restatement, and the next one takes it back."""
    outcomes = run_alone(__name__, "reviewed_by_a_clock_set_back", tmp_path).splitlines()
    assert [outcome.split(":")[0] for outcome in outcomes] == ["blocked", "restated"]
    assert "the clock stands before" in outcomes[0]


def reviewed_by_a_clock_set_back(root: str) -> None:
    """In a process of its own: a day is closed, swept with a clock of the day before, and swept with the right one."""
    use_the_stand_in()
    world = World.of(random.Random(1), Path(root) / "inbox")
    installation = Installation(Settings(Path(root), FIRST_DAY, is_sandbox=True))
    closing = datetime(2026, 11, 13, 1, tzinfo=UTC)
    steps = (
        (DAY, timedelta(days=-2)),
        (FINALIZE, timedelta()),
        (LATE_SWEEP, timedelta(days=-1)),
        (LATE_SWEEP, timedelta(days=1)),
    )
    for number, (purpose, after) in enumerate(steps):
        world.now = closing + after
        if purpose != LATE_SWEEP or after > timedelta():
            world.legs[FIRST_DAY] = {**world.legs.get(FIRST_DAY, {}), **_one_leg(number)}
        make(Run(f"{number:08x}", purpose, (FIRST_DAY,)), installation, world.usage(), world.now, lambda _text: None)
    for review in installation.warehouse.reviews.of_day(FIRST_DAY):
        print(f"{review.outcome}: {review.reason}")


def _one_leg(number: int) -> dict[str, Leg]:
    start = datetime.combine(FIRST_DAY, time(number), UTC)
    return {f"leg-{number}": Leg(f"leg-{number}", start, 1, CARRIERS[0])}
