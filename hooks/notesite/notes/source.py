"""From the bytes of the notes file to text that is fit to be read.

Decodes strictly, repairs text that was decoded with the wrong codec once, normalises line ends.  Lines stay one to
one with the file, and every place in the text can be mapped back to the file's own columns.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from ..diagnostics.diagnostic import Diagnostic, NotesError, Position, Report, Skipped, Span, finding
from ..lib.light import NamedTuple, TypeVar, lazy
from .limits import DEFAULT, Limits, check_limits
from .pieces import LARGE, lines_of

_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_Placed = TypeVar("_Placed", Diagnostic, Skipped)
_NON_ASCII = lazy(r"[^\x00-\x7f]+")


class Repair(NamedTuple):
    """A run of characters that was decoded with the wrong codec, and what it should have been."""

    position: Position  # in the file
    found: str
    meant: str
    codec: str  # the wrong codec, as people call it

    @property
    def diagnostic(self) -> Diagnostic:
        """The finding that reports this repair."""
        return finding(
            "N_MOJIBAKE",
            f"{self.found!r} is UTF-8 that was read as {self.codec}; shown as {self.meant!r}",
            Span.at(self.position.line, self.position.column, len(self.found)),
            replacement=self.meant,
        )


class Part(NamedTuple):
    """One of several files that are read as one."""

    path: str  # seen from the folder of the first file
    shown: str  # the path as findings name it
    before: int = 0  # how many lines of the whole stand before it


class Source(NamedTuple):
    """The text of the notes: repaired, LF line ends, the same lines as the file."""

    lines: Sequence[str] = ("",)
    repairs: tuple[Repair, ...] = ()
    findings: tuple[Diagnostic, ...] = ()  # of the reading: repairs in file columns, the others in those of the text
    parts: tuple[Part, ...] = ()  # the files, where there are several

    @property
    def text(self) -> str:
        """The whole text; made when it is asked for."""
        return "\n".join(self.lines)

    def in_file(self, item: _Placed) -> _Placed:
        """A finding in the place of the file as it lies on disk, where repairs have moved the columns."""
        if not (self.repairs or self.parts) or item.path is not None:
            return item
        if not (isinstance(item, Diagnostic) and item.code == "N_MOJIBAKE"):  # which has the columns of the file
            item = item._replace(span=Span(*map(self._file_position, item.span)))
        if not self.parts:
            return item
        part = self.parts[bisect_left(self.parts, item.span.start.line, key=lambda part: part.before) - 1]
        if isinstance(item, Diagnostic) and item.replaces:
            item = item._replace(replaces=_moved(item.replaces, -part.before))
        return item._replace(path=part.shown, span=_moved(item.span, -part.before))

    def report_in_file(self, report: Report) -> Report:
        """The report in places of the files as they lie on disk."""
        return report._replace(
            diagnostics=tuple(map(self.in_file, report.diagnostics)),
            skipped=tuple(map(self.in_file, report.skipped)),
            accepted=tuple(map(self.in_file, report.accepted)),
            ignored=tuple(map(self.in_file, report.ignored)),
        )

    def _file_position(self, position: Position) -> Position:
        column = position.column
        for repair in self.repairs:
            if repair.position.line == position.line and repair.position.column + len(repair.meant) <= column:
                column += len(repair.found) - len(repair.meant)
        return Position(position.line, column)


def _moved(span: Span, lines: int) -> Span:
    start, end = span
    return Span(Position(start.line + lines, start.column), Position(end.line + lines, end.column))


def joined(parts: Sequence[tuple[Part, Source]]) -> Source:
    """Several files as one; the places are those of the whole."""
    lines: list[str] = []
    repairs: list[Repair] = []
    findings: list[Diagnostic] = []
    placed: list[Part] = []
    before = 0
    for part, source in parts:
        placed.append(part._replace(before=before))
        lines += source.lines
        at = [Position(entry.position.line + before, entry.position.column) for entry in source.repairs]
        repairs += [entry._replace(position=place) for entry, place in zip(source.repairs, at, strict=True)]
        findings += [entry._replace(span=_moved(entry.span, before)) for entry in source.findings]
        before += len(source.lines)
    return Source(lines_of("\n".join(lines)), tuple(repairs), tuple(findings), tuple(placed))


@lru_cache(maxsize=1)  # a run asks for its file several times
def read(data: bytes, limits: Limits = DEFAULT) -> Source:
    """The source that the bytes of a notes file hold.

    Accepts UTF-8 with or without a byte order mark, and all three kinds of line ends.  Raises NotesError with the
    place and the remedy when the file is too large, no UTF-8, binary, empty, or beyond the limits of `limits`.
    """
    if len(data) > limits.bytes:
        raise NotesError(finding("N_SIZE", f"{len(data)} bytes; the limit is {limits.bytes}", Span.at(1)))
    text = _normalised(_decoded(data))
    if not re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.DOTALL).strip():
        raise NotesError(finding("N_EMPTY", "the file is empty", Span.at(1)))
    repaired, repairs = repair(text)
    if len(repairs) > limits.repairs:
        message = f"{len(repairs)} runs of wrongly decoded characters; the limit is {limits.repairs}"
        raise NotesError(
            finding("N_SIZE", message, repairs[0].diagnostic.span, help="Run `notesite repair FILE --write`.")
        )
    try:
        findings = tuple(check_limits(repaired, limits))
    except NotesError as error:
        raise NotesError(*map(Source(repairs=repairs).in_file, error.diagnostics)) from None
    found = Source(lines_of(repaired, data), repairs, (*(entry.diagnostic for entry in repairs), *findings))
    del text, repaired
    if len(data) > LARGE:
        give_back()
    return found


def _decoded(data: bytes) -> str:
    for mark, name in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            raise NotesError(finding("N_ENCODING", f"the file is {name} text; save it as UTF-8", Span.at(1)))
    if 0 in data:
        before = data[: data.index(0)]
        span = _place_of_byte(before)
        if data.count(0) > len(data) // 4:
            raise NotesError(finding("N_ENCODING", "the file looks like UTF-16 text; save it as UTF-8", span))
        raise NotesError(finding("N_CHAR", "NUL byte; the file is binary or damaged", span))
    body = data.removeprefix(BOM_UTF8)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        message = f"byte 0x{body[error.start]:02x} at offset {error.start} is not UTF-8; save the file as UTF-8"
        raise NotesError(finding("N_ENCODING", message, _place_of_byte(body[: error.start]))) from None


def _place_of_byte(before: bytes) -> Span:
    lines = _normalised(before.decode("utf-8", "replace")).split("\n")
    return Span.at(len(lines), len(lines[-1]) + 1)


def _normalised(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# --- Repair of text that was decoded with the wrong codec once -------------------------------------------------
#
# UTF-8 writes every character beyond ASCII as two to four bytes from 0x80 up, so a wrong codec turns each one into
# two to four characters beyond ASCII.  A run of such characters is repaired only where it reverses into valid
# UTF-8 and the result is plausible: "‚úÖ" can be nothing but a check mark, but the "’é" of "l’été" would also reverse
# (into an Armenian letter), so a result that could be chance needs company.


def _table(codec: str) -> Mapping[int, int]:
    """Character -> byte for the bytes from 0x80 up; bytes that the codec leaves out pass as control characters."""
    every = bytes(range(0x80, 0x100))
    pairs = zip(every, every.decode(codec, "replace"), strict=True)
    return dict.fromkeys(every, 0) | {byte if char == "\ufffd" else ord(char): byte for byte, char in pairs}


_CODECS = {"Mac Roman": _table("mac_roman"), "Windows-1252": _table("cp1252"), "Latin-1": _table("latin-1")}
_FEW = 3  # runs
_CHARACTER = lazy("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")  # bytes of UTF-8


class _Piece(NamedTuple):
    """Characters of a run that reverse into one character."""

    start: int  # offset in the text
    end: int
    meant: str

    @property
    def sure(self) -> bool:
        """Three or four characters that make a punctuation mark, a symbol or a picture are no chance."""
        return self.end - self.start >= 3 and unicodedata.category(self.meant)[0] in "PSZM"


def repair(text: str) -> tuple[str, tuple[Repair, ...]]:
    """The text with wrongly decoded runs repaired, and the repairs in order.  Text that is right stays as it is."""
    if text.isascii():
        return text, ()
    runs = [match.span() for match in _NON_ASCII.finditer(text)]
    beyond_ascii = sum(end - start for start, end in runs)
    chosen: dict[tuple[int, int], tuple[str, list[_Piece]]] = {}
    found_by = {
        codec: {run: found for run in runs if (found := list(_pieces(text, run, table)))}
        for codec, table in _CODECS.items()
    }
    # "Ã©Ã¢" of "thÃ©Ã¢tre" reverses by two codecs: the one that explains more of the file is tried first, and wins ties.
    for codec, pieces in sorted(found_by.items(), key=lambda item: -_written(item[1].values())):
        accepted = {run: [p for p in found if _plausible_alone(text, p, found)] for run, found in pieces.items()}
        explained = sum(map(_length, pieces.values()))
        witnesses = [p for found in accepted.values() for p in found]
        in_evidence = any(p.sure for p in witnesses) or len(witnesses) > 1
        if in_evidence and explained >= 0.8 * beyond_ascii:
            accepted = pieces
        for run, found in accepted.items():
            if _length(found) > _length(chosen.get(run, ("", []))[1]):
                chosen[run] = (codec, found)
    words = {run: "".join(piece.meant for piece in pieces) for run, (_, pieces) in chosen.items()}
    if len(chosen) <= _FEW:  # who has the word right beside the wrong one shows what goes wrong
        chosen = {run: one for run, one in chosen.items() if len(words[run]) < 2 or words[run] not in text}
    return _with_repairs(text, chosen)


def _length(pieces: list[_Piece]) -> int:
    return sum(piece.end - piece.start for piece in pieces)


def _written(runs: Iterable[list[_Piece]]) -> int:
    """How many characters the pieces explain; combining marks are what chance makes of two Latin letters."""
    return sum(p.end - p.start for run in runs for p in run if not unicodedata.combining(p.meant))


def _pieces(text: str, run: tuple[int, int], table: Mapping[int, int]) -> Iterator[_Piece]:
    """Every place of the run where the reversed bytes are one well-formed UTF-8 character of a plausible kind."""
    start, end = run
    for match in _CHARACTER.finditer(text[start:end].translate(table)):
        meant = match[0].encode("latin-1").decode("utf-8", "ignore")
        # Unassigned, private and control characters are what chance makes; people do not write them.
        if meant and unicodedata.category(meant) not in {"Cn", "Co", "Cc", "Cs"}:
            yield _Piece(start + match.start(), start + match.end(), meant)


def _plausible_alone(text: str, piece: _Piece, run: list[_Piece]) -> bool:
    """Whether the piece is worth repairing without the rest of the file as a witness."""
    if piece.sure:
        return True
    neighbours = [other for other in run if other.end == piece.start or other.start == piece.end]
    if unicodedata.name(piece.meant, "").startswith("LATIN"):
        # A letter inside a Latin word: "cafÃ©", "√©tat".
        around = text[max(piece.start - 1, 0) : piece.start] + text[piece.end : piece.end + 1]
        inside_word = any(char.isascii() and char.isalpha() for char in around)
        return inside_word or any(_script(other.meant) == "LATIN" for other in neighbours)
    if unicodedata.category(piece.meant)[0] in "PSZ":
        # "Â©", "20Â°C"; but a capital before it makes a word that ends in "Â".
        before = text[piece.start - 1 : piece.start]
        return text[piece.start] == "Â" and not before.isupper()
    # A letter of another script comes in words: one alone is chance ("d’école" holds an Armenian letter).
    return any(_script(other.meant) == _script(piece.meant) for other in neighbours)


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0]


def _with_repairs(
    text: str, chosen: Mapping[tuple[int, int], tuple[str, list[_Piece]]]
) -> tuple[str, tuple[Repair, ...]]:
    repairs: list[Repair] = []
    parts: list[str] = []
    done = 0
    starts = [0, *(match.end() for match in re.finditer("\n", text))] if chosen else []
    for _run, (codec, pieces) in sorted(chosen.items()):
        for piece in pieces:
            repaired = Repair(Position(0, 0), text[piece.start : piece.end], piece.meant, codec)
            if repairs and done == piece.start:
                last = repairs.pop()
                repaired = last._replace(found=last.found + repaired.found, meant=last.meant + piece.meant)
            else:
                line = bisect_right(starts, piece.start)
                repaired = repaired._replace(position=Position(line, piece.start - starts[line - 1] + 1))
            repairs.append(repaired)
            parts += [text[done : piece.start], piece.meant]
            done = piece.end
    return "".join([*parts, text[done:]]), tuple(repairs)


def give_back() -> None:
    """Let the system have free memory: of many pieces between others glibc keeps even free ones."""
    import ctypes  # noqa: PLC0415  # small texts do without

    with contextlib.suppress(OSError, AttributeError, TypeError):  # another library, another system
        ctypes.CDLL(None).malloc_trim(0)
