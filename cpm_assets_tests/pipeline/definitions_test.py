"""Claims about what Dagster loads, in a fresh interpreter as its code server does."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cpm_assets.checks import listed_checks
from cpm_assets_tests.conftest import REPOSITORY, run_command

STAGES = {"raw_legs", "normalized_usage", "rate_card_dimension", "costed_legs", "cpm_fact", "reconciliation_flags"}
OTHER_ASSETS = {
    "raw_rate_cards", "raw_carrier_contracts", "raw_seat_licenses", "raw_invoices", "raw_waivers", "cpm_daily",
    "cpm_hourly", "cpm_by_prefix", "cpm_trailing_7d", "dim_carrier", "dim_region", "dim_date", "costed_legs_rejected",
    "day_status",
    "reconciliation_daily", "invoice_coverage", "internal_handling_cost", "rejected_legs", "rejected_reference_rows",
    "rejected_invoice_lines", "cpm_meta", "day_versions", "month_close", "figure_changes", "restatements",
    "restated_legs", "cpm_daily_restated", "published",
    "raw_access_policy", "access_policy",
    "raw_review_decisions", "finance_review_queue", "flag_evidence", "review_decisions", "invoice_files",
    "power_bi_project", "tableau_data_source", "genesys_calculated_field", "focus_export",
    "dispute_packs", "what_if", "invoice_totals", "invoice_variance", "contract_findings",
}  # fmt: skip
CODE_LOCATION = """
import json, sys
from cpm_assets.definitions import defs
import dagster as dg

dg.Definitions.validate_loadable(defs)
graph = defs.resolve_asset_graph()
out = {"assets": {}, "checks": {}, "schedules": {}, "sensors": {}}
for key in graph.materializable_asset_keys:
    node = graph.get(key)
    partitions = node.partitions_def
    out["assets"][key.to_user_string()] = {
        "group": node.group_name, "owners": list(node.owners), "kinds": sorted(node.kinds),
        "description": node.description, "parents": sorted(parent.to_user_string() for parent in node.parent_keys),
        "days": [str(partitions.timezone), partitions.get_first_partition_key(), partitions.get_last_partition_key()],
    }
for key in graph.asset_check_keys:
    spec = graph.get_check_spec(key)
    out["checks"][f"{key.asset_key.to_user_string()}:{key.name}"] = {
        "blocking": spec.blocking, "has_partitions": spec.partitions_def is not None, "description": spec.description}
for schedule in defs.schedules:
    out["schedules"][schedule.name] = [schedule.cron_schedule, schedule.execution_timezone, schedule.job_name,
                                       schedule.default_status.value]
for sensor in defs.sensors:
    out["sensors"][sensor.name] = sensor.default_status.value
