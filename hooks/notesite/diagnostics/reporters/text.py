"""For people: `docs/notes.md:6:3: N_ENTRY error: …` with the source line, a caret, and what to do."""

from __future__ import annotations

from collections import defaultdict

from ..diagnostic import Diagnostic, Report, Severity, Skipped
from . import Context

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_MAX_WIDTH = 120


def render(report: Report, context: Context) -> str:
    """The findings by place, then what was skipped, one line for each reason, then one line that sums up."""
    blocks = [_block(diagnostic, context) for diagnostic in report.diagnostics]
    alike: dict[tuple[str, str], list[Skipped]] = defaultdict(list)
    for skipped in report.skipped:
        alike[skipped.path or context.path, skipped.reason].append(skipped)
    for (path, reason), (first, *others) in alike.items():
        more = f" (and {len(others)} more)" if others else ""
        blocks.append(f"{path}:{first.span.start}: skipped: {first.what}: {reason}{more}")
    return "\n".join([*blocks, summary(report)]) + "\n"


def one_line(diagnostic: Diagnostic, path: str) -> str:
    """The finding on one line, as the build shows it."""
    return f"{path}:{diagnostic.span.start}: {diagnostic.code} {diagnostic.severity}: {printable(diagnostic.advised)}"


def summary(report: Report) -> str:
    """`12 checked: 1 error, 2 warnings, 0 infos; 3 skipped, 4 accepted, 1 ignored`."""
    counts, rest = report.counts()
    found = [f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in counts.items()]
    others = [f"{count} {word}" for word, count in rest.items() if count]
    return f"{report.checked} checked: {', '.join(found)}" + (f"; {', '.join(others)}" if others else "")


def printable(text: str) -> str:
    """The text with control characters as escapes, so that no finding can steer a terminal."""
    return "".join(char if char.isprintable() or char == "\t" else repr(char)[1:-1] for char in text)


def _block(diagnostic: Diagnostic, context: Context) -> str:
    head = one_line(diagnostic, diagnostic.path or context.path)
    if context.color:
        word = f"{diagnostic.code} {diagnostic.severity}"
        head = head.replace(word, f"\x1b[1;{_COLORS[diagnostic.severity]}m{word}\x1b[0m", 1)
    rows = [head]
    line = context.line_of(diagnostic)
    if line.strip():
        rows += _excerpt(diagnostic, line)
    if diagnostic.help:
        rows.append(f"  = {printable(diagnostic.help)}")
    return "\n".join(rows)


def _excerpt(diagnostic: Diagnostic, line: str) -> list[str]:
    start, end = diagnostic.span.start, diagnostic.span.end
    shift = max(start.column - _MAX_WIDTH // 2, 0) if len(line) > _MAX_WIDTH else 0
    shown = printable(line[shift : shift + _MAX_WIDTH])
    length = end.column - start.column if end.line == start.line else len(line) - start.column + 1
    length = max(min(length, len(line) - start.column + 1, _MAX_WIDTH - (start.column - 1 - shift)), 1)
    # Tabs stay tabs, so that the caret stands under its character whatever their width.
    before = "".join("\t" if char == "\t" else " " for char in line[shift : start.column - 1])
    number = str(start.line)
    return [f"  {number} | {shown}", f"  {' ' * len(number)} | {before}{'^' * length}"]
