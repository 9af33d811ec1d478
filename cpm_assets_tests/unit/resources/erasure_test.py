"""Claims about `cpm_assets.resources.erasure` and its log: copies go, the rest is proved, a kill does no harm."""

import gzip
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from cpm_assets.domain.erasing import CannotBeErasedError
from cpm_assets.installation import Installation
from cpm_assets.resources import erasure as erasing
from cpm_assets.resources.erasure import (
    erase,
    files_beside_the_lake,
    finish_erasure,
    holding,
    number_to_erase,
    places_left,
)
from cpm_assets.resources.erasure_log import ErasurePendingError, KeyLostError
from cpm_assets.resources.frozen_verification import verify_frozen_days
from cpm_assets.resources.frozen_versions import MANIFEST_FILE, read_version, write_version
from cpm_assets.resources.inbox import take_files
from cpm_assets.resources.input_verification import verify_inputs
from cpm_assets.resources.installation_aside import installation_aside
from cpm_assets.resources.lake import Lake
from cpm_assets.resources.parsed_files import parsed_deliveries
from cpm_assets.resources.usage_extraction import extract, parsed_paths
from cpm_assets.resources.write_once import part_of
from cpm_assets.settings import settings_from_environment
from cpm_assets_tests.pipeline.scripted_usage import CARDS, CONTRACTS, LONG_AGO, put_file
from cpm_assets_tests.unit.resources.fake_usage_api import DAY_END, DAY_START, FakeUsageApi, leg, page
from cpm_assets_tests.unit.resources.frozen_rows import KNOWN_FROM, tables

DAY, NUMBER = date(2026, 11, 1), "+14155550198"
AT = datetime(2026, 12, 1, tzinfo=UTC)
LINES = (
    "invoice_number,line_number,internal_leg_reference,destination_number,start_time,duration_seconds,billed_minutes,"
    "charge_amount\n"
    'I-1,1,,(415) 555-0198,2026-11-01T14:22:10,215,4,0.04\nI-1,2,,442079460001,2026-11-01T15:00:00,60,1,0.02\n'
    "I-1,3,,+14155550198,never,60,1,0.02\n"
)  # fmt: skip


FILES = 10
"""That hold the number: pages, legs, rejects; of each invoice the file, its rows and its rejects; the frozen legs."""


def silent(_text: str) -> None:
    pass


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A day that was read, billed and frozen: two legs to the number, one to another; an invoice, also one in a zip."""
    made = Installation(settings_from_environment({"CPM_DATA_DIR": str(tmp_path / "data")}))
    inbox = made.directory.inbox
    put_file(inbox / "rate_cards" / "cards.csv", CARDS)
    put_file(inbox / "carrier_contracts" / "contracts.csv", CONTRACTS)
    put_file(inbox / "invoices" / "Acme" / "i.csv", LINES)
    (inbox / "invoices" / "Zenith").mkdir()
    with zipfile.ZipFile(inbox / "invoices" / "Zenith" / "z.zip", "w") as archive:
        archive.writestr("z.csv", LINES)
    put_file(inbox / "invoices" / "Zenith" / "z.zip", (inbox / "invoices" / "Zenith" / "z.zip").read_bytes())
    take_files(inbox, made.lake, tmp_path / "seen", lambda: KNOWN_FROM, lambda: LONG_AGO + 3600.0 * 24 * 365 * 20)
    parsed_deliveries(made.lake)
    read(made.lake)
    freeze(made)
    return made


def read(lake: Lake, number: str = NUMBER, **fields: object) -> Path:
    """A whole reading of the day, whose first leg has further fields; its directory."""
    legs = [
        leg("a", destinationNumber=number, **fields),
        leg("b", destinationNumber="+442079460001"),
        leg("c", duration="x"),
    ]
    with FakeUsageApi([page(legs, total=3)]).source() as source:
        receipt = extract(source, lake, DAY, "sweep", (DAY_START, DAY_END), lambda: KNOWN_FROM)
    return lake.extraction_directory(receipt)


def freeze(installation: Installation) -> None:
    """The day's frozen version, with its legs' numbers in full, naming the reading and the card."""
    (extraction,) = installation.lake.extractions(DAY)
    facts = {
        "usage_date": str(DAY), "version": 1, "known_from_utc": KNOWN_FROM.isoformat(), "reason": "closed",
        "extractions": [{"asked_day": str(DAY), "extraction_id": extraction.extraction_id, "files": extraction.files}],
    }  # fmt: skip
    with duckdb.connect() as connection:
        rows = tables(connection)
        number = "case leg_id when 'a' then '+14155550198' else '44…01' end as destination_number"
        write_version(
            installation.warehouse.frozen.staging_directory(DAY),
            {**rows, "costed_legs": rows["costed_legs"].project(f"*, {number}, '1415' as matched_prefix")},
            facts,
        )
    installation.warehouse.frozen.settle([f"{DAY}/v0001"])


def erase_it(installation: Installation, at: datetime = AT) -> int:
    """The lake's part of `make erase`; how many files were replaced."""
    held = holding(installation, number_to_erase(installation, NUMBER), silent)
    if held.paths:
        erase(installation, held, "A. Name", "request 17", at, silent)
    return len(held.paths)


