"""The table of results, and what a reader must know about the machine to judge it."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version

from benchmarks.measurement import Measurement
from benchmarks.sizes import Sizes

HEADERS = ("what", "measured", "against", "reference", "ratio", "target", "met")
PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "pyarrow")


def machine_line() -> str:
    """Cores and load at this moment: a ratio from a busy machine is worth little."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    return f"{platform.system()} {platform.machine()}, {cores} core(s), load average {load} (1, 5, 15 minutes)"


def versions_line() -> str:
    """What was measured with."""
    return f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def table_lines(measurements: Sequence[Measurement]) -> list[str]:
    """The table as aligned Markdown, and below it how each row was measured."""
    rows = [
        (
            each.what,
            str(each.measured),
            each.against,
            "" if each.limit else str(each.reference),
            "" if each.limit else f"{each.ratio:.{2 if each.ratio >= 1 else 3}f} ×",
            each.target_text,
            each.verdict,
        )
        for each in measurements
    ]
    widths = [max(len(row[column]) for row in (HEADERS, *rows)) for column in range(len(HEADERS))]
    lines = [_line(HEADERS, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    lines += [_line(row, widths) for row in rows]
    return [*lines, "", *(f"- {each.what}: {each.how}" for each in measurements)]


def size_line(sizes: Sizes) -> str:
    """Which sizes were run, and what they are good for."""
    if sizes.name == "full":
        return "Full sizes: the targets apply."
    return (
        "Small sizes: they show that everything runs. The targets are for the full sizes; fixed costs weigh more here."
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)) + " |"
