"""Seat licenses (`inbox/seat_licenses/*.csv`): one row per license and effective date.

Columns and their rules only. How a month's cost is split over days and legs is SQL.
"""

from decimal import Decimal

from cpm_assets.domain.bounds import MAX_SEAT_COST, MAX_SEATS, MONEY_DECIMALS
from cpm_assets.domain.deliveries import Cells, Column, DeliverySpec
from cpm_assets.domain.field_values import currency_code, decimal_value, exact_text, utc_date, whole_number
from cpm_assets.domain.taken_rows import Values
from cpm_assets.domain.validity import check_window


def _row(cells: Cells) -> Values:
    check_window(cells)
    return (
        cells["license_name"],
        cells["seats"],
        cells["monthly_cost_per_seat"],
        cells["effective_date"],
        cells["expiry_date"],
        cells["currency"],
    )


SEAT_LICENSES = DeliverySpec(
    columns=(
        Column("license_name", exact_text),
        Column("seats", whole_number(0, MAX_SEATS)),
        Column("monthly_cost_per_seat", decimal_value(MONEY_DECIMALS, Decimal(0), MAX_SEAT_COST)),
        Column("effective_date", utc_date),
        Column("expiry_date", utc_date, may_be_empty=True),
        Column("currency", currency_code, may_be_empty=True),
    ),
    build=_row,
    key=(0, 3),
)
