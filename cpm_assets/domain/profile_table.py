"""What an invoice profile's TOML says, taken out key by key and checked for its type: a mistake is named with its key.

Which keys there are, and what they mean, is in `invoice_profile.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PATTERN = re.compile(r"/(.+)/").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch


class ProfileError(ValueError):
    """A profile that cannot be used; the message names it and the key."""


@dataclass(frozen=True)
class ColumnName:
    """A column by its name in small letters, or by a pattern over such names; its group `currency` is a currency."""

    text: str
    pattern: re.Pattern[str] | None = None

    def found_in(self, header: list[str]) -> tuple[str, str | None] | None:
        """The header's name for it and the currency it states, or None."""
        for name in header:
            match = self.pattern.fullmatch(name) if self.pattern else None
            if match:
                return name, match.groupdict().get("currency")
            if self.pattern is None and name == self.text:
                return name, None
        return None


class ProfileTable:
    """What a profile says, checked on the way out."""

    def __init__(self, name: str, table: Mapping[str, Any], keys: Mapping[str, frozenset[str]]) -> None:
        self._name = name
        self._all = table
        self._keys = keys
        self._only("", table, keys[""])

    def wrong(self, key: str, reason: str) -> None:
        raise ProfileError(f"invoice profile {self._name}.toml, {key or 'top level'}: {reason}")

    def table(self, key: str, allowed: tuple[str, ...] | None = None) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._all.get(key, {})
        if not isinstance(found, Mapping):
            self.wrong(key, "must be a table")
        self._only(key, found, frozenset(allowed) if allowed else self._keys[key])
        return found

    def list_of_tables(self, key: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._all.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
            self.wrong(key, f"must be written [[{key}]]")
        for each in found:
            self._only(key, each, self._keys[key])
        return found

    def text(self, table: Mapping[str, Any], key: str, default: str | None = None) -> str:
        found = table.get(key, default)
        if not isinstance(found, str):
            self.wrong(key, "must be a text")
        return str(found)

    def words(self, table: Mapping[str, Any], key: str, allowed: tuple[str, ...] = ()) -> list[str]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.wrong(key, "must be a list of texts")
        if unknown := [each for each in found if allowed and each not in allowed]:
            self.wrong(key, f"{unknown[0]!r} is not one of {', '.join(allowed)}")
        return list(found)

    def one_of(self, table: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str) -> str:
        found = self.text(table, key, default)
        if found not in allowed:
            self.wrong(key, f"{found!r} is not one of {', '.join(map(repr, allowed))}")
        return found

    def columns(self, key: str) -> tuple[ColumnName, ...]:
        found = self._all["columns"][key]
        names = [found] if isinstance(found, str) else self.words(self._all["columns"], key)
        if not names:
            self.wrong(f"columns.{key}", "no column is named")
        return tuple(self.column(f"columns.{key}", name) for name in names)

    def currency(self) -> str | None:
        found = self.table("currency").get("fixed")
        if found is not None and not (isinstance(found, str) and _CURRENCY(found)):
            self.wrong("currency.fixed", f"{found!r} is not a currency code such as USD")
        return found

    def column(self, key: str, name: str) -> ColumnName:
        pattern = _PATTERN(name)
        if not pattern:
            return ColumnName(name.lower())
        try:
            return ColumnName(name, re.compile(pattern[1]))
        except re.error as error:
            raise ProfileError(f"invoice profile {self._name}.toml, {key}: {name} is no pattern: {error}") from None

    def _only(self, key: str, table: Mapping[str, Any], allowed: frozenset[str]) -> None:
        if unknown := sorted(table.keys() - allowed):
            self.wrong(key, f"{unknown[0]!r} is not a key of it; it has: {', '.join(sorted(allowed))}")
