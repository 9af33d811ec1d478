"""The deliveries in the lake: each file as received, once, and the receipt that says when it was first seen.

A delivery of reference data is known by its kind and SHA-256; one of an invoice by its carrier folder too, since the
same bytes moved from a wrong folder to the right one are another statement. Which files are taken is in `inbox.py`.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cpm_assets.resources.lake import Lake
from cpm_assets.resources.write_once import publish_part, write_once

REFERENCE_KINDS = ("carrier_contracts", "rate_cards", "seat_licenses", "waivers")
"""The kinds that figures are made of, or closed by."""
REVIEW_DECISIONS = "review_decisions"
INVOICES = "invoices"


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
    write_once(_receipt_path(delivery.directory, delivery.sha256), (json.dumps(receipt, indent=2) + "\n").encode())


def deliveries(lake: Lake, kind: str) -> list[Delivery]:
    """Every delivery of a kind, in the order received; those of one instant by file name."""
    pattern = "*/*.receipt.json" if kind == INVOICES else "*.receipt.json"
    found = [_read(path) for path in (lake.deliveries / kind).glob(pattern)]
    return sorted(found, key=lambda delivery: (delivery.received_at, delivery.file_name, delivery.sha256))


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
