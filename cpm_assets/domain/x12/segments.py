"""An X12 file as segments, read in pieces: delimiters from the fixed ISA, line ends taken out.

What the segments mean is in the other files here. Bytes are read as Latin-1, so that every byte is one character and
nothing an elder system wrote stops the file; X12's own characters are ASCII.
"""

from dataclasses import dataclass
from typing import BinaryIO

ISA_LENGTH = 106
_PIECE_BYTES = 1 << 16
"""Small enough that a piece's strings stay in the processor's cache; larger ones were slower."""

LONGEST_SEGMENT = 100_000
"""Characters. The longest real segment has some hundreds; a file without terminators must not fill the memory."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = " \t\r\n"


class UnreadableInterchange(ValueError):
    """Nothing from here to the end of the file can be taken; the message says what was seen."""


@dataclass(frozen=True)
class Delimiters:
    """The characters that an ISA names: its 4th, its 105th and its 106th."""

    element: str
    component: str
    terminator: str


class SegmentReader:
    """The segments of a stream, one interchange after another. Holds one piece of the file at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._text = ""
        self._is_first_piece = True
        self._keeps_line_ends = False
        self._terminator = ""

    def next_interchange(self) -> Delimiters | None:
        """The delimiters of the interchange that comes next, None at the end. Raises `UnreadableInterchange`."""
        self._keeps_line_ends = True  # until the terminator is known: it may be the line end itself
        self._text = self._text.lstrip(_BLANK)
        while len(self._text) < 2 * ISA_LENGTH and self._more():
            self._text = self._text.lstrip(_BLANK)
        if not self._text:
            return None
        if not self._text.startswith("ISA"):
            raise UnreadableInterchange(f"an interchange begins with ISA, not with {self._text[:20]!r}")
        isa = self._text[:ISA_LENGTH]
        if isa[-1] not in "\r\n" or "\n" in isa[:-1]:  # else the line end is the terminator
            self._text = _without_line_ends(self._text)
            isa = self._text[:ISA_LENGTH]
            self._keeps_line_ends = False
        if len(isa) < ISA_LENGTH:
            raise UnreadableInterchange(f"the ISA has {len(isa)} characters, not {ISA_LENGTH}")
        delimiters = Delimiters(element=isa[3], component=isa[-2], terminator=isa[-1])
        if isa.count(delimiters.element) != 16 or len(set(isa[3] + isa[-2:])) != 3 or isa[3].isalnum():
            raise UnreadableInterchange(f"the ISA is not 16 elements in {ISA_LENGTH} characters: {isa[:60]!r}…")
        self._terminator = delimiters.terminator
        return delimiters

    def segments(self) -> list[str]:
        """The next segments as written, without terminators and blank ones; empty at the end of the file.

        Raises `UnreadableInterchange` for one that has no end.
        """
        while True:
            *whole, rest = self._text.split(self._terminator)
            self._text = rest
            if self._keeps_line_ends:
                whole = [raw.strip("\r\n") for raw in whole]
            found = whole if "" not in whole else [raw for raw in whole if raw]
            if found:
                return found
            if len(rest) > LONGEST_SEGMENT:
                raise UnreadableInterchange(f"a segment of more than {LONGEST_SEGMENT} characters: {rest[:60]!r}…")
            if not self._more():
                if rest.strip(_BLANK):
                    raise UnreadableInterchange(f"the file ends within a segment: {rest[:60]!r}")
                return []

    def run_of(self, tag: str) -> tuple[str, int] | None:
        """The next segments as written, with their terminators, and how many; None unless all begin with `tag`."""
        if self._terminator not in self._text:
            self._more()
        cut = self._text.rfind(self._terminator) + 1
        if self._keeps_line_ends or not cut or not self._text.startswith(tag):
            return None
        written = self._text[:cut]
        count = written.count(self._terminator)
        if written.count(self._terminator + tag) != count - 1:
            return None
        self._text = self._text[cut:]
        return written, count

    def put_back(self, raws: list[str]) -> None:
        """Segments that `segments` gave and that belong to the next interchange, to be read again."""
        self._text = self._terminator.join([*raws, self._text])

    def _more(self) -> bool:
        piece = self._stream.read(_PIECE_BYTES)
        if self._is_first_piece:
            piece = piece.removeprefix(_BYTE_ORDER_MARK)
            self._is_first_piece = False
        text = piece.decode("latin-1")
        self._text += text if self._keeps_line_ends else _without_line_ends(text)
        return bool(piece)


def _without_line_ends(text: str) -> str:
    """Files are broken after each segment, or at a fixed width through the middle of one: neither means anything."""
    return text.replace("\r", "").replace("\n", "")
