"""What of a rejected record is kept to be shown: at most 10,000 bytes of UTF-8.

Only the cutting and cleaning of that text belongs here. The record itself stays whole in the lake.
"""

import json

from cpm_assets.domain.bounds import MAX_RAW_TEXT_BYTES


def shown_text(text: str) -> str:
    """The text as Parquet and DuckDB can hold it, cut at a character boundary to `MAX_RAW_TEXT_BYTES`.

    Lone surrogates are shown as escapes and NUL as its picture: neither survives in every reader.
    """
    # Four bytes is the longest character, so the slice loses nothing that the byte limit would keep.
    shortened = text[:MAX_RAW_TEXT_BYTES].replace("\0", "\u2400")
    encoded = shortened.encode("utf-8", "backslashreplace")
    return encoded[:MAX_RAW_TEXT_BYTES].decode("utf-8", "ignore")


def shown_json(value: object) -> str:
    """A JSON value as text for a person, never raising; see `shown_text`."""
    try:
        return shown_text(json.dumps(value, ensure_ascii=False, default=str))
    except (RecursionError, ValueError):
        return f"({type(value).__name__}: nested too deeply to be shown)"
