"""The command line: `python -m cpm_assets <command>`, what the Makefile calls. `--help` lists the commands."""

from __future__ import annotations

import argparse
import getpass
import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from cpm_assets.domain.build_plan import DAY, FINALIZE
from cpm_assets.domain.review_decisions import STATUSES
from cpm_assets.domain.what_if import Scenario, WhatIfError
from cpm_assets.resources.data_directory import WrongStampError
from cpm_assets.resources.erasure_log import ErasurePendingError, KeyLostError
from cpm_assets.resources.frozen_verification import FrozenDamagedError
from cpm_assets.resources.warehouse import RebuildNeededError
from cpm_assets.settings import SettingsError

MENDED_BY_A_PERSON = (
    SettingsError,
    WrongStampError,
    RebuildNeededError,
    FrozenDamagedError,
    ErasurePendingError,
    KeyLostError,
    WhatIfError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Errors that a person can mend are printed as one sentence, without a trace."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except MENDED_BY_A_PERSON as error:
        print(f"cpm: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("cpm: stopped; nothing half done is left: run it again", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cpm_assets", description="Exact telephony cost per minute.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="command")

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help_text, description=help_text)

    one_day = command("day", "one UTC day through every stage, in this process; exit 0 if and only if all went through")
    one_day.add_argument("day", type=_day, help="the UTC day, YYYY-MM-DD")
    one_day.add_argument("--no-extract", action="store_true", help="from the lake, without asking the usage API")
    one_day.set_defaults(run=lambda o: _command("day").run_day(o.day, DAY, extract=not o.no_extract))

    finalize = command("finalize", "close one UTC day for good, as the finalization sensor would")
    finalize.add_argument("day", type=_day, help="the UTC day, YYYY-MM-DD")
    finalize.set_defaults(run=lambda o: _command("day").run_day(o.day, FINALIZE))

    backfill = command("backfill", "a range of UTC days through every stage, in one run")
    backfill.add_argument("first", type=_day, help="the first UTC day, YYYY-MM-DD")
    backfill.add_argument("last", type=_day, help="the last UTC day, YYYY-MM-DD")
    backfill.add_argument("--no-extract", action="store_true", help="from the lake, without asking the usage API")
    backfill.set_defaults(run=lambda o: _command("day").run_range(o.first, o.last, DAY, extract=not o.no_extract))

    known = command("as-of", "one UTC day's figures as known at an instant (D22)")
    known.add_argument("day", type=_day, help="the UTC day, YYYY-MM-DD")
    known.add_argument("at", type=_instant, help="the instant, such as 2026-11-23T00:00:00Z")
    known.set_defaults(run=lambda o: _command("as_of").run_as_of(o.day, o.at))

    deciding = command("decide", "record a decision about a flag of finance_review_queue")
    deciding.add_argument("flag", help="the flag's id, or as much of its beginning as is unique")
    deciding.add_argument("status", choices=STATUSES, help="what was decided")
    deciding.add_argument("--by", required=True, help="who decided")
    deciding.add_argument("--note", default="", help="why, in one line")
    deciding.set_defaults(run=lambda o: _command("decide").run_decide(o.flag, o.status, o.by, o.note))

    erasing = command("erase", "remove a person's number from all that is kept; totals stay to the last micro-unit")
    erasing.add_argument(
        "number", nargs="?", help="with its country code; left out, it is asked for, and in no history"
    )
    erasing.add_argument("--by", default="", help="who asks for it")
    erasing.add_argument("--reason", default="", help="why, in one line, without the number")
    erasing.add_argument("--dry-run", action="store_true", help="only count files, legs and days; nothing is changed")
    erasing.set_defaults(run=_erase)

    again = command("recost", "the days that new cards and contracts touch, costed again")
    again.add_argument("--dry-run", action="store_true", help="only print what would change; nothing is written")
    again.set_defaults(run=lambda o: _command("recost").run_recost(dry_run=o.dry_run))

    older = command("legs", "legs of days older than the published file holds, in a DuckDB file of the same tables")
    older.add_argument("first", type=_day, help="the first UTC day, YYYY-MM-DD")
    older.add_argument("last", type=_day, help="the last one")
    older.set_defaults(run=lambda o: _command("legs").run_legs(o.first, o.last))

    asking = command("what-if", "a carrier's past traffic at another carrier's prices, by region and prefix")
    asking.add_argument("carrier", help="whose traffic")
    asking.add_argument("candidate", help="by whose card and contract it is priced")
    asking.add_argument("first", type=_day, help="the first UTC day of the traffic, YYYY-MM-DD")
    asking.add_argument("last", type=_day, help="the last UTC day, YYYY-MM-DD")
    asking.add_argument("--priced-on", type=_day, help="price all of it by the card in force on this UTC day")
    asking.set_defaults(
        run=lambda o: _command("what_if").run_what_if(Scenario(o.carrier, o.candidate, o.first, o.last, o.priced_on))
    )

    command("demo", "ten fixed days of the sandbox through every stage, and what came of them").set_defaults(
        run=lambda o: _command("demo").run_demo()
    )
    developing = command("dev", "the Dagster UI with daemon, schedules and sensors, on loopback")
    developing.add_argument("--port", type=int, default=3000, help="the UI's port (3000)")
    developing.set_defaults(run=lambda o: _command("dev").run_dev(o.port))
    looking = command("dashboard", "the CPM dashboard on loopback, over the published file")
    looking.add_argument("--port", type=int, default=8501, help="the page's port (8501)")
    looking.set_defaults(run=lambda o: _command("dashboard").run_dashboard(o.port))
    trying = command("check-inbox", "what a delivery would do before it counts; nothing is written")
    trying.add_argument("file", type=Path, help="the file; in the inbox or anywhere")
    trying.add_argument("--folder", help="the inbox's folder that it is meant for, such as rate_cards")
    trying.add_argument("--days", type=_count, default=30, help="how many days of traffic are priced (30)")
    trying.add_argument("--no-pricing", action="store_true", help="only what takes seconds: rows, prices, days")
    trying.set_defaults(
        run=lambda o: _command("check_inbox").run_check_inbox(o.file, o.folder, days=o.days, is_priced=not o.no_pricing)
    )
    examining = command("doctor", "whether this installation and configuration is right, and what to do if not")
    examining.add_argument("--json", action="store_true", help="the findings as one JSON document")
    examining.add_argument("--send-test-alert", action="store_true", help="POST a test alert to the webhook")
    examining.set_defaults(
        run=lambda o: _command("doctor").run_doctor(as_json=o.json, sends_test_alert=o.send_test_alert)
    )
    watching = command(
        "health", "whether the daemon is alive, days are built and the published file is there; waits for nothing"
    )
    watching.add_argument("--json", action="store_true", help="as one JSON document")
    watching.add_argument("--alert", action="store_true", help="POST what is wrong to the webhook, and when it is over")
    watching.add_argument("--serve", type=int, metavar="PORT", help="answer GET /health on 127.0.0.1, until stopped")
    watching.set_defaults(run=_health)
    command("verify", "whether every closed day still has its files, hashes and totals, and its inputs").set_defaults(
        run=lambda o: _command("verify").run_verify()
    )
    command("rebuild", "the warehouse again, from the lake alone").set_defaults(
        run=lambda o: _command("rebuild").run_rebuild()
    )
    command(
        "bi-files", "the repository's files for BI tools (bi/), generated again from the published file"
    ).set_defaults(run=lambda o: _command("bi_files").run_bi_files())
    return parser


def _health(options: argparse.Namespace) -> int:
    if options.serve is not None:
        return int(_command("health_endpoint").run_endpoint(options.serve))
    return int(_command("health").run_health(as_json=options.json, is_alerting=options.alert))


def _erase(options: argparse.Namespace) -> int:
    try:
        number = options.number or getpass.getpass("the number to erase: ")
    except EOFError:
        print("say the number: NUMBER=, or where a terminal asks for it", file=sys.stderr)
        return 2
    return _command("erase").run_erase(number, options.by, options.reason, dry_run=options.dry_run)


def _command(name: str) -> Any:
    """The module of the command that was asked for: most need Dagster, which takes seconds to import."""
    return import_module(f"cpm_assets.commands.{name}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day as YYYY-MM-DD") from None


def _count(text: str) -> int:
    if not re.fullmatch(r"0*[1-9]\d{0,3}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 9999")
    return int(text)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not an instant with its zone, such as 2026-11-23T00:00:00Z")
    return instant.astimezone(UTC)


if __name__ == "__main__":
    sys.exit(main())
