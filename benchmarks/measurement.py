"""A measurement: one row of the table, what was measured against what, and whether the target was met.

Only the numbers and how a person reads them. Measuring is each benchmark's own, printing is in `result_table.py`.
"""

from dataclasses import dataclass

UNITS = {"s": "{:.2f} s", "MB": "{:.1f} MB", "requests": "{:,.0f} requests", "pages": "{:,.0f} pages"}


@dataclass(frozen=True)
class Quantity:
    """A number and its unit, one of `UNITS`."""

    value: float
    unit: str

    def __str__(self) -> str:
        return UNITS[self.unit].format(self.value)


@dataclass(frozen=True)
class Measurement:
    """`measured` against `reference`, two quantities of one run. The target is the greatest ratio allowed.

    With `limit` the reference is that bound itself: the target is a quantity (30 MB), not a ratio. `how` says how both
    were measured, with the sizes.
    """

    what: str
    against: str
    measured: Quantity
    reference: Quantity
    target: float
    how: str
    limit: bool = False

    @property
    def ratio(self) -> float:
        """How many times the reference."""
        return self.measured.value / self.reference.value

    @property
    def verdict(self) -> str:
        """`yes` if the ratio is within the target, or, with `limit`, the quantity below it; else `NO`.

        `unclear` when a difference of two times came out as nothing or less: it was lost in the machine's noise, and
        says nothing about the target.
        """
        if self.limit:
            return "yes" if self.measured.value < self.reference.value else "NO"
        if self.measured.value <= 0:
            return "unclear"
        return "yes" if self.ratio <= self.target else "NO"

    @property
    def target_text(self) -> str:
        """As the table shows it."""
        return f"< {self.reference}" if self.limit else f"≤ {self.target:g} ×"
