"""Waivers (`inbox/waivers/*.csv`): a person closes a day although a blocking check fails, and says why.

Columns and their rules only. What a waiver does is SQL (`int_waived_checks`, `int_day_gate`): it holds for closing its
day, not before.
"""

from cpm_assets.domain.deliveries import Cells, Column, DeliverySpec
from cpm_assets.domain.field_values import one_of, plain_text, utc_date
from cpm_assets.domain.taken_rows import Values

BLOCKING_CHECKS = ("carrier_match", "non_zero_billing")
"""Those that can be waived, as `dbt/dbt_project.yml` lists them: a misspelt one is rejected, not ignored."""


def _row(cells: Cells) -> Values:
    return cells["usage_date"], cells["check_name"], cells["reason"], cells["person"]


WAIVERS = DeliverySpec(
    columns=(
        Column("usage_date", utc_date),
        Column("check_name", one_of(*BLOCKING_CHECKS)),
        Column("reason", plain_text),
        Column("person", plain_text),
    ),
    build=_row,
    key=(0, 1, 2, 3),
)
