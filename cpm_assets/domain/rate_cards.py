"""Rate cards (`inbox/rate_cards/*.csv`): one row per carrier, prefix and effective date.

Columns and their rules only. Which card prices a leg, and what an empty expiry ends at, is SQL (D2, D4).
"""

from cpm_assets.domain.bounds import MAX_DURATION_SECONDS, MAX_STEP_SECONDS, MIN_STEP_SECONDS
from cpm_assets.domain.deliveries import Cells, Column, DeliverySpec, optional
from cpm_assets.domain.digits import calling_code, is_prefix, prefix_part
from cpm_assets.domain.field_values import (
    BadValue,
    currency_code,
    exact_text,
    fee,
    plain_text,
    rate,
    shortened,
    utc_date,
    whole_number,
)
from cpm_assets.domain.taken_rows import Values
from cpm_assets.domain.validity import check_increment_pair, check_window

_step = whole_number(MIN_STEP_SECONDS, MAX_STEP_SECONDS)
_NATIONAL = "country_code"


def _written_prefix(text: str) -> str:
    """D5: the digits of a prefix or country code as delivered."""
    digits = prefix_part(text)
    if digits and not (digits.isascii() and digits.isdigit()):
        raise BadValue(f"{shortened(text)} is not a prefix of digits")
    return digits


def _row(cells: Cells) -> Values:
    check_window(cells)
    check_increment_pair(cells)
    prefix = f"{cells[_NATIONAL] or ''}{cells['prefix'] or ''}"
    if not is_prefix(prefix):
        raise BadValue(f"prefix {shortened(prefix)} is not 2 to 15 digits beginning with 1 to 9")
    return (
        cells["carrier_name"],
        prefix,
        cells["destination_region"],
        cells["rate_per_minute"],
        cells["effective_date"],
        cells["expiry_date"],
        calling_code(prefix),
        cells["connection_fee"],
        cells["initial_increment_seconds"],
        cells["increment_seconds"],
        cells["minimum_seconds"],
        cells["currency"],
    )


RATE_CARDS = DeliverySpec(
    columns=(
        Column("prefix", _written_prefix, may_be_empty=True),  # a national one: the whole country
        Column("destination_region", plain_text),
        Column("carrier_name", exact_text),
        Column("rate_per_minute", rate),
        Column("effective_date", utc_date),
        Column("expiry_date", utc_date, may_be_empty=True),
        # With this column prefixes are national (D5). A row that leaves it empty is rejected: read as international,
        # 415 of California would price Switzerland.
        Column(_NATIONAL, _written_prefix, is_required=False),
        optional("connection_fee", fee),
        optional("initial_increment_seconds", _step),
        optional("increment_seconds", _step),
        optional("minimum_seconds", whole_number(0, MAX_DURATION_SECONDS)),
        optional("currency", currency_code),
    ),
    build=_row,
    key=(0, 1, 4),
)
