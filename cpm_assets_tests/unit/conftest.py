"""What unit tests of several modules need: a Dagster instance in memory, empty for each test."""

from collections.abc import Iterator

import dagster as dg
import pytest


@pytest.fixture(scope="session")
def instance_in_memory() -> Iterator[dg.DagsterInstance]:
    """Made once: its tables take longer to create than a test."""
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def instance(instance_in_memory: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """A real instance without any run."""
    yield instance_in_memory
    instance_in_memory.wipe()