out["jobs"] = sorted(job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__"))
json.dump(out, sys.stdout)
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a fresh interpreter finds, with every warning shown, and what it wrote into its data directory."""
    data_dir = tmp_path_factory.mktemp("loaded") / "data"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CPM_", "GENESYS_", "DAGSTER_"))}
    done = subprocess.run(
        [sys.executable, "-c", CODE_LOCATION],
        cwd=REPOSITORY,
        env=clean | {"CPM_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "messages": done.stderr, "wrote": data_dir.exists()}


def test_loading_prints_no_warning_and_writes_nothing(loaded: dict[str, Any]) -> None:
    """A warning at every start hides the one that matters; a look at the UI must not stamp a directory (D26)."""
    assert loaded["messages"] == ""
    assert not loaded["wrote"]


def test_the_assets_of_the_interface_are_there(loaded: dict[str, Any]) -> None:
    """Names are what people, links and alerts refer to."""
    assert set(loaded["assets"]) >= STAGES | OTHER_ASSETS


def test_every_asset_is_on_the_same_utc_days_with_todays(loaded: dict[str, Any]) -> None:
    """A stage on other days cannot be followed from the raw legs to the figures (D1)."""
    today = datetime.now(UTC).date().isoformat()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()  # midnight may have passed since it loaded
    for name, asset in loaded["assets"].items():
        timezone, first, last = asset["days"]
        assert (timezone, first) == ("UTC", "2026-10-24"), name
        assert last == today or (last == yesterday and datetime.now(UTC).hour == 0), name


@pytest.mark.parametrize("what", ["group", "owners", "kinds", "description"])
def test_every_asset_says_what_it_is_and_whose(loaded: dict[str, Any], what: str) -> None:
    """On-call asks a nameless table's owner nothing."""
    assert [name for name, asset in loaded["assets"].items() if not asset[what]] == []


def test_the_stages_follow_from_each_other(loaded: dict[str, Any]) -> None:
    """Lineage that misses a step lets somebody materialize figures from yesterday's legs."""
    parents = {name: set(asset["parents"]) for name, asset in loaded["assets"].items()}

    def ancestors(name: str) -> set[str]:
        found, todo = set(), [name]
        while todo:
            for parent in parents.get(todo.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    todo.append(parent)
        return found

    assert "raw_legs" in ancestors("normalized_usage")
    assert "raw_rate_cards" in ancestors("rate_card_dimension")
    assert {"normalized_usage", "raw_rate_cards", "raw_carrier_contracts"} <= ancestors("costed_legs")
    assert "costed_legs" in ancestors("cpm_fact")
    assert {"costed_legs", "raw_invoices"} <= ancestors("reconciliation_flags")
    assert {"cpm_fact", "day_status", "reconciliation_flags"} <= ancestors("published")


def test_every_check_is_seen_on_its_day_and_the_two_of_the_gate_block(loaded: dict[str, Any]) -> None:
    """A check without partitions shows the newest day's result on all of them."""
    listed = {f"{check['asset']}:{check['name']}" for check in listed_checks()}
    assert set(loaded["checks"]) == listed | {
        "raw_legs:extraction_complete",
        "cpm_fact:open_day_fresh",
        "day_versions:frozen_days_intact",
        "day_versions:closed_day_recomputed",
    }
    assert all(check["has_partitions"] and check["description"] for check in loaded["checks"].values())
    assert {name for name, check in loaded["checks"].items() if check["blocking"]} == {
        "costed_legs:carrier_match",
        "costed_legs:non_zero_billing",
    }


def test_the_clockwork_runs_from_the_start(loaded: dict[str, Any]) -> None:
    """An installation whose schedules somebody has to switch on first, runs no day until then."""
    assert loaded["schedules"] == {
        "open_day_schedule": ["*/15 * * * *", "UTC", "tick_job", "RUNNING"],
        "freshness_schedule": ["10,25,40,55 * * * *", "UTC", "freshness_job", "RUNNING"],
        "daily_reconciliation_schedule": ["0 6 * * *", "UTC", "reconciliation_job", "RUNNING"],
        "daily_verification_schedule": ["0 4 * * *", "UTC", "verify_job", "RUNNING"],
        "nightly_recomputation_schedule": ["30 4 * * *", "UTC", "recompute_job", "RUNNING"],
    }
    sensors = (
        *("finalization_sensor", "invoice_sensor", "late_sweep_sensor", "recosting_sensor", "restatement_sensor"),
        "alert_sensor",
    )
    assert loaded["sensors"] == dict.fromkeys(sensors, "RUNNING")
    assert set(loaded["jobs"]) == {
        "day_job", "finalize_job", "freshness_job", "late_sweep_job", "recompute_job", "recost_job",
        "reconciliation_job", "restatement_job", "status_job", "tick_job", "verify_job", "what_if_job",
    }  # fmt: skip


def test_an_organizations_command_writes_nothing_into_the_sandboxs_directory(tmp_path: Path) -> None:
    """Real calls beside invented ones in one report, and no way to tell them apart any more (D26)."""
    (tmp_path / "stamp.json").write_text('{"stamp": "sandbox"}\n')
    organization = {
        "GENESYS_CLIENT_ID": "a-client",
        "GENESYS_CLIENT_SECRET": "never-to-be-seen",
        "CPM_FIRST_DAY": "2026-11-01",
    }
    command = run_command(tmp_path, "day", "2026-11-02", **organization)
    assert command.status == 2
    assert "holds the data of: sandbox. This command is for: organization a-client" in command.messages
    assert "Traceback" not in command.messages
    assert "never-to-be-seen" not in command.messages + command.output
    assert [path.name for path in tmp_path.rglob("*")] == ["stamp.json"]


def test_the_sandbox_writes_nothing_into_an_organizations_directory(tmp_path: Path) -> None:
    """`make demo` in the wrong shell must not touch the company's figures (D26)."""
    (tmp_path / "stamp.json").write_text('{"stamp": "organization a-client"}\n')
    command = run_command(tmp_path, "demo")
    assert command.status == 2
    assert "holds the data of: organization a-client. This command is for: sandbox" in command.messages
    assert [path.name for path in tmp_path.rglob("*")] == ["stamp.json"]
