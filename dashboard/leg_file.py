"""Legs as a CSV file to download: texts that a spreadsheet would run are neutralized, figures are written exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from cpm_assets.domain.spreadsheet_cells import safe_cell


def leg_csv(legs: Sequence[Mapping[str, Any]]) -> bytes:
    """One line per leg with the columns of `queries/legs.sql`; UTF-8, an unknown value is empty."""
    text = io.StringIO(newline="")
    if legs:
        lines = csv.writer(text)
        lines.writerow(legs[0])
        lines.writerows([_cell(value) for value in leg.values()] for leg in legs)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    return "" if value is None else safe_cell(value) if isinstance(value, str) else str(value)
