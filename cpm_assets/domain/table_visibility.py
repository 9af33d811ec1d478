"""What of each published table a grant shows: the one list that the dashboard and the groups' files go by.

A table that is not listed is shown only to those who see everything: a new one is hidden until somebody decides. How a
rule is written in SQL is in `resources/visible_tables.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Rule(Enum):
    """Which rows of a table a person's grants show."""

    PAIR = "rows whose carrier and region match one grant"
    WHOLE_CARRIER = "rows of carriers whose regions are all granted"
    ANY_OF_CARRIER = "rows of carriers of which something is granted"
    ANY_OF_REGION = "rows of regions of which something is granted"
    EVERYBODY = "all rows, for whoever sees anything"
    EVERYTHING_ONLY = "all rows, for those who see everything; none for others"


@dataclass(frozen=True)
class Visibility:
    """A table's rule; only `shown_columns` (None: all) are not NULL for those who do not see everything."""

    rule: Rule
    shown_columns: tuple[str, ...] | None = None


HIDDEN = Visibility(Rule.EVERYTHING_ONLY)
_PAIR = Visibility(Rule.PAIR)
_CARRIER = Visibility(Rule.WHOLE_CARRIER)

VISIBILITY: Mapping[str, Visibility] = {
    "cpm_fact": _PAIR,
    "cpm_daily": _PAIR,
    "cpm_daily_restated": _PAIR,
    "cpm_hourly": _PAIR,
    "cpm_by_prefix": _PAIR,
    "cpm_trailing_7d": _PAIR,
    "costed_legs": _PAIR,
    "costed_legs_rejected": _PAIR,
    "figure_changes": _PAIR,
    "rate_card_dimension": _PAIR,
    "restated_legs": _PAIR,
    "restatements": _PAIR,
    # An invoice is about all of a carrier's regions: its sums would tell the others.
    "contract_findings": _CARRIER,
    "finance_review_queue": _CARRIER,
    "flag_evidence": _CARRIER,
    "invoice_coverage": _CARRIER,
    "invoice_files": _CARRIER,
    "invoice_totals": _CARRIER,
    "invoice_variance": _CARRIER,
    # Why a month is open quotes the reasons of days, which name other carriers; which days are open is in day_status.
    "month_close": Visibility(
        Rule.WHOLE_CARRIER,
        (
            *("carrier_name", "billing_month", "currency", "cycle_from_utc", "cycle_to_utc", "is_closed", "days"),
            *("closed_days", "open_days", "legs", "unrated_legs", "media_seconds", "raw_seconds", "billed_seconds"),
            *("media_minutes", "raw_minutes", "billed_minutes", "total_cost", "cpm"),
        ),
    ),
    "reconciliation_daily": _CARRIER,
    "reconciliation_flags": _CARRIER,
    "review_decisions": _CARRIER,
    "dim_carrier": Visibility(Rule.ANY_OF_CARRIER),
    "dim_region": Visibility(Rule.ANY_OF_REGION),
    "dim_date": Visibility(Rule.EVERYBODY),
    "cpm_meta": Visibility(Rule.EVERYBODY),
    # Whether figures can be used is everybody's business; counts over all carriers, and reasons naming them, are not.
    "day_status": Visibility(Rule.EVERYBODY, ("usage_date", "status", "last_good_at_utc")),
    "day_versions": Visibility(Rule.EVERYBODY, ("usage_date", "version", "known_from_utc", "manifest_sha256")),
    "check_results": Visibility(
        Rule.EVERYBODY,
        ("usage_date", "check_name", "asset_name", "severity", "is_blocking", "is_passed", "is_waived"),
    ),
    # One sum over the company; text as it came in; who may see what.
    "internal_handling_cost": HIDDEN,
    "rejected_invoice_lines": HIDDEN,
    "rejected_legs": HIDDEN,
    "rejected_reference_rows": HIDDEN,
    "access_policy": HIDDEN,
}


def visibility_of(table: str) -> Visibility:
    """A table's visibility; of one that is not listed, hidden."""
    return VISIBILITY.get(table, HIDDEN)
