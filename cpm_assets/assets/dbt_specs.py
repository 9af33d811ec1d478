"""dbt models as Dagster assets: names, groups, owners, and the Python assets whose files they read."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from cpm_assets.owners import OWNERS

UPSTREAM_FILES = {
    "stg_usage__legs": ["raw_legs"],
    "stg_usage__rejects": ["raw_legs"],
    "stg_reference__rate_cards": ["raw_rate_cards"],
    "stg_reference__carrier_contracts": ["raw_carrier_contracts"],
    "stg_reference__seat_licenses": ["raw_seat_licenses"],
    "stg_reference__rejects": ["raw_rate_cards", "raw_carrier_contracts", "raw_seat_licenses"],
    "stg_invoices__lines": ["raw_invoices"],
}
"""Which files a staging model reads: dbt knows only the source `run`, the list of files that Python hands it."""

GROUP_OF_FOLDER = {"staging": "staging", "intermediate": "rating", "marts": "figures", "checks": "checks"}
RECONCILIATION_NAMES = ("invoice", "reconciliation")


class CpmDbtTranslator(DagsterDbtTranslator):
    """One asset per model, named like it; dbt's own tests stay inside the dbt run, where they stop it."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=False, enable_code_references=True))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        if node["resource_type"] != "model":
            return spec
        return spec.replace_attributes(
            group_name=_group(node["name"], node["fqn"][1]), owners=OWNERS, kinds={"dbt", "duckdb"}
        ).merge_attributes(metadata={"cpm/is_mart": node["database"] == "cpm", "materialized": _materialized(node)})

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey(["run", dbt_resource_props["name"]])
        return dg.AssetKey(dbt_resource_props["name"])


def with_upstream_files(specs: Sequence[dg.AssetSpec]) -> list[dg.AssetSpec]:
    """The specs with the source `run` replaced by the Python assets whose files are behind it."""
    return [
        spec.replace_attributes(
            deps=[
                *(dep for dep in spec.deps if dep.asset_key.path[0] != "run"),
                *UPSTREAM_FILES.get(spec.key.path[-1], []),
            ]
        )
        for spec in specs
    ]


def _group(name: str, folder: str) -> str:
    if any(word in name for word in RECONCILIATION_NAMES) and folder != "checks":
        return "reconciliation"
    return GROUP_OF_FOLDER[folder]


def _materialized(node: Mapping[str, Any]) -> str:
    return str(node["config"]["materialized"])
