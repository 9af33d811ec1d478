"""`make dashboard`: the CPM dashboard over the published file, on loopback unless there is a sign-in."""

from __future__ import annotations

import os
import sys

from cpm_assets.commands.terminal import say
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.settings import settings_from_environment


def run_dashboard(port: int) -> int:
    """Replace this process by the dashboard's server; Ctrl-C ends it."""
    settings = settings_from_environment()
    directory = DataDirectory(settings.data_dir)
    say(f"the dashboard on http://{settings.dashboard_address}:{port} over {directory.published_file}; Ctrl-C ends it")
    say("with sign-in" if settings.sign_in else "without a sign-in: it answers this machine only, and shows everything")
    if not directory.published_file.exists():
        say("nothing is published yet: the page says what to do, and shows the figures once there are some")
    environment = os.environ | {"CPM_DATA_DIR": str(directory.root)}
    arguments = [sys.executable, "-m", "dashboard", "--port", str(port)]
    os.execve(sys.executable, arguments, environment)  # noqa: S606 - our own interpreter with fixed arguments
    return 0
