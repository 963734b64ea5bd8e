"""What a notes file may hold, looked at before the parser sees the text.

The parser takes linear time but for three things: marks that nest in each other (beyond some ten thousand it ends the
process), links in links, and references to footnotes.  Where there are many of them the parser itself is asked which
paragraph they stand in, with a text from which they were taken away: a reader that only looks at lines is led astray.
What is made of its tree takes a hundred times as long as the parser, so a large text is counted by the parser, too.
Annotations are evaluated here, because `project/settings` looks at them.
"""

from collections.abc import Iterator, Sequence

from ..diagnostics.diagnostic import Diagnostic, NotesError, Span, finding
from ..lib.light import NamedTuple, lazy
from .parser import leaves
from .pieces import lines_of, weight_of


class Limits(NamedTuple):
    """Far above what people write."""

    bytes: int = 3_500_000  # of all files
    lines: int = 200_000  # of all files
    # Pieces of text, cells …; a paragraph is 3, a picture 24, code 10 and 3 a line (commands 6), a tag 2
    parts: int = 285_000
    line: int = 1_000_000  # characters on one line
    quotes: int = 500  # quotes in each other
    marks: int = 5_000  # marks of emphasis, formulas, links and pictures in one paragraph
    repairs: int = 50_000  # of wrongly decoded characters
    instructions: int = 1_000  # comments such as `<!-- notes: ignore Y_TAG … -->`
    footnotes: int = 10_000  # references to footnotes
    pages: int = 5_000  # of sections; where there are more, all of the file is one page


DEFAULT = Limits()
_FORBIDDEN = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_BIDI = lazy("[\u202a-\u202e\u2066-\u2069]")
_CONTAINERS = lazy(r"(?:[ \t>]|[-+*][ \t]|\d{1,9}[.)][ \t])*+")
_INSTRUCTION = lazy(r"<!--\s*notes:")
_BLANK_LINES = lazy(r"\n[ \t]*(?=\n)")
_MARKS = ("*", "_", "~", "$", "](", "][")
_DIVIDERS = "\n|*_~`$[]<>:@.&+-\\"
_OPENING = lazy(r"[*~$](?=[^\s*~])|(?<!\w)_+(?=\S)|(?<=[*~])[*~]")
_CLOSING = lazy(r"(?<=[^\s*~])[*~$]|(?<=\S)_+(?!\w)|(?<=[*~])[*~]")
_LINKS = lazy(r"\][(\[]")
_LINE = lazy(r"^([ \t>]*+(?:[-+*][ \t]++|\d{1,9}[.)][ \t]++)*+(?:(?:[*_-][ \t]*+)++$|~{3,}|))(.*)$", 8)  # re.MULTILINE
_NEUTRAL = str.maketrans("*_~[]$", "xxxxxx")


def check_limits(text: str, limits: Limits = DEFAULT) -> Iterator[Diagnostic]:
    """Findings of the text as a whole.  Raises NotesError where reading on would not be safe."""
    lines = lines_of(text)
    if len(lines) > limits.lines:
        raise _refused("N_LINES", f"{len(lines)} lines", limits.lines, Span.at(limits.lines))
    longest = max(map(len, lines))
    if longest > limits.line:
        number = next(number for number, line in enumerate(lines, 1) if len(line) > limits.line)
        raise _refused(
            "N_LINE", f"{len(lines[number - 1])} characters on one line", limits.line, Span.at(number, limits.line)
        )
    odd = () if all(map(str.isprintable, lines)) else (at for at in enumerate(lines, 1) if not at[1].isprintable())
    for number, line in odd:
        if match := _FORBIDDEN.search(line):
            message = f"character U+{ord(match[0]):04X} does not belong into text"
            raise NotesError(finding("N_CHAR", message, Span.at(number, match.start() + 1)))
        for match in _BIDI.finditer(line):
            message = f"invisible character U+{ord(match[0]):04X} changes the direction of text"
            yield finding("N_BIDI", message, Span.at(number, match.start() + 1))
    check_readable(text, limits, lines)


def check_readable(text: str, limits: Limits = DEFAULT, lines: Sequence[str] = ()) -> None:
    """Raise NotesError when the parser could not read the text, or not in time; `lines` are those of the text."""
    lines = lines or lines_of(text)
    for number, line in enumerate(lines, 1) if text.count(">") > limits.quotes else ():
        marks = _CONTAINERS.match(line) if line.count(">") > limits.quotes else None
        if marks and marks[0].count(">") > limits.quotes:
            raise _refused("N_NEST", "quotes in each other", limits.quotes, Span.at(number))
    if (instructions := len(_INSTRUCTION.findall(text))) > limits.instructions:
        raise _refused("N_DENSE", f"{instructions} instructions in comments", limits.instructions, Span.at(1))
    many_marks = sum(map(text.count, _MARKS)) > limits.marks and any(
        sum(map(chunk.count, _MARKS)) > limits.marks for chunk in _BLANK_LINES.split(text)
    )
    many_footnotes = text.count("[^") > limits.footnotes
    if many_marks or many_footnotes:
        _ask_the_parser(text, lines, limits)
    # Every part but the first of a line begins or ends with one of these, a picture with two.
    if 12 * sum(map(text.count, _DIVIDERS)) > limits.parts and (parts := weight_of(lines)) > limits.parts:
        raise _refused("N_SIZE", f"{parts} parts, such as pieces of text, links and cells", limits.parts, Span.at(1))


def _ask_the_parser(text: str, lines: Sequence[str], limits: Limits) -> None:
    harmless = _LINE.sub(lambda match: match[1] + match[2].translate(_NEUTRAL), text)
    footnotes = 0
    for line, rows, columns in leaves(harmless):
        words = "\n".join(lines[rows])
        if columns.stop is not None:
            words = words.encode()[columns].decode("utf-8", "ignore")
        footnotes += words.count("[^")
        marks = min(len(_OPENING.findall(words)), len(_CLOSING.findall(words))) + len(_LINKS.findall(words))
        if marks > limits.marks:
            raise _refused("N_DENSE", f"{marks} marks in one paragraph", limits.marks, Span.at(line))
        if footnotes > limits.footnotes:
            raise _refused("N_DENSE", "references to footnotes", limits.footnotes, Span.at(line))


def _refused(code: str, what: str, limit: int, span: Span) -> NotesError:
    return NotesError(finding(code, f"{what}; the limit is {limit}", span))