def everything(root: Path) -> bytes:
    """All that is in a directory, unpacked as far as a reader can."""
    parts = []
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        elif path.suffix == ".parquet":
            content = json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                content = b"".join(archive.read(each) for each in archive.infolist())
        parts.append(content)
    return b"\n".join(parts)


def problems(installation: Installation) -> list[str]:
    """What `make verify` finds wrong."""
    versions = [each for verdict in verify_frozen_days(installation.warehouse) for each in verdict.problems]
    manifests = [read_version(installation.warehouse.frozen.directory(DAY))]
    return [*versions, *map(str, verify_inputs(installation.lake.root, manifests, lambda _day: True))]


def test_no_file_of_the_lake_holds_the_number_and_the_rest_is_as_it_was(installation: Installation) -> None:
    """A copy that stays is the number that stays; and what was priced and billed must read as before."""
    assert problems(installation) == []
    before = {path: pq.read_table(path) for path in installation.lake.root.rglob("*.parquet")}
    assert erase_it(installation) == FILES
    left = everything(installation.lake.root)
    assert b"5550198" not in left
    assert b"555-0198" not in left
    assert b"442079460001" in left
    for path, table in before.items():
        columns = [
            name for name in table.column_names if name not in ("destination_number", "destination_digits", "raw_text")
        ]
        assert pq.read_table(path).select(columns) == table.select(columns)
    (receipt,) = installation.lake.extractions(DAY)
    legs = pq.read_table(parsed_paths(installation.lake, receipt)[0]).to_pylist()
    assert [each["destination_digits"] for each in legs] == ["1415", "442079460001"]
    frozen = pq.read_table(installation.warehouse.frozen.directory(DAY) / "costed_legs.parquet").to_pylist()
    assert [each["destination_number"] for each in frozen][:2] == ["1415…", "44…01"]


def test_the_record_names_who_why_and_each_replaced_hash_and_verify_holds(installation: Installation) -> None:
    """Evidence that was changed has to say so itself; the manifest's quoted hash must go on holding."""
    manifest = (installation.warehouse.frozen.directory(DAY) / MANIFEST_FILE).read_bytes()
    erase_it(installation)
    assert problems(installation) == []
    assert (installation.warehouse.frozen.directory(DAY) / MANIFEST_FILE).read_bytes() == manifest
    (record,) = installation.lake.erasures.all()
    assert (record.person, record.reason, record.legs, record.days) == ("A. Name", "request 17", 1, ("2026-11-01",))
    (beside,) = installation.warehouse.frozen.directory(DAY).glob("erasure-*.json")
    told = json.loads(beside.read_bytes())["files"]["costed_legs.parquet"]
    assert told["replaces_sha256"] == json.loads(manifest)["files"]["costed_legs.parquet"]["sha256"]


