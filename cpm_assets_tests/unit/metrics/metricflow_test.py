"""The metrics of `dbt/models/marts/_metrics.yml`, asked through MetricFlow, against the published tables' own answers.

MetricFlow makes the SQL, as for a BI tool, and it runs on the marts of a random world: no profile, no network, and none
of its command line, which would look for updates. Sums must be equal; a ratio, which MetricFlow divides in DOUBLE, to
1e-9 of itself.
"""

from collections.abc import Sequence
from math import isclose
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from cpm_assets_tests.compiled_models import MemoryWarehouse, compiled_project
from cpm_assets_tests.run_rows import Day, Extraction, RunInputs
from cpm_assets_tests.unit.rating.random_worlds import DAYS, random_deliveries, random_legs

SUMS = {
    "total_cost": "sum(total_cost)",
    "billed_seconds": "sum(billed_seconds)",
    "raw_seconds": "sum(raw_seconds)",
    "rated_legs": "sum(legs)",
    "unrated_legs": "sum(unrated_legs)",
    "total_cost_7d": "sum(total_cost_7d)",
    "billed_seconds_7d": "sum(billed_seconds_7d)",
}
RATIOS = {
    "billed_minutes": "sum(billed_seconds) / 60",
    "cpm": "sum(total_cost) * 60 / nullif(sum(billed_seconds), 0)",
    "effective_cpm": "sum(total_cost) * 60 / nullif(sum(billed_seconds), 0)",
    "raw_cpm": "sum(total_cost) * 60 / nullif(sum(raw_seconds), 0)",
    "unrated_share": "sum(unrated_legs) / nullif(sum(legs) + sum(unrated_legs), 0)",
    "cpm_trailing_7d": "sum(total_cost_7d) * 60 / nullif(sum(billed_seconds_7d), 0)",
}
DAILY = [name for name in (*SUMS, *RATIOS) if not name.endswith("_7d")]
WINDOWS = ["total_cost_7d", "billed_seconds_7d", "cpm_trailing_7d"]
COLUMN = {
    "currency": "currency",
    "carrier": "coalesce(carrier_name, '(none)')",
    "region": "destination_region",
    "cpm_day__is_final": "is_final",
    "metric_time__day": "usage_date",
    "metric_time__week": "date_trunc('week', usage_date)",
    "metric_time__month": "date_trunc('month', usage_date)",
    "region__country_code": "(select country_code from dim_region where destination_region = asked.destination_region)",
    "carrier__rounding_rule_text": (
        "(select rounding_rule_text from dim_carrier where carrier_name = asked.carrier_name)"
    ),
}
"""A group of MetricFlow, and what it is in the tables."""
EUROS = ("{{ Entity('currency') }} = 'EUR'", "currency = 'EUR'")
ONE_CARRIER = ("{{ Entity('carrier') }} = 'Acme '", "carrier_name = 'Acme '")
FROM_SECOND_DAY = ("{{ TimeDimension('metric_time', 'day') }} >= '2026-10-25'", "usage_date >= date '2026-10-25'")


class Asked:
    """MetricFlow and the tables of one world, asked the same things."""

    def __init__(self, memory: MemoryWarehouse, semantic_manifest: Path) -> None:
        manifest = parse_manifest_from_dbt_generated_manifest(manifest_json_string=semantic_manifest.read_text())
        client = SimpleNamespace(sql_engine_type=SqlEngine.DUCKDB, sql_plan_renderer=DuckDbSqlPlanRenderer())
        self._memory = memory
        self._engine = MetricFlowEngine(SemanticManifestLookup(manifest), client)

    def metricflow(self, metrics: Sequence[str], groups: Sequence[str], where: Sequence[str]) -> dict[Any, list[Any]]:
        """By the values of the groups: the values of the metrics."""
        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics), group_by_names=list(groups), where_constraints=list(where)
        )
        found = self._memory.connection.execute(self._engine.explain(request).sql_statement.sql)
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        by_group = {_key([row[name] for name in groups]): [row[name] for name in metrics] for row in rows}
        assert len(by_group) == len(rows), "a group that is there twice was split in joining"
        return by_group

    def table(
        self, table: str, metrics: Sequence[str], groups: Sequence[str], where: Sequence[str]
    ) -> dict[Any, list[Any]]:
        """The same from a table, as an analyst would write it; of windows only the last day of each period."""
        columns = [COLUMN[name] for name in groups]
        sums = [(SUMS | RATIOS)[name] for name in metrics]
        source = table
        if table == "cpm_trailing_7d":
            periods = [COLUMN[name] for name in groups if name.startswith("metric_time")]
            last = f"max(usage_date) over (partition by {', '.join(periods) or '1'})"
            source = f"(from {table} where {' and '.join(where) or 'true'} qualify usage_date = {last})"  # noqa: S608
        query = (
            f"select {', '.join(columns + sums)} from {source} as asked where {' and '.join(where) or 'true'} "  # noqa: S608
            "group by all"
        )
        return {_key(row[: len(groups)]): list(row[len(groups) :]) for row in self._memory.rows(query)}


