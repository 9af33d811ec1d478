"""Which carrier's folder an invoice came in, and so which layout it is read with.

Pure: the contracts' rows and the carriers' names are passed in. Which contract then rates or reconciles a line is SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cpm_assets.domain.invoice_layouts import DEFAULT_LAYOUT


@dataclass(frozen=True)
class FolderTerms:
    """What a contract's row says of the carrier's invoices; None where it says nothing."""

    carrier_name: str
    effective_date: date
    invoice_folder: str | None
    invoice_format: str | None


def folder_of(carrier_name: str, invoice_folder: str | None = None) -> str:
    """A carrier's folder below `inbox/invoices`: the contract's, else its name with `/` written `_`."""
    return invoice_folder or carrier_name.replace("/", "_")


def layout_of(
    folder: str, received_on: date, terms: Iterable[FolderTerms], carriers_without_contract: Iterable[str]
) -> str | None:
    """The layout of an invoice in `folder`, or None when no carrier has that folder.

    Of several contract rows the latest in force on the day of receipt (UTC) decides, so that a carrier's change of
    layout leaves the older invoices readable; before the first one, the earliest. A carrier of which only rate cards
    are known sends `guide_csv`. `terms` are in the order received: of rows with one effective date the last counts.
    """
    of_folder = [row for row in terms if folder_of(row.carrier_name, row.invoice_folder) == folder]
    if not of_folder:
        is_known = any(folder_of(carrier_name) == folder for carrier_name in carriers_without_contract)
        return DEFAULT_LAYOUT if is_known else None
    in_force = [row for row in of_folder if row.effective_date <= received_on]
    if in_force:
        latest = max(row.effective_date for row in in_force)
        decisive = [row for row in in_force if row.effective_date == latest][-1]
    else:
        earliest = min(row.effective_date for row in of_folder)
        decisive = [row for row in of_folder if row.effective_date == earliest][-1]
    return decisive.invoice_format or DEFAULT_LAYOUT
