"""The invoice around the calls: accounts of the levels above, dates, total and what explains it."""

from datetime import date
from decimal import Decimal

import pytest

from cpm_assets_tests.unit.domain.x12.interchanges import HEADING, LEVELS, enclosed, lines, parsed, parsed_set, text_of

TCD = "TCD*{}*20261026*142210*TN*12125550100******90**0.25"


def call(own_id: int) -> str:
    return TCD.format(own_id)


def descriptions(*segments: str) -> list[object]:
    return [line.get("description") for line in lines(parsed_set(*segments))]


def test_account_and_line_come_from_the_levels_above() -> None:
    """A call names neither: without its ancestors nobody can say which site or trunk it is charged to."""
    assert descriptions(
        "REF*11*A-4417",
        "HL*1**1",
        "HL*2*1*2",
        "REF*12*B-1",
        "HL*3*2*8",
        "LX*1",
        "SI*TI*TN*14155550123*CN*XJ7",
        call(1),
        "LX*2",
        "SI*TI*TN*14155550199",
        call(2),
        "HL*4*1*2",
        "REF*12*B-2",
        "HL*5*4*9",
        call(3),
        "HL*6*4*9",
        "REF*14**described only",
        call(4),
    ) == [
        "11:A-4417 12:B-1 TN:14155550123 CN:XJ7",
        "11:A-4417 12:B-1 TN:14155550199",
        "11:A-4417 12:B-2",
        "11:A-4417 12:B-2 14:described only",
    ]


def test_the_nearer_level_names_the_line() -> None:
    """A sub-account below an account, both with the same qualifier."""
    assert descriptions("HL*1**2", "REF*11*A-1", "HL*2*1*9", "REF*11*A-2", call(1), "HL*3*1*9", call(2)) == [
        "11:A-2",
        "11:A-1",
    ]


def test_a_level_whose_parent_is_not_open_is_said() -> None:
    """Its calls are money all the same, but on no account."""
    delivery = parsed_set("HL*1**2", "REF*11*A-1", "HL*2*7*9", call(1))
    assert [line.get("description") for line in lines(delivery)] == [None]
    assert delivery.warnings == ["invoice INV-7: 1 HLs name a parent that is not open: what is below lost its account"]


@pytest.mark.parametrize("level", ["8", "9"])
def test_calls_hang_under_charge_or_line_detail(level: str) -> None:
    assert parsed_set(f"HL*1**{level}", call(1)).warnings == []


def test_calls_that_hang_elsewhere_are_taken_and_said() -> None:
    """They are billed; but a level that is not closed may have the wrong account on them."""
    delivery = parsed_set("HL*1**4", call(1), call(2))
    assert len(delivery.rows) == 2
    assert delivery.warnings == ["invoice INV-7: 2 calls hang under no HL of level 8 or 9"]


def test_a_chain_of_levels_without_end_is_cut() -> None:
    """A million levels one below the other would take the square of that in time."""
    chain = [f"HL*{level}*{level - 1 or ''}*9" for level in range(1, 200)]
    delivery = parsed_set(*chain, call(1))
    assert len(delivery.rows) == 1
    assert "HLs name a parent that is not open" in delivery.warnings[0]


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        (["DTM*186*20261001", "DTM*187*20261031"], (date(2026, 10, 1), date(2026, 10, 31))),
        (["DTM*150*20261001", "DTM*151*20261031"], (date(2026, 10, 1), date(2026, 10, 31))),
        (["DTM*193*20261001", "DTM*194*20261031"], (date(2026, 10, 1), date(2026, 10, 31))),
        (["DTM*186****RD8*20261001-20261031"], (date(2026, 10, 1), date(2026, 10, 31))),
        (["DTM*150*20260901", "DTM*151*20260930", "DTM*186*20261001", "DTM*187*20261031"],
         (date(2026, 10, 1), date(2026, 10, 31))),
        (["DTM*186*20261001"], (None, None)),
        (["DTM*186*20261031", "DTM*187*20261001"], (None, None)),
        (["DTM*003*20261103"], (None, None)),
        (["HL*1**8", "DTM*186*20261001", "DTM*187*20261031"], (None, None)),
    ],
)  # fmt: skip
def test_the_period_is_what_the_heading_states(dates: list[str], period: tuple[date | None, date | None]) -> None:
    """It decides which calls are missing from the invoice (D20); a date of one charge is not the invoice's period."""
    (header,) = parsed_set(*dates).headers
    assert header[-2:] == period


