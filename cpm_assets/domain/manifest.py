"""The manifest of a frozen day: how it is written, so that its own hash means something, and what contradicts it (D21).

Belongs here: the canonical form and the comparison. Does not belong here: gathering what it says
(`resources/closing_facts.py`), writing or reading its files (`resources/frozen_versions.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

Json = Mapping[str, object]


class Total(NamedTuple):
    """A UTC day's sums in one currency, over rated legs but for `unrated_legs`. The cost is DECIMAL(18,6)."""

    legs: int
    unrated_legs: int
    billed_seconds: int
    total_cost: Decimal


def canonical_json(manifest: Json) -> bytes:
    """The one spelling of a manifest: sorted names, UTF-8, a final newline. Raises TypeError for a float or a Decimal:
    a fraction is text, so that no reader rounds it."""
    _refuse_floats(manifest)
    return (json.dumps(manifest, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float; a manifest holds fractions as text")
    if isinstance(value, Mapping):
        for each in value.values():
            _refuse_floats(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _refuse_floats(each)


def totals_as_json(totals: Mapping[str, Total]) -> dict[str, dict[str, int | str]]:
    """Totals by currency as a manifest holds them."""
    return {
        currency: {**total._asdict(), "total_cost": f"{total.total_cost:.6f}"} for currency, total in totals.items()
    }


def totals_from_json(values: Mapping[str, Mapping[str, int | str]]) -> dict[str, Total]:
    """The reverse of `totals_as_json`."""
    return {
        currency: Total(
            int(each["legs"]), int(each["unrated_legs"]), int(each["billed_seconds"]), Decimal(each["total_cost"])
        )
        for currency, each in values.items()
    }


def differing_totals(stated: Mapping[str, Total], added: Mapping[str, Total]) -> list[str]:
    """One sentence per currency whose stated total is not what its rows add up to."""
    return [
        f"the manifest says {_shown(stated.get(currency))}, the rows add up to {_shown(added.get(currency))}"
        for currency in sorted({*stated, *added})
        if stated.get(currency) != added.get(currency)
    ]


def _shown(total: Total | None) -> str:
    return "nothing" if total is None else f"{total.legs} legs, {total.billed_seconds} s, {total.total_cost:.6f}"
