"""The erasure log: what was erased from the lake, when, why and by whom, and by which reference it is known again.

    lake/erasures/<erasure id>.json     one erasure: which file of the lake replaced which hash; written once
    erasure.key                         beside the lake: what references are keyed with

A record never holds the number: only its HMAC-SHA-256 with a key that is not in the lake, and how many digits were
kept. By that reference a later reading that brings the number again is recognised. Belongs here: records, the key, and
what a file's hash is now. Doing it is `erasure.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

from cpm_assets.domain.digits import number_digits
from cpm_assets.domain.erasing import ErasedNumber, written_numbers
from cpm_assets.resources.data_directory import DataDirectory
from cpm_assets.resources.durable_files import fsync_directory, write_durably
from cpm_assets.resources.write_once import write_once

KEY_FILE = "erasure.key"
KEY_BYTES = 32
OWNER_ONLY = 0o400

REMEMBERED_NUMBERS = 65_536
"""A daemon asks about every number of every reading for months; so many answers are some ten megabytes."""


class ErasurePendingError(RuntimeError):
    """An erasure was killed before it replaced all its files: they are neither as before nor as recorded."""


class KeyLostError(RuntimeError):
    """Numbers were erased and the key of their references is gone: they would not be recognised again."""


@dataclass(frozen=True)
class ReplacedFile:
    """A file of the lake (its path below it) whose content was replaced: hash before, hash and bytes since."""

    path: str
    sha256_before: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Erasure:
    """One erasure. `at_utc` is aware UTC; `legs` counts distinct legs, `days` are their UTC days."""

    erasure_id: str
    at_utc: datetime
    person: str
    reason: str
    number_reference: str
    kept_digits: int
    legs: int
    days: tuple[str, ...]
    files: tuple[ReplacedFile, ...]

    def as_json(self) -> bytes:
        """As it is written down."""
        fields = {**asdict(self), "at_utc": self.at_utc.isoformat()}
        return (json.dumps(fields, indent=1, ensure_ascii=False) + "\n").encode()


def erasure_from_json(content: bytes) -> Erasure:
    """The reverse of `Erasure.as_json`."""
    fields = json.loads(content)
    return Erasure(
        **{
            **fields,
            "at_utc": datetime.fromisoformat(fields["at_utc"]),
            "days": tuple(fields["days"]),
            "files": tuple(ReplacedFile(**file) for file in fields["files"]),
        }
    )


def pending_record(directory: DataDirectory) -> Path:
    """The record of an erasure that is not finished; its being there is what commits the erasure."""
    return directory.erasing / "record.json"


def refuse_while_pending(directory: DataDirectory) -> None:
    """Raises ErasurePendingError before files are compared with what is recorded of them."""
    if pending_record(directory).exists():
        raise ErasurePendingError("an erasure was not finished; run `make erase` again, with the same number")


class ErasureLog:
    """Reads and appends the erasures of one lake. Making one writes nothing."""

    def __init__(self, lake: Path) -> None:
        self._root = lake / "erasures"
        self.key_file = lake.resolve().parent / KEY_FILE  # also of a lake that is looked at through a link
        self._recogniser: tuple[tuple[str, ...], Recogniser] | None = None

    def append(self, erasure: Erasure) -> None:
        """Write a record once; the same again is no error."""
        write_once(self._root / f"{erasure.erasure_id}.json", erasure.as_json())

    def all(self) -> list[Erasure]:
        """Every erasure, oldest first."""
        return [erasure_from_json(path.read_bytes()) for path in sorted(self._root.glob("*.json"))]

    @cached_property
    def key(self) -> bytes:
        """The key, made on first use. Raises KeyLostError when there are erasures and no key."""
        if not self.key_file.exists():
            if any(self._root.glob("*.json")):
                raise KeyLostError(f"{self.key_file} is gone: restore it from the backup, or erased numbers come back")
            write_durably(self.key_file, secrets.token_hex(KEY_BYTES).encode())
            self.key_file.chmod(OWNER_ONLY)
            fsync_directory(self.key_file.parent)
        return self.key_file.read_bytes()

    def reference(self, digits: str) -> str:
        """By what a number (D4's digits) is known without being written down."""
        return hmac.new(self.key, digits.encode(), hashlib.sha256).hexdigest()

    def recogniser(self) -> Recogniser | None:
        """What recognises erased numbers in a new reading; None while nothing was erased. Records are read once."""
        names = tuple(sorted(path.name for path in self._root.glob("*.json")))
        if not names:
            return None
        if self._recogniser is None or self._recogniser[0] != names:
            kept = {each.number_reference: each.kept_digits for each in self.all()}
            self._recogniser = names, Recogniser(self, kept)
        return self._recogniser[1]

    def present_hashes(self) -> PresentHashes:
        """What the hash of each replaced file is now."""
        return PresentHashes(self.all())


class Recogniser:
    """The erasure list, as a reading asks it: is this number erased, and as far as which digit."""

    def __init__(self, log: ErasureLog, kept_digits: dict[str, int]) -> None:
        self._log, self._kept_digits = log, kept_digits
        self._remembered = lru_cache(REMEMBERED_NUMBERS)(self._looked_up)

    def erased(self, digits: str) -> ErasedNumber | None:
        """The number as it is erased, if it is; remembered for the numbers asked about last."""
        return self._remembered(digits)

    def _looked_up(self, digits: str) -> ErasedNumber | None:
        kept = self._kept_digits.get(self._log.reference(digits))
        return ErasedNumber(digits, kept) if kept else None

    def in_legs(self, entities: Iterable[object]) -> set[ErasedNumber]:
        """The erased numbers that legs of an answer were made to."""
        texts = {leg.get("destinationNumber") for leg in entities if isinstance(leg, dict)}
        digits = {number_digits(text) for text in texts if isinstance(text, str)}
        return {number for each in digits if each and (number := self.erased(each))}

    def in_text(self, content: bytes) -> set[ErasedNumber]:
        """The erased numbers that stand anywhere in a text, such as an answer as received."""
        return {number for digits in written_numbers(content) if (number := self.erased(digits))}

    def in_words(self, value: object) -> object:
        """A text of an invoice line without the erased numbers in it."""
        return self.words(value) if isinstance(value, str) else value

    def words(self, text: str) -> str:
        """A text without the erased numbers in it."""
        for number in self.in_text(text.encode("utf-8", "surrogatepass")):
            text = number.in_text(text)
        return text

    def in_invoice(self, digits: object) -> object:
        """The digits of an invoice line, cut if they are an erased number's, also without the country code 1 (D19)."""
        if not isinstance(digits, str):
            return digits
        readings = (digits, f"1{digits}") if len(digits) == 10 else (digits,)
        return next((number.kept for each in readings if (number := self.erased(each))), digits)


class PresentHashes:
    """Follows a file's hash, as a receipt or manifest states it, through the erasures that replaced its content."""

    def __init__(self, erasures: Iterable[Erasure]) -> None:
        told = [(each, file) for each in erasures for file in each.files]
        self._replaced = {(file.path, file.sha256_before): file for _, file in told}
        self._told = {(each.erasure_id, str(Path(file.path).parent)) for each, file in told}

    def erasures_below(self, directory: str) -> set[str]:
        """The ids of the erasures that replaced a file in a directory (its path below the lake)."""
        return {erasure_id for erasure_id, place in self._told if place == directory}

    def of(self, path: str, sha256: str, size: int) -> tuple[str, int]:
        """SHA-256 and bytes of the file at `path` below the lake, which was written with the given ones."""
        seen = set()
        while (path, sha256) in self._replaced and sha256 not in seen:
            seen.add(sha256)
            file = self._replaced[path, sha256]
            sha256, size = file.sha256, file.bytes
        return sha256, size
