"""Taxes, allowances, usage and items of an 811 as lines."""

import pytest

from cpm_assets_tests.unit.domain.x12.interchanges import LEVELS, lines, parsed_set, reason


@pytest.mark.parametrize(
    ("segment", "kind", "amount"),
    [
        ("TXI*ST*12.34", "tax", "12.34"),
        ("TXI*ST*12.34****A*A", "tax", "12.34"),
        ("TXI*ST*12.34*****D", "tax", "-12.34"),
        ("ITA*C*TI*FUSF*06**  *4205", "fee", "42.05"),
        ("ITA*A***04***1500", "fee", "-15.00"),
        ("ITA*C***06**2.5****4*EA", "fee", "10.000000"),
        ("USD*A*CNAM******7.125", "fee", "7.125"),
        ("USD*A**0.005**MJ*300", "fee", "1.500000"),
        ("USD*A**9**MJ*300**7.5", "fee", "7.5"),
        ("USD*A********250", "fee", "-2.50"),
        ("USD*D*CNAM******7.125", "fee", "-7.125"),
        ("IT1*1*2*EA*45.00", "fee", "90.000000"),
        ("SLN*1**A*3*EA*1.10", "fee", "3.300000"),
    ],
)
def test_a_charge_is_a_line_of_its_kind(segment: str, kind: str, amount: str) -> None:
    """What is not counted here is an unexplained rest of the invoice's total. Totals of ITA and USD09 are in cents."""
    delivery = parsed_set(*LEVELS, segment)
    assert delivery.rejects == []
    (line,) = lines(delivery)
    assert (line["line_kind"], str(line["charge_amount"])) == (kind, amount)
    assert line["line_number"] == f"{segment[:3]}@7"
    assert "start_local" not in line
    assert "destination_digits" not in line


@pytest.mark.parametrize(
    "segment",
    [
        "TXI*ST*12.34*****I",
        "TXI*ST*12.34*****O",
        "TXI*ST**.05",
        "TXI*ST****E*0",
        "ITA*C***15***4205",
        "ITA*N***06***4205",
        "ITA*C***06***4205*********O",
        "USD*O*CNAM******7.125",
        "IT1*1*2*EA",
        "SLN*1**A*3*EA",
        "SLN*1**I*3*EA*1.10",
        "SLN*1**A*3*EA*1.10**O",
    ],
)
def test_what_is_included_elsewhere_or_for_information_adds_nothing(segment: str) -> None:
    """Taxes shown per call and again as a sum would be counted twice."""
    delivery = parsed_set(*LEVELS, segment)
    assert (len(delivery.rows), delivery.rejects) == (0, [])


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        ("TXI*ST*abc", "TXI: TXI02 'abc' is not a number"),
        ("TXI*ST*1*****S", "TXI: relationship code 'S' is not A, D, I or O"),
        ("ITA*Q***06***4205", "ITA: ITA01 is 'Q', neither allowance (A) nor charge (C)"),
        ("ITA*C***06***42.05", "ITA: ITA07 '42.05' is not a whole number of hundredths"),
        ("ITA*C***06", "ITA: ITA06 '' is not a number"),
        ("USD*A", "USD: USD states neither amount (08) nor rate (03)"),
        ("USD*A**0.005**MJ*300*2", "USD: USD07 is a second quantity"),
        ("USD*A**0.005", "USD: USD06 '' is not a number"),
        ("IT1*1*99999999*EA*99999999", "IT1: '99999999 x 99999999' is not within -1,000,000 and 1,000,000"),
        ("SLN*1**A**EA*1.10", "SLN: SLN04 '' is not a number"),
    ],
)
def test_a_charge_that_may_count_and_cannot_be_read_is_rejected(segment: str, said: str) -> None:
    """Skipped in silence it would be a rest that nobody explains."""
    assert reason(segment).startswith(f"segment 7, {said}")


def test_a_tax_of_a_call_is_a_line_beside_it() -> None:
    """TXI and ITA within the TCD loop: the call's own amount stays as it is stated."""
    call = "TCD*1*20261026*142210*TN*12125550100******90**0.25"
    delivery = parsed_set(*LEVELS, "REF*11*A-1", call, "TXI*ST*0.02", "ITA*C***06***1", call.replace("*1*", "*2*", 1))
    found = [(line["line_kind"], str(line["charge_amount"])) for line in lines(delivery)]
    assert sorted(found) == [("call", "0.25"), ("call", "0.25"), ("fee", "0.01"), ("tax", "0.02")]
    assert {line["description"] for line in lines(delivery)} == {"11:A-1", "tax ST 11:A-1", "charge 11:A-1"}
