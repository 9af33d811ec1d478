"""Claims about the files for BI tools: those in the repository are the generator's, and say what the tables say."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest

from cpm_assets.commands.bi_files import REPOSITORY_BI
from cpm_assets.domain.bi.tables import ADDED_UP, MODEL_TABLES, NOT_SHOWN
from cpm_assets.resources.bi_files import installation_files, repository_files, write_files
from cpm_assets.resources.focus_export import write_focus_export
from cpm_assets_tests.published_files import publish
from cpm_assets_tests.tmdl import TmdlObject, parsed_tmdl

DEFINITION = "powerbi/cpm.SemanticModel/definition"
POLICY = [
    "create or replace table access_policy (principal varchar, principal_type varchar, carrier_name varchar, "
    "destination_region varchar)",
    "insert into access_policy values ('desk', 'group', 'Northwind Voice', '*')",
]


@pytest.fixture(scope="module")
def files(published_demo: Path) -> dict[str, str]:
    return repository_files(published_demo)


@pytest.fixture(scope="module")
def columns(published_demo: Path) -> dict[str, list[str]]:
    """The published columns of each table, in order."""
    with duckdb.connect(str(published_demo), read_only=True) as connection:
        return {table: [row[0] for row in connection.execute(f"describe {table}").fetchall()] for table in MODEL_TABLES}


def table_of(files: dict[str, str], name: str) -> TmdlObject:
    (table,) = parsed_tmdl(files[f"{DEFINITION}/tables/{name}.tmdl"]).objects
    return table


def test_the_repository_has_what_the_generator_makes(files: dict[str, str]) -> None:
    """A column was renamed and the files still name the old one: `make bi` was forgotten."""
    there = {
        str(path.relative_to(REPOSITORY_BI)): path.read_text() for path in REPOSITORY_BI.rglob("*.*") if path.is_file()
    }
    there.pop("README.md", None)
    assert there == files


def test_the_power_bi_model_has_the_published_columns(files: dict[str, str], columns: dict[str, list[str]]) -> None:
    """A missing column fails the refresh of every report."""
    for name, published in columns.items():
        table = table_of(files, name)
        made = [child for child in table.children if child.kind == "column"]
        assert [child.properties["sourceColumn"] for child in made] == published
        for child in made:
            assert child.description, child.name
            assert ("isHidden" in child.properties) == (child.name in NOT_SHOWN)
            added = child.name in ADDED_UP and not name.startswith("dim_")
            assert child.properties["summarizeBy"] == ("sum" if added else "none")


def test_every_relationship_joins_columns_that_there_are(files: dict[str, str], columns: dict[str, list[str]]) -> None:
    """Power BI opens no model with a relationship to nothing."""
    relationships = parsed_tmdl(files[f"{DEFINITION}/relationships.tmdl"]).objects
    assert len(relationships) == 9
    for each in relationships:
        for end in ("fromColumn", "toColumn"):
            table, column = each.properties[end].split(".")
            assert column in columns[table]


def test_cpm_divides_sums_and_is_blank_over_currencies(files: dict[str, str]) -> None:
    """D10, D27: the average of CPMs, or euros added to dollars, in a board's report."""
    cpm = table_of(files, "cpm_daily").child("measure", "CPM")
    flat = re.sub(r"\s+", " ", cpm.value or "")
    assert flat == (
        "IF ( HASONEVALUE ( cpm_daily[currency] ), "
        "DIVIDE ( SUM ( cpm_daily[total_cost] ), SUM ( cpm_daily[billed_seconds] ) / 60 ) )"
    )
    assert cpm.properties["formatString"] == "0.0000"
    for measure in (
        child for name in MODEL_TABLES for child in table_of(files, name).children if child.kind == "measure"
    ):
        assert "AVERAGE" not in (measure.value or "")


def test_every_part_of_the_project_can_be_read(files: dict[str, str]) -> None:
    """One file that cannot is a project that does not open."""
    for name, text in files.items():
        if name.endswith(".tmdl"):
            assert parsed_tmdl(text)
        elif name.endswith((".json", ".pbip", ".pbir", ".pbism")):
            assert json.loads(text)
    model = parsed_tmdl(files[f"{DEFINITION}/model.tmdl"])
    assert [name for _, name in model.references] == list(MODEL_TABLES)


def test_the_tableau_source_has_the_columns_and_the_calculated_field(
    files: dict[str, str], columns: dict[str, list[str]]
) -> None:
    """A workbook on a source without CPM is one on which CPM is averaged by hand."""
    source = ElementTree.fromstring(files["tableau/cpm.tds"].partition("\n")[2])  # noqa: S314 - our own file
    fields = {field.get("name", "").strip("[]"): field for field in source.findall("column")}
    plain = {name for name, field in fields.items() if field.find("calculation") is None}
    assert plain == set(columns["cpm_daily"])
    assert fields["cpm"].get("hidden") == "true"
    formula = fields["cpm_calculated"].find("calculation")
    assert formula is not None
    assert formula.get("formula") == (
        "IF COUNTD([currency]) = 1 AND SUM([billed_seconds]) > 0 "
        "THEN SUM([total_cost]) * 60 / SUM([billed_seconds]) END"
    )


def test_the_genesys_field_is_the_guide_s(files: dict[str, str]) -> None:
    """No public schema describes it: the guide's text is all that there is to hold to."""
    field = json.loads(files["genesys/cost_per_minute.json"])
    assert field["expression"] == "SUM(total_cost) / NULLIF(SUM(billed_minutes), 0)"
    assert (field["precision"], field["segmentation"]) == (4, ["carrier_name", "destination_region"])


