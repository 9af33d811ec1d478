"""Reviews in the log for tests that start after them, as a build that published them leaves them."""

from cpm_assets.resources.review_log import DayReview
from cpm_assets.resources.warehouse import Warehouse


def log_review(warehouse: Warehouse, review: DayReview) -> None:
    """Record that this review was made and published."""
    warehouse.builds.prepare([], "snapshot", reviews=warehouse.reviews.entries([review]))
    warehouse.builds.settle("snapshot")
