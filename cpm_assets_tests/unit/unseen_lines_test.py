"""Claims about `cpm_assets.unseen_lines`: which closed days an invoice asks to be read again."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from cpm_assets.installation import Installation
from cpm_assets.settings import settings_from_environment
from cpm_assets.unseen_lines import invoiced_and_unseen

RECEIVED = datetime(2026, 12, 10, 6, tzinfo=UTC)


def published(root: Path, *, says_received: bool = True) -> Installation:
    """A closed day with two unseen lines of two invoices and one other flag; an open day with an unseen line."""
    root.mkdir(exist_ok=True)
    installation = Installation(settings_from_environment({"CPM_DATA_DIR": str(root)}))
    marts = root / "marts.duckdb"
    column = ", received_at_utc timestamp" if says_received else ""
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            f"create table invoice_coverage (carrier_name varchar, invoice_number varchar{column});"
            "create table reconciliation_flags "
            "(usage_date date, carrier_name varchar, flag_type varchar, invoice_number varchar);"
            "create table day_status (usage_date date, status varchar);"
            "insert into day_status values ('2026-11-01', 'restated'), ('2026-11-02', 'final'), "
            "('2026-12-09', 'provisional');"
            "insert into reconciliation_flags values ('2026-11-01', 'Acme', 'missing_from_usage', 'A-1'), "
            "('2026-11-01', 'Acme', 'missing_from_usage', 'A-2'), ('2026-11-02', 'Acme', 'charge_mismatch', 'A-2'), "
            "('2026-12-09', 'Acme', 'missing_from_usage', 'A-2')"
        )
        if says_received:
            connection.execute(
                "insert into invoice_coverage values ('Acme', 'A-1', '2026-12-03 06:00'), "
                "('Acme', 'A-2', '2026-12-10 06:00'), ('Zenith', 'A-1', '2026-12-31 00:00')"
            )
    installation.warehouse.snapshots.publish(marts, installation.warehouse.snapshots.name(RECEIVED, "run"))
    return installation


def test_a_closed_day_with_a_line_never_seen_is_asked_for_since_its_newest_invoice(tmp_path: Path) -> None:
    """Asked for since the first invoice, a second one would ask in vain; an open day is read anyway."""
    assert invoiced_and_unseen(published(tmp_path)) == {date(2026, 11, 1): RECEIVED}


def test_before_anything_is_published_nothing_is_asked_for(tmp_path: Path) -> None:
    """The sensor runs from the first minute, and on a file of the version before."""
    assert invoiced_and_unseen(Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path)}))) == {}
    assert invoiced_and_unseen(published(tmp_path / "older", says_received=False)) == {}
