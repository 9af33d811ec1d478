"""An installation aside: the same lake and published figures, with deliveries of its own to try something out.

For dry runs and looks: the inbox can be taken into it, and files parsed, and nothing of the installation is written.
Everything that was received is there as a link, so that what is read costs no copy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cpm_assets.installation import Installation
from cpm_assets.resources.scratch_directories import ASIDE, scratch_directory


@contextmanager
def installation_aside(installation: Installation) -> Iterator[Installation]:
    """The installation with its own deliveries, below a temporary directory; inbox, lake and published are shared."""
    with scratch_directory(ASIDE) as root:
        aside = Installation(replace(installation.settings, data_dir=root))
        aside.directory.work.mkdir()
        aside.directory.lake.mkdir()
        if installation.directory.lake.is_dir():
            for entry in installation.directory.lake.iterdir():
                if entry != installation.lake.deliveries:
                    (aside.directory.lake / entry.name).symlink_to(entry)
        _link_files(installation.lake.deliveries, aside.lake.deliveries)
        aside.directory.inbox.symlink_to(installation.directory.inbox)
        aside.directory.published.symlink_to(installation.directory.published)
        key = installation.lake.erasures.key_file
        if key.exists():  # what is read aside has erased numbers cut, too
            aside.lake.erasures.key_file.symlink_to(key)
        yield aside


def _link_files(source: Path, target: Path) -> None:
    """The same folders, with a link for each file: what is added goes beside them."""
    if not source.is_dir():
        return
    for path, _, names in os.walk(source):
        folder = Path(path)
        own = target / folder.relative_to(source)
        own.mkdir(parents=True, exist_ok=True)
        for name in names:
            if not name.endswith(".part"):
                (own / name).symlink_to(folder / name)
