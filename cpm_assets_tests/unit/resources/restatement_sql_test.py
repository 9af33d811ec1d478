"""Claims about `cpm_assets.resources.restatement_sql`: each changed leg has the cause that finance can act on."""

from pathlib import Path

import duckdb
import pytest

from cpm_assets.resources import restatement_sql
from cpm_assets.resources.restatement_sql import CHANGED_LEGS, RENUMBERED

COLUMNS = restatement_sql._RECEIVED + restatement_sql._OF_ITS_CALL + restatement_sql._CARD + restatement_sql._TERMS  # noqa: SLF001
BEFORE = {
    "carrier_name": "Acme",
    "billing_seconds": "60",
    "matched_prefix": "44",
    "leg_type": "primary",
    "total_cost": "1",
}


def legs_file(path: Path, **numbers: str) -> str:
    """Parsed legs, by id with their called number."""
    rows = ", ".join(f"('{leg_id}', '{number}')" for leg_id, number in numbers.items())
    duckdb.sql(
        f"select *, timestamp '2026-11-03' as extraction_started_at_utc, '{path.stem}' as extraction_id, 1 as position "
        f"from (values {rows}) as legs (leg_id, destination_number)"
    ).write_parquet(str(path))
    return str(path)


@pytest.mark.parametrize(
    ("after", "number", "cause"),
    [
        ({}, "+4420", []),
        ({"billing_seconds": "61", "total_cost": "2"}, "+4420", ["corrected_leg"]),
        ({"matched_prefix": "1415", "total_cost": "2"}, "+1415", ["corrected_leg"]),
        ({"leg_type": "transfer"}, "+4420", ["late_leg"]),
        ({"total_cost": "2"}, "+4420", ["code"]),
    ],
)
def test_a_changed_leg_has_the_cause_that_changed_it(
    tmp_path: Path, after: dict[str, str], number: str, cause: list[str]
) -> None:
    """A corrected number that is put down to the code is looked for in the CHANGELOG, and never with the platform."""
    files = [legs_file(tmp_path / "1.parquet", a="+4420"), legs_file(tmp_path / "2.parquet", a=number)]
    with duckdb.connect() as connection:
        for side, fields in (("before", BEFORE), ("after", BEFORE | after)):
            values = ", ".join(
                f"'{fields[name]}' as {name}" if name in fields else f"null as {name}" for name in COLUMNS
            )
            connection.execute(f"create table {side}_legs as select 'a' as leg_id, {values}")
        connection.execute("create table touched (kind varchar, carrier_name varchar)")
        given = {"before": files[:1], "after": files[1:], "files": files}
        connection.execute(f"create table renumbered as {RENUMBERED}", given)
        assert [row[2] for row in connection.execute(CHANGED_LEGS).fetchall()] == cause
