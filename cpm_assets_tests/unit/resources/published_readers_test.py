"""Claims about `cpm_assets.resources.published` with readers at work and publishers killed at each step."""

import itertools
import shutil
import time
from pathlib import Path

from cpm_assets.resources.published import PublishedSnapshots
from cpm_assets_tests.unit.resources.child_processes import child, killed_at, run_alone
from cpm_assets_tests.unit.resources.published_test import marts, publish

POLL = """
import duckdb, sys, threading
stopped = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
seen, wrong, reads = set(), [], 0
while not stopped.is_set():
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as connection:
            version, total = connection.execute("select version, total from totals").fetchone()
            found = connection.execute("select sum(cost), min(version), max(version) from legs").fetchone()
        if found != (total, version, version):
            wrong.append(f"half a version: {version} {total} {found}")
        seen.add(version)
    except Exception as error:
        wrong.append(str(error))
    reads += 1
    if reads == 1:
        print("reading")
print(len(seen), reads, *wrong[:3], sep="\\n")
"""


def test_readers_polling_during_ten_publishes_see_no_error_and_no_half_version(tmp_path: Path) -> None:
    """A BI tool's refresh at the wrong second would fail, or show a day that does not add up."""
    snapshots = PublishedSnapshots(tmp_path / "published")
    sources = [marts(tmp_path / f"marts{n}.duckdb", n) for n in range(11)]
    publish(snapshots, sources[0], 0)
    with child(POLL, tmp_path / "published" / "cpm.duckdb") as reader:
        assert reader.line() == "reading"
        for number in range(1, 11):
            publish(snapshots, sources[number], number)
            snapshots.prune(1)
            time.sleep(0.02)
        seen, reads, *wrong = reader.finish().splitlines()
    assert wrong == []
    assert int(seen) >= 3, f"{seen} versions in {reads} reads: the reader was too slow to prove anything"


def test_a_publish_killed_at_any_step_leaves_the_old_version_or_the_new_one(tmp_path: Path) -> None:
    """A power cut in the wrong millisecond would leave analysts with no file, or half of one."""
    steps = int(run_alone(__name__, "publish_killed_at_every_step", tmp_path))
    assert steps >= 6, "copy, chmod, rename, link, switch …: the kills did not reach the steps"


def publish_killed_at_every_step(root: str) -> None:
    """In a process of its own. The content does not matter here: plain bytes, old and new."""
    old, new = b"old" * 1000, b"new" * 1000
    seen = set()
    for step in itertools.count(1):
        base = Path(root) / str(step)
        base.mkdir()
        (base / "old").write_bytes(old)
        (base / "new").write_bytes(new)
        snapshots = PublishedSnapshots(base / "published", grace_seconds=0)
        publish(snapshots, base / "old", 1)
        was_killed = killed_at(step, lambda s=snapshots, b=base: publish(s, b / "new", 2))
        content = (base / "published" / "cpm.duckdb").read_bytes()
        assert content in (old, new)
        assert was_killed or content == new
        seen.add(content)
        assert publish(snapshots, base / "new", 3).read_bytes() == new
        assert (base / "published" / "cpm.duckdb").read_bytes() == new
        snapshots.prune(1)
        assert [path.name for path in (base / "published" / "versions").iterdir()] == [snapshots.current().name]
        shutil.rmtree(base)
        if not was_killed:
            break
    assert seen == {old, new}
    print(step - 1)
