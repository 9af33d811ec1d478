"""The Reconciliation page: what an invoice's difference comes from, the flags to decide about, the packs to send."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cpm_assets.settings import Settings
from dashboard.block import show_block
from dashboard.decisions import decision_form, pending_by_flag
from dashboard.figure_text import count_text, day_text, days_text, money_text
from dashboard.flag_panel import show_flag
from dashboard.heading import chosen_names, show_heading, show_section
from dashboard.pack_list import show_packs
from dashboard.plain_text import as_html
from dashboard.published import Figures
from dashboard.slicers import BOUND, choose_carriers, choose_one_currency, published_facts
from dashboard.sql_files import query
from dashboard.tables import list_html, pick_list_html
from dashboard.waterfall import waterfall_svg

TITLE = "Reconciliation"
INVOICE, FLAG = "invoice", "flag"
"""Query parameters: the chosen invoice (carrier and number), and the chosen flag."""
STATUSES = ("open", "accepted", "disputed", "credited", "written_off", "resolved")
FLAG_TYPES = (
    "charge_mismatch",
    "minute_mismatch",
    "missing_from_invoice",
    "missing_from_usage",
    "duplicate_invoice_line",
)
MOST_FLAGS = 200


def show(figures: Figures, settings: Settings) -> None:
    """The invoices, the chosen one's waterfall, the queue with the chosen flag, and the dispute packs."""
    facts = published_facts(figures)
    if not figures.shows("invoice_totals"):
        show_heading(TITLE, facts, "Invoices against our figures")
        st.info("An invoice is about all of a carrier's regions: it is shown to those who may see all of them.")
        return
    with st.sidebar:
        currency = choose_one_currency([name for (name,) in figures.rows(query("invoice_currencies"))])
        carriers = list(choose_carriers(figures))
        statuses, flag_types = _choose_flags()
    if currency is None:
        show_heading(TITLE, facts, "Invoices against our figures")
        st.info("No invoice has come in yet: put one into inbox/invoices, in the folder of its carrier.")
        return
    show_heading(TITLE, facts, _what_is_chosen(currency, carriers, statuses, flag_types))
    invoices = figures.records(query("invoices"), {"currency": currency, "carriers": carriers})
    chosen = _chosen_invoice(invoices)
    _show_invoices(invoices, chosen)
    if chosen is not None:
        _show_waterfall(figures, chosen)
    _show_findings(figures, carriers)
    selection = {"currency": currency, "carriers": carriers, "statuses": statuses, "flag_types": flag_types}
    _show_queue(figures, settings, selection, chosen)
    show_packs(figures, settings, carriers)


def _choose_flags() -> tuple[list[str], list[str]]:
    """Statuses and kinds of the flags in the queue; none chosen is all."""
    return (
        st.multiselect("Flag status", STATUSES, default=["open"], key="status", bind=BOUND, placeholder="All"),
        st.multiselect("Flags", FLAG_TYPES, key="flag_type", bind=BOUND, placeholder="All"),
    )


def _what_is_chosen(currency: str, carriers: list[str], statuses: list[str], flag_types: list[str]) -> str:
    """All that is chosen, in a line: on paper and in the file, where no slicer is, it is what is shown."""
    parts = [f"{currency}, positive: the carrier asks for more than we owe", *chosen_names("carriers", carriers)]
    parts += chosen_names("flag status", statuses) or ["flags of every status"]
    return " · ".join([*parts, *chosen_names("flags", [_in_words(name) for name in flag_types])])


def _in_words(name: str) -> str:
    return name.replace("_", " ")


def _chosen_invoice(invoices: list[dict[str, Any]]) -> dict[str, Any] | None:
    chosen = st.query_params.get_all(INVOICE)
    return next((row for row in invoices if [row["carrier_name"], row["invoice_number"]] == chosen), None)


def _pick_invoice(value: Any) -> None:
    if st.query_params.get_all(INVOICE) == value:
        del st.query_params[INVOICE]
    elif isinstance(value, list):
        st.query_params[INVOICE] = value


def _show_invoices(invoices: list[dict[str, Any]], chosen: dict[str, Any] | None) -> None:
    rows = [
        [
            row["invoice_number"],
            row["carrier_name"],
            days_text(row["first_date"], row["last_date"]) if row["first_date"] else "",
            count_text(row["lines"]),
            money_text(row["invoice_total"]),
            money_text(row["our_total"]),
            money_text(row["difference"]),
            money_text(row["uncompared_amount"]),
        ]
        for row in invoices
    ]
    picks = [[row["carrier_name"], row["invoice_number"]] for row in invoices]
    heads = ["invoice", "carrier", "dates", "lines", "they ask", "we owe", "difference", "of it not compared"]
    picked = chosen and [chosen["carrier_name"], chosen["invoice_number"]]
    caption = "Invoices; choose one to see what its difference comes from"
    show_block(pick_list_html(caption, heads, rows, picks, picked, numbers=5), "invoices", _pick_invoice)


