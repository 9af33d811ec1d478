"""The dashboard's own server for tests, over a data directory with a published file that a test has changed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from cpm_assets.resources.published import PublishedSnapshots
from cpm_assets_tests.conftest import REPOSITORY

START_SECONDS = 120


@contextmanager
def dashboard_server(data_dir: Path, port: int | None = None, **environment: str) -> Iterator[str]:
    """`python -m dashboard` in a process of its own while the block runs, with no setting but the given ones."""
    port = port or free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CPM_", "GENESYS_", "DAGSTER_"))}
    server = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--port", str(port)],
        cwd=REPOSITORY,
        env=clean | {"CPM_DATA_DIR": str(data_dir)} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def publish_changed(published: Path, data_dir: Path, changes: Sequence[str], name: str = "changed") -> None:
    """Publishes a copy of a published file below `data_dir`, after SQL that changes it."""
    marts = data_dir / f"{name}.duckdb"
    marts.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(published, marts)
    with duckdb.connect(str(marts)) as connection:
        for change in changes:
            connection.execute(change)
    snapshots = PublishedSnapshots(data_dir / "published")
    snapshots.publish(marts, snapshots.name(datetime.now(UTC), name))
    marts.unlink()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{url} did not answer within {START_SECONDS} s")
