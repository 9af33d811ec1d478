"""The ground truth: everything that is wrong in the sandbox on purpose, and what a correct pipeline says about it.

One JSON-ready document for a given set of built days. Computed from the organisation alone; nothing of the pipeline is
read. The rules are in `expected_days.py`, `reconciling.py` and `pricing.py`.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from cpm_assets.sandbox import faults
from cpm_assets.sandbox.expected_days import ExpectedDay, expected_costs, expected_days
from cpm_assets.sandbox.files import write_atomically
from cpm_assets.sandbox.invoice_faults import Invoice, invoices
from cpm_assets.sandbox.legs import instant_text
from cpm_assets.sandbox.organization import CORRECTED_AT, DEMO_AS_OF, DEMO_DAYS, Organization, utc_midnight
from cpm_assets.sandbox.paging import with_repeats
from cpm_assets.sandbox.reconciling import Reconciliation, assert_unambiguous, coverage, reconcile
from cpm_assets.sandbox.traffic import legs_as_known, legs_of_day

# The check `reconciliation_drift` warns above this share of the day's charge (D18).
_DRIFT_LIMIT = Decimal("0.001")


def ground_truth(
    organization: Organization,
    built_days: Sequence[date] = DEMO_DAYS,
    as_of: datetime = DEMO_AS_OF,
    swept_at: Mapping[date, datetime] | None = None,
) -> dict[str, Any]:
    """The document for these UTC days, each last swept whole at `as_of` or at its own instant in `swept_at` (UTC).

    Assumes that no other day was ever built and that a rejected day was never accepted before (so it has no last good
    figures). Money is text with six decimals, instants are ISO 8601 with Z.
    """
    days = expected_days(organization, {day: (swept_at or {}).get(day, as_of) for day in built_days})
    accepted = [day for day in days.values() if day.is_accepted]
    delivered = invoices(organization)
    reconciliation = _reconciliation(accepted, delivered, frozenset(day.usage_date for day in accepted))
    of_rejected = _reconciliation(accepted, delivered, frozenset(days) - {day.usage_date for day in accepted})
    drift = _drift(accepted, reconciliation)
    return {
        "organization": {"seed": organization.seed, "legs_per_day": organization.legs_per_day},
        "as_of_utc": instant_text(as_of),
        "faults": {
            **_leg_faults(organization),
            "late_legs": [
                {"leg_id": leg.leg_id, "usage_date": f"{day:%Y-%m-%d}", "appears_at_utc": instant_text(leg.appears_at)}
                for day in built_days
                for leg in legs_of_day(organization, day)
                if leg.is_late
            ],
            "repeated_legs": {f"{day:%Y-%m-%d}": _repeated(organization, days[day]) for day in days},
            "invoice_mistakes": [_mistake(invoice, mistake) for invoice in delivered for mistake in invoice.mistakes],
        },
        "days": {f"{day:%Y-%m-%d}": _day(days[day], as_of) for day in days},
        "costs": [row for day in accepted for row in expected_costs(day)],
        "reconciliation": {
            "flags": _flags(reconciliation),
            # Only if the pipeline reconciles rejected days; with D13 read as "all that follows is kept" it does not.
            "flags_of_rejected_days": _flags(of_rejected),
            "pairs": [
                {"usage_date": f"{day:%Y-%m-%d}", "carrier_name": carrier, "outcome": outcome, "lines": count}
                for (day, carrier, outcome), count in sorted(reconciliation.pairs.items())
            ],
            "drift": drift,
            "coverage": [_coverage(invoice) for invoice in delivered if invoice.lines],
        },
        "failing_checks": _failed_checks([*days.values()], drift, reconciliation),
    }


def write_ground_truth(
    path: Path,
    organization: Organization,
    built_days: Sequence[date] = DEMO_DAYS,
    as_of: datetime = DEMO_AS_OF,
    swept_at: Mapping[date, datetime] | None = None,
) -> None:
    """Write `ground_truth(…)` as indented JSON, atomically; the same bytes for the same arguments."""
    truth = ground_truth(organization, built_days, as_of, swept_at)
    write_atomically(path, (json.dumps(truth, indent=1, ensure_ascii=False) + "\n").encode())


def _reconciliation(
    accepted: Sequence[ExpectedDay], delivered: Sequence[Invoice], of: frozenset[date]
) -> Reconciliation:
    known = [(leg, cost, leg.billing_seconds_shown(day.swept_at)) for day in accepted for leg, cost in day.priced]
    assert_unambiguous(known)
    return reconcile(known, delivered, of)


def _leg_faults(organization: Organization) -> dict[str, Any]:
    def on(day: date) -> list[str]:
        return [leg.leg_id for leg in faults.faulty_legs(organization, day)]

    named = {
        "unrated_legs": (faults.UNRATED_DAY, {"prefix": faults.UNRATED_PREFIX}),
        "malformed_records": (faults.MALFORMED_DAY, {"field": "billingDuration"}),
        "unknown_carrier_legs": (faults.UNKNOWN_CARRIER_DAY, {"carrier_name": faults.UNCONTRACTED_CARRIER}),
        "zero_billing_legs": (faults.ZERO_BILLING_DAY, {"mended_at_utc": instant_text(CORRECTED_AT)}),
        "vanishing_legs": (faults.VANISHING_DAY, {"vanishes_at_utc": instant_text(CORRECTED_AT)}),
    }
    return {name: {"usage_date": f"{day:%Y-%m-%d}", "leg_ids": on(day), **more} for name, (day, more) in named.items()}


def _repeated(organization: Organization, day: ExpectedDay) -> list[str]:
    """Ids of the legs that a whole sweep of the day receives twice."""
    start = utc_midnight(day.usage_date)
    served = with_repeats(legs_as_known(organization, start, start + timedelta(days=1), day.swept_at))
    return [leg_id for leg_id, times in Counter(leg.leg_id for leg in served).items() if times > 1]


def _mistake(invoice: Invoice, mistake: tuple[str, str | None, str | None]) -> dict[str, Any]:
    kind, leg_id, line_number = mistake
    return {
        "mistake": kind,
        "carrier_name": invoice.period.carrier.name,
        "invoice_number": invoice.period.invoice_number,
        "line_number": line_number,
        "leg_id": leg_id,
    }


def _day(day: ExpectedDay, as_of: datetime) -> dict[str, Any]:
    return {
        "status": day.status(as_of),
        "swept_at_utc": instant_text(day.swept_at),
        "distinct_legs": len(day.legs),
        "malformed_records": day.malformed,
        "leg_types": day.leg_type_counts(),
        "fallback_legs": len(day.fallbacks),
        "billable_legs": len(day.priced),
        "unrated_legs": sum(cost.charge is None for _, cost in day.priced),
        "unknown_carrier_legs": len(day.unknown_carrier),
        "zero_billing_legs": len(day.zero_billing),
    }


def _flags(reconciliation: Reconciliation) -> list[dict[str, Any]]:
    return [
        {
            "usage_date": f"{flag.usage_date:%Y-%m-%d}",
            "carrier_name": flag.carrier_name,
            "flag_type": flag.flag_type,
            "leg_id": flag.leg_id or None,
            "invoice_number": flag.invoice_number or None,
            "line_number": flag.line_number or None,
        }
        for flag in reconciliation.flags
    ]


def _drift(accepted: Sequence[ExpectedDay], reconciliation: Reconciliation) -> list[dict[str, Any]]:
    rows = []
    for day in accepted:
        for (usage_date, carrier), drift in sorted(reconciliation.drift.items()):
            if usage_date == day.usage_date:
                costs = [cost.charge or Decimal(0) for leg, cost in day.priced if leg.carrier == carrier]
                share = drift / sum(costs, Decimal(0))
                rows.append(
                    {
                        "usage_date": f"{usage_date:%Y-%m-%d}",
                        "carrier_name": carrier,
                        "drift": f"{drift:.6f}",
                        "is_above_limit": share > _DRIFT_LIMIT,
                    }
                )
    return rows


def _coverage(invoice: Invoice) -> dict[str, str]:
    start, end = coverage(invoice)
    return {
        "carrier_name": invoice.period.carrier.name,
        "invoice_number": invoice.period.invoice_number,
        "from_utc": instant_text(start),
        "to_utc": instant_text(end),
    }


def _failed_checks(days: list[ExpectedDay], drift: list[dict[str, Any]], truth: Reconciliation) -> list[dict[str, str]]:
    """The checks that fail because of the intended faults, by day."""
    found = set()
    for day in days:
        if day.unknown_carrier:
            found.add((day.usage_date.isoformat(), "carrier_match"))
        if day.zero_billing:
            found.add((day.usage_date.isoformat(), "non_zero_billing"))
        if any(cost.charge is None for _, cost in day.priced):
            found.add((day.usage_date.isoformat(), "every_billable_leg_rated"))
    found |= {(row["usage_date"], "reconciliation_drift") for row in drift if row["is_above_limit"]}
    found |= {(day.isoformat(), "match_rate") for day in truth.days_below_match_rate()}
    return [{"usage_date": usage_date, "check": check} for usage_date, check in sorted(found)]
