"""Claims about the CSV layouts that carriers send: each profile against its sample, and what a profile may say."""

import re
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpm_assets.domain.deliveries import ParsedDelivery
from cpm_assets.domain.invoice_layouts import INVOICE_HEADER_FIELDS, INVOICE_LINE_FIELDS
from cpm_assets.domain.invoice_profile import ProfileError, profile_from
from cpm_assets.domain.profiled_invoice import profile_reader
from cpm_assets.resources.invoice_layouts import INVOICE_LAYOUTS, PROFILES, layouts_in

CSV_LAYOUTS = sorted(path.stem for path in PROFILES.glob("*.toml"))
MINIMAL: dict[str, Any] = {
    "title": "A carrier's CSV",
    "columns": {"invoice_number": "invoice", "number": "to", "start": "at", "duration": "seconds", "charge": "cost"},
}


def at(*parts: int) -> datetime:
    """A time of 12 October 2026 without a zone, as in Parquet."""
    return datetime(2026, 10, 12, *parts)  # noqa: DTZ001


def sample(layout: str) -> ParsedDelivery:
    """The layout's own sample, from a file `october.csv`."""
    return INVOICE_LAYOUTS[layout].read(BytesIO((PROFILES / f"{layout}.sample.csv").read_bytes()), "october")


def lines(parsed: ParsedDelivery, *fields: str) -> list[tuple[object, ...]]:
    """These fields of each line."""
    places = [INVOICE_LINE_FIELDS.index(field) for field in fields]
    return [tuple(values[place] for place in places) for _, values in parsed.rows]


def read(profile: dict[str, Any], *rows: str) -> ParsedDelivery:
    """A file read by a profile."""
    return profile_reader(profile_from("carrier", profile))(BytesIO("\n".join(rows).encode()), "october")


SAMPLES: dict[str, tuple[tuple[str, ...], list[tuple[object, ...]]]] = {
    "guide_csv": (
        ("invoice_number", "line_number", "start_local", "start_utc", "line_kind", "charge_amount"),
        [
            ("INV-2026-10", "1", datetime(2026, 10, 25, 14, 22, 10), None, "call", Decimal("0.0138")),  # noqa: DTZ001
            ("INV-2026-10", "2", None, datetime(2026, 10, 25, 14, 25), "call", Decimal("0.0225")),  # noqa: DTZ001
            ("INV-2026-10", "3", datetime(2026, 10, 25, 14, 22, 10), None, "credit", Decimal("-0.0138")),  # noqa: DTZ001
        ],
    ),
    # The duration is rounded up to six seconds: what the call lasted is between start and end. Noon is 12 PM.
    "bandwidth_bdr": (
        ("line_number", "destination_digits", "start_utc", "duration_seconds", "billed_minutes", "stated_rate"),
        [
            ("b-1001", "14155550198", at(10, 3, 5), 61, Decimal("1.1"), Decimal("0.0065")),
            ("b-1002", "14155550198", at(12), 30, Decimal("0.5"), Decimal("0.0065")),
            ("b-1003", "442079460001", at(0, 30), 6, Decimal("0.1"), Decimal("0.0104567")),
        ],
    ),
    # Prices are negative; a busy row is no charge and an inbound one a fee; a SIP address is a number all the same.
    "twilio": (
        (
            "line_number",
            "destination_digits",
            "start_utc",
            "duration_seconds",
            "charge_amount",
            "currency",
            "line_kind",
        ),
        [
            ("CA0001", "14155550198", at(10, 3, 5), 61, Decimal("0.028"), "USD", "call"),
            ("CA0002", "442079460001", at(10, 10), 45, Decimal("0.01"), "USD", "call"),
            ("CA0004", "12025550100", at(10, 20), 60, Decimal("0.0085"), "USD", "fee"),
        ],
    ),
    # Console-local time; bill_duration is what the call lasted.
    "plivo_voice": (
        ("line_number", "start_local", "start_utc", "duration_seconds", "billed_minutes", "charge_amount"),
        [
            ("u-1", at(10, 3, 5), None, 61, None, Decimal("0.022")),
            ("u-2", at(10, 10), None, 45, None, Decimal("0.015")),
        ],
    ),
    # The same column is the billed time here.
    "plivo_zentrunk": (
        ("line_number", "start_local", "duration_seconds", "billed_minutes", "stated_rate"),
        [("z-1", at(10, 3, 5), 61, Decimal("1.1"), Decimal("0.006"))],
    ),
    # The currency is in the header; lines have no number: where they stand in the file is theirs. A line has up to
    # three amounts, and what is forwarded to a SIP address is no call.
    "didww": (
        ("invoice_number", "line_number", "start_utc", "charge_amount", "currency", "line_kind"),
        [
            ("october", "2", at(10, 3, 5), Decimal("0.0138"), "USD", "call"),
            ("october", "3", at(10, 10), Decimal("0.0255"), "USD", "call"),
            ("october", "5", at(10, 20), Decimal("0.003"), "USD", "fee"),
        ],
    ),
    "sinch": (
        ("line_number", "destination_digits", "start_utc", "duration_seconds", "currency"),
        [("s-1", "14155550198", at(10, 3, 5), 61, "EUR")],
    ),
    "genesys_cloud_voice": (
        ("sip_call_id", "start_utc", "duration_seconds", "billed_minutes", "stated_rate", "charge_amount", "line_kind"),
        [
            ("5f1c-0001", at(10, 3, 5), 61, Decimal("1.1"), Decimal("0.0065"), Decimal("0.0072"), "call"),
            ("5f1c-0002", at(10, 10), 60, Decimal(1), Decimal("0.018"), Decimal("0.018"), "fee"),
        ],
    ),
}


