"""The frame around the pages: what someone sees before anything is published."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[3] / "dashboard" / "app.py"


def test_before_the_first_publish_the_page_says_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first thing that a new user opens must say what to do, not that a file is missing."""
    monkeypatch.setenv("CPM_DATA_DIR", str(tmp_path))
    page = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not page.exception
    assert [title.value for title in page.title] == ["Nothing is published yet"]
    assert [code.value for code in page.code] == ["make demo"]
