"""reviewdog's diagnostic format (rdjson): one report for many code hosts, with suggestions that one click applies.

Its columns count bytes of UTF-8, not characters, so a column is worked out from the source line.
Source: github.com/reviewdog/reviewdog, proto/rdf/reviewdog.proto.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from notesite.codes import Severity
from notesite.diagnostics import Diagnostic, Report
from notesite.model import Position, Span

from .places import path_of

if TYPE_CHECKING:
    from .context import Context

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report, context: Context) -> str:
    """The findings as one DiagnosticResult."""
    result = {
        "source": {"name": context.tool},
        "diagnostics": [_diagnostic(diagnostic, context) for diagnostic in report.diagnostics],
    }
    return json.dumps(result, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(diagnostic: Diagnostic, context: Context) -> dict[str, Any]:
    place = _range(diagnostic.span, context if diagnostic.path is None else None)
    entry: dict[str, Any] = {
        "message": f"{diagnostic.message}\n{diagnostic.help}".rstrip(),
        "location": {"path": path_of(diagnostic, context), "range": place},
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code, "url": context.code_url(diagnostic.code)},
    }
    if diagnostic.replacement is not None:
        entry["suggestions"] = [{"range": place, "text": diagnostic.replacement}]
    return entry


def _range(span: Span, context: Context | None) -> dict[str, Any]:
    return {"start": _position(span.start, context), "end": _position(span.end, context)}


def _position(position: Position, context: Context | None) -> dict[str, int]:
    line, column = position.line, position.column
    if context is not None and 0 < line <= len(context.lines):
        text = context.lines[line - 1]
        # "surrogatepass": a lone surrogate in a line must not end the report.
        before = text[: column - 1].encode("utf-8", "surrogatepass")
        column = len(before) + max(column - 1 - len(text), 0) + 1
    return {"line": line, "column": column}
