"""`make dashboard`: the CPM dashboard on loopback, over the published file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cpm_assets.commands.session import say
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.settings import settings_from_environment

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
ADDRESS = "127.0.0.1"


def run_dashboard(port: int) -> int:
    """Replace this process by Streamlit's server; Ctrl-C ends it."""
    directory = DataDirectory(settings_from_environment().data_dir)
    say(f"the dashboard on http://{ADDRESS}:{port} over {directory.published_file}; Ctrl-C ends it")
    if not directory.published_file.exists():
        say("nothing is published yet: the page says what to do, and shows the figures once there are some")
    os.environ["CPM_DATA_DIR"] = str(directory.root)
    options = {
        "server.address": ADDRESS,
        "server.port": port,
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
    }
    arguments = ["-m", "streamlit", "run", str(APP), *(f"--{name}={value}" for name, value in options.items())]
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own interpreter with fixed arguments
    return 0
