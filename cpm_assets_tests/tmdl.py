"""A strict reader of TMDL, for tests: the grammar of Microsoft's "Tabular Model Definition Language", and no more of it
than is described there.

It reads a document into objects and refuses whatever Power BI would: wrong indentation, a name that needs quotes, a
value over two lines, a property given twice, a word it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ROOT_OBJECTS = {"database", "model", "table", "relationship", "role", "expression"}
CHILDREN = {
    "table": {"column", "measure", "partition"},
    "role": {"tablePermission"},
}
DEFAULT_PROPERTY = {"measure", "partition", "tablePermission", "expression"}
"""Objects that may have a value after an equals sign."""
EXPRESSIONS = {"source"}
"""Properties that are given with an equals sign."""
PROPERTIES = {
    "database": {"compatibilityLevel"},
    "model": {"culture", "defaultPowerBIDataSourceVersion", "discourageImplicitMeasures"},
    "table": {"isHidden", "lineageTag"},
    "column": {"dataType", "isHidden", "isKey", "formatString", "summarizeBy", "sourceColumn"},
    "measure": {"formatString", "isHidden", "displayFolder"},
    "partition": {"mode", "source"},
    "relationship": {"fromColumn", "toColumn", "isActive", "crossFilteringBehavior"},
    "role": {"modelPermission"},
    "tablePermission": set(),
    "expression": set(),
}
FLAGS = {"isHidden", "isKey", "discourageImplicitMeasures"}
VALUES = {
    "dataType": {"string", "int64", "double", "decimal", "dateTime", "boolean"},
    "summarizeBy": {"none", "sum"},
    "mode": {"import", "directQuery"},
    "modelPermission": {"none", "read", "readRefresh"},
}
_NAME = r"(?:'(?:[^']|'')+'|[^\s.=:']+)"
_HEAD = re.compile(rf"(?P<kind>[a-zA-Z]+) (?P<name>{_NAME})(?:(?P<equals> =)(?: (?P<value>.+))?)?")
_PROPERTY = re.compile(r"(?P<name>[a-zA-Z]+)(?:: (?P<value>\S.*)|(?P<equals> =)(?: (?P<expression>.+))?)?")


class TmdlError(ValueError):
    """The document is not TMDL; the message has the line."""


@dataclass
class TmdlObject:
    """An object: its kind, its name without quotes, its default value, properties and children."""

    kind: str
    name: str
    value: str | None = None
    description: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    children: list[TmdlObject] = field(default_factory=list)

    def child(self, kind: str, name: str) -> TmdlObject:
        """The child of that kind and name. Raises KeyError."""
        for each in self.children:
            if (each.kind, each.name) == (kind, name):
                return each
        raise KeyError(f"{kind} {name}")


@dataclass
class TmdlDocument:
    """The objects of a file, and the references (kind, name) that order a collection."""

    objects: list[TmdlObject] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)


def unquoted(name: str) -> str:
    """A name as it is."""
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def parsed_tmdl(text: str) -> TmdlDocument:
    """The document. Raises TmdlError."""
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        if not text.endswith("\n") or re.search(r"[^\S\n\t ]|[ \t]+\n", text):
            raise TmdlError("a file ends with a line's end, has tabs and spaces only, and none at the end of a line")
        self._lines = text.split("\n")[:-1]
        self._at = 0

    def document(self) -> TmdlDocument:
        found = TmdlDocument()
        while self._skip_empty():
            line = self._lines[self._at]
            if line.startswith("ref "):
                match = re.fullmatch(rf"ref (?P<kind>[a-zA-Z]+) (?P<name>{_NAME})", line)
                self._require(match is not None, "a reference")
                found.references.append((match["kind"], unquoted(match["name"])))
                self._at += 1
                continue
            found.objects.append(self._object(0, ROOT_OBJECTS))
        keys = [(each.kind, each.name) for each in found.objects]
        self._require(len(set(keys)) == len(keys), "no object twice")
        return found

    def _object(self, level: int, allowed: set[str]) -> TmdlObject:
        description = self._description(level)
        match = _HEAD.fullmatch(self._text(level))
        self._require(match is not None and match["kind"] in allowed, f"one of {sorted(allowed)}")
        made = TmdlObject(match["kind"], unquoted(match["name"]), match["value"], description)
        self._require(not match["equals"] or made.kind in DEFAULT_PROPERTY, "no default property here")
        self._at += 1
        if match["equals"] and match["value"] is None:
            made.value = self._expression(level + 2)
        while self._skip_empty() and self._level() > level:
            self._member(made, level + 1)
        return made

    def _member(self, owner: TmdlObject, level: int) -> None:
        text = self._text(level)
        kinds = CHILDREN.get(owner.kind, set())
        if text.startswith("///") or text.split(" ")[0] in kinds:
            child = self._object(level, kinds)
            known = [(each.kind, each.name) for each in owner.children]
            self._require((child.kind, child.name) not in known, f"no second {child.kind} {child.name}")
            owner.children.append(child)
            return
        match = _PROPERTY.fullmatch(text)
        self._require(match is not None and match["name"] in PROPERTIES[owner.kind], f"a property of {owner.kind}")
        name = match["name"]
        self._require(name not in owner.properties, f"{name} once")
        self._require(bool(match["equals"]) == (name in EXPRESSIONS), f"{name} with its own delimiter")
        self._require(match["value"] is not None or bool(match["equals"]) or name in FLAGS, f"a value of {name}")
        self._require(name not in VALUES or match["value"] in VALUES[name], f"a known value of {name}")
        self._at += 1
        value = match["expression"] or (self._expression(level + 1) if match["equals"] else match["value"])
        owner.properties[name] = value if value is not None else "true"

    def _expression(self, level: int) -> str:
        """The lines that stand at least that deep; empty lines between belong to it."""
        lines: list[str] = []
        indentation = "\t" * level
        while self._at < len(self._lines) and (self._lines[self._at].startswith(indentation) or not self._line()):
            lines.append(self._lines[self._at].removeprefix(indentation))
            self._at += 1
        text = "\n".join(lines).rstrip("\n")
        self._require(bool(text), f"an expression {level} tabs deep")
        return text

    def _description(self, level: int) -> str:
        lines = []
        while self._text(level).startswith("///"):
            lines.append(self._text(level).removeprefix("///").strip())
            self._at += 1
            self._require(self._at < len(self._lines) and bool(self._line()), "no empty line after a description")
        return " ".join(lines)

    def _line(self) -> str:
        return self._lines[self._at]

    def _level(self) -> int:
        line = self._lines[self._at]
        return len(line) - len(line.lstrip("\t"))

    def _text(self, level: int) -> str:
        self._require(self._level() == level, f"{level} tabs")
        return self._lines[self._at].lstrip("\t")

    def _skip_empty(self) -> bool:
        while self._at < len(self._lines) and not self._lines[self._at]:
            self._at += 1
        return self._at < len(self._lines)

    def _require(self, holds: bool, what: str) -> None:
        if not holds:
            line = self._lines[self._at] if self._at < len(self._lines) else "(end)"
            raise TmdlError(f"line {self._at + 1}: {line!r}; wanted {what}")