@pytest.mark.parametrize("layout", CSV_LAYOUTS)
def test_a_layouts_sample_is_read_whole(layout: str) -> None:
    """A profile without a sample that proves it is a guess about somebody's money."""
    parsed = sample(layout)
    assert parsed.rejects == []
    if layout in SAMPLES:
        fields, expected = SAMPLES[layout]
        assert lines(parsed, *fields) == expected


def test_the_layouts_that_contracts_may_name() -> None:
    """The names are an interface: a contract that says `twilio` today must be read tomorrow."""
    assert set(SAMPLES) <= set(CSV_LAYOUTS) <= set(INVOICE_LAYOUTS)


def test_rows_that_are_no_charges_are_counted_and_not_rejected() -> None:
    """Forty thousand busy calls among the rejects would hide the one line that cannot be read."""
    assert sample("twilio").warnings[-1:] == ["1 row(s) not counted: status is 'busy'"]
    assert sample("didww").warnings[-1:] == ["1 row(s) not counted: no phone number was called"]


def test_a_row_that_is_no_call_but_costs_something_is_a_fee_that_says_why() -> None:
    """Left out, inbound minutes would be missing from the invoice's total, and nobody could say where."""
    fees = [each for each in lines(sample("twilio"), "line_kind", "description") if each[0] == "fee"]
    assert fees == [("fee", "direction is 'inbound'")]


def test_an_amount_finer_than_micro_units_is_rounded_half_up_where_the_profile_says_so() -> None:
    """Six-second steps of a rate with six decimals have seven: refused, the line would be in nobody's figures."""
    assert lines(sample("bandwidth_bdr"), "charge_amount")[-1] == (Decimal("0.001046"),)
    row = "I,+14155550198,2026-10-12 10:00:00,60,0.0010456"
    assert "more than 6 decimals" in read(MINIMAL, "invoice,to,at,seconds,cost", row).rejects[0].reason


def test_what_is_dialled_before_a_number_abroad_is_no_part_of_it() -> None:
    """011 44 read as it stands is no number, and the lines abroad are the dear ones."""
    numbers = {"dialled_before_abroad": ["011", "00"], "country_code": "1", "national_length": 10}
    called = ("011442079460001", "00442079460001", "+442079460001", "4155550198", "14155550198", "0114912345678")
    rows = [f"I,{number},2026-10-12 10:00:00,60,1" for number in called]
    parsed = read({**MINIMAL, "numbers": numbers}, "invoice,to,at,seconds,cost", *rows)
    assert [digits for (digits,) in lines(parsed, "destination_digits")] == [
        *["442079460001"] * 3, *["14155550198"] * 2, "4912345678",
    ]  # fmt: skip


