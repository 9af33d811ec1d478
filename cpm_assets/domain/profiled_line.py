"""One row of a CSV invoice as a line, or the reason why it is none, by what its profile says.

The rules over several cells of a row are here. No money gets lost: a row that is no call is left out only if it costs
nothing, else it is a fee.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from cpm_assets.domain.bounds import MAX_DURATION_SECONDS
from cpm_assets.domain.deliveries import Cells, NotCounted
from cpm_assets.domain.field_values import BadValue, shortened
from cpm_assets.domain.invoice_cells import minutes_of
from cpm_assets.domain.invoice_layouts import kind_of_charge
from cpm_assets.domain.invoice_profile import TOTAL, InvoiceProfile
from cpm_assets.domain.taken_rows import Values

ROW, ADDED = "row", "added"
"""What the keys of cells begin with that tell rows apart, and that belong to the charge."""


def line_builder(
    profile: InvoiceProfile,
    tried: dict[str, tuple[str, ...]],
    shown: dict[str, str],
    currency: str | None,
    stem: str,
    totals: list[Decimal],
) -> Callable[[Cells], Values]:
    """The function from a row's cells to a line in the order of `INVOICE_LINE_FIELDS`."""
    filters = [(f"{ROW} {each.column}", each.column, each.counted) for each in profile.row_filters]
    kind_cell = f"{ROW} {profile.kind_column}" if profile.kind_column else None
    kinds = profile.kinds
    added = [key for key in shown if key.startswith(f"{ADDED} ")]

    def value(cells: Cells, field: str) -> object:
        for key in tried.get(field, ()):
            if cells[key] is not None:
                return cells[key]
        return None

    def needed(cells: Cells, field: str) -> object:
        found = value(cells, field)
        if found is None:
            names = " and ".join(shown[key] for key in tried[field]) if tried.get(field) else field
            raise BadValue(f"{names} is empty")
        return found

    def no_call(cells: Cells) -> str | None:
        for cell, column, counted in filters:
            written = cells[cell]
            if not isinstance(written, str) or written.lower() not in counted:
                return f"{column} is {shortened(str(written or ''))}"
        if profile.others_are_no_calls and value(cells, "number") is None:
            return "no phone number was called"
        return None

    def build(cells: Cells) -> Values:
        kind = kinds.get(str(cells[kind_cell] or "").lower()) if kind_cell else None
        why_no_call = None if kind else no_call(cells)
        charge = value(cells, "charge") if why_no_call else needed(cells, "charge")
        for cell in added:
            more = cells[cell]
            if isinstance(more, Decimal):
                charge = more + (charge if isinstance(charge, Decimal) else 0)
        if why_no_call and not charge:
            raise NotCounted(why_no_call)
        if why_no_call:
            kind = "fee"
        assert isinstance(charge, Decimal)  # noqa: S101 -- as read; tells mypy
        if kind == TOTAL:
            totals.append(charge)
            raise NotCounted("it is the total")
        is_call = kind in (None, "call", "credit")
        start = needed(cells, "start") if is_call else value(cells, "start")
        number = needed(cells, "number") if is_call else value(cells, "number")
        duration = _duration(value(cells, "duration"), start, value(cells, "end"), profile.duration_is_billed)
        if is_call and duration is None:
            needed(cells, "duration" if "duration" in tried else "end")
        billed = value(cells, "billed")
        if billed is None and profile.duration_is_billed and isinstance(written := value(cells, "duration"), int):
            billed = minutes_of(written)
        return (
            stem if profile.number_from_file_name else needed(cells, "invoice_number"),
            needed(cells, "line_number") if "line_number" in tried else None,
            value(cells, "internal_leg_reference"),
            value(cells, "sip_call_id"),
            number,
            *(start if isinstance(start, tuple) else (None, None, None)),
            duration,
            billed,
            charge,
            value(cells, "currency") or currency,
            kind_of_charge(charge) if kind in (None, "call") else kind,
            value(cells, "stated_rate"),
            value(cells, "description") or why_no_call,
        )

    return build


def _duration(stated: object, start: object, end: object, is_billed: bool) -> int | None:
    """Seconds: as stated, or from start to end where nothing is stated or what is stated was rounded for billing."""
    if isinstance(stated, int) and not (is_billed and end is not None):
        return stated
    if not (isinstance(start, tuple) and isinstance(end, tuple)):
        return stated if isinstance(stated, int) else None
    began, ended = (local or utc for _, local, utc in (start, end))
    assert isinstance(began, datetime) and isinstance(ended, datetime)  # noqa: S101 -- one of each is there
    seconds = round((ended - began).total_seconds())
    if not 0 <= seconds <= MAX_DURATION_SECONDS:
        raise BadValue(f"it ends {seconds} s after its start, which is not within 0 and {MAX_DURATION_SECONDS:,}")
    return seconds
