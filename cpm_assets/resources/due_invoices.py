"""Invoices whose days were not compared since they came in, as the published file says (`invoice_files`)."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class DueInvoice:
    """An invoice file and the first and last UTC day on which its invoices still have to be compared with legs."""

    source_file_sha256: str
    file_name: str
    first_day: date
    last_day: date


def due_invoices(published_file: Path) -> list[DueInvoice]:
    """One per file, oldest first; none before the first publish, or while the published file is an older version's."""
    if not published_file.exists():
        return []
    with duckdb.connect(str(published_file), read_only=True) as connection:
        try:
            rows = connection.execute(
                "select source_file_sha256, min(file_name), min(first_day_to_compare), max(last_day_to_compare) "
                "from invoice_files where days_to_compare > 0 group by source_file_sha256 "
                "order by min(received_at_utc), source_file_sha256"
            ).fetchall()
        except duckdb.CatalogException:
            return []
    return [DueInvoice(*row) for row in rows]
