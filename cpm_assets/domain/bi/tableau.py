"""The Tableau data source: the published `cpm_daily` over DuckDB's JDBC driver, with CPM as a calculated field."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from cpm_assets.domain.bi.tables import ADDED_UP, NOT_SHOWN, BiColumn, BiTable

CONNECTION = "genericjdbc.cpm"
VERSION = "18.1"

_TYPES = {
    "VARCHAR": "string", "DATE": "date", "TIMESTAMP": "datetime", "BOOLEAN": "boolean", "INTEGER": "integer",
    "BIGINT": "integer", "HUGEINT": "integer", "DECIMAL": "real", "DOUBLE": "real",
}  # fmt: skip

_ONE_CURRENCY = "COUNTD([currency]) = 1"
# Each divides sums by sums (D10), and those of money are empty over several currencies (D27).
CALCULATED = {
    "CPM": (
        f"IF {_ONE_CURRENCY} AND SUM([billed_seconds]) > 0 THEN SUM([total_cost]) * 60 / SUM([billed_seconds]) END"
    ),
    "Raw CPM": (f"IF {_ONE_CURRENCY} AND SUM([raw_seconds]) > 0 THEN SUM([total_cost]) * 60 / SUM([raw_seconds]) END"),
    "Billed minutes": "SUM([billed_seconds]) / 60",
}
"""Each calculated field's formula."""


def tableau_source(table: BiTable, published_file: str) -> str:
    """The `.tds` file of a table."""
    source = Xml.Element("datasource", {"formatted-name": "cpm", "inline": "true", "version": VERSION})
    connection = Xml.SubElement(source, "connection", {"class": "federated"})
    named = Xml.SubElement(
        Xml.SubElement(connection, "named-connections"),
        "named-connection",
        {"caption": "CPM, published", "name": CONNECTION},
    )
    Xml.SubElement(
        named,
        "connection",
        {
            "class": "genericjdbc",
            "dialect": "postgres",
            "jdbcurl": f"jdbc:duckdb:{published_file};access_mode=READ_ONLY",
            "schema": "main",
        },
    )
    Xml.SubElement(
        connection,
        "relation",
        {"connection": CONNECTION, "name": table.name, "table": f"[main].[{table.name}]", "type": "table"},
    )
    for column in table.columns:
        source.append(_column(column))
    for name, formula in CALCULATED.items():
        field = Xml.SubElement(
            source,
            "column",
            {
                "caption": name, "datatype": "real", "name": f"[{name.lower().replace(' ', '_')}_calculated]",
                "role": "measure", "type": "quantitative",
            },
        )  # fmt: skip
        Xml.SubElement(field, "calculation", {"class": "tableau", "formula": formula})
    Xml.indent(source)
    return "<?xml version='1.0' encoding='utf-8' ?>\n" + Xml.tostring(source, encoding="unicode") + "\n"


def _column(column: BiColumn) -> Xml.Element:
    """A field: what may be added is a measure; a row's own ratio is hidden, or it would be averaged."""
    is_added = column.name in ADDED_UP
    kind = _TYPES[column.data_type.partition("(")[0]]
    attributes = {
        "caption": column.name.replace("_", " "),
        "datatype": kind,
        "name": f"[{column.name}]",
        "role": "measure" if is_added else "dimension",
        "type": "quantitative" if is_added else "ordinal" if kind in ("date", "datetime") else "nominal",
    }
    if is_added:
        attributes["aggregation"] = "Sum"
    if column.name in NOT_SHOWN:
        attributes["hidden"] = "true"
    field = Xml.Element("column", attributes)
    if column.description:
        text = Xml.SubElement(Xml.SubElement(field, "desc"), "formatted-text")
        Xml.SubElement(text, "run").text = column.description
    return field
