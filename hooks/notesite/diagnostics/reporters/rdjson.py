"""reviewdog's diagnostic format (rdjson): one report for many code hosts, with suggestions that one click applies.

Its columns count bytes of UTF-8, not characters, so a column is worked out from the source line.
Source: github.com/reviewdog/reviewdog, proto/rdf/reviewdog.proto.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..diagnostic import Diagnostic, Position, Report, Span
from . import Context, path_of


def render(report: Report, context: Context) -> str:
    """The findings as one DiagnosticResult."""
    result = {
        "source": {"name": context.tool},
        "diagnostics": [_diagnostic(diagnostic, context) for diagnostic in report.diagnostics],
    }
    return json.dumps(result, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(diagnostic: Diagnostic, context: Context) -> dict[str, Any]:
    lines = context.lines_of(diagnostic)
    entry: dict[str, Any] = {
        "message": f"{diagnostic.message}\n{diagnostic.help}".rstrip(),
        "location": {"path": path_of(diagnostic, context), "range": _range(diagnostic.span, lines)},
        "severity": diagnostic.severity.upper(),
        "code": {"value": diagnostic.code} | ({"url": url} if (url := context.url_of(diagnostic.code)) else {}),
    }
    if diagnostic.replacement is not None:
        entry["suggestions"] = [{"range": _range(diagnostic.replaced, lines), "text": diagnostic.replacement}]
    return entry


def _range(span: Span, lines: Sequence[str]) -> dict[str, Any]:
    return {"start": _position(span.start, lines), "end": _position(span.end, lines)}


def _position(position: Position, lines: Sequence[str]) -> dict[str, int]:
    line, column = position.line, position.column
    if 0 < line <= len(lines):
        text = lines[line - 1]
        # "surrogatepass": a lone surrogate in a line must not end the report.
        before = text[: column - 1].encode("utf-8", "surrogatepass")
        column = len(before) + max(column - 1 - len(text), 0) + 1
    return {"line": line, "column": column}