def _key(values: Sequence[Any]) -> tuple[str, ...]:
    """Group values as text: MetricFlow's days are instants at midnight."""
    return tuple(str(value).removesuffix(" 00:00:00") for value in values)


@pytest.fixture(scope="module")
def asked(memory: MemoryWarehouse) -> Asked:
    """Three days of a random world: five carriers of nearly one name, legs without one, several currencies."""
    random = Random(11)
    legs, deliveries = random_legs(random), random_deliveries(random)
    by_day = {day: [leg for leg in legs if leg["start_time_utc"].date() == day] for day in DAYS}
    memory.run(
        RunInputs(
            days=[Day(day) for day in DAYS],
            extractions=[Extraction(day, legs=of_day) for day, of_day in by_day.items()],
            deliveries=deliveries,
            settings={"tolerated_unknown_carrier_legs": 10_000, "tolerated_zero_billing_legs": 10_000},
        ),
        "cpm_daily",
        "cpm_trailing_7d",
        "dim_carrier",
        "dim_region",
    )
    return Asked(memory, compiled_project() / "semantic_manifest.json")


@pytest.mark.parametrize(
    ("table", "metrics", "groups", "filters"),
    [
        ("cpm_daily", DAILY, ["currency"], []),
        ("cpm_daily", DAILY, ["currency", "carrier"], []),
        ("cpm_daily", DAILY, ["currency", "carrier", "region", "metric_time__day"], []),
        ("cpm_daily", DAILY, ["currency", "metric_time__week"], [ONE_CARRIER]),
        ("cpm_daily", DAILY, ["currency", "region__country_code"], [FROM_SECOND_DAY]),
        ("cpm_daily", DAILY, ["carrier__rounding_rule_text", "cpm_day__is_final"], [EUROS]),
        ("cpm_daily", ["cpm"], ["carrier", "metric_time__month"], [EUROS, FROM_SECOND_DAY]),
        ("cpm_trailing_7d", WINDOWS, ["currency", "carrier", "metric_time__day"], []),
        ("cpm_trailing_7d", WINDOWS, ["currency", "region", "metric_time__week"], []),
        ("cpm_trailing_7d", WINDOWS, ["carrier"], [EUROS]),
        ("cpm_trailing_7d", WINDOWS, ["currency"], [FROM_SECOND_DAY]),
    ],
)
def test_metricflow_and_the_tables_give_one_answer(
    asked: Asked, table: str, metrics: list[str], groups: list[str], filters: list[tuple[str, str]]
) -> None:
    """D10, D27: two ways to ask that differ in the fourth decimal, and a meeting about which one is right."""
    ours = asked.table(table, metrics, groups, [sql for _, sql in filters])
    theirs = asked.metricflow(metrics, groups, [template for template, _ in filters])
    assert ours, "a question without an answer compares nothing"
    assert theirs.keys() == ours.keys()
    for group, values in ours.items():
        for name, expected, actual in zip(metrics, values, theirs[group], strict=True):
            if name in SUMS or expected is None:
                assert actual == expected, (group, name)
            else:
                assert isclose(actual, expected, rel_tol=1e-9), (group, name)


def test_every_metric_is_compared(asked: Asked) -> None:
    """A metric added later, that nobody compares, is the one that is wrong."""
    assert {metric.name for metric in asked._engine.list_metrics(include_dimensions=False)} == {*SUMS, *RATIOS}


def test_a_week_is_its_last_days_window_never_a_sum_of_windows(asked: Asked) -> None:
    """D11: seven windows added count every leg up to seven times."""
    metrics, groups = ["total_cost_7d"], ["currency", "metric_time__week"]
    weeks = asked.metricflow(metrics, groups, [])
    days = asked.metricflow(metrics, ["currency", "metric_time__day"], [])
    saturday, sunday = ("EUR", "2026-10-24"), ("EUR", "2026-10-25")
    assert weeks["EUR", "2026-10-19"] == days[sunday] > days[saturday] > [0]