def test_a_file_that_was_changed_after_an_erasure_is_found(installation: Installation) -> None:
    """An erasure must not be a way to change figures unseen."""
    erase_it(installation)
    legs = installation.warehouse.frozen.directory(DAY) / "costed_legs.parquet"
    legs.write_bytes(legs.read_bytes()[:-1] + b"X")
    assert "was changed" in problems(installation)[0]


def test_a_second_erasure_finds_nothing_more(installation: Installation) -> None:
    """Run twice, it must not make a second record, or cut further."""
    erase_it(installation)
    assert erase_it(installation) == 0
    assert len(installation.lake.erasures.all()) == 1


@pytest.mark.parametrize("killed_after", [0, 1, FILES - 1, FILES])
def test_killed_at_any_file_it_is_finished_by_the_next_run(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    """Half erased and no record of it: neither the number is gone nor the evidence whole."""
    done: list[Path] = []

    def replace_or_die(staged: Path, target: Path) -> None:
        if len(done) == killed_after:
            raise KeyboardInterrupt
        done.append(target)
        staged.replace(target)

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "_replace", replace_or_die)
        if killed_after < FILES:
            with pytest.raises(KeyboardInterrupt):
                erase_it(installation)
            with pytest.raises(ErasurePendingError, match="make erase"):
                problems(installation)
        else:
            erase_it(installation)
    finish_erasure(installation)
    assert erase_it(installation) == 0
    assert b"5550198" not in everything(installation.lake.root)
    assert problems(installation) == []


def test_killed_before_the_record_nothing_has_changed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies without a record are nothing: they go, and the next run begins again."""
    before = everything(installation.lake.root)
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "write_durably", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase_it(installation)
    assert everything(installation.lake.root) == before
    assert finish_erasure(installation) is None
    assert not installation.directory.erasing.exists()


def test_a_later_reading_that_brings_the_number_again_is_cut_as_it_comes(installation: Installation) -> None:
    """The API goes on answering with it: the late sweep of the next day would bring it back."""
    erase_it(installation)
    again = read(installation.lake, "tel:+1 415 555 0198")
    assert b"555 0198" not in everything(again)
    legs = pq.read_table(next(again.glob("legs.*"))).to_pylist()
    assert [each["destination_digits"] for each in legs] == ["1415", "442079460001"]
    assert b"5550198" not in everything(installation.lake.root)


def test_an_erasure_is_refused_while_the_api_is_read(installation: Installation) -> None:
    """The pages of a reading that is on are under no name yet: searched past, they would bring the number back."""
    number = number_to_erase(installation, NUMBER)
    held = holding(installation, number, silent)
    again = read(installation.lake)
    with pytest.raises(CannotBeErasedError, match="stop the daemon"):
        erase(installation, held, "A. Name", "request 17", AT, silent)
    part_of(again / "legs").touch()
    held = holding(installation, number, silent)
    with pytest.raises(CannotBeErasedError, match="stop the daemon"):
        erase(installation, held, "A. Name", "request 17", AT, silent)
    assert installation.lake.erasures.all() == []
    part_of(again / "legs").rename(again / ".legs.999999999.part")
    assert erase(installation, held, "A. Name", "request 17", AT, silent)


@pytest.mark.parametrize("text", ["tel:+14155550198", "sip:14155550198@edge", "(415) 555-0198", 14155550198])
def test_a_later_reading_is_cut_in_every_field(installation: Installation, text: object) -> None:
    """Who called, and fields that we do not read, hold people's numbers, too; that leg was to somebody else."""
    erase_it(installation)
    again = everything(read(installation.lake, "+442079460002", ani=text))
    assert b"5550198" not in again
    assert b"555-0198" not in again
    assert b"442079460002" in again


def test_the_words_of_a_later_invoice_line_are_cut(installation: Installation) -> None:
    """A carrier's call id or description quotes the number, and both are published."""
    erase_it(installation)
    recogniser = installation.lake.erasures.recogniser()
    assert recogniser is not None
    assert recogniser.in_words("call 2 to +1 415 555 0198") == "call 2 to +1415..."
    assert recogniser.in_words("14155550198-77@sbc") == "1415...-77@sbc"
    assert recogniser.in_words("+1 415 555 0199") == "+1 415 555 0199"


