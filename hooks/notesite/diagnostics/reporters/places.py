"""What several formats need to know about a finding: its file, its source line, its lasting fingerprint."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from ..diagnostic import Diagnostic, Skipped
from ..place import Position, Span
from .context import Context


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
        yield diagnostic, hashlib.sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest()
