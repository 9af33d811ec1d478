"""Tests of `resources/parsed_files.py`: every delivery has its parsed files, whatever is in it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cpm_assets.domain.x12.line_columns import LineColumns, LineParts
from cpm_assets.resources import delivery_schemas, parsed_files
from cpm_assets.resources.delivery_store import Delivery, delivery_directory, keep_delivery
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.line_tables import delivery_tables
from cpm_assets.resources.parquet_tables import arrow_table
from cpm_assets.resources.parsed_files import ReferenceFile, parsed_deliveries
from cpm_assets.resources.run_schemas import RUN_REFERENCE_FILES
from cpm_assets.resources.write_once import part_of
from cpm_assets_tests.unit.domain.x12.interchanges import parsed_set

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
DECK = b"prefix,destination_region,carrier_name,rate_per_minute,effective_date,expiry_date\n"
CONTRACT = b"carrier_name,effective_date,expiry_date,invoice_folder\n"
INVOICE = (
    b"invoice_number,line_number,internal_leg_reference,destination_number,start_time,duration_seconds,"
    b"billed_minutes,charge_amount\nI,1,,+14155550198,2026-10-25T02:30:00,60,1,0.01\n"
)

Deliver = Callable[..., Delivery]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def deliver(lake: Lake) -> Deliver:
    """Puts a delivery into the lake as the inbox does; each is received a minute after the one before."""
    received = [NOW]

    def put(kind: str, content: bytes, folder: str | None = None) -> Delivery:
        number = len(received)
        received.append(NOW + timedelta(minutes=number))
        directory = delivery_directory(lake, kind, folder)
        delivery = Delivery(kind, folder, f"{number:064x}", f"{number}.csv", len(content), received[-1], directory)
        directory.mkdir(parents=True, exist_ok=True)
        part_of(directory / "incoming").write_bytes(content)
        keep_delivery(delivery, part_of(directory / "incoming"))
        return delivery

    return put


def _rows(file: ReferenceFile) -> list[dict[str, Any]]:
    return pq.read_table(file.rows_path).to_pylist()


def _rejects(file: ReferenceFile) -> list[dict[str, Any]]:
    return pq.read_table(file.rejects_path).to_pylist()


def test_a_deck_becomes_rows_and_rejects_that_name_their_file_and_line(lake: Lake, deliver: Deliver) -> None:
    """Every cost names the card row that made it, and every row not taken can be found."""
    deck = deliver("rate_cards", DECK + b"1415,SF,Acme,0.0069,2026-10-01,\n1415x,SF,Acme,1,2026-10-01,\n")
    (file,) = parsed_deliveries(lake)
    assert pq.read_schema(file.rows_path).equals(delivery_schemas.RATE_CARDS)
    (row,) = _rows(file)
    assert (row["prefix"], row["rate_per_minute"], row["effective_date"]) == (
        "1415",
        Decimal("0.00690000"),
        date(2026, 10, 1),
    )
    assert (row["source_file_sha256"], row["line_number"]) == (deck.sha256, 2)
    assert row["received_at_utc"] == deck.received_at.replace(tzinfo=None)
    (reject,) = _rejects(file)
    assert reject == {
        "kind": "rate_cards",
        "carrier_folder": None,
        "source_file_sha256": deck.sha256,
        "file_name": "1.csv",
        "line_number": 3,
        "reason": "prefix '1415x' is not a prefix of digits",
        "raw_text": "1415x,SF,Acme,1,2026-10-01,",
        "received_at_utc": deck.received_at.replace(tzinfo=None),
    }
    assert (file.rows, file.rejected, file.collapsed, file.warnings) == (1, 1, 0, ())


def test_contracts_and_licenses_have_their_own_columns(lake: Lake, deliver: Deliver) -> None:
    """A value in the wrong column would be a wrong term, and nobody would see it."""
    header = b"carrier_name,effective_date,expiry_date,bills_attempts,dispute_days\n"
    deliver("carrier_contracts", header + b"A,2026-01-01,,true,9\n")
    deliver(
        "seat_licenses",
        b"license_name,seats,monthly_cost_per_seat,effective_date,expiry_date,currency\nL,3,9.5,2026-01-01,,USD\n",
    )
    contracts, licenses = parsed_deliveries(lake)
    assert pq.read_schema(contracts.rows_path).equals(delivery_schemas.CARRIER_CONTRACTS)
    assert pq.read_schema(licenses.rows_path).equals(delivery_schemas.SEAT_LICENSES)
    assert (_rows(contracts)[0]["bills_attempts"], _rows(contracts)[0]["dispute_days"]) == (True, 9)
    assert (_rows(licenses)[0]["seats"], _rows(licenses)[0]["currency"]) == (3, "USD")


def test_one_bad_file_never_stops_the_others(lake: Lake, deliver: Deliver) -> None:
    """And what was wrong with it stays to be seen, in every later run too."""
    deliver("rate_cards", b"\x89PNG\r\n\x1a\n\0\0")
    deliver("rate_cards", DECK + b"1415,SF,Acme,0.0069,2026-10-01,\n")
    for _ in range(2):
        bad, good = parsed_deliveries(lake)
        assert (bad.rows, bad.rejected, good.rows) == (0, 1, 1)
        assert _rows(bad) == []
        assert _rejects(bad)[0]["line_number"] == 0


def test_a_parser_that_raises_costs_its_file_only(
    lake: Lake, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours in one layout must not stop every day of every carrier."""
    deliver("rate_cards", DECK)

    def broken(_spec: object, _content: bytes) -> None:
        raise KeyError("bug")

    monkeypatch.setattr(parsed_files, "parse_delivery", broken)
    (file,) = parsed_deliveries(lake)
    assert _rejects(file)[0]["reason"] == "the parser failed: KeyError"


