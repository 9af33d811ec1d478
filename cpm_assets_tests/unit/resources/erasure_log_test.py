"""Claims about `cpm_assets.resources.erasure_log`: what recognises erased numbers in later readings."""

from pathlib import Path

import pytest

from cpm_assets.resources import erasure_log
from cpm_assets.resources.erasure_log import ErasureLog, Recogniser


def test_a_recogniser_remembers_so_many_numbers_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon's process would hold every number that was ever called, until the machine has no memory left."""
    monkeypatch.setattr(erasure_log, "REMEMBERED_NUMBERS", 10)
    log = ErasureLog(tmp_path / "lake")
    asked = []
    recogniser = Recogniser(log, {log.reference("14155550198"): 4})
    monkeypatch.setattr(log, "reference", lambda digits, of=log.reference: (asked.append(digits), of(digits))[1])
    for number in range(100):
        assert recogniser.erased(f"1415555{number:04}") is None
    assert recogniser.erased("14155550198").kept == "1415"
    assert len(asked) == 101
    recogniser.erased("14155550198")
    assert len(asked) == 101, "the latest is remembered"
    recogniser.erased("14155550000")
    assert len(asked) == 102, "the first is forgotten"