def test_a_later_invoice_still_meets_the_leg_and_its_number_goes_with_the_next_erasure(
    installation: Installation, tmp_path: Path
) -> None:
    """The carrier bills the call a month later, with the whole number: the line must not become a flag."""
    erase_it(installation)
    put_file(installation.directory.inbox / "invoices" / "Acme" / "later.csv", LINES.replace("I-1", "I-2"))
    seen, later = tmp_path / "later", LONG_AGO + 3600.0 * 24 * 365 * 20
    take_files(installation.directory.inbox, installation.lake, seen, lambda: AT, lambda: later)
    (file,) = [each for each in parsed_deliveries(installation.lake) if each.delivery.file_name == "later.csv"]
    digits = pq.read_table(file.rows_path)["destination_digits"].to_pylist()
    assert digits == ["1415", "442079460001"]
    (rejected,) = pq.read_table(file.rejects_path)["raw_text"].to_pylist()
    assert rejected == "I-2,3,,+1415...,never,60,1,0.02"
    assert erase_it(installation, AT + timedelta(hours=1)) == 1, "the file as received"
    assert b"555-0198" not in everything(installation.lake.root)


def test_without_its_key_no_reading_goes_through(installation: Installation) -> None:
    """Restored without the key, the list recognises nobody, and every erased number comes back in silence."""
    erase_it(installation)
    (installation.directory.root / "erasure.key").unlink()
    with pytest.raises(KeyLostError, match="restore it from the backup"):
        read(replace(installation).lake)


def test_aside_a_new_invoice_is_read_after_an_erasure(installation: Installation) -> None:
    """Without the key there, each dry run, doctor and look at the inbox would stop on the first invoice after it."""
    erase_it(installation)
    with installation_aside(installation) as aside:
        recogniser = aside.lake.erasures.recogniser()
        assert recogniser is not None
        assert recogniser.in_invoice("4155550198") == "1415"


def test_what_still_holds_the_number_is_named_and_makes_no_second_record(installation: Installation) -> None:
    """An id stays, since figures hang on it; whoever asked has to be told where."""
    read(installation.lake, peerId="14155550198")
    for hours in (0, 1):
        held = holding(installation, number_to_erase(installation, NUMBER), silent)
        erase(installation, held, "A. Name", "request 17", AT + timedelta(hours=hours), silent)
        ((path, places),) = places_left(held)
        assert (path.name, places) == ("pages.jsonl.gz", {"peerId"})
    assert len(installation.lake.erasures.all()) == 1


def test_files_of_others_are_named_not_changed(installation: Installation) -> None:
    """The carrier's file in the inbox holds the number still; who asked for the erasure has to be told."""
    number = number_to_erase(installation, NUMBER)
    hold, unsearched = files_beside_the_lake(installation.directory, number)
    assert [path.name for path in hold] == ["i.csv", "z.zip"]
    assert unsearched == []


def test_a_file_that_cannot_be_searched_is_named_and_the_others_are_erased(installation: Installation) -> None:
    """One damaged or protected file, or a bomb, would otherwise keep every number from being erased for ever."""
    damaged = bytearray(gzip.compress(bytes(range(256)) * 80))
    damaged[12:20] = b"\x07" * 8
    protected = bytearray((installation.directory.inbox / "invoices" / "Zenith" / "z.zip").read_bytes())
    protected[6] |= 1
    protected[protected.index(b"PK\x01\x02") + 8] |= 1
    bomb = gzip.compress(LINES.encode() + b"\0" * (20 << 20), 9)
    contents = {"bomb.csv.gz": bomb, "damaged.csv.gz": bytes(damaged), "protected.zip": bytes(protected)}
    for folder in (
        installation.directory.inbox / "invoices" / "Acme",
        installation.lake.deliveries / "invoices" / "Acme",
    ):
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    number = number_to_erase(installation, NUMBER)
    assert [path.name for path in holding(installation, number, silent).unsearched] == sorted(contents)
    assert [path.name for path in files_beside_the_lake(installation.directory, number)[1]] == sorted(contents)
    assert erase_it(installation) == FILES
