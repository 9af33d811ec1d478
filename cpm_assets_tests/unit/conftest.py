"""What unit tests of several modules need: a Dagster instance and a warehouse in memory, both empty for each test."""

from collections.abc import Iterator

import dagster as dg
import pytest

from cpm_assets_tests.compiled_models import CompiledModel, MemoryWarehouse, compile_models


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


@pytest.fixture(scope="session")
def compiled() -> dict[str, CompiledModel]:
    """Every model's SQL, compiled on an empty warehouse."""
    return compile_models()


@pytest.fixture(scope="session")
def memory(compiled: dict[str, CompiledModel]) -> MemoryWarehouse:
    """A warehouse in memory; each `run` starts from nothing."""
    return MemoryWarehouse(compiled)
