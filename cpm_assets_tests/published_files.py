"""A small published file for the dashboard's tests, made by the production models from a few legs and cards.

Only the making of it. The world is chosen so that each of its oddities shows in one place: a day of 25 hours and one
of 23 in Berlin, a leg without a rate, an attempt that costs a fee, two currencies, and a carrier whose name is markup.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from cpm_assets.resources.published import PublishedSnapshots
from cpm_assets_tests.compiled_models import CompiledModel, MemoryWarehouse
from cpm_assets_tests.run_rows import Day, Delivery, Extraction, RunInputs, card, contract, leg

MARKUP = "<script>window.ran = 1</script>[x](javascript:alert(1)) $a$ :material/home:"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""The days on which Berlin's clocks change: 23 and 25 hours long."""
DAYS = [day + timedelta(days=n) for day in (SPRING, AUTUMN) for n in (-1, 0, 1)]
LAST_DAY = DAYS[-1]
PUBLISHED_AT = datetime(2026, 10, 28, 12, tzinfo=UTC)
US, GERMANY, NO_RATE = "+14155550198", "+493012345678", "+33123456789"
MARTS = Path(__file__).parents[1] / "dbt" / "models" / "marts"
WRITES_FILES = "day_versions"
"""Built of the model that freezes days to the lake's disk, which these tests have not."""


def small_world() -> RunInputs:
    """Acme has a leg every hour, the others some at noon."""
    return RunInputs(
        days=[Day(day, built_at_utc=PUBLISHED_AT) for day in DAYS],
        extractions=[Extraction(day, legs=list(_legs_of(day))) for day in DAYS],
        deliveries=[
            Delivery("rate_cards", list(_cards())),
            Delivery(
                "carrier_contracts",
                [
                    contract("Acme", connection_fee=Decimal("0.002")),
                    contract("Bison", rounding_mode="up", rounding_decimals=2, bills_attempts=True, attempt_fee=1),
                    contract("Eurotel", currency="EUR"),
                    contract(MARKUP),
                ],
            ),
        ],
    )


def _legs_of(day: date) -> Iterator[dict[str, object]]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    noon = midnight + timedelta(hours=12)
    for hour in range(24):
        start = midnight + timedelta(hours=hour, minutes=35)
        yield leg(f"acme-{day}-{hour:02}", start, destination_number=GERMANY if hour % 2 else US, billing_seconds=90)
    yield leg(f"bison-{day}", noon, carrier_name="Bison", billing_seconds=61)
    yield leg(f"bison-long-{day}", noon, carrier_name="Bison", destination_number=GERMANY, billing_seconds=3_000)
    yield leg(f"bison-attempt-{day}", noon, carrier_name="Bison", call_outcome="busy", billing_seconds=0)
    yield leg(f"euro-{day}", noon, carrier_name="Eurotel", billing_seconds=600)
    yield leg(f"=markup-{day}", noon, carrier_name=MARKUP, billing_seconds=120)
    yield leg(f"no-rate-{day}", noon, destination_number=NO_RATE)


def _cards() -> Iterator[dict[str, object]]:
    for carrier in ("Acme", "Bison", "Eurotel", MARKUP):
        for prefix, region, country, rate in (("1", "United States", "1", "0.0123"), ("49", "Germany", "49", "0.0345")):
            yield card(prefix, rate, carrier_name=carrier, destination_region=region, country_code=country) | (
                {"currency": "EUR"} if carrier == "Eurotel" else {}
            )
    yield card("49", "0.0456", carrier_name="Acme", destination_region="Germany", country_code="49") | {
        "effective_date": LAST_DAY
    }


def write_marts(models: Mapping[str, CompiledModel], file: Path) -> Path:
    """Builds every published table from the small world and writes the marts file, with the published function."""
    memory = MemoryWarehouse(dict(models))
    memory.run(small_world(), *sorted({path.stem for path in MARTS.glob("*.sql")} - {WRITES_FILES}))
    memory.connection.execute(f"attach '{file}' as written")
    memory.connection.execute("copy from database cpm to written")
    rule = re.search(
        r"total_cost,\s*(\(case when billed_seconds > 0.*?)\s+as cpm\b", models["cpm_daily"].sql, re.DOTALL
    )
    assert rule, "cpm_daily no longer derives cpm from total_cost and billed_seconds by that name"
    memory.connection.execute(f"create macro written.main.cost_per_minute(total_cost, billed_seconds) as {rule[1]}")
    _close_days(memory.connection)
    memory.connection.execute("detach written")
    return file


def _close_days(connection: duckdb.DuckDBPyConnection) -> None:
    """All but the last day are final, as closing would have marked them: nothing else of closing is needed here."""
    tables = connection.execute(
        "select table_name from duckdb_columns() where database_name = 'written' and column_name = 'is_final'"
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"update written.main.{table} set is_final = true where usage_date < $1", [LAST_DAY])
    connection.execute(
        "update written.main.day_status set status = 'final' where status = 'provisional' and usage_date < $1",
        [LAST_DAY],
    )


def publish(root: Path, marts: Path, changes: Sequence[str] = ()) -> Path:
    """Publishes the marts file, changed by SQL if so wanted, as another version below `root`; the version."""
    number = len(list((root / "published").glob("versions/*")))
    snapshots = PublishedSnapshots(root / "published", grace_seconds=0)
    changed = root / f"marts-{number}.duckdb"
    changed.write_bytes(marts.read_bytes())
    with duckdb.connect(str(changed)) as connection:
        for sql in changes:
            connection.execute(sql)
    return snapshots.publish(changed, snapshots.name(PUBLISHED_AT + timedelta(seconds=number), f"run-{number}"))
