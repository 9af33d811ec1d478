"""The deliveries in the lake: each file as received, once, and the receipt that says when it was first seen.

A delivery of reference data is known by its kind and SHA-256; one of an invoice by its carrier folder too, since the
same bytes moved from a wrong folder to the right one are another statement. Which files are taken is in `inbox.py`.
An access policy is the exception: the same bytes sent after others are a delivery again, with a receipt of its own.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cpm_assets.resources.lake import Lake
from cpm_assets.resources.remembered_directories import RememberedDirectories
from cpm_assets.resources.write_once import publish_part, write_once

REFERENCE_KINDS = ("carrier_contracts", "rate_cards", "seat_licenses", "waivers")
"""The kinds that figures are made of, or closed by."""
REVIEW_DECISIONS = "review_decisions"
ACCESS_POLICY = "access_policy"
"""Its newest file is all that counts: whoever goes back to an earlier one takes away what was granted since."""
INVOICES = "invoices"
INBOX_FOLDERS = (*REFERENCE_KINDS, REVIEW_DECISIONS, ACCESS_POLICY, INVOICES)

_RECEIPTS = "*.receipt.json"


@dataclass(frozen=True)
class Delivery:
    """One delivered file. `carrier_folder` is an invoice's folder, else None; `directory` is the lake's for it."""

    kind: str
    carrier_folder: str | None
    sha256: str
    file_name: str
    bytes: int
    received_at: datetime
    directory: Path

    @property
    def content_path(self) -> Path:
        """The file as received."""
        return self.directory / f"{self.sha256}{Path(self.file_name).suffix.lower()}"


def delivery_directory(lake: Lake, kind: str, carrier_folder: str | None) -> Path:
    """Where deliveries of a kind, and for invoices of a folder, are kept."""
    return lake.deliveries / kind / carrier_folder if carrier_folder else lake.deliveries / kind


def has_delivery(directory: Path, sha256: str) -> bool:
    """Whether these bytes were delivered there before."""
    return _receipt_path(directory, sha256).exists()


def is_taken(kind: str, directory: Path, sha256: str) -> bool:
    """Whether a file with these bytes that was put there now is one that the lake has; of a policy, as its newest."""
    if kind != ACCESS_POLICY:
        return has_delivery(directory, sha256)
    received = _received([directory])
    return bool(received) and received[-1].sha256 == sha256


def keep_delivery(delivery: Delivery, part: Path) -> None:
    """Gives the copied content its name, then writes the receipt: without it the delivery does not exist."""
    publish_part(delivery.content_path, part)
    receipt = {
        "sha256": delivery.sha256,
        "kind": delivery.kind,
        "file_name": delivery.file_name,
        "folder": delivery.carrier_folder,
        "bytes": delivery.bytes,
        "received_at": delivery.received_at.isoformat(),
    }
    path = _receipt_path(delivery.directory, delivery.sha256)
    if path.exists():
        path = path.with_name(f"{delivery.sha256}.{delivery.received_at:%Y%m%dT%H%M%S%fZ}.receipt.json")
    write_once(path, (json.dumps(receipt, indent=2) + "\n").encode())


def deliveries(lake: Lake, kind: str) -> list[Delivery]:
    """Every delivery of a kind, in the order received; those of one instant by file name."""
    of_kind = lake.deliveries / kind
    return _received(list(of_kind.glob("*/")) if kind == INVOICES else [of_kind])


def _received(directories: list[Path]) -> list[Delivery]:
    found = [delivery for directory in directories for delivery in _DELIVERIES.of(str(directory))]
    return sorted(found, key=lambda delivery: (delivery.received_at, delivery.file_name, delivery.sha256))


def _deliveries_in(directory: Path) -> tuple[Delivery, ...]:
    return tuple(_read(path) for path in directory.glob(_RECEIPTS))


_DELIVERIES = RememberedDirectories(_deliveries_in)
"""The deliveries that a directory has a receipt of."""


def _read(path: Path) -> Delivery:
    receipt = json.loads(path.read_bytes())
    return Delivery(
        kind=receipt["kind"],
        carrier_folder=receipt["folder"],
        sha256=receipt["sha256"],
        file_name=receipt["file_name"],
        bytes=receipt["bytes"],
        received_at=datetime.fromisoformat(receipt["received_at"]),
        directory=path.parent,
    )


def _receipt_path(directory: Path, sha256: str) -> Path:
    return directory / f"{sha256}.receipt.json"
