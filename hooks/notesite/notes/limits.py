"""What a notes file may hold: cheap limits that are checked before any parser sees the text.

Markdown parsers take quadratic time and worse on hostile input (`reliability.md` of the design measured 14 s for
8 kB), and Python's stack ends at nested lists.  The numbers are far above what people write.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics.diagnostic import Diagnostic, NotesError, finding
from ..diagnostics.place import Span
from ..lib.patterns import lazy

MAX_BYTES = 2 * 2**20
MAX_LINES = 50_000
MAX_LINE = 10_000  # characters
MAX_HEADINGS = 2_000
MAX_FENCES = 2_000
MAX_NESTING = 30  # lists and quotes
MAX_MARKS = 1_000  # brackets, code marks, emphasis marks in one paragraph

_MARKER_SIGNS = frozenset(">*+-0123456789")
_BLOCK_SIGNS = _MARKER_SIGNS | frozenset("|#")

_FORBIDDEN = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_BIDI = lazy("[\u202a-\u202e\u2066-\u2069]")
_HEADING = lazy(r" {0,3}(?:#{1,6}(?:\s|$)|=+\s*$|-+\s*$)")
_FENCE = lazy(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")
_MARKERS = lazy(r"[ \t]*(?:(?:[>*+-]|\d{1,9}[.)])(?:[ \t]+|$|(?=>)))+")
_MARKER = lazy(r"[>*+-]|\d+[.)]")
_NEW_BLOCK = lazy(r"[ \t]*(?:[|>#]|[-*+][ \t]|\d{1,9}[.)][ \t])")
_HTML_BLOCK = lazy(r" {0,3}<[/A-Za-z!]")
_MARKS = lazy(r"\[|<|`+|&#|\*+|_{2,}|~+")


def check_limits(text: str) -> Iterator[Diagnostic]:
    """Findings of the text as a whole.  Raises NotesError where reading on would not be safe."""
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise NotesError(finding("N_LINES", f"{len(lines)} lines; the limit is {MAX_LINES}", Span.at(MAX_LINES)))
    fence = ""
    headings = fences = marks = 0
    html = False
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            message = f"{len(line)} characters on one line; the limit is {MAX_LINE}"
            raise NotesError(finding("N_LINE", message, Span.at(number, MAX_LINE)))
        yield from _characters(line, number)
        mark = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if mark:
            fences += 1
            if fences > 2 * MAX_FENCES:
                message = f"more than {MAX_FENCES} code blocks"
                raise NotesError(finding("N_FENCES", message, Span.at(number)))
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and not line.strip(" \t>").strip(fence[0]):
                fence = ""
            marks = 0
            continue
        if fence:
            continue
        first = line.lstrip(" \t")[:1]  # tells which of the patterns can match at all
        if first and first in "#=-" and _HEADING.match(line):
            headings += 1
            if headings > MAX_HEADINGS:
                raise NotesError(finding("N_HEADINGS", f"more than {MAX_HEADINGS} headings", Span.at(number)))
        if first in _MARKER_SIGNS:
            _check_nesting(line, number)
        if not line.strip() or (first in _BLOCK_SIGNS and _NEW_BLOCK.match(line)):
            marks, html = 0, False
        if not marks and first == "<" and _HTML_BLOCK.match(line):
            html = True  # up to the next blank line, and read in linear time
        marks += 0 if html else len(_MARKS.findall(line))
        if marks > MAX_MARKS:
            message = f"more than {MAX_MARKS} brackets or marks in one paragraph"
            raise NotesError(finding("N_DENSE", message, Span.at(number)))


def _characters(line: str, number: int) -> Iterator[Diagnostic]:
    if line.isprintable():
        return
    if match := _FORBIDDEN.search(line):
        message = f"character U+{ord(match[0]):04X} does not belong into text"
        raise NotesError(finding("N_CHAR", message, Span.at(number, match.start() + 1)))
    for match in _BIDI.finditer(line):
        message = f"invisible character U+{ord(match[0]):04X} changes the direction of text"
        yield finding("N_BIDI", message, Span.at(number, match.start() + 1))


def _check_nesting(line: str, number: int) -> None:
    markers = _MARKERS.match(line)
    if not markers or not line.strip("-*+_ \t"):  # a rule such as "* * *" nests nothing
        return
    depth = len(_MARKER.findall(markers[0])) + (len(line) - len(line.lstrip(" \t"))) // 4
    if depth > MAX_NESTING:
        raise NotesError(finding("N_NEST", f"nested {depth} deep; the limit is {MAX_NESTING}", Span.at(number)))
