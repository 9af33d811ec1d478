"""A carrier's invoice as the call log that it really sends: CSV in the layouts of carriers' portals.

One function a layout, giving a line's cells. What a layout cannot say is taken off a line before, in `layouts.py`.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from cpm_assets.sandbox.invoice_files.stated_invoice import StatedInvoice, StatedLine

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class CallLog:
    """Columns, separator, and one line's cells."""

    columns: tuple[str, ...]
    cells: Callable[[StatedInvoice, StatedLine], Cells]
    delimiter: str = ","

    def written(self, invoice: StatedInvoice) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n")
        writer.writerow([column.replace("{currency}", invoice.currency) for column in self.columns])
        writer.writerows(self.cells(invoice, line) for line in invoice.lines)
        return text.getvalue().encode()


def _guide(invoice: StatedInvoice, line: StatedLine) -> Cells:
    start, _ = _times(line)
    return (
        invoice.invoice_number, line.line_number, line.reference, f"+{line.digits}",
        f"{invoice.local(start):%Y-%m-%d %H:%M:%S}", str(line.duration_seconds), _text(line.billed_minutes),
        f"{line.charge:f}",
    )  # fmt: skip


def _bandwidth(invoice: StatedInvoice, line: StatedLine) -> Cells:
    """Every other domestic number without its 1, as Bandwidth mixes them; the duration is the billed one."""
    start, end = _times(line)
    called = f"+{line.digits}"
    if len(line.digits) == 11 and line.digits[0] == "1":
        called = line.digits[1:] if line.duration_seconds % 2 == 0 else line.digits
    stamp = "%Y/%m/%d %I:%M:%S %p"
    return (
        invoice.account, f"{start:{stamp}}", f"{end:{stamp}}", line.description, invoice.caller, called,
        str(_billed_seconds(line)), _text(line.stated_rate), f"{line.charge:f}", "TIER0", "NWYRCYZN01",
        f"call-{line.line_number}", line.line_number,
    )  # fmt: skip


def _twilio(invoice: StatedInvoice, line: StatedLine) -> Cells:
    start, end = _times(line)
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    return (
        line.line_number, f"+{invoice.caller}", f"+{line.digits}", "outbound-api", f"{start:{stamp}}", f"{end:{stamp}}",
        str(line.duration_seconds), f"{-line.charge:f}", invoice.currency, "completed",
    )  # fmt: skip


def _plivo_voice(invoice: StatedInvoice, line: StatedLine) -> Cells:
    return _plivo(invoice, line, line.duration_seconds)


def _plivo_zentrunk(invoice: StatedInvoice, line: StatedLine) -> Cells:
    return _plivo(invoice, line, _billed_seconds(line))


def _plivo(invoice: StatedInvoice, line: StatedLine, bill_duration: int) -> Cells:
    """`bill_duration` means two things: what the call lasted in Voice, what is billed in Zentrunk."""
    start, end = (f"{invoice.local(instant):%Y-%m-%d %H:%M:%S}" for instant in _times(line))
    return (
        line.line_number, invoice.caller, line.digits, str(line.duration_seconds), str(bill_duration),
        _text(line.stated_rate), f"{line.charge:f}", start, start, end,
    )  # fmt: skip


def _didww(invoice: StatedInvoice, line: StatedLine) -> Cells:
    start, _ = _times(line)
    return (
        f"{start:%Y-%m-%d %H:%M:%S}", invoice.caller, "", line.digits, str(line.duration_seconds), "Normal",
        f"{line.charge:f}",
    )  # fmt: skip


def _sinch(invoice: StatedInvoice, line: StatedLine) -> Cells:
    start, _ = _times(line)
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    return (
        line.line_number, f"{start:{stamp}}", "ANSWERED", str(line.duration_seconds), f"{start:{stamp}}",
        f"+{invoice.caller}", f"+{line.digits}", f"{line.charge:f}", invoice.currency,
    )  # fmt: skip


def _genesys(invoice: StatedInvoice, line: StatedLine) -> Cells:
    start, end = (f"{instant:%Y-%m-%dT%H:%M:%SZ}" for instant in _times(line))
    adjusted = _billed_seconds(line)
    return (
        line.sip_call_id, f"+{invoice.caller}", f"+{line.digits}", "US", "United States", line.description, "Outbound",
        start, end, str(line.duration_seconds), str(adjusted), f"{Decimal(adjusted) / 60:.1f}",
        _text(line.stated_rate), f"{line.charge:f}", invoice.currency, f"{invoice.first_date:%Y-%m}",
    )  # fmt: skip


_PLIVO = (
    "call_uuid", "from_number", "to_number", "call_duration", "bill_duration", "total_rate", "total_amount",
    "initiation_time", "answer_time", "end_time",
)  # fmt: skip

CALL_LOGS: dict[str, CallLog] = {
    "guide_csv": CallLog(
        (
            "invoice_number", "line_number", "internal_leg_reference", "destination_number", "start_time",
            "duration_seconds", "billed_minutes", "charge_amount",
        ),
        _guide,
    ),
    "bandwidth_bdr": CallLog(
        (
            "AccountNumber", "CallStartDateTime", "CallEndDateTime", "CallType", "CallSource", "CallDestination",
            "Duration", "PerMinRate", "Amount", "TierType", "DesinationRateCenter", "CallID", "BdrID",
        ),
        _bandwidth,
    ),
    "twilio": CallLog(
        ("sid", "from", "to", "direction", "start_time", "end_time", "duration", "price", "price_unit", "status"),
        _twilio,
    ),
    "plivo_voice": CallLog(_PLIVO, _plivo_voice),
    "plivo_zentrunk": CallLog(_PLIVO, _plivo_zentrunk),
    "didww": CallLog(
        (
            "Date/Time (UTC)", "Source", "DID", "Destination", "Duration (secs)", "Disconnect Reason",
            "Termination Amount ({currency})",
        ),
        _didww,
    ),
    "sinch": CallLog(
        ("CallId", "CallTime", "Result", "Duration", "AnswerTime", "From", "To", "Amount", "Currency"), _sinch, ";"
    ),
    "genesys_cloud_voice": CallLog(
        (
            "SIP Call Id", "Origin", "Destination", "Usage Group", "Usage Group Display", "Call Type", "Direction",
            "Start time", "End Time", "Duration (Seconds)", "Adjusted Duration (seconds)",
            "Adjusted Duration (minutes)", "Usage Rate Per Minute", "Total cost", "Currency", "Rate Sheet",
        ),
        _genesys,
    ),
}  # fmt: skip


def _times(line: StatedLine) -> tuple[datetime, datetime]:
    """Start and end, aware UTC."""
    if line.start is None:
        raise ValueError(f"a call log lists calls alone: {line}")
    return line.start, line.start + timedelta(seconds=line.duration_seconds)


def _billed_seconds(line: StatedLine) -> int:
    if line.billed_minutes is None:
        raise ValueError(f"this layout states what is billed: {line}")
    return round(line.billed_minutes * 60)


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
