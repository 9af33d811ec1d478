"""Cells that a spreadsheet opens as text: what begins like a formula gets an apostrophe, and loses it when read back.

Both directions, so that a file which we wrote and a person edited gives the same texts again. Numbers are not text and
are written as they are.
"""

_STARTS_A_FORMULA = tuple("=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}＠")
_APOSTROPHE = "'"


def safe_cell(text: str) -> str:
    """The text as a cell that no spreadsheet runs; `plain_cell` gives it back."""
    return _APOSTROPHE + text if _is_formula(text) else text


def plain_cell(text: str) -> str:
    """The text that `safe_cell` wrote; any other text is itself."""
    return text[1:] if text.startswith(_APOSTROPHE) and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Also behind apostrophes and spaces: some programs drop those before they look."""
    return text.lstrip("' ").startswith(_STARTS_A_FORMULA)
