"""Claims about the order in which the tests' files are given to pytest's processes."""

from pathlib import Path

from cpm_assets_tests.spreading import DEAR_FILES, HARD_DAYS, dear_first

REPOSITORY = Path(__file__).parents[2]


def test_every_dear_file_exists() -> None:
    """A file that is renamed would come last again, and CI would take minutes longer with one core idle."""
    assert [file for file in DEAR_FILES if not (REPOSITORY / file).is_file()] == []


def test_the_dearest_file_comes_first_and_its_tests_stay_in_order() -> None:
    """A story's tests may build on each other's order; other files keep theirs."""
    dearest, *_, cheapest = sorted(DEAR_FILES, key=lambda file: -DEAR_FILES[file])
    collected = [
        "cpm_assets_tests/unit/a_test.py::test_b",
        "cpm_assets_tests/pipeline/new_test.py::test_n",
        f"{cheapest}::test_c",
        f"{dearest}::test_z[x::y]",
        f"{dearest}::test_a",
        "cpm_assets_tests/unit/a_test.py::test_a",
    ]
    assert dear_first(collected) == [3, 4, 2, 1, 0, 5]


def test_the_files_of_the_dear_story_are_those_that_ask_for_it() -> None:
    """A file that is left out builds the story's seven runs again, in a process of its own."""
    tests = (REPOSITORY / "cpm_assets_tests" / "pipeline").rglob("*_test.py")
    assert {str(file.relative_to(REPOSITORY)) for file in tests if ": HardDays" in file.read_text()} == HARD_DAYS
