"""Claims about `domain/dispute_packs.py`: what goes into a pack, what it adds up to, and where it lies."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from cpm_assets.domain.dispute_packs import (
    CSV_COLUMNS,
    EVIDENCE_COLUMNS,
    DisputePack,
    lines_csv,
    packs_of,
    placed,
    safe_name,
)


def flag(number: int, **columns: Any) -> dict[str, Any]:
    """A disputed charge mismatch of half a dollar on a line of Acme's invoice A-1, unless said otherwise."""
    row: dict[str, Any] = dict.fromkeys(EVIDENCE_COLUMNS)
    row |= {
        "flag_id": f"{number:064x}", "carrier_name": "Acme", "invoice_number": "A-1", "line_number": str(number),
        "leg_id": f"leg-{number}", "flag_type": "charge_mismatch", "status": "disputed", "root_cause": "rate",
        "invoice_date": date(2026, 10, 31), "dispute_deadline": date(2026, 11, 30), "currency": "USD",
        "carrier_charge": Decimal("1.20"), "internal_charge": Decimal("0.70"), "charge_difference": Decimal("0.50"),
        "usage_payload_sha256": "aa", "invoice_file_sha256": "bb",
    }  # fmt: skip
    return row | columns


def named(carrier_name: str, invoice_number: str) -> DisputePack:
    return DisputePack(carrier_name, invoice_number, False, None, None, ())


def table(pack: DisputePack) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(lines_csv(pack).decode("utf-8-sig"))))


def test_a_pack_has_the_disputed_lines_and_nothing_that_is_open() -> None:
    """The carrier would take what nobody disputes for part of the dispute."""
    rows = [flag(1), flag(2, status="open"), flag(3, invoice_number="A-2", status="open")]
    disputed, draft = packs_of(rows)
    assert (disputed.is_draft, [line["line_number"] for line in disputed.lines]) == (False, ["1"])
    assert (draft.invoice_number, draft.is_draft) == ("A-2", True)


def test_a_draft_leaves_out_what_the_carrier_forgot_to_bill() -> None:
    """It would be asked to bill it."""
    forgotten = flag(1, status="open", flag_type="missing_from_invoice", charge_difference=Decimal("-0.70"))
    assert packs_of([forgotten]) == []
    (decided,) = packs_of([forgotten | {"status": "disputed"}])
    assert not decided.is_draft


def test_an_unbilled_leg_without_a_price_is_in_no_draft_and_stops_no_other() -> None:
    """One call without a rate in a covered period would leave every carrier without its pack."""
    unpriced = flag(1, status="open", flag_type="missing_from_invoice", charge_difference=None)
    unpriced |= {"line_number": None, "carrier_charge": None, "internal_charge": None}
    (pack,) = packs_of([unpriced, flag(2, status="open")])
    assert [line["leg_id"] for line in pack.lines] == ["leg-2"]
    (decided,) = packs_of([unpriced | {"status": "disputed"}])
    assert [total.difference for total in decided.totals()] == [Decimal(0)]


def test_without_anything_to_dispute_or_without_an_invoice_there_is_no_pack() -> None:
    """An empty zip looks like a dispute that lost its lines."""
    assert packs_of([]) == []
    assert packs_of([flag(1, invoice_number=None)]) == []


def test_a_line_with_two_flags_is_one_line_and_one_difference() -> None:
    """A pair flagged for its charge and its minutes would be claimed twice."""
    (pack,) = packs_of([flag(1, flag_id="b", flag_type="minute_mismatch"), flag(1)])
    (line,) = table(pack)
    assert line["flag_types"] == "charge_mismatch + minute_mismatch"
    assert [total.difference for total in pack.totals()] == [Decimal("0.50")]


def test_lines_stand_in_the_order_of_the_invoice_whatever_the_order_of_the_flags() -> None:
    """The same dispute must be the same file; and line 10 comes after line 9."""
    rows = [flag(number) for number in (10, 9, 100, 1)]
    assert [line["line_number"] for line in table(packs_of(rows)[0])] == ["1", "9", "10", "100"]
    assert packs_of(rows) == packs_of(rows[::-1])


def test_currencies_are_totals_of_their_own_and_an_unknown_charge_is_no_zero() -> None:
    """D27; and "0 by contract" would be a claim that we never made."""
    rows = [flag(1), flag(2, root_cause="increment"), flag(3, currency="EUR", internal_charge=None)]
    (pack,) = packs_of(rows)
    eur, usd = pack.totals()
    assert (eur.currency, eur.lines, eur.internal_charge) == ("EUR", 1, None)
    assert (usd.lines, usd.carrier_charge, usd.internal_charge, usd.difference) == (
        2, Decimal("2.40"), Decimal("1.40"), Decimal("1.00"),
    )  # fmt: skip
    components = {(part.currency, part.label): part.difference for part in pack.components()}
    half = Decimal("0.5")
    assert components == {("EUR", "unrated"): half, ("USD", "increment"): half, ("USD", "rate"): half}


@given(st.text(min_size=1, max_size=40))
@example("=HYPERLINK(...)")
@example("-1+1|cmd")
@example("@SUM(1)")
def test_no_cell_of_a_carriers_text_is_a_formula_and_amounts_stay_numbers(text: str) -> None:
    """Finance opens the CSV in a spreadsheet, which would run what the carrier wrote into it."""
    rows = [flag(1, invoice_number=text, line_number=text, charge_difference=Decimal("-0.5"))]
    (pack,) = packs_of(rows)
    (cells,) = list(csv.reader(io.StringIO(lines_csv(pack).decode("utf-8-sig"), newline="")))[1:]
    line = dict(zip(CSV_COLUMNS, cells, strict=True))
    assert not line["invoice_number"].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert line["charge_difference"] == "-0.5"


def test_ordinary_names_are_kept_for_people() -> None:
    """`Cobalt Trunking/COB-2026.10.zip` is found without a list."""
    for name in ("Cobalt Trunking", "COB-2026.10", "A_1"):
        assert safe_name(name) == name


@given(st.text(min_size=1, max_size=120))
@example("../../etc/passwd")
@example("..")
@example("/")
@example("a/b")
@example("CON\0")
@example("é" * 100)
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    """A carrier's invoice number `../../lake/x` would be written over the lake."""
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert not set(safe) & set("/\\\0:")
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 100


def test_two_names_never_share_a_place() -> None:
    """One carrier's dispute would be sent to another."""
    names = ["a/b", "a_b", "a-b", "a b", "a.b", "A-B", "a..b", "a-b ", safe_name("a/b"), "a-b.draft"]
    packs = packs_of([flag(1, carrier_name=name) for name in names] + [flag(2, invoice_number=name) for name in names])
    packs += packs_of([flag(1, status="open", carrier_name="a-b")])
    drafts = [named("Acme", "x"), DisputePack("Acme", "x", True, None, None, ()), named("Acme", "x.draft")]
    for some in (packs[: 2 * len(names)], drafts):
        assert len({(folder.lower(), name.lower()) for folder, name in placed(some)}) == len(some)