def test_a_carrier_is_added_with_one_file(tmp_path: Path) -> None:
    """The promise of the documentation."""
    (tmp_path / "acme.toml").write_text(
        'title = "Acme"\ninvoice_number = "file name"\n'
        '[columns]\nnumber = "to"\nstart = "at"\nduration = "s"\ncharge = "c"\n'
    )
    (acme,) = (layout for name, layout in layouts_in(tmp_path).items() if name == "acme")
    parsed = acme.read(BytesIO(b"to,at,s,c\n+14155550198,2026-10-12 10:00:00,60,0.01\n"), "october")
    assert lines(parsed, "invoice_number", "charge_amount") == [("october", Decimal("0.01"))]


NATIONAL = {
    "title": "A national carrier",
    "delimiter": ";",
    "columns": {
        "invoice_number": "rechnung",
        "line_number": "position",
        "number": "ziel",
        "start": "beginn",
        "duration": "dauer",
        "billed": "abgerechnet",
        "charge": "betrag",
    },
    "start": {"formats": ["%d/%m/%Y %H:%M:%S"]},
    "duration": {"unit": "h:mm:ss"},
    "billed": {"unit": "seconds"},
    "charge": {"decimal_mark": ",", "thousands_mark": "."},
    "currency": {"fixed": "EUR"},
    "kinds": {"column": "art", "tax": ["MwSt"], "fee": ["Grundgebühr"], "total": ["Summe"]},
}
NATIONAL_ROWS = (
    "Rechnung;Position;Art;Ziel;Beginn;Dauer;Abgerechnet;Betrag;Neu",
    "R1;1;Anruf;+442079460001;03/10/2026 10:03:05;0:01:01;66;1.234,50;x",
    "R1;2;MwSt;;;;;234,56;",
    "R1;3;Grundgebühr;;;;;10;",
    "R1;4;Summe;;;;;1.479,06;",
)


def test_taxes_fees_and_the_total_are_told_from_calls() -> None:
    """Left out, the invoice never balances; read as calls, they are disputed."""
    parsed = read(NATIONAL, *NATIONAL_ROWS)
    assert parsed.rejects == []
    assert lines(parsed, "line_kind", "charge_amount", "duration_seconds", "billed_minutes", "currency") == [
        ("call", Decimal("1234.50"), 61, Decimal("1.1"), "EUR"),
        ("tax", Decimal("234.56"), None, None, "EUR"),
        ("fee", Decimal(10), None, None, "EUR"),
    ]
    (header,) = [dict(zip(INVOICE_HEADER_FIELDS, values, strict=True)) for values in parsed.headers]
    assert (header["invoice_number"], header["stated_total"]) == ("R1", Decimal("1479.06"))
    assert "columns ignored: neu" in parsed.warnings


@pytest.mark.parametrize("amount", ["1.5", "12.34", "1,5,0", "1.2345,6", "1'000,00"])
def test_an_amount_with_marks_in_the_wrong_place_is_rejected(amount: str) -> None:
    """1.5 read as fifteen, or as one and a half where it is a thousand and a half, is money invented."""
    parsed = read(NATIONAL, NATIONAL_ROWS[0], f"R1;1;Anruf;+442079460001;03/10/2026 10:03:05;0:01:01;66;{amount};")
    assert len(parsed.rejects) == 1
    assert "betrag" in parsed.rejects[0].reason


def test_a_call_without_number_start_or_duration_is_rejected_with_its_line_and_column() -> None:
    """Whoever asks the carrier needs to say which line lacks what."""
    parsed = read(
        MINIMAL,
        "invoice,to,at,seconds,cost",
        "I,,2026-10-12 10:00:00,60,1",
        "I,+14155550198,,60,1",
        "I,+14155550198,2026-10-12 10:00:00,,1",
        "I,+14155550198,12.10.2026 10:00,60,1",
    )
    assert [(reject.line_number, reject.reason.split(" ")[0]) for reject in parsed.rejects] == [
        (2, "to"), (3, "at"), (4, "seconds"), (5, "at"),
    ]  # fmt: skip


