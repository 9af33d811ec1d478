"""`python -m cpm_assets.sandbox`: serve the sandbox organisation until Ctrl-C.

The command line only. The demo and the tests start `server.SandboxServer` themselves.
"""

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime

from cpm_assets.sandbox.organization import CLIENT_ID, CLIENT_SECRET, Organization
from cpm_assets.sandbox.server import SandboxServer


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} is no instant with a time zone; write it like 2026-11-05T12:00:00Z")
    return instant.astimezone(UTC)


def _arguments(words: list[str]) -> argparse.Namespace:
    default = Organization()
    parser = argparse.ArgumentParser(
        prog="python -m cpm_assets.sandbox",
        description="A local Genesys organisation: OAuth tokens and the telephony usage API on 127.0.0.1.",
        epilog=f"Client credentials: {CLIENT_ID} / {CLIENT_SECRET}. Nothing is written to disk.",
    )
    parser.add_argument("--port", type=int, default=8090, help="port on 127.0.0.1; 0 takes any free one (default 8090)")
    parser.add_argument("--at", type=_instant, help="fix the sandbox's clock at this instant (default: now)")
    parser.add_argument("--seed", type=int, default=default.seed, help=f"another organisation (default {default.seed})")
    parser.add_argument(
        "--legs-per-day", type=int, default=default.legs_per_day, help=f"traffic (default {default.legs_per_day})"
    )
    parser.add_argument("--no-faults", action="store_true", help="no throttling, no expired tokens")
    parser.add_argument("--verbose", action="store_true", help="a line on stderr for each request")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Serve until SIGINT or SIGTERM; exit status 0, or 1 if the port or the size of the organisation is no good."""
    arguments = _arguments(words)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        server = SandboxServer(
            Organization(arguments.seed, arguments.legs_per_day),
            now=lambda: arguments.at or datetime.now(UTC),
            faults=not arguments.no_faults,
            port=arguments.port,
            log=(lambda line: print(line, file=sys.stderr, flush=True)) if arguments.verbose else None,
        )
    except (OSError, OverflowError, ValueError) as failure:
        print(f"cannot start on port {arguments.port}: {failure}", file=sys.stderr)
        return 1
    with server:
        print(f"sandbox organisation at {server.url} (Ctrl-C stops it)", flush=True)
        stopped.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
