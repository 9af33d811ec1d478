"""How the tests are spread over pytest's processes (`-n … --dist loadfile`): the dear files first, by measured seconds.

pytest-xdist gives a process one file after another, those with the most tests first; our dearest files have few tests,
came last, and one core worked on them while the others had nothing left. `--no-loadscope-reorder` keeps the order of
the collection, which is made here.
"""

from collections.abc import Sequence

from xdist.scheduler import LoadFileScheduling

DEAR_FILES = {
    "cpm_assets_tests/pipeline/restatement_test.py": 469,
    "cpm_assets_tests/pipeline/reconciliation/review_test.py": 252,
    "cpm_assets_tests/pipeline/backfill_test.py": 206,
    "cpm_assets_tests/pipeline/as_of_test.py": 180,
    "cpm_assets_tests/pipeline/dbt/days_over_runs_test.py": 156,
    "cpm_assets_tests/pipeline/analyst_queries_test.py": 156,
    "cpm_assets_tests/pipeline/closing_test.py": 89,
    "cpm_assets_tests/pipeline/dbt/figure_changes_test.py": 51,
    "cpm_assets_tests/pipeline/reconciliation/flags_test.py": 30,
}
"""Processor seconds of the files that take half a minute or more, with the stories that they build."""
HARD_DAYS = frozenset(
    f"cpm_assets_tests/pipeline/{name}_test.py" for name in ("alerts", "backfill", "bad_input", "day")
)
"""The files that look at the story `hard_days`: a process that gets any of them builds it, which is seven runs."""
PIPELINE = "cpm_assets_tests/pipeline/"
PIPELINE_SECONDS = 20
"""What a pipeline test's file is taken to need if it is not listed: one or two production runs."""


class ByFileOrStory(LoadFileScheduling):
    """`--dist loadfile`, but the files of one story go to one process, which builds it once."""

    def _split_scope(self, nodeid: str) -> str:
        """What is given away as a whole: the file, or the story."""
        file = file_of(nodeid)
        return "hard_days" if file in HARD_DAYS else file


def file_of(nodeid: str) -> str:
    """The path of a test's file, from the repository's root."""
    return nodeid.split("::", 1)[0]


def dear_first(nodeids: Sequence[str]) -> list[int]:
    """The positions of the tests in the order in which to run them: the dearest file first, else as collected."""
    return sorted(range(len(nodeids)), key=lambda position: -_seconds(file_of(nodeids[position])))


def _seconds(file: str) -> int:
    return DEAR_FILES.get(file, PIPELINE_SECONDS if file.startswith(PIPELINE) else 0)