def _show_waterfall(figures: Figures, invoice: dict[str, Any]) -> None:
    values = {name: invoice[name] for name in ("carrier_name", "invoice_number", "currency")}
    parts = figures.records(query("invoice_parts"), values)
    steps = [(_in_words(row["component"]), row["amount"]) for row in parts]
    title = f"{invoice['carrier_name']}, {invoice['invoice_number']}, {invoice['currency']}"
    drawn = waterfall_svg(title, ("we owe", invoice["our_total"]), steps, ("they ask", invoice["invoice_total"]))
    note = (
        f'<p class="quiet">{as_html(count_text(invoice["uncompared_lines"]))} lines are of days that are not compared '
        "yet: their money is in “period”.</p>"
        if invoice["uncompared_lines"]
        else ""
    )
    show_block(f"<h3>{as_html(title)}</h3>{drawn}{note}", key="waterfall")


def _show_findings(figures: Figures, carriers: list[str]) -> None:
    rows = [
        [
            row["carrier_name"],
            day_text(row["since_date"]) if row["since_date"] else "",
            row["summary"],
            count_text(row["lines_explained"]),
            f"{money_text(row['amount'])} {row['currency']}" if row["amount"] is not None else "",
        ]
        for row in figures.records(query("invoice_findings"), {"carriers": carriers})
    ]
    if rows:
        heads = ["carrier", "since", "billed otherwise than contract or card say", "lines", "comes to"]
        show_block(list_html("Found in the invoices", heads, rows, numbers=2), key="findings")


def _show_queue(
    figures: Figures, settings: Settings, selection: dict[str, object], invoice: dict[str, Any] | None
) -> None:
    show_section("Review queue")
    flags = figures.records(
        query("review_queue"),
        {
            **selection,
            "only_chosen_invoice": invoice is not None,
            "carrier_name": invoice and invoice["carrier_name"],
            "invoice_number": invoice and invoice["invoice_number"],
            "most": MOST_FLAGS,
        },
    )
    chosen = st.query_params.get(FLAG)
    pending = pending_by_flag(figures, settings)
    rows = [
        [
            row["flag_id"][:12],
            row["carrier_name"],
            _in_words(row["flag_type"]),
            _in_words(row["root_cause"] or ""),
            " ".join(filter(None, (row["invoice_number"], row["line_number"]))) or row["leg_id"] or "",
            f"{pending[row['flag_id']].status}, pending" if row["flag_id"] in pending else row["status"],
            day_text(row["dispute_deadline"]) if row["dispute_deadline"] else "",
            "" if row["days_left"] is None else str(row["days_left"]),
            money_text(row["worth"], 6),
        ]
        for row in flags
    ]
    heads = [
        "flag",
        "carrier",
        "what",
        "likely cause",
        "invoice line or leg",
        "status",
        "dispute until",
        "days",
        "worth",
    ]
    found = flags[0]["flags"] if flags else 0
    if not flags:
        st.info("No flag in this selection.")
    else:
        shown = f", the first {MOST_FLAGS} of {found:,}" if found > MOST_FLAGS else ""
        of = f" of {invoice['invoice_number']}" if invoice else ""
        caption = f"Flags{of}{shown}; choose one to see both calculations and to decide"
        picks = [row["flag_id"] for row in flags]
        show_block(pick_list_html(caption, heads, rows, picks, chosen, numbers=2), "queue", _pick_flag)
    if chosen:
        _show_chosen(figures, settings, chosen, pending)


def _show_chosen(figures: Figures, settings: Settings, flag_id: str, pending: dict[str, Any]) -> None:
    found = figures.records(query("flag"), {"flag_id": flag_id})
    if not found:
        st.info("There is no such flag among those that you may see.")
        return
    with st.container(border=True, key="flag_panel"):
        show_flag(figures, found[0], pending.get(flag_id))
        decision_form(figures, settings, found[0])


def _pick_flag(value: Any) -> None:
    if st.query_params.get(FLAG) == value:
        del st.query_params[FLAG]
    else:
        st.query_params[FLAG] = str(value)
