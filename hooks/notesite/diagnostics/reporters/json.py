"""For programs: `{"version": 1, "summary": {…}, "diagnostics": […], "skipped": […]}`, sorted by place."""

from __future__ import annotations

import json

from ..codes import Severity
from ..diagnostic import Diagnostic, Report
from .context import Context

VERSION = 1


def render(report: Report, context: Context) -> str:
    """The report as JSON text; docs/developer/report.schema.json describes it."""
    found = {
        "version": VERSION,
        "summary": summary(report),
        "diagnostics": [as_dict(diagnostic, context) for diagnostic in report.diagnostics],
        "skipped": [
            {
                "path": skipped.path or context.path,
                "line": skipped.span.start.line,
                "column": skipped.span.start.column,
                "what": skipped.what,
                "reason": skipped.reason,
            }
            for skipped in report.skipped
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def summary(report: Report) -> dict[str, int]:
    """The counts of a report."""
    severities = {f"{severity.value}s": report.count(severity) for severity in Severity}
    rest = {"skipped": len(report.skipped), "accepted": len(report.accepted), "ignored": len(report.ignored)}
    return {"checked": report.checked, **severities, **rest}


def as_dict(diagnostic: Diagnostic, context: Context) -> dict[str, str | int]:
    """One finding; places count from 1, the end is excluded."""
    return {
        "path": context.path_of(diagnostic),
        "line": diagnostic.span.start.line,
        "column": diagnostic.span.start.column,
        "end_line": diagnostic.span.end.line,
        "end_column": diagnostic.span.end.column,
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "url": context.url_of(diagnostic.code),
    }
