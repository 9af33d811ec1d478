"""The usage connection: which usage source this installation reads, opened for the length of one extraction.

With no Genesys setting the source is the sandbox's server, started on loopback for that long (D26).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from cpm_assets.domain.page_readers import GENESYS_ANALYTICS
from cpm_assets.resources.analytics_jobs import JobNotes
from cpm_assets.resources.analytics_source import AnalyticsUsageSource
from cpm_assets.resources.clock import Clock
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.genesys_client import ClientOptions
from cpm_assets.resources.usage_source import GenesysUsageSource, UsageSource
from cpm_assets.sandbox.inbox import write_inbox
from cpm_assets.sandbox.organization import CLIENT_ID, CLIENT_SECRET, Organization
from cpm_assets.sandbox.server import SandboxServer
from cpm_assets.settings import Settings


@dataclass(frozen=True)
class UsageConnection:
    """Opens the configured source. Tests put another object with the same two methods in its place."""

    settings: Settings
    clock: Clock

    @contextmanager
    def open(self) -> Iterator[UsageSource]:
        """The source, closed at the end of the block."""
        if self.settings.is_sandbox:
            with (
                SandboxServer(Organization(), now=self.clock.now) as server,
                self._source(
                    api_url=server.url, login_url=server.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET
                ) as source,
            ):
                yield source
        else:
            with self._source(
                api_url=self.settings.api_url,
                login_url=self.settings.login_url,
                client_id=self.settings.client_id,
                client_secret=self.settings.client_secret,
            ) as source:
                yield source

    def _source(self, **client: Unpack[ClientOptions]) -> GenesysUsageSource | AnalyticsUsageSource:
        if self.settings.usage_source == GENESYS_ANALYTICS:
            notes = JobNotes(DataDirectory(self.settings.data_dir).work / "analytics_jobs")
            return AnalyticsUsageSource(notes, clock=self.clock.now, **client)
        return GenesysUsageSource(**client)

    def fill_inbox(self, inbox: Path) -> None:
        """The sandbox's carriers deliver their files; an organization's carriers do so themselves."""
        if self.settings.is_sandbox:
            write_inbox(inbox, Organization())
