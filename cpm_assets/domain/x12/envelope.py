"""The envelope of an interchange: its counts and control numbers, which say that nothing is lost.

SE01, GE01 and IEA01 count what lies within; ST02 = SE02, GS06 = GE02 and ISA13 = IEA02 name it. Any of them wrong
rejects the interchange whole. What is in a transaction set is read by `service_invoice.py`.
"""

_ISA13 = 13


class EnvelopeFault(ValueError):
    """The interchange cannot be trusted to be whole; the message names the element."""


class Envelope:
    """Follows ISA, GS, ST, SE, GE, IEA of one interchange. Segments are counted by the caller: `place` is 1, 2, 3…"""

    def __init__(self, isa: list[str]) -> None:
        if len(isa) <= _ISA13:
            raise EnvelopeFault(f"its ISA has {len(isa) - 1} elements: ISA13, the control number, is missing")
        self._control_number = isa[_ISA13]
        self._groups = 0
        self._group: str | None = None
        self._sets = 0
        self._set: str | None = None
        self._set_place = 0
        self.is_ended = False

    @property
    def holds_set(self) -> bool:
        """Whether a transaction set is open."""
        return self._set is not None

    def start_group(self, gs: list[str]) -> None:
        if self._group is not None:
            raise EnvelopeFault(f"GS within group {self._group}: its GE is missing")
        self._groups += 1
        self._sets = 0
        self._group = _element(gs, 6)

    def start_set(self, st: list[str], place: int) -> None:
        if self._group is None:
            raise EnvelopeFault("ST outside a functional group")
        if self._set is not None:
            raise EnvelopeFault(f"ST within set {self._set}: its SE is missing")
        self._sets += 1
        self._set = _element(st, 2)
        self._set_place = place

    def end_set(self, se: list[str], place: int) -> None:
        if self._set is None:
            raise EnvelopeFault("SE without ST")
        _agree("SE02", _element(se, 2), "ST02", self._set)
        _count("SE01", _element(se, 1), place - self._set_place + 1, "segments")
        self._set = None

    def end_group(self, ge: list[str]) -> None:
        if self._set is not None:
            raise EnvelopeFault(f"GE within set {self._set}: its SE is missing")
        if self._group is None:
            raise EnvelopeFault("GE without GS")
        _agree("GE02", _element(ge, 2), "GS06", self._group)
        _count("GE01", _element(ge, 1), self._sets, "transaction sets")
        self._group = None

    def end_interchange(self, iea: list[str]) -> None:
        if self._set is not None or self._group is not None:
            raise EnvelopeFault("IEA within a group or set: GE or SE is missing")
        _agree("IEA02", _element(iea, 2), "ISA13", self._control_number)
        _count("IEA01", _element(iea, 1), self._groups, "functional groups")
        self.is_ended = True

    def end_of_file(self) -> None:
        """Raises `EnvelopeFault` unless the interchange was ended by its IEA."""
        if not self.is_ended:
            missing = "SE, GE and IEA" if self._set else "GE and IEA" if self._group else "IEA"
            raise EnvelopeFault(f"the file ends within interchange {self._control_number}: {missing} missing")


def _element(segment: list[str], number: int) -> str:
    return segment[number] if number < len(segment) else ""


def _agree(trailer: str, stated: str, header: str, given: str) -> None:
    if stated != given:
        raise EnvelopeFault(f"{trailer} is {stated!r}, {header} is {given!r}")


def _count(trailer: str, stated: str, counted: int, of: str) -> None:
    if not (stated.isascii() and stated.isdigit() and len(stated) <= 10 and int(stated) == counted):
        raise EnvelopeFault(f"{trailer} says {stated!r} {of}, there are {counted}")
