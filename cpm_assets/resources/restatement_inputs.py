"""Restatement inputs: the rows by which a dbt run learns of final days' new versions and of what their reviews found.

Where they are gathered: `final_day_review.py`; who writes them to a file: `run_inputs.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cpm_assets.resources.frozen_versions import FrozenVersion
from cpm_assets.resources.review_log import DayReview


def restated_rows(versions: Sequence[FrozenVersion]) -> Iterator[tuple[object, ...]]:
    """Rows of `RUN_RESTATED_VERSIONS`: each version with its sums and files; each day's versions oldest first.

    Of a day in several currencies no sum of money is given (D27).
    """
    latest = {each.usage_date: each.version for each in versions}
    for each in versions:
        currency = next(iter(each.totals)) if len(each.totals) == 1 else None
        yield (
            each.usage_date,
            each.version,
            each.version == latest[each.usage_date],
            each.known_from_utc,
            each.manifest_sha256,
            each.reason,
            sum(total.legs for total in each.totals.values()),
            sum(total.billed_seconds for total in each.totals.values()),
            each.totals[currency].total_cost if currency else None,
            currency,
            *(str(each.directory / f"{name}.parquet") for name in ("cpm_daily", "changes", "restatements")),
        )


def review_rows(reviews: Iterable[DayReview]) -> list[tuple[object, ...]]:
    """Rows of `RUN_REVIEWS`."""
    return [(each.usage_date, each.outcome, each.reason, each.run_id) for each in reviews]
