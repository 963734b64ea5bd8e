"""For programs: `{"version": 1, "summary": {…}, "diagnostics": […], "skipped": […]}`, sorted by place."""

from __future__ import annotations

import json
from typing import Any

from ..diagnostic import Diagnostic, Report, Span
from . import Context

VERSION = 1


def render(report: Report, context: Context) -> str:
    """The report as JSON text; docs/developer/report.schema.json describes it."""
    found: dict[str, Any] = {
        "version": VERSION,
        "summary": summary(report),
        "diagnostics": [as_dict(diagnostic, context) for diagnostic in report.diagnostics],
        "skipped": [
            {"path": one.path or context.path, **one.span.start._asdict(), "what": one.what, "reason": one.reason}
            for one in report.skipped
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def summary(report: Report) -> dict[str, int]:
    """The counts of a report."""
    found, rest = report.counts()
    return {"checked": report.checked, **{f"{severity}s": count for severity, count in found.items()}, **rest}


def as_dict(diagnostic: Diagnostic, context: Context) -> dict[str, Any]:
    """One finding; places count from 1, the end is excluded."""
    found: dict[str, Any] = {
        "path": diagnostic.path or context.path,
        **_place(diagnostic.span),
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "url": context.url_of(diagnostic.code),
    }
    if diagnostic.replacement is not None:
        replaces = _place(diagnostic.replaced)
        found |= {"replacement": diagnostic.replacement, "reason": diagnostic.why, "replaces": replaces}
    return found


def _place(span: Span) -> dict[str, int]:
    (line, column), (end_line, end_column) = span.start, span.end
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