def test_an_installation_s_files_have_its_path_and_its_roles(published_demo: Path, tmp_path: Path) -> None:
    """A model without roles shows every carrier to whoever opens the report."""
    publish(tmp_path, published_demo, POLICY)
    link = tmp_path / "published" / "cpm.duckdb"
    made = installation_files(link)
    assert str(link) in made[f"{DEFINITION}/expressions.tmdl"]
    (role,) = [parsed_tmdl(text).objects[0] for name, text in made.items() if "/roles/" in name]
    assert role.name == "group desk"
    assert role.child("tablePermission", "cpm_daily").value == '( EXACT ( [carrier_name], "Northwind Voice" ) )'


def test_a_withdrawn_role_is_taken_away_and_a_report_s_pages_stay(tmp_path: Path) -> None:
    """A role that stays behind keeps its grant; a page that goes was somebody's work."""
    role, page = f"{DEFINITION}/roles/x.tmdl", "powerbi/cpm.Report/definition/pages/page.json"
    write_files(tmp_path, {"powerbi/cpm.pbip": "a", role: "x", "tableau/cpm.tds": "t"})
    (tmp_path / page).parent.mkdir(parents=True)
    (tmp_path / page).write_text("mine")
    assert write_files(tmp_path, {"tableau/cpm.tds": "t"}) == []
    assert (tmp_path / role).exists()
    assert write_files(tmp_path, {"powerbi/cpm.pbip": "a"}) == []
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*") if path.is_file())
    assert left == ["powerbi/cpm.Report/definition/pages/page.json", "powerbi/cpm.pbip", "tableau/cpm.tds"]


TEXT, MONEY, INSTANT = "VARCHAR", "DECIMAL(18,6)", "TIMESTAMP"
MANDATORY: dict[str, tuple[str, bool]] = {
    "BilledCost": (MONEY, False), "BillingAccountId": (TEXT, False), "BillingAccountName": (TEXT, True),
    "BillingCurrency": (TEXT, False), "BillingPeriodEnd": (INSTANT, False), "BillingPeriodStart": (INSTANT, False),
    "ChargeCategory": (TEXT, False), "ChargeClass": (TEXT, True), "ChargeDescription": (TEXT, True),
    "ChargePeriodEnd": (INSTANT, False), "ChargePeriodStart": (INSTANT, False), "ContractedCost": (MONEY, False),
    "EffectiveCost": (MONEY, False), "InvoiceIssuerName": (TEXT, False), "ListCost": (MONEY, False),
    "PricingQuantity": (MONEY, True), "PricingUnit": (TEXT, True), "ProviderName": (TEXT, False),
    "PublisherName": (TEXT, False), "ServiceCategory": (TEXT, False), "ServiceName": (TEXT, False),
}  # fmt: skip
"""FOCUS 1.2's mandatory columns: our type of each, and whether the specification lets it be null."""
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {None, "Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "PricingCategory": {None, "Standard", "Dynamic", "Committed", "Other"},
    "ServiceCategory": {
        "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools",
        "Identity", "Integration", "Internet of Things", "Management and Governance", "Media", "Migration", "Mobile",
        "Multicloud", "Networking", "Security", "Storage", "Web", "Other",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def focus(published_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Asks the export, as `focus`, and the published tables, as `published`."""
    file = tmp_path_factory.mktemp("focus") / "bi" / "cost_and_usage.parquet"
    rows = write_focus_export(published_demo, file)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"create view focus as from '{file}'")
        connection.execute(f"attach '{published_demo}' as published (read_only)")
        assert connection.execute("select count(*) from focus").fetchall() == [(rows,)]
        yield lambda sql: connection.execute(sql).fetchall()


def test_focus_has_every_mandatory_column_of_its_type(focus: Any) -> None:
    """A FinOps tool refuses a file with one missing."""
    types = {row[0]: row[1] for row in focus("describe focus")}
    for name, (kind, is_nullable) in MANDATORY.items():
        assert types[name] == kind, name
        if not is_nullable:
            assert focus(f'select count(*) from focus where "{name}" is null') == [(0,)], name  # noqa: S608
    own = [name for name in types if name.startswith("x_")]
    assert list(types) == [*sorted(set(types) - set(own)), *own]


def test_focus_has_only_values_that_the_specification_knows(focus: Any) -> None:
    """A category of our own making is a row that no report counts."""
    for name, allowed in ALLOWED.items():
        assert {value for (value,) in focus(f'select distinct "{name}" from focus')} <= allowed, name  # noqa: S608
    assert focus("select count(*) from focus where not regexp_full_match(\"BillingCurrency\", '[A-Z]{3}')") == [(0,)]


def test_focus_adds_up_to_the_published_figures(focus: Any) -> None:
    """A second report with another total."""
    ours = focus(
        "select currency, sum(total_cost), sum(billed_minutes) from published.cpm_daily where legs > 0 "
        "group by 1 order by 1"
    )
    assert (
        focus('select "BillingCurrency", sum("BilledCost"), sum("PricingQuantity") from focus group by 1 order by 1')
        == ours
    )
    assert all(isinstance(cost, Decimal) and cost > 0 for _, cost, _ in ours)


def test_focus_s_periods_are_a_day_in_its_month(focus: Any) -> None:
    """A charge outside its billing period is counted twice, or never."""
    assert focus(
        'select count(*) from focus where "ChargePeriodEnd" - "ChargePeriodStart" <> interval 1 day '
        'or "ChargePeriodStart" < "BillingPeriodStart" or "ChargePeriodEnd" > "BillingPeriodEnd"'
    ) == [(0,)]
    (last,) = focus('select max("BillingPeriodEnd") from focus')[0]
    assert last.replace(tzinfo=UTC) == datetime(2026, 12, 1, tzinfo=UTC)
