"""Fixtures of the rating tests: the compiled models (once a session) in memory.

Only fixtures. What is run on them is in `memory_rating`, what is expected in the tests and in `reference_rating`.
"""

import pytest

from cpm_assets_tests.compiled_models import CompiledModel, MemoryWarehouse, compile_models


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CompiledModel]:
    """Every model's SQL, compiled on an empty warehouse."""
    return compile_models(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="session")
def memory(compiled: dict[str, CompiledModel]) -> MemoryWarehouse:
    """A warehouse in memory; each `run` starts from nothing."""
    return MemoryWarehouse(compiled)