def test_the_heading_names_the_invoice() -> None:
    """Number and date are what is disputed, and the date is what the deadline counts from."""
    (header,) = parsed(text_of(enclosed(["BIG*20261103*INV-7", "CUR*SE*EUR", "TDS*1234", "CTT*1"]))).headers
    assert header == ("INV-7", date(2026, 11, 3), "EUR", Decimal("12.34"), Decimal("0.005"), None, None, None)


def test_an_invoice_without_date_currency_or_total_says_nothing_of_them() -> None:
    """Nothing is invented: the contract has the currency, the receipt has the date."""
    (header,) = parsed(text_of(enclosed(["BIG**INV-7"]))).headers
    assert header == ("INV-7", None, None, None, Decimal("0.005"), None, None, None)


def balanced(*summary: str) -> tuple[object, list[str]]:
    delivery = parsed_set("NTE*ADD*credit of May follows", *LEVELS, call(1), call(2), "TXI*ST*0.0449", *summary)
    return str(delivery.headers[0][3]), delivery.warnings


def test_a_total_in_cents_meets_the_lines_within_half_a_cent() -> None:
    """0.5449 billed as 54 cents is right."""
    assert balanced("TDS*54") == ("0.54", [])


def test_a_total_that_the_lines_do_not_meet_is_said_with_the_note_of_the_file() -> None:
    """Half a cent is rounding, a cent is a missing line."""
    assert balanced("TDS*56") == (
        "0.56",
        ["invoice INV-7: TDS01 is 0.56, the lines read sum to 0.5449; the file notes: credit of May follows"],
    )


def test_a_balance_brought_forward_explains_the_total_and_is_taken_out_of_it() -> None:
    """Last month's unpaid balance is no charge of this invoice, and no variance."""
    assert balanced("TDS*10054", "BAL*P*PB*150.00", "BAL*A*NA*-50", "BAL*M*TT*0.54") == (
        "0.54",
        ["invoice INV-7: TDS01 100.54 includes 100.00 brought forward (BAL)"],
    )


def test_a_balance_that_the_total_leaves_out_changes_nothing() -> None:
    """Some carriers total the month alone and show the old balance beside it."""
    assert balanced("TDS*54", "BAL*P*PB*150.00") == ("0.54", [])


def test_a_bad_element_of_the_heading_costs_only_itself() -> None:
    """The invoice is read; what could not be is said with its segment."""
    delivery = parsed(text_of(enclosed([*HEADING, "CUR*SE*dollars", "DTM*186*2026", *LEVELS, call(1), "TDS*x"])))
    assert len(delivery.rows) == 1
    assert [reject.reason.partition(": ")[0] for reject in delivery.rejects] == [
        "segment 6, CUR",
        "segment 7, DTM",
        "segment 10, TDS",
    ]


def test_batches_of_calls_keep_what_follows_each_call() -> None:
    """The quantity of a call may come when its batch is full: it must not be lost, nor go to the next call."""
    segments = [part for place in range(1, 1201) for part in (call(place), f"QTY*99*{place}*03")]
    found = lines(parsed_set(*LEVELS, *segments))
    assert [line["line_number"] for line in found] == [str(place) for place in range(1, 1201)]
    assert [round(Decimal(str(line["billed_minutes"])) * 60) for line in found] == list(range(1, 1201))
