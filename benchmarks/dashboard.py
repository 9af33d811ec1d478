"""Benchmark: the CPM page over two years of figures, for its first view and each slicer, against the bare query.

The page's time is that of a real server, from asking for the page with a selection in its address to its last message:
every query of the page, its HTML, Streamlit's own work. The bare query is what the matrix is made of, and nothing else,
on an open connection to the same file. `dashboard_browser.py` adds what a person waits for.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

import duckdb
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from benchmarks.dashboard_browser import browser_seconds
from benchmarks.measurement import Measurement, Quantity
from benchmarks.published_years import LAST_DAY, publish_years
from benchmarks.sizes import Sizes
from cpm_assets_tests.browser.dashboard_server import dashboard_server

ALLOWED_TIMES, ALLOWED_SECONDS = 3, 0.3
PAGE_SECONDS = 120
MONTH = LAST_DAY - timedelta(days=29)
BARE = """
select carrier_name, {place}, sum(legs), sum(unrated_legs), sum(billed_seconds), sum(total_cost)
from {table} as sums
where currency = 'USD' and {condition}
group by all
"""


@dataclass(frozen=True)
class Selection:
    """What is chosen on the page, as its address says it, and the bare query that asks for the same."""

    name: str
    address: dict[str, str | list[str]] = field(default_factory=dict)
    condition: str = "true"
    table: str = "cpm_daily"
    place: str = "destination_region"
    first: date | None = None

    @property
    def sql(self) -> str:
        since = f"usage_date >= '{self.first}' and " if self.first else ""
        return BARE.format(place=self.place, table=self.table, condition=since + self.condition)


YEARS: dict[str, str | list[str]] = {"days": "All"}
SELECTIONS = (
    Selection("first view, the last 30 days", first=MONTH),
    Selection("90 days", {"days": "90 days"}, first=LAST_DAY - timedelta(days=89)),
    Selection("all days", YEARS),
    Selection("all days, by month", YEARS | {"by": "Month"}),
    Selection("all days, a carrier", YEARS | {"carrier": "Carrier 3"}, "carrier_name = 'Carrier 3'"),
    Selection("all days, a region", YEARS | {"region": "Region 7"}, "destination_region = 'Region 7'"),
    Selection("all days, final ones", YEARS | {"figures": "Final days only"}, "is_final"),
    Selection("all days, restated", YEARS | {"figures": "Restated: the latest version"}, table="cpm_daily_restated"),
    Selection("all days, all regions shown", YEARS | {"top": "All"}),
    Selection("all days, by country", YEARS | {"places": "Countries"}),
    Selection("all days, a search", YEARS | {"find": "region 1"}, "contains(lower(destination_region), 'region 1')"),
    Selection("all days, a leg type", YEARS | {"leg_type": "primary"}, "leg_type = 'primary'", "cpm_hourly"),
    Selection("all days of Berlin", YEARS | {"zone": "Europe/Berlin"}, table="cpm_hourly"),
    Selection("a cell opened, 30 days", {"cell": ["Carrier 3", "Region 7"]}, first=MONTH),
    Selection("a cell opened, all days", YEARS | {"cell": ["Carrier 3", "Region 7"]}),
)


def measure(directory: Path, sizes: Sizes) -> list[Measurement]:
    """A row per selection: the page and the bare query take turns, after one of each that warms."""
    days, carriers, regions = sizes.dashboard_days, sizes.dashboard_carriers, sizes.dashboard_regions
    data_dir = publish_years(directory / "dashboard", days, carriers, regions)
    measurements = []
    with (
        dashboard_server(data_dir) as address,
        duckdb.connect(str(data_dir / "published" / "cpm.duckdb"), read_only=True) as connection,
    ):
        in_browser = browser_seconds(address)
        for selection in SELECTIONS:
            page, bare = _in_turns(
                lambda chosen=selection: _ask_for_page(address, chosen.address),
                lambda sql=selection.sql: connection.execute(sql).fetchall(),
                sizes.dashboard_runs,
            )
            measurements.append(_measurement(selection, page, bare, sizes, in_browser))
    return measurements


def _measurement(
    selection: Selection, page: float, bare: float, sizes: Sizes, in_browser: dict[str, float]
) -> Measurement:
    rows = sizes.dashboard_days * sizes.dashboard_carriers * sizes.dashboard_regions
    waited = in_browser.get(selection.name)
    return Measurement(
        what=f"the CPM page: {selection.name}",
        against=f"the bare query {bare:.3f} s + {ALLOWED_SECONDS / ALLOWED_TIMES:.1f} s",
        measured=Quantity(page, "s"),
        reference=Quantity(bare + ALLOWED_SECONDS / ALLOWED_TIMES, "s"),
        target=ALLOWED_TIMES,
        how=f"{rows:,} daily rows, {sizes.dashboard_days:,} days × {sizes.dashboard_carriers} carriers × "
        f"{sizes.dashboard_regions} regions; warm, medians of {sizes.dashboard_runs} in turns"
        + (f"; in the browser {waited:.2f} s until it is shown" if waited is not None else ""),
    )


def _in_turns(page: Callable[[], object], bare: Callable[[], object], runs: int) -> tuple[float, float]:
    _seconds(page), _seconds(bare)
    pairs = [(_seconds(page), _seconds(bare)) for _ in range(runs)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _ask_for_page(address: str, selection: dict[str, str | list[str]]) -> None:
    """A session of its own, as a browser begins one, until the server says that the script has ended well."""
    host = urlsplit(address).netloc
    asked = BackMsg()
    asked.rerun_script.query_string = urlencode(selection, doseq=True)
    with connect(
        f"ws://{host}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        origin=address,  # type: ignore[arg-type]
        max_size=None,
    ) as socket:
        socket.send(asked.SerializeToString())
        message = ForwardMsg()
        while message.WhichOneof("type") != "script_finished":
            message.ParseFromString(socket.recv(timeout=PAGE_SECONDS))  # type: ignore[arg-type]
            if message.delta.new_element.WhichOneof("type") == "exception":
                raise RuntimeError(message.delta.new_element.exception.message)
