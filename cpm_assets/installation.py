"""An installation: the settings and the stores below its data directory, put together once for all of Dagster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.warehouse import Warehouse
from cpm_assets.settings import Settings


@dataclass(frozen=True)
class Installation:
    """What every asset, sensor and command shares. Making one writes nothing; `claim` stamps the directory (D26)."""

    settings: Settings

    @cached_property
    def directory(self) -> DataDirectory:
        return DataDirectory(self.settings.data_dir)

    @cached_property
    def lake(self) -> Lake:
        return Lake(self.directory.lake)

    @cached_property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.directory, self.settings.keep_snapshots)

    def claim(self) -> None:
        """Raises WrongStampError before anything is written to a directory of another kind."""
        self.directory.claim(self.settings.stamp)
