"""A small published file, made once, and the pages over it in Streamlit's own test runner."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cpm_assets_tests.compiled_models import CompiledModel
from cpm_assets_tests.published_files import publish, write_marts
from dashboard.published import Figures, PublishedReader
from dashboard.viewer import LOCAL

APP = Path(__file__).parents[3] / "dashboard" / "app.py"
SECONDS = 60
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="session")
def marts(compiled: dict[str, CompiledModel], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts file of the small world."""
    return write_marts(compiled, tmp_path_factory.mktemp("marts") / "marts.duckdb")


@pytest.fixture(scope="session")
def data_dir(marts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which it is published; to be read only."""
    root = tmp_path_factory.mktemp("data")
    publish(root, marts)
    return root


@pytest.fixture(scope="session")
def figures(data_dir: Path) -> Figures:
    """What the pages read."""
    found = PublishedReader(data_dir / "published" / "cpm.duckdb").figures(LOCAL)
    assert found
    return found


@pytest.fixture
def open_page(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Opens the app's first page, or another one by name, with query parameters; it must not have raised."""

    def opened(root: Path = data_dir, page: str | None = None, **parameters: str | list[str]) -> AppTest:
        monkeypatch.setenv("CPM_DATA_DIR", str(root))
        if page:
            app = AppTest.from_function(_only_page, default_timeout=SECONDS, kwargs={"name": page})
        else:
            app = AppTest.from_file(str(APP), default_timeout=SECONDS)
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, [error.message for error in app.exception]
        return app

    return opened


def _only_page(name: str) -> None:
    """A script of its own: the tests' runner cannot go to a page that is a function."""
    from importlib import import_module

    from dashboard.frame import PageEntry, show_one_of

    show_one_of((PageEntry(name, name, import_module(f"dashboard.views.{name}").show),))
