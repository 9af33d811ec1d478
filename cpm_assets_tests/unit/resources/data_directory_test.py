"""Claims about `cpm_assets.resources.data_directory`: sandbox and organization never mix (D26)."""

import json
from pathlib import Path

import pytest

from cpm_assets.resources.data_directory import DataDirectory, WrongStampError
from cpm_assets_tests.unit.resources.child_processes import child

CLAIM = """
import sys
from pathlib import Path
from cpm_assets.resources.data_directory import DataDirectory, WrongStampError
print("ready")
sys.stdin.readline()
try:
    DataDirectory(Path(sys.argv[1])).claim(sys.argv[2])
    print("claimed")
except WrongStampError:
    print("refused")
"""


def everything(root: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in root.iterdir()}


def test_the_first_use_stamps_the_directory_once(tmp_path: Path) -> None:
    """A stamp that changes says nothing about whose data it is."""
    directory = DataDirectory(tmp_path / "deep" / "data")
    directory.claim("sandbox")
    before = everything(directory.root)
    assert {name: json.loads(content) for name, (content, _) in before.items()} == {"stamp.json": {"stamp": "sandbox"}}
    directory.claim("sandbox")
    assert everything(directory.root) == before


def test_another_stamp_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    """Sandbox legs in an organization's lake can never be told apart again."""
    directory = DataDirectory(tmp_path)
    directory.claim("organization client-1")
    before, changed = everything(tmp_path), tmp_path.stat().st_mtime_ns
    with pytest.raises(WrongStampError, match="organization client-1.*sandbox.*CPM_DATA_DIR"):
        directory.claim("sandbox")
    assert everything(tmp_path) == before
    assert tmp_path.stat().st_mtime_ns == changed, "not even a temporary file"


def test_two_organizations_are_as_foreign_as_the_sandbox(tmp_path: Path) -> None:
    """Two customers' usage in one warehouse."""
    DataDirectory(tmp_path).claim("organization client-1")
    with pytest.raises(WrongStampError):
        DataDirectory(tmp_path).claim("organization client-2")


def test_of_two_first_users_at_once_exactly_one_gets_the_directory(tmp_path: Path) -> None:
    """Both believing themselves the owner is the mix that the stamp is to prevent."""
    stamps = ("sandbox", "organization client-1")
    with child(CLAIM, tmp_path, stamps[0]) as one, child(CLAIM, tmp_path, stamps[1]) as other:
        assert one.line() == other.line() == "ready"
        for each in (one, other):
            each.process.stdin.write("\n")
            each.process.stdin.flush()
        answers = [one.line(), other.line()]
    assert sorted(answers) == ["claimed", "refused"]
    assert json.loads((tmp_path / "stamp.json").read_text()) == {"stamp": stamps[answers.index("claimed")]}
    assert [path.name for path in tmp_path.iterdir()] == ["stamp.json"]


def test_a_stamped_directory_can_be_used_without_leave_to_write(tmp_path: Path) -> None:
    """A read-only backup would be reported as somebody else's."""
    DataDirectory(tmp_path).claim("sandbox")
    tmp_path.chmod(0o555)
    try:
        DataDirectory(tmp_path).claim("sandbox")
    finally:
        tmp_path.chmod(0o755)
