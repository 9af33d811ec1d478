"""Rules over several cells of a row that rate cards, contracts and licenses share (D2, D7).

Only what makes a single row impossible; how rows follow each other is SQL.
"""

from datetime import date

from cpm_assets.domain.deliveries import Cells
from cpm_assets.domain.field_values import BadValue


def check_window(cells: Cells) -> None:
    """Raises `BadValue` if `expiry_date` is before `effective_date`. Equal dates are an empty window: a removal."""
    effective, expiry = cells["effective_date"], cells["expiry_date"]
    if isinstance(effective, date) and isinstance(expiry, date) and expiry < effective:
        raise BadValue(f"expiry_date {expiry} is before effective_date {effective}")


def check_increment_pair(cells: Cells) -> None:
    """Raises `BadValue` for a row with only one of the two increments: initial and step are a pair (D7)."""
    if (cells["initial_increment_seconds"] is None) != (cells["increment_seconds"] is None):
        raise BadValue("initial_increment_seconds and increment_seconds must both be given or both be empty")
