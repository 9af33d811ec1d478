"""The clock: the one place that knows what time it is, so that every other piece takes time as an argument."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg


class Clock(dg.ConfigurableResource):
    """The present instant, UTC. `fixed_at` (ISO 8601 with offset) stops it there, for demonstrations and tests."""

    fixed_at: str | None = None

    def now(self) -> datetime:
        """The present instant as an aware UTC datetime."""
        if self.fixed_at is None:
            return datetime.now(UTC)
        return datetime.fromisoformat(self.fixed_at).astimezone(UTC)
