"""Unseen lines: closed days of which an invoice lists a call that no leg is known of.

The invoice makes no leg (D20); it is a reason to read the day once more. Belongs here: reading the published flags.
When a day is read again is `domain/late_sweeps.py`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb

from cpm_assets.installation import Installation

INVOICED_AND_UNSEEN = """
select reconciliation_flags.usage_date, max(invoice_coverage.received_at_utc)
from reconciliation_flags
inner join invoice_coverage
    on reconciliation_flags.carrier_name = invoice_coverage.carrier_name
    and reconciliation_flags.invoice_number = invoice_coverage.invoice_number
inner join day_status on reconciliation_flags.usage_date = day_status.usage_date
where reconciliation_flags.flag_type = 'missing_from_usage' and day_status.status in ('final', 'restated')
group by reconciliation_flags.usage_date
"""


def invoiced_and_unseen(installation: Installation) -> dict[date, datetime]:
    """Each closed UTC day with such a line, and when its newest invoice was received (aware UTC), as published."""
    published = installation.directory.published_file
    if not published.exists():
        return {}
    with duckdb.connect(str(published.resolve()), read_only=True) as connection:
        columns = connection.execute(
            "select column_name from duckdb_columns() where table_name = 'invoice_coverage'"
        ).fetchall()
        if ("received_at_utc",) not in columns:
            return {}  # published by a version that did not say it
        rows = connection.execute(INVOICED_AND_UNSEEN).fetchall()
    return {day: received.replace(tzinfo=UTC) for day, received in rows}
