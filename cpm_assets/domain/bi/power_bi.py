"""The Power BI project (PBIP): a semantic model in TMDL over the published file, and an empty report on it.

Which tables, measures and relationships the model has. Who sees what of it is `power_bi_roles.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cpm_assets.domain.bi.tables import ADDED_UP, DIMENSIONS, FACTS, NOT_SHOWN, BiColumn, BiTable
from cpm_assets.domain.bi.tmdl import document, indented, tmdl_name, tmdl_object, with_expression

NAME = "cpm"
COMPATIBILITY_LEVEL = 1567
SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"

# Power BI's exact type, "fixed decimal", has four decimals and would round money in silence: double it is.
_TYPES = {
    "VARCHAR": "string", "DATE": "dateTime", "TIMESTAMP": "dateTime", "BOOLEAN": "boolean", "INTEGER": "int64",
    "BIGINT": "int64", "HUGEINT": "int64", "DECIMAL": "double", "DOUBLE": "double",
}  # fmt: skip
_DAY = "yyyy-mm-dd"

# Each of money is blank over several currencies (D27), and divides sums by sums (D10).
MEASURES: Mapping[str, Mapping[str, tuple[str, Sequence[str]]]] = {
    "cpm_daily": {
        "Total cost": (
            "#,##0.00",
            ["IF ( HASONEVALUE ( cpm_daily[currency] ), SUM ( cpm_daily[total_cost] ) )"],
        ),
        "Billed minutes": ("#,##0", ["SUM ( cpm_daily[billed_seconds] ) / 60"]),
        "CPM": (
            "0.0000",
            [
                "IF (",
                "\tHASONEVALUE ( cpm_daily[currency] ),",
                "\tDIVIDE ( SUM ( cpm_daily[total_cost] ), SUM ( cpm_daily[billed_seconds] ) / 60 )",
                ")",
            ],
        ),
        "Raw CPM": (
            "0.0000",
            [
                "IF (",
                "\tHASONEVALUE ( cpm_daily[currency] ),",
                "\tDIVIDE ( SUM ( cpm_daily[total_cost] ), SUM ( cpm_daily[raw_seconds] ) / 60 )",
                ")",
            ],
        ),
        "Unrated share": (
            "0.00%",
            ["DIVIDE ( SUM ( cpm_daily[unrated_legs] ), SUM ( cpm_daily[legs] ) + SUM ( cpm_daily[unrated_legs] ) )"],
        ),
    },
    "cpm_trailing_7d": {
        "CPM trailing 7 days": (
            "0.0000",
            [
                "VAR LastDay =",
                "\tCALCULATE (",
                "\t\tMAX ( cpm_trailing_7d[usage_date] ),",
                "\t\tREMOVEFILTERS ( dim_carrier ),",
                "\t\tREMOVEFILTERS ( dim_region )",
                "\t)",
                "RETURN",
                "\tIF (",
                "\t\tHASONEVALUE ( cpm_trailing_7d[currency] ),",
                "\t\tCALCULATE (",
                "\t\t\tDIVIDE (",
                "\t\t\t\tSUM ( cpm_trailing_7d[total_cost_7d] ),",
                "\t\t\t\tSUM ( cpm_trailing_7d[billed_seconds_7d] ) / 60",
                "\t\t\t),",
                "\t\t\tcpm_trailing_7d[usage_date] = LastDay",
                "\t\t)",
                "\t)",
            ],
        ),
    },
}
"""By table: each measure's format and its DAX."""


def power_bi_files(tables: Sequence[BiTable], published_file: str, roles: Mapping[str, str]) -> dict[str, str]:
    """The project's files by relative path. `roles` are role files by name (`power_bi_roles.py`)."""
    model = f"{NAME}.SemanticModel"
    definition = f"{model}/definition"
    return {
        f"{NAME}.pbip": _json(
            f"{SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
            version="1.0",
            artifacts=[{"report": {"path": f"{NAME}.Report"}}],
            settings={"enableAutoRecovery": True},
        ),
        f"{NAME}.Report/definition.pbir": _json(
            f"{SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json",
            version="4.0",
            datasetReference={"byPath": {"path": f"../{model}"}},
        ),
        f"{model}/definition.pbism": _json(
            f"{SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json", version="4.2", settings={}
        ),
        f"{definition}/database.tmdl": document(
            tmdl_object(f"database {NAME}", [f"compatibilityLevel: {COMPATIBILITY_LEVEL}"])
        ),
        f"{definition}/model.tmdl": document(
            tmdl_object(
                "model Model",
                ["culture: en-US", "defaultPowerBIDataSourceVersion: powerBI_V3", "discourageImplicitMeasures"],
            ),
            [f"ref table {table.name}" for table in tables],
        ),
        f"{definition}/expressions.tmdl": document([_parameter(published_file)]),
        f"{definition}/relationships.tmdl": document(*_relationships(tables)),
        **{f"{definition}/tables/{table.name}.tmdl": document(_table(table)) for table in tables},
        **{f"{definition}/roles/{name}": text for name, text in roles.items()},
    }


def _table(table: BiTable) -> list[str]:
    children: list[str] = []
    for name, (form, dax) in MEASURES.get(table.name, {}).items():
        children += ["", *_measure(name, form, dax)]
    for column in table.columns:
        children += ["", *_column(table, column)]
    select = f"select * from {table.name}"  # noqa: S608 - our own tables' names, in a file that runs elsewhere
    source = [
        "let",
        '\tSource = Odbc.Query("Driver={DuckDB Driver};Database=" & PublishedFile & ";access_mode=READ_ONLY", '
        f'"{select}")',
        "in",
        "\tSource",
    ]
    partition = [f"partition {table.name} = m", *indented(["mode: import", *with_expression("source", source)])]
    return tmdl_object(f"table {table.name}", [*children, "", *partition], description=table.description)


def _measure(name: str, form: str, dax: Sequence[str]) -> list[str]:
    head = f"measure {tmdl_name(name)}"
    if len(dax) == 1:
        return [f"{head} = {dax[0]}", f"\tformatString: {form}"]
    return with_expression(head, dax, [f"formatString: {form}"])


def _column(table: BiTable, column: BiColumn) -> list[str]:
    kind = column.data_type.partition("(")[0]
    properties = [f"dataType: {_TYPES[kind]}"]
    if column.name in NOT_SHOWN:
        properties.append("isHidden")
    if DIMENSIONS.get(table.name) == column.name:
        properties.append("isKey")
    if kind == "DATE":
        properties.append(f"formatString: {_DAY}")
    properties += [
        f"summarizeBy: {'sum' if column.name in ADDED_UP and table.name in FACTS else 'none'}",
        f"sourceColumn: {column.name}",
    ]
    return tmdl_object(f"column {tmdl_name(column.name)}", properties, description=column.description)


def _relationships(tables: Sequence[BiTable]) -> list[list[str]]:
    """From each fact to each dimension; a filter goes from the dimension to the fact."""
    return [
        tmdl_object(
            f"relationship {table.name}_{column}",
            [f"fromColumn: {table.name}.{column}", f"toColumn: {dimension}.{column}"],
        )
        for table in tables
        if table.name in FACTS
        for dimension, column in DIMENSIONS.items()
    ]


def _parameter(published_file: str) -> str:
    text = published_file.replace('"', '""')
    return (
        f'expression PublishedFile = "{text}" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
    )


def _json(schema: str, **content: object) -> str:
    return json.dumps({"$schema": schema, **content}, indent=2) + "\n"
