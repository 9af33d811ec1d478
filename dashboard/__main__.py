"""The dashboard's server: `python -m dashboard`, as `make dashboard` starts it.

The sign-in's secrets come from the environment and go to Streamlit in memory; no file with them is ever written.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import streamlit as st

from cpm_assets.settings import settings_from_environment
from dashboard.sign_in import auth_section

APP = Path(__file__).with_name("app.py")


def main() -> None:
    """Answer until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8501)
    port = parser.parse_args().port
    settings = settings_from_environment()
    secrets = {"auth": auth_section(settings.sign_in)} if settings.sign_in else None
    st.App(APP, secrets=secrets).run(config={"server.address": settings.dashboard_address, "server.port": port})


if __name__ == "__main__":
    main()
