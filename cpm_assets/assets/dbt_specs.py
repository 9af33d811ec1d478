"""dbt models as Dagster assets: which are shown, their groups and owners, and the Python assets above them."""

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
    "stg_reference__review_decisions": ["raw_review_decisions"],
    "stg_reference__waivers": ["raw_waivers"],
    "stg_reference__access_policy": ["raw_access_policy"],
    "stg_reference__rejects": [
        "raw_rate_cards",
        "raw_carrier_contracts",
        "raw_seat_licenses",
        "raw_review_decisions",
        "raw_waivers",
        "raw_access_policy",
    ],
    "stg_invoices__lines": ["raw_invoices"],
}
"""Which files a staging model reads: dbt knows only the source `run`, the list of files that Python hands it."""

SHOWN_STEPS = ("normalized_usage", "carrier_contract_terms")
"""Models outside the marts that are assets of their own: the guide's stages. The other steps belong to dbt's docs; in
Dagster they would hide the flow, and cost every run an event each."""

GROUP_OF_FOLDER = {"intermediate": "rating", "marts": "figures"}
RECONCILIATION_NAMES = ("invoice", "reconciliation", "reconciled", "review", "flag", "dispute", "contract_findings")


class CpmDbtTranslator(DagsterDbtTranslator):
    """An asset is named like its model; dbt's own tests stay inside the dbt run, where they stop it."""

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


def shown_specs(specs: Sequence[dg.AssetSpec]) -> list[dg.AssetSpec]:
    """The specs that Dagster shows; each depends on the nearest shown ones above it, or on the files that it reads.

    What is above one of them anyway is left out, so that the graph shows the flow and not every edge.
    """
    by_name = {spec.key.path[-1]: spec for spec in specs}
    above = {name: _shown_above(spec, by_name) for name, spec in by_name.items() if _is_shown(name, spec)}

    def all_above(name: str) -> set[str]:
        return {each for dep in above.get(name, ()) for each in (dep, *all_above(dep))}

    return [
        by_name[name].replace_attributes(
            deps=sorted(deps - {each for dep in deps for each in all_above(dep)}),
        )
        for name, deps in above.items()
    ]


def _shown_above(spec: dg.AssetSpec, by_name: Mapping[str, dg.AssetSpec]) -> set[str]:
    above = set(UPSTREAM_FILES.get(spec.key.path[-1], []))
    for dep in spec.deps:
        name = dep.asset_key.path[-1]
        if name in by_name:  # and not a file of the source `run`
            above |= {name} if _is_shown(name, by_name[name]) else _shown_above(by_name[name], by_name)
    return above


def _is_shown(name: str, spec: dg.AssetSpec) -> bool:
    return name in SHOWN_STEPS or bool(spec.metadata.get("cpm/is_mart"))


def _group(name: str, folder: str) -> str | None:
    if any(word in name for word in RECONCILIATION_NAMES):
        return "reconciliation"
    return GROUP_OF_FOLDER.get(folder)


def _materialized(node: Mapping[str, Any]) -> str:
    return str(node["config"]["materialized"])
