"""The HL hierarchy of an 811: which account, telephone line or circuit a charge hangs under.

HL02 names the parent, HL03 the kind of level: 1 provider, 2 billing arrangement, 3 sub-billing, 4 group, 5 category,
6 sub-category, 7 type, 8 charge detail, 9 line detail. The numbers of accounts and lines stand in REF and SI of any
level above, so they are carried down. Qualifiers are kept as written: agreements between carriers differ in them.
"""

from dataclasses import dataclass, field

CALL_LEVELS = frozenset({"8", "9"})
"""HL03 of the levels that call records hang under."""

_DEEPEST = 50
"""Levels open at once. The nine kinds need nine; a chain of a million would take the square of that in time."""


@dataclass
class _Level:
    own_id: str
    code: str
    names: dict[str, str] = field(default_factory=dict)
    line_names: dict[str, str] = field(default_factory=dict)
    """What the LX that is open at this level says; the next LX begins anew."""


class Hierarchy:
    """The open levels of one transaction set, outermost first. Before the first HL, names are the whole invoice's."""

    def __init__(self) -> None:
        self._open = [_Level("", "")]
        self._text: str | None = None
        self.orphans = 0
        """HLs whose parent is not open (or is not there): what hangs under them has lost its account."""

    @property
    def level_code(self) -> str:
        """HL03 of the innermost level, empty before the first."""
        return self._open[-1].code

    def enter(self, hl: list[str]) -> None:
        """An HL segment. Closes the levels that its parent is not below."""
        own_id, parent_id, code = (*hl[1:4], "", "", "")[:3]
        depth = next((place for place, level in enumerate(self._open) if level.own_id == parent_id), None)
        if depth is None or depth >= _DEEPEST:
            self.orphans += 1
            depth = 0
        del self._open[depth + 1 :]
        self._open.append(_Level(own_id, code))
        self._text = None

    def start_line(self) -> None:
        """An LX segment: what the line before it was called no longer holds."""
        self._open[-1].line_names.clear()
        self._text = None

    def name(self, segment: list[str]) -> None:
        """A REF or SI segment of the innermost level or its LX."""
        level = self._open[-1]
        (level.line_names if segment[0] == "SI" else level.names).update(identifiers(segment))
        self._text = None

    def text(self) -> str | None:
        """The identifiers that hold here, outermost first, as `qualifier:value`; None when there are none."""
        if self._text is None:
            found: dict[str, str] = {}
            for level in self._open:
                for qualifier, value in (*level.names.items(), *level.line_names.items()):
                    found.pop(qualifier, None)  # the nearer one counts, and stands further in
                    found[qualifier] = value
            self._text = " ".join(f"{qualifier}:{value}" for qualifier, value in found.items())
        return self._text or None


def identifiers(segment: list[str]) -> dict[str, str]:
    """What a REF (`REF*11*A-4417`) or an SI (`SI*TI*TN*12125550100*…`: pairs from its second element on) says."""
    if segment[0] == "SI":
        return {qualifier: value for qualifier, value in zip(segment[2::2], segment[3::2], strict=False) if value}
    qualifier, value, description = (*segment[1:4], "", "", "")[:3]
    return {qualifier: value or description} if value or description else {}
