"""The dashboard's entry, run by Streamlit from top to bottom for every view: the list of pages, and nothing else."""

from __future__ import annotations

from dashboard.frame import PageEntry, show_one_of
from dashboard.views import cpm, health, internal_handling, reconciliation, trend, what_if

# In the order of the navigation; the first is the one that opens.
PAGES = (
    PageEntry("cpm", "CPM", cpm.show),
    PageEntry("trend", "Trend", trend.show),
    PageEntry("reconciliation", "Reconciliation", reconciliation.show),
    PageEntry("handling", "Internal handling", internal_handling.show),
    PageEntry("health", "Health", health.show),
    PageEntry("what_if", "What-if", what_if.show),
)

show_one_of(PAGES)
