"""Reports for people and for machines: one module a format, one function each, all pure.

What reporters need to know beside the findings is here: the run, and a finding's file, source line and lasting fingerprint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module

from ...lib.light import NamedTuple, sha256
from ..diagnostic import Diagnostic, Position, Report, Skipped, Span

FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit", "rdjson")  # their modules say what each is for


class Context(NamedTuple):
    """The run: which tool, over which file."""

    path: str  # of the notes file, as it is shown: relative to the project
    lines: Mapping[str, Sequence[str]] = {}  # of each file that findings are about, as it lies on disk
    tool: str = "notesite"  # the check that ran
    version: str = "0"
    color: bool = False
    code_base: str = "docs/developer/diagnostics.md"  # where codes are documented

    def lines_of(self, diagnostic: Diagnostic) -> Sequence[str]:
        """The lines of the file that the diagnostic is about, none when they are not known."""
        return self.lines.get(diagnostic.path or self.path, ())

    def line_of(self, diagnostic: Diagnostic) -> str:
        """The source line the diagnostic begins on, "" when it is not known."""
        lines, number = self.lines_of(diagnostic), diagnostic.span.start.line
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def url_of(self, code: str) -> str:
        """Where the code is documented, "" when that is not known."""
        return f"{self.code_base}#{code.lower()}" if self.code_base else ""


def path_of(item: Diagnostic | Skipped, context: Context) -> str:
    """The file that the item is about, with forward slashes as every report format wants them."""
    return (item.path or context.path).replace("\\", "/")


def last_place(span: Span) -> Position:
    """The last place inside the span, for formats whose ends are inclusive."""
    start, end = span.start, span.end
    if end.line > start.line and end.column <= 1:  # "up to the start of the next line" ends on the line before
        return Position(max(end.line - 1, start.line), 1)
    return max(Position(end.line, max(end.column - 1, 1)), start)


def with_fingerprints(diagnostics: Iterable[Diagnostic], context: Context) -> Iterator[tuple[Diagnostic, str]]:
    """Each finding with a fingerprint of 64 hexadecimal digits that is unique in the report.

    It is made of the code, the file and the words of the source line, not of its number, so a finding keeps its
    fingerprint when lines are added above it.  Equal findings are told apart by counting them in order of place.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for diagnostic in diagnostics:
        words = " ".join(context.line_of(diagnostic).split()) or diagnostic.message
        key = (diagnostic.code, path_of(diagnostic, context), words)
        seen[key] += 1
        yield diagnostic, sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest()


Reporter = Callable[[Report, Context], str]


def reporter(name: str) -> Reporter:
    """The reporter of a format named in FORMATS; only its own module is loaded."""
    module = import_module(f".{name}", __name__)
    function: Reporter = module.render
    return function
