"""The files that the carriers and the finance department of the sandbox deliver, laid out as the interfaces say.

Layout and file names only: other invoice layouts than the guide's are written by `invoice_files/`, prices come from
`decks.py`, terms from `carriers.py`, lines from `invoice_faults.py`.
"""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from cpm_assets.sandbox.carriers import CARRIERS, COBALT, CONTRACTS, LINDENFUNK, UNKNOWN, Carrier, folder_of
from cpm_assets.sandbox.decks import RateRow, rate_rows
from cpm_assets.sandbox.files import csv_bytes, write_atomically
from cpm_assets.sandbox.invoice_faults import Invoice, invoices
from cpm_assets.sandbox.invoice_files.layouts import invoice_file
from cpm_assets.sandbox.invoices import stated_invoice
from cpm_assets.sandbox.organization import CARDS_SINCE, PRICE_CHANGE_DAY, Organization

_CARD = ("prefix", "destination_region", "carrier_name", "rate_per_minute", "effective_date", "expiry_date")
_CARD_TERMS = ("connection_fee", "initial_increment_seconds", "increment_seconds", "minimum_seconds", "currency")
_CONTRACT = (
    "carrier_name", "effective_date", "expiry_date", "initial_increment_seconds", "increment_seconds",
    "increment_rule", "minimum_seconds", "connection_fee", "bills_attempts", "attempt_fee", "rounding_mode",
    "rounding_decimals", "currency", "invoice_timezone", "invoice_format", "invoice_folder", "dispute_days",
)  # fmt: skip
_INVOICE = (
    "invoice_number", "line_number", "internal_leg_reference", "destination_number", "start_time",
    "duration_seconds", "billed_minutes", "charge_amount",
)  # fmt: skip
_LICENSE = ("license_name", "seats", "monthly_cost_per_seat", "effective_date", "expiry_date", "currency")
_LICENSES = (
    ("Contact center agent", "120", "95.00", "2020-01-01", "", "USD"),
    ("Supervisor", "14", "140.50", "2020-01-01", "2026-11-01", "USD"),
    ("Supervisor", "16", "140.50", "2026-11-01", "", "USD"),
)


def inbox_files(organization: Organization) -> dict[str, bytes]:
    """Every file of the inbox: path relative to it (with /) and content."""
    first, second = rate_rows(organization)
    files = {
        "carrier_contracts/contracts_2020.csv": csv_bytes(_CONTRACT, (_contract_row(one) for one in CONTRACTS)),
        "seat_licenses/licenses.csv": csv_bytes(_LICENSE, _LICENSES),
    }
    for carrier in (*CARRIERS, UNKNOWN):
        name = carrier.name.lower().replace(" ", "_")
        for since, rows in ((CARDS_SINCE, first), (PRICE_CHANGE_DAY, second)):
            own = [row for row in rows if row.carrier == carrier.name]
            if own:
                files[f"rate_cards/{name}_{since.isoformat()}.csv"] = _card(carrier, own)
    for invoice in invoices(organization):
        name, content = _invoice(invoice)
        files[f"invoices/{folder_of(invoice.period.carrier)}/{name}"] = content
    return files


def write_inbox(inbox_dir: Path, organization: Organization) -> list[Path]:
    """Drop all files, each renamed into place; a file that is there with the same bytes is left alone.

    Returns the paths, sorted.
    """
    paths = []
    for relative, data in sorted(inbox_files(organization).items()):
        path = inbox_dir / relative
        write_atomically(path, data)
        paths.append(path)
    return paths


def _card(carrier: Carrier, rows: Iterable[RateRow]) -> bytes:
    if carrier.national_form:
        # The prefix without its country, which has a column of its own (D5).
        header = ("country_code", *_CARD, *_CARD_TERMS)
        return csv_bytes(header, ((row.country_code, *_card_row(carrier, row)) for row in rows))
    return csv_bytes((*_CARD, *_CARD_TERMS), (_card_row(carrier, row) for row in rows))


def _card_row(carrier: Carrier, row: RateRow) -> tuple[str, ...]:
    prefix = row.prefix.removeprefix(row.country_code) if carrier.national_form else row.prefix
    if carrier is LINDENFUNK:
        prefix = f"+{prefix}"
    expiry = "" if row.expiry is None else row.expiry.isoformat()
    # One carrier names its currency in the card, the others leave it to the contract (D7).
    currency = carrier.currency if carrier is LINDENFUNK else ""
    terms = (row.connection_fee, row.initial_seconds, row.step_seconds, row.minimum_seconds)
    return (
        prefix, row.region, row.carrier, f"{row.rate:f}", row.effective.isoformat(), expiry,
        *("" if value is None else str(value) for value in terms), currency,
    )  # fmt: skip


def _contract_row(carrier: Carrier) -> tuple[str, ...]:
    return (
        carrier.name, CARDS_SINCE.isoformat(), "", str(carrier.initial_seconds), str(carrier.step_seconds),
        carrier.increment_rule, str(carrier.minimum_seconds), f"{carrier.connection_fee:f}",
        "true" if carrier.bills_attempts else "false", f"{carrier.attempt_fee:f}", carrier.rounding_mode,
        str(carrier.rounding_decimals), carrier.currency, carrier.invoice_timezone, carrier.invoice_format,
        carrier.invoice_folder, "30",
    )  # fmt: skip


def _invoice(invoice: Invoice) -> tuple[str, bytes]:
    """File name and content, in the carrier's layout. Those with the guide's write it in ways of their own."""
    carrier = invoice.period.carrier
    if carrier.invoice_format != "guide_csv":
        file = invoice_file(carrier.invoice_format, stated_invoice(invoice.period, invoice.lines))
        return file.name, file.content
    plus = "" if carrier is COBALT else "+"
    rows = (
        (
            line.invoice_number,
            line.line_number,
            line.reference,
            f"{plus}{line.number}",
            line.start_text,
            str(line.duration_seconds),
            _text(line.billed_minutes),
            f"{line.charge:f}",
        )
        for line in invoice.lines
    )
    return f"{invoice.period.invoice_number}.csv", csv_bytes(_INVOICE, rows)


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
