"""GitLab code quality: a JSON list that merge requests show as a widget and beside the changed lines.

GitLab reads `description`, `check_name`, `fingerprint`, `severity` and `location`; of two findings with one
fingerprint it shows the first only, so fingerprints are unique.
Source: docs.gitlab.com "Code Quality report format".
"""

from __future__ import annotations

import json

from ..diagnostic import Report, Severity
from . import Context, last_place, path_of, with_fingerprints

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, context: Context) -> str:
    """The findings as a JSON list; "[]" when there are none."""
    issues = [
        {
            "description": diagnostic.advised,
            "check_name": diagnostic.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[diagnostic.severity],
            "location": {
                "path": path_of(diagnostic, context).removeprefix("./"),  # GitLab links no path that starts with ./
                "lines": {"begin": diagnostic.span.start.line, "end": last_place(diagnostic.span).line},
            },
        }
        for diagnostic, fingerprint in with_fingerprints(report.diagnostics, context)
    ]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"
