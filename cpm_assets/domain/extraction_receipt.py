"""What the lake writes down about one extraction, complete or failed, and how that reads as JSON.

Pure: no files. Which extractions make up a day is in `extraction_plan.py`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar

from cpm_assets.domain.extraction_plan import CompleteExtraction, ExtractionKind


@dataclass(frozen=True)
class ExtractionReceipt(CompleteExtraction):
    """A complete extraction: everything the API had of `[window_start, window_end)` is in the lake.

    `legs_received` counts every copy, `distinct_legs` each leg once, unreadable ones too; `total_reported` is the API's
    own count or None. `files` are the SHA-256 and bytes of each file by name. `requests` counts usage requests,
    repeated ones too, and no token requests.
    """

    asked_day: date
    window_start: datetime
    window_end: datetime
    pages: int
    requests: int
    legs_received: int
    distinct_legs: int
    total_reported: int | None
    rejected: int
    files: dict[str, dict[str, Any]]
    source: str
    parser_version: int


@dataclass(frozen=True)
class FailedExtraction:
    """An extraction that did not become complete (D23), or found that the source does not have the day yet; and why."""

    extraction_id: str
    kind: ExtractionKind
    asked_day: date
    window_start: datetime
    window_end: datetime
    started_at: datetime
    failed_at: datetime
    pages: int
    requests: int
    legs_received: int
    source: str
    reason: str


_Record = TypeVar("_Record", ExtractionReceipt, FailedExtraction)

_INSTANTS = {"window_start", "window_end", "started_at", "finished_at", "failed_at"}


def as_json_fields(record: ExtractionReceipt | FailedExtraction) -> dict[str, Any]:
    """The record as JSON values: days and instants in ISO 8601."""
    values = asdict(record)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def from_json_fields(kind: type[_Record], values: Mapping[str, Any]) -> _Record:
    """The reverse of `as_json_fields`; fields of a later version are left out. Raises KeyError if one is missing."""
    return kind(**{field.name: _read(field.name, values[field.name]) for field in fields(kind)})


def _read(name: str, value: Any) -> Any:
    if name in _INSTANTS:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name == "asked_day" else value
