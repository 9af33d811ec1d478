"""Definitions: what Dagster loads (`workspace.yaml`), built from the environment. The list itself is in `build.py`."""

from cpm_assets.build import build_defs

defs = build_defs()
