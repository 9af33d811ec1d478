"""A run of one day in a process of its own, which may kill itself with SIGKILL at a named point.

`python -m cpm_assets_tests.pipeline.killed_run <data directory> <day> <point or ''> <job>`; exit status 0 if it went
through.
At each point the real code runs up to it; one function of the product is replaced by one that ends the process.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cpm_assets import checks
from cpm_assets.resources import delivery_store, warehouse
from cpm_assets.resources.published import PublishedSnapshots
from cpm_assets.resources.warehouse import Warehouse
from cpm_assets_tests.pipeline.scripted_usage import ScriptedUsage, usual_day
from cpm_assets_tests.pipeline.stories import Stage, stage

DAYS = (date(2026, 11, 10), date(2026, 11, 11))
AT = datetime(2026, 11, 12, 10, tzinfo=UTC)
REPOSITORY = Path(__file__).resolve().parents[2]


def die(*_arguments: Any, **_named: Any) -> None:
    """As a power cut would: no handler runs, nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def in_the_second_page(usage: ScriptedUsage, _stage: Stage) -> None:
    usage.between_pages = lambda number: die() if number == 2 else None


def between_a_delivery_and_its_receipt(_usage: ScriptedUsage, _stage: Stage) -> None:
    delivery_store.write_once = die


def while_dbt_starts(_usage: ScriptedUsage, _stage: Stage) -> None:
    started = subprocess.Popen.__init__

    def start_and_die(self: subprocess.Popen, *arguments: Any, **named: Any) -> None:
        started(self, *arguments, **named)
        if "cpm-dbt" in str(arguments) + str(named) and "build" in str(arguments) + str(named):
            die()

    subprocess.Popen.__init__ = start_and_die


def while_dbt_writes(_usage: ScriptedUsage, on: Stage) -> None:
    file = on.settings.data_dir / "warehouse" / "cpm.duckdb"
    before = file.stat().st_mtime_ns if file.exists() else None

    def watch() -> None:
        while not file.exists() or file.stat().st_mtime_ns == before:
            time.sleep(0.02)
        die()

    threading.Thread(target=watch, daemon=True).start()


def while_a_day_is_frozen(_usage: ScriptedUsage, on: Stage) -> None:
    waiting = on.settings.data_dir / "work" / "freezing"

    def watch() -> None:
        while not list(waiting.glob("*/*/*.parquet")):
            time.sleep(0.002)
        die()

    threading.Thread(target=watch, daemon=True).start()


def between_dbt_and_publishing(_usage: ScriptedUsage, _stage: Stage) -> None:
    Warehouse.commit = die


def with_half_a_version_copied(_usage: ScriptedUsage, _stage: Stage) -> None:
    copy = shutil.copyfile

    def copy_half(source: Path, target: Path) -> None:
        if Path(target).parent.name != "versions":
            copy(source, target)
            return
        content = Path(source).read_bytes()
        Path(target).write_bytes(content[: len(content) // 2])
        die()

    shutil.copyfile = copy_half


def between_the_link_and_the_record(_usage: ScriptedUsage, _stage: Stage) -> None:
    publish = PublishedSnapshots.publish

    def publish_and_die(self: PublishedSnapshots, marts: Path, name: str) -> None:
        publish(self, marts, name)
        die()

    PublishedSnapshots.publish = publish_and_die


def between_the_record_and_the_clean_mark(_usage: ScriptedUsage, _stage: Stage) -> None:
    write_durably = warehouse.write_durably
    warehouse.write_durably = lambda path, content: die() if path.name == "clean" else write_durably(path, content)


def during_the_checks(_usage: ScriptedUsage, _stage: Stage) -> None:
    checks.published_results = die


POINTS: dict[str, Callable[[ScriptedUsage, Stage], None]] = {
    point.__name__: point
    for point in (
        between_a_delivery_and_its_receipt,
        in_the_second_page,
        while_dbt_starts,
        while_dbt_writes,
        between_dbt_and_publishing,
        with_half_a_version_copied,
        between_the_link_and_the_record,
        between_the_record_and_the_clean_mark,
        during_the_checks,
    )
}
"""In the order in which a run comes to them."""
POINTS_OF_CLOSING = {while_a_day_is_frozen.__name__: while_a_day_is_frozen}
"""Only a run that closes its day comes here: its frozen files are half written."""


def start(data_dir: Path, day: date, point: str = "", job: str = "day_job") -> subprocess.Popen[str]:
    """Start such a process; what it says is in its standard error."""
    command = [sys.executable, "-m", __name__, str(data_dir), str(day), point, job]
    return subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)


def main(data_dir: str, day: str, point: str, job: str) -> int:
    usage = ScriptedUsage({each: usual_day(each) for each in DAYS})
    on = stage(Path(data_dir), DAYS[0], usage)
    if point:
        (POINTS | POINTS_OF_CLOSING)[point](usage, on)
    with on.opened(AT) as opened:
        return 0 if opened.run(job, date.fromisoformat(day)) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
