"""One leg as it really was, and as the API shows it at some instant.

The value and its rendering only: which legs there are is decided in `traffic.py` and `faults.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Leg:
    """One SIP leg, with its final, true figures. Instants are UTC; durations are whole seconds.

    `appears_at` and `vanishes_at` bound the time in which the API shows it; until `mended_at` the API shows
    a billing duration of zero. `corruption` overrides fields of the record and so makes it unreadable.
    """

    call_id: str
    leg_id: str
    start: datetime
    end: datetime
    media_seconds: int
    billing_seconds: int
    carrier: str | None
    number: str | None
    location: str | None
    call_type: str
    direction: str
    outcome: str
    appears_at: datetime
    sip_call_id: str | None = None
    vanishes_at: datetime | None = None
    mended_at: datetime | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    corruption: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_late(self) -> bool:
        return self.appears_at > self.end

    @property
    def is_malformed(self) -> bool:
        return bool(self.corruption)

    @property
    def is_answered_outbound(self) -> bool:
        return self.call_type == "voip" and self.direction == "outbound" and self.outcome == "answered"

    def is_known(self, at: datetime) -> bool:
        """Does the API show this leg at that instant?"""
        return self.start <= at and self.appears_at <= at and (self.vanishes_at is None or at < self.vanishes_at)

    def billing_seconds_shown(self, at: datetime) -> int:
        """The billing duration that the API gives for the ended leg at that instant, seconds."""
        return 0 if self.mended_at is not None and at < self.mended_at else self.billing_seconds


def instant_text(instant: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z, as Genesys writes instants."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def record(leg: Leg, at: datetime) -> dict[str, Any]:
    """The API's record of the leg at that instant. A leg that still runs has no endTime and no durations (D16)."""
    shown: dict[str, Any] = {"callId": leg.call_id, "legId": leg.leg_id, "startTime": instant_text(leg.start)}
    if leg.end <= at:
        billing = leg.billing_seconds_shown(at)
        shown["endTime"] = instant_text(leg.end)
        shown["duration"] = leg.media_seconds
        # Some edges send whole seconds as a float: 220.0 is 220 (D6).
        shown["billingDuration"] = float(billing) if leg.leg_id.endswith("7") else billing
        outcome = leg.outcome
    else:
        is_connected = leg.outcome == "answered" and at - leg.start > timedelta(seconds=8)
        outcome = "answered" if is_connected else "ringing"
    shown |= {
        "carrierName": leg.carrier,
        "destinationNumber": leg.number,
        "destinationLocation": leg.location,
        "callType": leg.call_type,
        "direction": leg.direction,
        "callOutcome": outcome,
    }
    if leg.sip_call_id is not None:
        shown["sipCallId"] = leg.sip_call_id
    shown.update(leg.extras)
    shown.update(leg.corruption)
    return shown
