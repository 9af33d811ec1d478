"""The calculated field for Genesys Cloud's native dashboards, as the guide writes it. No public schema describes it."""

from __future__ import annotations

import json

CALCULATED_FIELD = {
    "name": "Cost_Per_Minute",
    "type": "calculated",
    "expression": "SUM(total_cost) / NULLIF(SUM(billed_minutes), 0)",
    "format": "currency",
    "precision": 4,
    "segmentation": ["carrier_name", "destination_region"],
    "time_granularity": "daily",
}


def genesys_field() -> str:
    """The field as a file."""
    return json.dumps(CALCULATED_FIELD, indent=2) + "\n"
