"""Claims about bad files and bad records in a run: nothing stops the day and nothing vanishes (D5)."""

import re

from cpm_assets_tests.pipeline.bad_input import BAD_FILES, hard_legs, unreadable_legs
from cpm_assets_tests.pipeline.conftest import BAD_RECORDS, HardDays
from cpm_assets_tests.pipeline.published_tables import rows


def test_every_bad_row_and_file_is_listed_with_file_line_and_reason(hard_days: HardDays) -> None:
    """A price that was left out without a word is a carrier paid by nobody's card."""
    rejected = rows(
        hard_days.steps["backfill"].published,
        "select kind, file_name, line_number, reason from rejected_reference_rows order by all",
    )
    patterns = [
        ("rate_cards", "bad_rows.csv", 2, "abc"),
        ("rate_cards", "bad_rows.csv", 3, "NaN"),
        ("rate_cards", "bad_rows.csv", 4, "-0.05"),
        ("rate_cards", "empty.csv", 0, "empty"),
        ("rate_cards", "semicolons.csv", 0, "column"),
        ("seat_licenses", "two_seats_columns.csv", 0, "seats"),
    ]
    assert [row[:3] for row in rejected] == [pattern[:3] for pattern in patterns], rejected
    for (*_, reason), (*_, word) in zip(rejected, patterns, strict=True):
        assert word in reason, reason


def test_good_rows_beside_bad_ones_are_used(hard_days: HardDays) -> None:
    """One bad row, a byte order mark or Windows line ends must not cost a whole card."""
    cards = dict(
        rows(
            hard_days.steps["backfill"].published,
            "select prefix, any_value(destination_region) from rate_card_dimension group by prefix",
        )
    )
    assert cards == {"1415": "San Francisco", "44": "United Kingdom", "49": "Germany", "39": "Italy"}


def test_the_same_bytes_twice_are_one_delivery(hard_days: HardDays) -> None:
    """A card sent again under another name would overlap with itself."""
    received = list((hard_days.stage.settings.data_dir / "lake" / "deliveries" / "rate_cards").glob("*.receipt.json"))
    taken = [name for name in BAD_FILES if name.startswith("rate_cards/") and re.fullmatch(r"[^.]+\.csv", name[11:])]
    # the cards themselves, the file that was done being written by the second run, and all but the copy
    assert len(received) == 1 + 1 + len(taken) - 1


def test_a_file_still_being_written_waits_until_it_is_whole(hard_days: HardDays) -> None:
    """Half a rate card prices half the calls; and waiting for it must not hold up the day."""
    slow = "select count(*) from rate_card_dimension where destination_region = 'Slow country'"
    assert rows(hard_days.steps["backfill"].published, slow) == [(0,)]
    whole = (hard_days.stage.settings.data_dir / "inbox" / "rate_cards" / "growing.csv").read_text().count("\n") - 1
    assert rows(hard_days.steps["mended"].published, slow) == [(whole,)]


def test_files_that_are_not_taken_are_named(hard_days: HardDays) -> None:
    """Somebody waits for the prices in a file that nobody will ever read."""
    assert "rate_cards/notes.txt" in hard_days.steps["backfill"].messages
    assert "uploading" not in hard_days.steps["backfill"].messages, "it is not finished yet"


def test_an_invoice_in_an_unknown_folder_is_rejected_with_the_known_ones(hard_days: HardDays) -> None:
    """An invoice under a misspelt name would never be reconciled, and every leg of the carrier flagged as missing."""
    ((reason,),) = rows(hard_days.steps["backfill"].published, "select distinct reason from rejected_invoice_lines")
    assert "Nobody Ltd" in reason
    assert "Acme" in reason
    assert "Zenith" in reason


def test_unreadable_records_are_listed_and_the_others_counted(hard_days: HardDays) -> None:
    """One malformed record in a day of a million would otherwise stop the day or be lost."""
    published = hard_days.steps["backfill"].published
    reasons = rows(published, "select reason from rejected_legs where usage_date = $day", day=BAD_RECORDS)
    assert sorted(reason for (reason,) in reasons) == sorted(unreadable_legs(BAD_RECORDS))
    legs = len(unreadable_legs(BAD_RECORDS)) + len(hard_legs(BAD_RECORDS)) + 6
    counts = rows(
        published, "select legs_received, legs_rejected from day_status where usage_date = $day", day=BAD_RECORDS
    )
    assert counts == [(legs, len(unreadable_legs(BAD_RECORDS)))]


def test_texts_come_through_as_they_were_sent(hard_days: HardDays) -> None:
    """A quote in a carrier's name must neither end a statement nor be changed: names are compared exactly (D12)."""
    sent = {leg["legId"]: (leg["carrierName"], leg["destinationLocation"]) for leg in hard_legs(BAD_RECORDS)}
    published = rows(
        hard_days.steps["backfill"].published,
        "select leg_id, carrier_name, destination_location from costed_legs where usage_date = $day",
        day=BAD_RECORDS,
    )
    assert {leg_id: (name, location) for leg_id, name, location in published if leg_id in sent} == sent
