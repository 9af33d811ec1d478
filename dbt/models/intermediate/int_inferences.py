"""The dbt model of what new invoices say of their contracts; the rule itself is `cpm_assets.domain.invoice_inference`.

Here: rows in and out. Which terms explain most lines is a search over thousands of them, which SQL could not show to
be right; it sees a bounded sample, and only of invoices that the held terms do not explain.
"""

from datetime import date
from itertools import groupby

FINDING_COLUMNS = {
    "invoice_key": "varchar",
    "carrier_name": "varchar",
    "invoice_number": "varchar",
    "held_key": "varchar",
    "verdict": "varchar",
    "prefix": "varchar",
    "valid_from": "date",
    "since_date": "date",
    "held_terms": "varchar",
    "inferred_terms": "varchar",
    "rate_source": "varchar",
    "rate_e8": "bigint",
    "initial": "bigint",
    "step": "bigint",
    "increment_rule": "varchar",
    "minimum": "bigint",
    "fee_e6": "bigint",
    "rounding_mode": "varchar",
    "rounding_decimals": "integer",
    "rounding_scope": "varchar",
}


def model(dbt, session):
    """One row per finding. `session` is the run's DuckDB connection."""
    dbt.config(materialized="table")
    lines = (
        dbt.ref("int_inference_sample")
        .project(
            "invoice_key, carrier_name, invoice_number, held_key, initial, step, increment_rule, minimum, fee_e6,"
            " rounding_mode, rounding_decimals, prefix, cast(valid_from as varchar), written_date, duration_seconds,"
            " coalesce(stated_seconds, -1), charge_e6, rate_e8, coalesce(stated_rate_e8, -1), line_number"
        )
        .order("invoice_key, held_key, written_date, line_number")
        .fetchall()
    )
    rates = (
        dbt.ref("int_inference_rates")
        .project(
            "carrier_name, prefix, cast(valid_from as varchar) as valid_from, source, other_prefix,"
            " cast(other_valid_from as varchar), rate_e8, other_rank"
        )
        .order("carrier_name, prefix, valid_from, other_rank")
        .fetchall()
    )
    found = list(_findings(lines, rates)) if lines else []
    columns = ", ".join(f"unnest(${name}::{column_type}[]) as {name}" for name, column_type in FINDING_COLUMNS.items())
    values = zip(*found, strict=True) if found else [()] * len(FINDING_COLUMNS)
    return session.sql(
        f"select {columns}", params={name: list(column) for name, column in zip(FINDING_COLUMNS, values, strict=True)}
    )


def _findings(lines, rates):
    # Loaded here: most runs have no new invoice, and should not pay for numpy.
    from cpm_assets.domain.billing_terms import BillingTerms
    from cpm_assets.domain.invoice_inference import OtherRate, findings_of_group, in_order

    others = {}
    for carrier, prefix, valid_from, source, other_prefix, other_valid_from, rate, _ in rates:
        of_carrier = others.setdefault(carrier, {})
        of_carrier.setdefault((prefix, valid_from), []).append(
            OtherRate(source, (other_prefix, other_valid_from), rate)
        )
    for (invoice_key, carrier, invoice, held_key), group in groupby(lines, key=lambda line: line[:4]):
        of_group = list(group)
        held = BillingTerms(*of_group[0][4:11])
        findings = findings_of_group(
            held,
            in_order((line[13].toordinal(), *line[14:19]) for line in of_group),
            [(line[11], line[12]) for line in of_group],
            others.get(carrier, {}),
        )
        for finding in findings:
            prefix, valid_from = finding.row or (None, None)
            terms = finding.terms
            yield (
                invoice_key,
                carrier,
                invoice,
                held_key,
                finding.verdict,
                prefix,
                valid_from and date.fromisoformat(valid_from),
                date.fromordinal(finding.since),
                finding.held_text,
                finding.inferred_text,
                finding.source,
                finding.rate_e8,
                terms and terms.initial,
                terms and terms.step,
                terms and terms.rule,
                terms and terms.minimum,
                terms and terms.fee_e6,
                terms and terms.mode,
                terms and terms.decimals,
                terms and terms.scope,
            )
