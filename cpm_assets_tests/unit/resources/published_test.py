"""Claims about `cpm_assets.resources.published` and `duckdb_lock`: readers see one whole version, always."""

import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from cpm_assets.resources.duckdb_lock import process_having_open
from cpm_assets.resources.published import PublishedSnapshots, restore
from cpm_assets_tests.unit.resources.child_processes import child

AT = datetime(2026, 11, 5, 12, tzinfo=UTC)

HOLD_OPEN = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.execute("select max(version) from totals").fetchone()[0])
sys.stdin.readline()
print(connection.execute("select max(version) from totals").fetchone()[0])
"""


def marts(path: Path, version: int) -> Path:
    """A small DuckDB file with an invariant across two tables: `totals` says what the `legs` add up to."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table legs as select ?::bigint as version, range * ?::bigint as cost from range(1000)",
            [version, version],
        )
        connection.execute("create table totals as select max(version) as version, sum(cost) as total from legs")
    return path


def publish(snapshots: PublishedSnapshots, source: Path, number: int) -> Path:
    return snapshots.publish(source, snapshots.name(AT + timedelta(minutes=number), f"run{number:05}"))


def version_of(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select version from totals").fetchone()[0]


def test_nothing_is_current_before_the_first_publish(tmp_path: Path) -> None:
    """Recovery asks this first; an error there would stop the very first build."""
    assert PublishedSnapshots(tmp_path).current() is None
    assert PublishedSnapshots(tmp_path).prune(1) == []


def test_the_link_shows_the_version_published_last(tmp_path: Path) -> None:
    """Readers open the link."""
    snapshots = PublishedSnapshots(tmp_path / "published", grace_seconds=0)
    for number in (1, 2):
        version = publish(snapshots, marts(tmp_path / "marts.duckdb", number), number)
        assert snapshots.current() == version
        assert version_of(tmp_path / "published" / "cpm.duckdb") == number


def test_the_link_survives_moving_the_data_directory(tmp_path: Path) -> None:
    """A link to an absolute path shows nothing, or the old data, after a restore to another place."""
    publish(PublishedSnapshots(tmp_path / "old"), marts(tmp_path / "marts.duckdb", 1), 1)
    (tmp_path / "old").rename(tmp_path / "new")
    assert version_of(tmp_path / "new" / "cpm.duckdb") == 1


def test_names_sort_by_time_and_are_never_given_twice(tmp_path: Path) -> None:
    """The link showing a name is what says that its build was published: an older one of that name would say it too."""
    snapshots = PublishedSnapshots(tmp_path)
    name = snapshots.name(AT, "0123456789abcdef")
    assert name == "cpm-20261105T120000000000Z-01234567.duckdb"
    assert name < snapshots.name(AT + timedelta(microseconds=1), "0")
    publish_first = tmp_path / "marts"
    publish_first.write_bytes(b"x")
    for expected in ("cpm-20261105T120000000000Z-01234567-2.duckdb", "cpm-20261105T120000000000Z-01234567-3.duckdb"):
        snapshots.publish(publish_first, snapshots.name(AT, "0123456789abcdef"))
        assert snapshots.name(AT, "0123456789abcdef") == expected


def test_a_version_is_read_only(tmp_path: Path) -> None:
    """An analyst's client that opens it to write locks out every other reader, and may change figures."""
    version = publish(
        PublishedSnapshots(tmp_path / "published", grace_seconds=0), marts(tmp_path / "marts.duckdb", 1), 1
    )
    assert stat.S_IMODE(version.stat().st_mode) == 0o444
    assert stat.S_IMODE((tmp_path / "marts.duckdb").stat().st_mode) & stat.S_IWUSR


def test_the_oldest_versions_are_pruned_and_the_newest_kept(tmp_path: Path) -> None:
    """96 publishes a day fill the disk."""
    snapshots = PublishedSnapshots(tmp_path / "published", grace_seconds=0)
    versions = [publish(snapshots, marts(tmp_path / "marts.duckdb", n), n) for n in (1, 2, 3, 4)]
    assert snapshots.prune(2) == [versions[1], versions[0]]
    assert [version.exists() for version in versions] == [False, False, True, True]


def test_under_a_stopped_clock_the_version_made_last_is_the_newest(tmp_path: Path) -> None:
    """The demonstration's versions all bear one instant; by run id the newest could be deleted."""
    snapshots = PublishedSnapshots(tmp_path / "published", grace_seconds=0)
    source = marts(tmp_path / "marts.duckdb", 1)
    versions = []
    for run_id in ("ffff", "0000", "8888"):
        versions.append(snapshots.publish(source, snapshots.name(AT, run_id)))
        time.sleep(0.005)  # file times come in steps of the kernel's tick
    assert snapshots.prune(2) == [versions[0]]


def test_the_current_version_is_never_pruned(tmp_path: Path) -> None:
    """A clock set back makes the newest name the oldest; the link would show nothing."""
    snapshots = PublishedSnapshots(tmp_path / "published", grace_seconds=0)
    source = marts(tmp_path / "marts.duckdb", 1)
    publish(snapshots, source, 2)
    current = publish(snapshots, source, 1)
    snapshots.prune(1)
    assert snapshots.current() == current
    assert version_of(current) == 1


def test_a_version_that_is_open_elsewhere_is_not_pruned_until_it_is_closed(tmp_path: Path) -> None:
    """A dashboard in the middle of a query would lose its file on systems that cannot keep a deleted one open."""
    snapshots = PublishedSnapshots(tmp_path / "published", grace_seconds=0)
    opened = publish(snapshots, marts(tmp_path / "marts.duckdb", 1), 1)
    with child(HOLD_OPEN, tmp_path / "published" / "cpm.duckdb") as reader:
        assert reader.line() == "1"
        for number in (2, 3):
            publish(snapshots, marts(tmp_path / "marts.duckdb", number), number)
        assert process_having_open(opened) == reader.pid
        assert [each.name for each in snapshots.prune(1)] == [snapshots.name(AT + timedelta(minutes=2), "run00002")]
        assert opened.exists()
        assert reader.finish() == "1\n", "the reader keeps the version it opened"
    assert process_having_open(opened) is None
    assert snapshots.prune(1) == [opened]


def test_asking_who_reads_locks_nobody_out(tmp_path: Path) -> None:
    """Pruning that takes the lock to find out turns away a reader who comes just then."""
    source = marts(tmp_path / "marts.duckdb", 1)
    with source.open("rb"):
        assert process_having_open(source) is None
        with child(HOLD_OPEN, source) as reader:
            assert reader.line() == "1"


def test_a_version_replaced_a_moment_ago_is_not_pruned_yet(tmp_path: Path) -> None:
    """DuckDB follows the link and opens the version a moment later: deleted in between, the reader gets an error."""
    snapshots = PublishedSnapshots(tmp_path / "published")
    versions = [publish(snapshots, marts(tmp_path / "marts.duckdb", n), n) for n in (1, 2)]
    assert snapshots.prune(1) == []
    assert PublishedSnapshots(tmp_path / "published", grace_seconds=0).prune(1) == [versions[0]]


def test_left_over_parts_are_removed(tmp_path: Path) -> None:
    """Every killed publish would leave a copy of the whole marts file behind."""
    snapshots = PublishedSnapshots(tmp_path / "published", grace_seconds=0)
    publish(snapshots, marts(tmp_path / "marts.duckdb", 1), 1)
    left_over = tmp_path / "published" / "versions" / ".cpm-x.duckdb.part"
    for remove in (lambda: snapshots.prune(3), lambda: publish(snapshots, tmp_path / "marts.duckdb", 2)):
        left_over.write_bytes(b"half")
        remove()
        assert not left_over.exists()


def test_restoring_replaces_the_marts_and_their_log(tmp_path: Path) -> None:
    """A killed build's write-ahead log replayed over the old file would mix two builds."""
    source = marts(tmp_path / "marts.duckdb", 1)
    version = publish(PublishedSnapshots(tmp_path / "published"), source, 1)
    marts(source, 2)
    (tmp_path / "marts.duckdb.wal").write_bytes(b"left by a killed build")
    restore(version, source)
    assert version_of(source) == 1
    with duckdb.connect(str(source)) as connection:
        connection.execute("drop table legs")  # and it can be written again
