"""The sandbox's edges and their external trunks: over which of them each carrier's legs leave.

One edge has two carriers' trunks apart, each alone on its edge; the third edge has the trunks of all the others, so
that only media statistics tell which of them a leg took.
"""

from cpm_assets.sandbox.carriers import COBALT, KESTREL, LINDENFUNK, NORTHWIND, SALTMARSH
from cpm_assets.sandbox.faults import UNCONTRACTED_CARRIER

SHARED_EDGE = "edge-1"

EDGES: dict[str, tuple[str, ...]] = {
    "edge-0": (NORTHWIND.name,),
    SHARED_EDGE: (LINDENFUNK.name, COBALT.name, SALTMARSH.name, UNCONTRACTED_CARRIER),
    "edge-2": (KESTREL.name,),
}
"""The carriers whose trunks end at each edge."""

_EDGE_OF_CARRIER = {carrier: edge for edge, carriers in EDGES.items() for carrier in carriers}


def edge_of(carrier: str | None) -> str:
    """The edge over which a carrier's legs leave; a leg that never left the organization was at the shared one."""
    return _EDGE_OF_CARRIER.get(carrier or "", SHARED_EDGE)


def trunk_of(carrier: str) -> str:
    """The id of a carrier's trunk."""
    return f"trunk-{carrier.lower().replace(' ', '-')}"