def test_a_header_without_a_column_of_the_profile_rejects_the_file_and_says_what_it_has() -> None:
    """A carrier renames a column: without a word every line would lose it."""
    parsed = read(MINIMAL, "invoice,to,at,secs,cost", "I,+14155550198,2026-10-12 10:00:00,60,1")
    assert parsed.rows == []
    (reject,) = parsed.rejects
    assert reject.reason == "missing column seconds; the header has: invoice, to, at, secs, cost"


def test_a_call_that_ends_before_it_starts_is_rejected() -> None:
    """A negative duration would match nothing and be called missing from usage."""
    profile = {**MINIMAL, "columns": {**MINIMAL["columns"], "end": "until"}, "may_be_absent": ["duration"]}
    parsed = read(profile, "invoice,to,at,until,cost", "I,+14155550198,2026-10-12 10:00:00,2026-10-12 09:59:59,1")
    assert "ends -1 s after its start" in parsed.rejects[0].reason


def test_lines_without_numbers_that_are_equal_are_all_kept() -> None:
    """Two equal calls are two charges; whether one is a duplicate is for the reconciliation to say."""
    row = "I,+14155550198,2026-10-12 10:00:00,60,1"
    assert len(read(MINIMAL, "invoice,to,at,seconds,cost", row, row).rows) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colums": {}}, "'colums' is not a key"),
        ({"columns": {"number": "to"}}, "charge, invoice_number, start missing"),
        ({"columns": {**MINIMAL["columns"], "price": "x"}}, "'price' is not a key"),
        ({"columns": {**MINIMAL["columns"], "charge": "/(/"}}, "is no pattern"),
        ({"charge": {"added": ["/(/"]}}, "is no pattern"),
        ({"charge": {"rounded": True}}, "'rounded' is not a key"),
        ({"numbers": {"dialled_before_abroad": "011"}}, "must be a list of texts"),
        ({"duration": {"unit": "hours"}}, "'hours' is not one of"),
        ({"start": {"zone": "Europe/Berlin"}}, "'Europe/Berlin' is not one of"),
        ({"currency": {"fixed": "dollars"}}, "is not a currency code"),
        ({"rows": {"column": "x"}}, "must be written [[rows]]"),
        ({"title": 7}, "must be a text"),
    ],
)
def test_a_mistake_in_a_profile_is_named_with_its_key(change: dict[str, Any], said: str) -> None:
    """Found at load, by whoever wrote it; not by finance a month later."""
    with pytest.raises(ProfileError) as raised:
        profile_from("acme", {**MINIMAL, **change})
    assert str(raised.value).startswith("invoice profile acme.toml, ")
    assert said in str(raised.value)


def test_a_profile_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """One typing error must say in which file it is."""
    (tmp_path / "acme.toml").write_text("title = ")
    with pytest.raises(ProfileError, match=r"acme\.toml is no TOML"):
        layouts_in(tmp_path)


@pytest.mark.parametrize("layout", CSV_LAYOUTS)
@given(content=st.binary(max_size=300))
def test_no_bytes_make_a_layout_raise(layout: str, content: bytes) -> None:
    """One unreadable file must not stop the invoices of the other carriers."""
    header = (PROFILES / f"{layout}.sample.csv").read_bytes().split(b"\n", 1)[0]
    for garbage in (content, header + b"\n" + content):
        INVOICE_LAYOUTS[layout].read(BytesIO(garbage), "october")


def test_the_documented_profile_reads_the_documented_file(tmp_path: Path) -> None:
    """Whoever copies the page must get what it shows."""
    page = (PROFILES.parents[1] / "docs" / "invoice_layouts.md").read_text()
    (file,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    (profile,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "national.toml").write_text(profile)
    parsed = layouts_in(tmp_path)["national"].read(BytesIO(file.encode()), "rechnung")
    assert parsed.rejects == []
    assert lines(parsed, "line_kind", "charge_amount") == [("call", Decimal("1234.50")), ("tax", Decimal("234.56"))]
    assert [values[3] for values in parsed.headers] == [Decimal("1469.06")]


def test_every_layout_is_on_its_page() -> None:
    """A layout nobody finds is written again."""
    page = (PROFILES.parents[1] / "docs" / "invoice_layouts.md").read_text()
    assert [layout for layout in INVOICE_LAYOUTS if f"`{layout}`" not in page] == []
