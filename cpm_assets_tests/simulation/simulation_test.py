"""Claims about the product over whole seeded histories, with kills; `make simulation` plays hundreds of them."""

import json
import random
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from cpm_assets.commands.session import session
from cpm_assets.dbt_project import PROJECT_DIR
from cpm_assets.domain.build_plan import DAY, FINALIZE, LATE_SWEEP
from cpm_assets.installation import Installation
from cpm_assets.resources import day_comparison
from cpm_assets.resources.rules import rules_sha256
from cpm_assets.runs import range_tags
from cpm_assets.settings import Settings
from cpm_assets_tests.simulation import stand_in_models
from cpm_assets_tests.simulation.knowledge import Leg
from cpm_assets_tests.simulation.runs import Run, make, use_the_stand_in
from cpm_assets_tests.simulation.world import CARRIERS, FIRST_DAY, World
from cpm_assets_tests.unit.resources.child_processes import run_alone

SEED, COUNT = 3, 2
"""A history takes some four seconds."""

EQUAL = "the frozen figures, to the last micro-unit"


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


def test_the_nightly_check_works_a_closed_day_out_again_and_tells_the_codes_difference_from_a_broken_one(
    tmp_path: Path,
) -> None:
    """D22: frozen figures that their inputs do not give have no evidence, and nobody asks until they are needed."""
    same, by_code, broken = json.loads(run_alone(__name__, "checked_at_night", tmp_path))
    assert same == [True, {"version_1": EQUAL, "version_2": EQUAL}]
    assert by_code[0] is True
    assert "caused by code" in by_code[1]["version_1"]
    assert broken[0] is False


def reviewed_by_a_clock_set_back(root: str) -> None:
    """In a process of its own: a day is closed, swept with a clock of the day before, and swept with the right one."""
    installation = _restated_once(root, _world(root))
    for review in installation.warehouse.reviews.of_day(FIRST_DAY):
        print(f"{review.outcome}: {review.reason}")


def checked_at_night(root: str) -> None:
    """In a process of its own: a closed, restated day is checked as it is, by other rates and rules, by rates alone."""
    installation = _restated_once(root, world := _world(root))
    found, attempt = [], stand_in_models.ATTEMPT
    with session(installation.settings, world.now, world.usage()) as opened:
        job, night = opened.defs.resolve_job_def("recompute_job"), world.now.date()
        for rate, rules in ((1, rules_sha256()), (2, "of later"), (2, rules_sha256())):
            day_comparison.rules_sha256 = lambda rules=rules: rules
            stand_in_models.ATTEMPT = attempt.replace("// 60 * rate_", f"// 60 * {rate} * rate_")
            done = job.execute_in_process(instance=opened.instance, tags=range_tags(night, night), raise_on_error=False)
            told = [
                {name: each.value for name, each in check.metadata.items() if name.startswith("version_")}
                for check in done.get_asset_check_evaluations()
            ]
            found.append([done.success, *told])
    print(json.dumps(found))


def _world(root: str) -> World:
    use_the_stand_in()
    return World.of(random.Random(1), Path(root) / "inbox")


def _restated_once(root: str, world: World) -> Installation:
    """The first day closed with two legs, reviewed with a clock of the day before, and reviewed with a third leg."""
    installation = Installation(Settings(Path(root), FIRST_DAY, is_sandbox=True))
    closing = datetime(2026, 11, 13, 1, tzinfo=UTC)
    steps = ((DAY, -2, True), (FINALIZE, 0, True), (LATE_SWEEP, -1, False), (LATE_SWEEP, 1, True))
    for number, (purpose, days, is_leg_added) in enumerate(steps):
        world.now = closing + timedelta(days=days)
        if is_leg_added:
            world.legs[FIRST_DAY] = {**world.legs.get(FIRST_DAY, {}), **_one_leg(number)}
        make(Run(f"{number:08x}", purpose, (FIRST_DAY,)), installation, world.usage(), world.now, lambda _text: None)
    return installation


def _one_leg(number: int) -> dict[str, Leg]:
    start = datetime.combine(FIRST_DAY, time(number), UTC)
    return {f"leg-{number}": Leg(f"leg-{number}", start, 1, CARRIERS[0])}
