"""One seeded history: the world moves, the daemon and people launch runs, some are killed or meet, the clock jumps.

Each run is a forked process, so a kill is a SIGKILL and only the disk remembers. After each, `observation.py` compares
what is published with what must be known; in the end, when nothing is due any more, everything due must be closed.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from cpm_assets.domain.build_plan import DAY, FINALIZE, LATE_SWEEP, TICK
from cpm_assets.installation import Installation
from cpm_assets.settings import Settings
from cpm_assets_tests.simulation.observation import Observer
from cpm_assets_tests.simulation.runs import Run, due, make
from cpm_assets_tests.simulation.world import FIRST_DAY, World
from cpm_assets_tests.unit.resources.child_processes import held_at, in_fork, killed_at

EVENTS = 14
STEPS = {LATE_SWEEP: 165}
USUAL_STEPS = 85
"""So many times a run changes files, by its purpose: a kill is at one of them, or now and then comes too late."""
ROUNDS = 12
"""So many times the daemon may find something due after the last event; more would be for ever."""


@dataclass
class History:
    """The state of one history; `told` is what happened, for whoever looks at a failure."""

    seed: int
    root: Path
    told: list[str] = field(default_factory=list)
    kills: int = 0
    runs: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.world = World.of(self.rng, self.root / "inbox")
        self.observer = Observer(self.root, self.world)
        settings = Settings(self.root, FIRST_DAY, is_sandbox=True, late_sweep_hours=(60, 84), keep_snapshots=1000)
        self.installation = Installation(settings)

    def warm_up(self) -> None:
        """One run in this process: what is imported and looked up once, forked processes then have."""
        self.world.add_legs()
        self._action(self._numbered(Run("", DAY, (FIRST_DAY,))))()
        due(self.installation, self.world.now, self.world.days)

    def run(self) -> None:
        """All of it. Raises AssertionError when something is wrong."""
        for _ in range(EVENTS):
            self._event()
            self.observer.check()
        self._come_to_rest()

    def _event(self) -> None:
        event = self.rng.choices(
            (self._time_passes, self._usage_changes, self._card_comes, self._source, self._daemon, self._person,
             self._two_at_once),
            (9, 6, 2, 1, 8, 2, 1),
        )[0]  # fmt: skip
        event()

    def _time_passes(self) -> None:
        by = self.rng.choices(
            (timedelta(minutes=15), timedelta(hours=7), timedelta(hours=30), timedelta(days=21), timedelta(hours=-5)),
            (4, 6, 8, 0.3, 1),
        )[0]
        self.world.now = max(self.world.now + by, datetime.combine(FIRST_DAY, time(1), UTC))
        self._tell(f"the clock goes by {by}")

    def _usage_changes(self) -> None:
        self.world.add_legs()
        if self.rng.random() < 0.4:
            self.world.change_leg()
        self._tell("usage changes")

    def _card_comes(self) -> None:
        self.world.deliver_card()
        self._tell("a card comes")

    def _source(self) -> None:
        self.world.is_down = not self.world.is_down
        self._tell(f"the source is {'down' if self.world.is_down else 'up'}")

    def _daemon(self) -> None:
        for run in self._due():
            self._make(run)

    def _person(self) -> None:
        day, purpose = self.rng.choice(self.world.days[-5:]), self.rng.choice((DAY, FINALIZE))
        if purpose == FINALIZE and day in self.observer.closed:
            purpose = LATE_SWEEP
        if purpose != FINALIZE or day < self.world.now.date():
            self._make(Run("", purpose, (day,)))

    def _two_at_once(self) -> None:
        """The second starts while the first stands still at one of its steps, and has it go on if it waits for it."""
        first, second = (self._numbered(Run("", purpose, (self.world.days[-1],))) for purpose in (DAY, DAY))
        if due_now := self._due():
            first, second = self._numbered(due_now[0]), self._numbered(due_now[0])
        step = self.rng.randint(1, STEPS.get(first.purpose, USUAL_STEPS))
        self._tell(f"{first.purpose} of {first.days} twice at once, the first held at step {step}")
        held_at(step, self._action(first), lambda say: self._action(second, say)())
        self._after_run()

    def _make(self, run: Run) -> None:
        run = self._numbered(run)
        step = self.rng.randint(1, STEPS.get(run.purpose, USUAL_STEPS)) if self.rng.random() < 0.4 else 0
        days = f"{run.days[0]} to {run.days[-1]}"
        if step and killed_at(step, self._action(run)):
            self.kills += 1
            self._tell(f"{run.purpose} of {days} killed at step {step}")
        elif not step:
            in_fork(self._action(run))
            self._tell(f"{run.purpose} of {days}")
        else:
            self._tell(f"{run.purpose} of {days}, over before step {step}")
        self._after_run()

    def _after_run(self) -> None:
        self.world.now += timedelta(minutes=3)
        self.observer.check()

    def _numbered(self, run: Run) -> Run:
        self.runs += 1
        return run._replace(run_id=f"{self.runs:08x}")

    def _action(self, run: Run, say: Callable[[str], object] = lambda _text: None) -> Callable[[], None]:
        usage, now = self.world.usage(), self.world.now
        return lambda: make(run, self.installation, usage, now, say)

    def _due(self) -> list[Run]:
        return [
            Run(run_id, purpose, tuple(date.fromisoformat(day) for day in days), is_reading)
            for run_id, purpose, days, is_reading in self._asked(
                lambda: due(self.installation, self.world.now, self.world.days)
            )
        ]

    def _asked(self, question: Callable[[], Any]) -> Any:
        """Its answer, as JSON: DuckDB is opened in children only, so that they can be forked."""
        answer = self.root / "answer.json"
        in_fork(lambda: answer.write_text(json.dumps(question(), default=str)))
        return json.loads(answer.read_text())

    def _come_to_rest(self) -> None:
        """Nothing fails any more, the clock is right and past every closing, and a person waives what is rejected."""
        self.world.is_down = False
        newest = max((at for at in self._instants()), default=self.world.now)
        closing = datetime.combine(max({FIRST_DAY, *self.world.legs}), time(), UTC) + timedelta(days=3, hours=13)
        self.world.now = max(newest, self.world.now, closing) + timedelta(hours=7)
        self._tell(f"coming to rest at {self.world.now}")
        for _ in range(ROUNDS):
            asked = [run for run in self._due() if run.purpose != TICK]
            if not asked:
                break
            for run in asked:
                in_fork(self._action(self._numbered(run)))
                self._tell(f"{run.purpose} of {run.days[0]} to {run.days[-1]}")
                self._after_run()
            for day in self.world.days[:-3]:
                if day not in self.observer.closed and day not in self.world.waived.values():
                    self.world.waive(day)
                    self.world.now += timedelta(hours=7)
        else:
            raise AssertionError(f"after {ROUNDS} rounds these are still due: {asked}")
        self.observer.check_at_the_end(self.world.now)
        in_fork(lambda: self.observer.check_frozen_files(self.installation))

    def _instants(self) -> list[datetime]:
        """All that the lake says of time: the clock may have been ahead of now."""
        readings = [each.finished_at for each in sum(self.observer.knowledge.readings.values(), [])]
        return [*readings, *(at for at, _ in self.observer.knowledge.cards.values())]

    def _tell(self, what: str) -> None:
        self.told.append(f"{self.world.now:%m-%d %H:%M}  {what}")