def test_warnings_stay_with_the_delivery(lake: Lake, deliver: Deliver) -> None:
    """They are told in the run that parses the file and in the next one, when somebody looks."""
    deliver("rate_cards", DECK.strip() + b",comment\n")
    assert [parsed_deliveries(lake)[0].warnings for _ in range(2)] == [("columns ignored: comment",)] * 2


def test_what_is_parsed_is_not_parsed_again(lake: Lake, deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing all decks of all years in each run would take longer than the run."""
    deliver("rate_cards", DECK)
    before = parsed_deliveries(lake)
    monkeypatch.setattr(parsed_files, "parse_delivery", None)
    assert parsed_deliveries(lake) == before


def test_a_run_killed_while_parsing_is_made_good_by_the_next(lake: Lake, deliver: Deliver) -> None:
    """Rows without their summary may lack their rejects: the summary is written last."""
    deliver("rate_cards", DECK + b"1415,SF,Acme,0.0069,2026-10-01,\n")
    (file,) = parsed_deliveries(lake)
    for path in file.rows_path.parent.glob("*.summary.json"):
        path.unlink()
    file.rejects_path.unlink()
    assert parsed_deliveries(lake) == [file]
    assert _rejects(file) == []


def test_an_invoice_is_read_in_its_carriers_layout(lake: Lake, deliver: Deliver) -> None:
    """The folder says whose it is: the line itself does not."""
    deliver("carrier_contracts", CONTRACT + b"Acme/EU,2026-01-01,,\n")
    invoice = deliver("invoices", INVOICE, "Acme_EU")
    _, file = parsed_deliveries(lake)
    assert pq.read_schema(file.rows_path).equals(delivery_schemas.INVOICES)
    assert file.layout == "guide_csv"
    (line,) = _rows(file)
    assert (line["carrier_folder"], line["line_number"], line["file_line"]) == ("Acme_EU", "1", 2)
    assert line["start_local"] == datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 -- local time on purpose
    assert (line["start_utc"], line["source_file_sha256"]) == (None, invoice.sha256)


def test_an_invoice_in_an_unknown_folder_is_rejected_until_its_carrier_is_known(lake: Lake, deliver: Deliver) -> None:
    """Named by the folders there are; a contract that comes later makes it readable without sending it again."""
    deliver("carrier_contracts", CONTRACT + b"Acme,2026-01-01,,acme files\n")
    deliver("rate_cards", DECK + b"12,R,Beta/US,1,2026-10-01,\n")
    deliver("invoices", INVOICE, "Gamma")
    invoice = parsed_deliveries(lake)[-1]
    (reject,) = _rejects(invoice)
    assert reject["reason"] == "no carrier has the folder 'Gamma'; known folders: Beta_US, acme files"
    assert (reject["line_number"], reject["carrier_folder"]) == (0, "Gamma")
    deliver("carrier_contracts", CONTRACT + b"Gamma,2026-01-01,,\n")
    invoice = parsed_deliveries(lake)[-1]
    assert (invoice.layout, invoice.rows, invoice.rejected) == ("guide_csv", 1, 0)


def test_files_are_listed_for_the_run_in_the_order_received(lake: Lake, deliver: Deliver) -> None:
    """Between files the later received wins."""
    for rate in (b"3", b"1", b"2"):
        deliver("rate_cards", DECK + b"12,R,A," + rate + b",2026-10-01,\n")
    table = arrow_table([file.run_input() for file in parsed_deliveries(lake)], RUN_REFERENCE_FILES)
    assert table["file_name"].to_pylist() == ["1.csv", "2.csv", "3.csv"]
    assert table["received_at_utc"].to_pylist()[0] == (NOW + timedelta(minutes=1)).replace(tzinfo=None)


def test_calls_read_as_columns_are_written_as_the_same_calls_read_one_by_one() -> None:
    """Two ways to one table: a line would have another charge or start in a large file than in a small one."""
    calls = "".join(
        f"TCD*{number:04d}*20261026*1422{number % 60:02d}*TN*12125550100*NY*TN*14155550123*CA**{number}**0.25~"
        for number in range(1, 101)
    )
    delivery = parsed_set("HL*1**8", *calls.removesuffix("~").split("~"))
    assert isinstance(delivery.rows, LineParts)
    assert [type(part) for part in delivery.rows.parts] == [LineColumns]
    given = ("Acme",), "hash", NOW, delivery_schemas.INVOICES
    (by_columns,) = delivery_tables(delivery.rows, *given)
    (by_rows,) = delivery_tables(list(delivery.rows), *given)
    assert by_columns.equals(by_rows)
    assert by_columns.num_rows == 100
