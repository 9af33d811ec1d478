"""The dbt model of the pairs chosen where several legs and several lines compete.

Here: rows in and out; the rule itself is `cpm_assets.domain.matching`. SQL could not choose (D19 asks for the best set
of pairs, not the best pair), and the few rows in doubt are all that comes here, so a day without any costs nothing but
this file's imports.
"""

from cpm_assets.domain.matching import CandidatePair, match_candidates


def model(dbt, session):
    """One row per pair chosen among those in doubt. `session` is the run's DuckDB connection."""
    dbt.config(materialized="table")
    rows = (
        dbt.ref("int_invoice_candidates")
        .filter("group_shape = 'many'")
        .project(
            "turn, leg_id, carrier_name, invoice_number, line_number,"
            " start_distance_microseconds + 1000000 * coalesce(duration_distance_seconds, 0),"
            " epoch_us(leg_start_utc), epoch_us(line_start_utc)"
        )
        .fetchall()
    )
    matches = match_candidates(
        CandidatePair(turn, leg_id, (carrier_name, invoice_number, line_number), distance, leg_start, line_start)
        for turn, leg_id, carrier_name, invoice_number, line_number, distance, leg_start, line_start in rows
    )
    return session.sql(
        "select unnest($legs::varchar[]) as leg_id, unnest($carriers::varchar[]) as carrier_name,"
        " unnest($invoices::varchar[]) as invoice_number, unnest($lines::varchar[]) as line_number,"
        " unnest($are_exact::boolean[]) as is_exact, unnest($groups::varchar[]) as group_leg_id",
        params={
            "legs": [match.leg for match in matches],
            "carriers": [match.line[0] for match in matches],
            "invoices": [match.line[1] for match in matches],
            "lines": [match.line[2] for match in matches],
            "are_exact": [match.is_exact for match in matches],
            "groups": [match.group for match in matches],
        },
    )
