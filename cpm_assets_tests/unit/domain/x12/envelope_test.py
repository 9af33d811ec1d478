"""The envelope of an interchange: what is not whole is not read, and costs nobody else."""

import pytest

from cpm_assets_tests.unit.domain.x12.interchanges import HEADING, LEVELS, enclosed, lines, parsed, text_of

TCD = "TCD*1*20261026*142210*TN*12125550100******90**0.25"
WHOLE = enclosed([*HEADING, *LEVELS, TCD])


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("SE*6*0001", "SE*7*0001", "SE01 says '7' segments, there are 6"),
        ("SE*6*0001", "SE**0001", "SE01 says '' segments, there are 6"),
        ("SE*6*0001", "SE*6*0002", "SE02 is '0002', ST02 is '0001'"),
        ("GE*1*7", "GE*2*7", "GE01 says '2' transaction sets, there are 1"),
        ("GE*1*7", "GE*1*8", "GE02 is '8', GS06 is '7'"),
        ("IEA*1*000000042", "IEA*2*000000042", "IEA01 says '2' functional groups, there are 1"),
        ("IEA*1*000000042", "IEA*1*000000043", "IEA02 is '000000043', ISA13 is '000000042'"),
        ("SE*6*0001", "", "GE within set 0001: its SE is missing"),
        ("GE*1*7", "", "IEA within a group or set"),
        ("IEA*1*000000042", "", "the file ends within interchange 000000042: IEA missing"),
        (TCD, "", "SE01 says '6' segments, there are 5"),
        ("ST*811*0001", "", "SE without ST"),
        ("GS*CI*CARRIER*CPM*20261103*0400*7*X*004010", "", "ST outside a functional group"),
    ],
)
def test_a_wrong_envelope_rejects_the_interchange_whole(right: str, wrong: str, reason: str) -> None:
    """A truncated or doubled transmission reads as a smaller or larger bill, and balances by luck."""
    changed = [wrong if segment == right else segment for segment in WHOLE]
    delivery = parsed(text_of([segment for segment in changed if segment]))
    assert len(delivery.rows) == 0
    assert delivery.headers == []
    (reject,) = delivery.rejects
    assert reject.line_number == 0
    assert reject.reason.startswith("the interchange that begins at segment 1 is rejected whole: ")
    assert reason in reject.reason
    assert reject.raw_text.startswith("ISA*00*")


def test_the_other_interchanges_of_the_file_are_read() -> None:
    """One bad transmission of a mailbox's file must not cost the bills around it."""
    bad = [segment.replace("GE*1", "GE*3") for segment in WHOLE]
    delivery = parsed(text_of(WHOLE) + text_of(bad) + text_of([each.replace("INV-7", "INV-8") for each in WHOLE]))
    assert [line["invoice_number"] for line in lines(delivery)] == ["INV-7", "INV-8"]
    assert [header[0] for header in delivery.headers] == ["INV-7", "INV-8"]
    assert [reject.line_number for reject in delivery.rejects] == [len(WHOLE) + 2]


def test_an_interchange_without_its_end_costs_only_itself() -> None:
    """The next ISA begins anew."""
    delivery = parsed(text_of(WHOLE[:-1]) + text_of(WHOLE))
    assert len(delivery.rows) == 1
    assert "another ISA begins before its IEA" in delivery.rejects[0].reason


def test_several_groups_and_sets_are_counted_each_for_itself() -> None:
    """A group's count begins anew; the sets that are no invoice are named and not read."""
    confirmation = ["ST*997*0002", "AK1*CI*7", "SE*3*0002"]
    text = text_of(
        [
            *WHOLE[:-2],
            *confirmation,
            "GE*2*7",
            "GS*FA*CARRIER*CPM*20261103*0400*8*X*004010",
            *confirmation,
            "GE*1*8",
            "IEA*2*000000042",
        ]
    )
    delivery = parsed(text)
    assert (delivery.rejects, len(delivery.rows)) == ([], 1)
    assert delivery.warnings == [
        "segment 9: a set '997' of group 'CI' is no invoice: not read",
        "segment 14: a set '997' of group 'FA' is no invoice: not read",
    ]


def test_a_version_that_writes_two_digit_years_is_not_read() -> None:
    """261026 as CCYYMMDD is no date, and guessed centuries are worse."""
    delivery = parsed(text_of(enclosed([*HEADING, *LEVELS, TCD], version="003070")))
    assert len(delivery.rows) == 0
    assert "version '003070' (GS08); 004010 and later are read" in delivery.rejects[0].reason


def test_a_set_without_an_invoice_number_is_rejected() -> None:
    """Its lines could be neither disputed nor replaced by a redelivery."""
    delivery = parsed(text_of(enclosed(["BIG*20261103", *LEVELS, TCD])))
    assert len(delivery.rows) == 0
    assert delivery.rejects[0].reason == "the set that begins at segment 3 has no invoice number (BIG02)"


def test_two_sets_of_one_invoice_keep_all_their_lines_and_add_their_totals() -> None:
    """Large bills are split by sets; both number their calls from 1, and a line must not hide another."""
    first = [*HEADING, *LEVELS, TCD, "TDS*25"]
    sets = ["ST*811*0001", *first, "SE*7*0001", "ST*811*0002", *first, "SE*7*0002"]
    delivery = parsed(text_of([WHOLE[0], *sets, "GE*2*7", "IEA*1*000000042"]))
    assert delivery.rejects == []
    assert [line["line_number"] for line in lines(delivery)] == ["1", "1@14"]
    ((number, _, _, total, tolerance, *_),) = delivery.headers
    assert (number, str(total), str(tolerance)) == ("INV-7", "0.50", "0.010")


def test_an_isa_whose_elements_are_cut_rejects_its_interchange_and_the_next_one_is_read() -> None:
    """Its terminator can stand in the middle of it: read for ever, or raised out of, it would stop every carrier."""
    whole = text_of(WHOLE)
    cut = f"{whole[:9]}~{whole[10:]}"
    delivery = parsed(cut + whole)
    assert [line["invoice_number"] for line in lines(delivery)] == ["INV-7"]
    (reject,) = delivery.rejects
    assert "ISA13, the control number, is missing" in reject.reason
