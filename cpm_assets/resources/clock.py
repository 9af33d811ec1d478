"""The clock: the one place that knows what time it is, so that every other piece takes time as an argument."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg


class Clock(dg.ConfigurableResource):
    """The present instant, UTC. `fixed_at` (ISO 8601 with offset) stops it there, for demonstrations and tests."""

    fixed_at: str | None = None

    def now(self) -> datetime:
        """The present instant as an aware UTC datetime. Raises ValueError for a `fixed_at` without an offset."""
        if self.fixed_at is None:
            return datetime.now(UTC)
        instant = datetime.fromisoformat(self.fixed_at)
        if instant.tzinfo is None:  # `astimezone` would take it to be in the machine's own zone
            raise ValueError(f"fixed_at is {self.fixed_at!r}; it needs an offset, or Z for UTC")
        return instant.astimezone(UTC)
