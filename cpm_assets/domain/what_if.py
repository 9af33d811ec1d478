"""What-if: the question that is asked of a past period's traffic, and who may see its answer.

Pure values. What the answer is made of is in `resources/what_if.py` and `resources/what_if.sql`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cpm_assets.domain.access_policy import Grant, sees_whole_carrier


class WhatIfError(ValueError):
    """The question has no answer; the message says what to ask instead."""


@dataclass(frozen=True)
class Scenario:
    """The traffic of one carrier on UTC days `first_day` to `last_day`, both included, as another one would charge it.

    With `priced_on`, a UTC day, all of it is priced by the candidate's card and contract of that day: an offer has no
    rates in the past. Without, each leg by those of its own day (D2). Raises WhatIfError.
    """

    carrier_name: str
    candidate_carrier_name: str
    first_day: date
    last_day: date
    priced_on: date | None = None

    def __post_init__(self) -> None:
        if self.first_day > self.last_day:
            raise WhatIfError(f"the first day, {self.first_day}, is after the last, {self.last_day}")
        if not self.carrier_name or not self.candidate_carrier_name:
            raise WhatIfError("name both carriers: whose traffic it is, and who would charge it")

    @property
    def scenario_id(self) -> str:
        """The same question has the same id: asked again, it is answered anew in the same place."""
        return hashlib.sha256(json.dumps(self.stated(), sort_keys=True).encode()).hexdigest()[:16]

    def stated(self) -> dict[str, str | None]:
        """The scenario as text, as its answer states it."""
        return {
            "carrier_name": self.carrier_name,
            "candidate_carrier_name": self.candidate_carrier_name,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "priced_on": self.priced_on.isoformat() if self.priced_on else None,
        }


def scenario_stated(text: dict[str, str | None]) -> Scenario:
    """A scenario from its stated form. Raises WhatIfError, KeyError or ValueError for what is none."""
    return Scenario(
        carrier_name=text["carrier_name"] or "",
        candidate_carrier_name=text["candidate_carrier_name"] or "",
        first_day=date.fromisoformat(text["first_day"] or ""),
        last_day=date.fromisoformat(text["last_day"] or ""),
        priced_on=date.fromisoformat(text["priced_on"]) if text["priced_on"] else None,
    )


def is_shown(scenario: Scenario, grants: Iterable[Grant]) -> bool:
    """Whether grants show an answer: both carriers in all their regions, for its sums tell of every region."""
    granted = frozenset(grants)
    return all(
        sees_whole_carrier(granted, carrier) for carrier in (scenario.carrier_name, scenario.candidate_carrier_name)
    )
