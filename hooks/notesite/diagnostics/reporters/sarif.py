"""SARIF 2.1.0: for GitHub code scanning and every other host that reads the OASIS format.

GitHub keeps the 5,000 most severe of at most 25,000 results of a run, so results past that are left out here, the
least severe first, and the run says so in a notification.  Findings that the baseline accepts or a comment silences
are results with a suppression, not lost.  Columns count code points.
Source: docs.oasis-open.org/sarif/sarif/v2.1.0; docs.github.com "SARIF support for code scanning".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from ...lib.light import bundled_text
from ..diagnostic import CODES, Diagnostic, Report, Severity, Span
from . import Context, path_of, with_fingerprints

MOST_RESULTS = 25_000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report, context: Context) -> str:
    """The report as a log of one run."""
    accepted = [(d, [{"kind": "external", "justification": "accepted by the baseline"}]) for d in report.accepted]
    ignored = [(d, [{"kind": "inSource"}]) for d in report.ignored]
    found: list[tuple[Diagnostic, list[dict[str, str]]]] = [(d, []) for d in report.diagnostics]
    everything = sorted([*found, *accepted, *ignored], key=lambda pair: (bool(pair[1]), pair[0].severity.rank))
    kept = sorted(everything[:MOST_RESULTS], key=lambda pair: pair[0].sort_key)
    codes = sorted({d.code for d, _ in kept})
    known = with_fingerprints([d for d, _ in kept], context)
    results = [
        _result(diagnostic, fingerprint, codes, context) | {"suppressions": suppressions}
        for (_, suppressions), (diagnostic, fingerprint) in zip(kept, known, strict=True)
    ]
    log = json.loads(bundled_text(__name__, "sarif.json"))
    run = log["runs"][0]
    rules = [_rule(code, context) for code in codes]
    run["tool"]["driver"] = {"name": context.tool, "semanticVersion": context.version, "rules": rules}
    told = list(_notifications(report, len(everything) - len(kept), context))
    run["invocations"][0]["toolExecutionNotifications"] = told
    run["results"] = results
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str, context: Context) -> dict[str, Any]:
    entry, url = CODES[code], context.url_of(code)
    rule = {
        "id": code,
        "name": "".join(word.title() for word in code.split("_")),
        "shortDescription": {"text": entry.summary},
        "help": {"text": entry.fix, "markdown": f"{entry.fix} [More about {code}]({url})" if url else entry.fix},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
    }
    return rule | ({"helpUri": url} if "://" in url else {})  # helpUri has to be absolute


def _result(diagnostic: Diagnostic, fingerprint: str, codes: Sequence[str], context: Context) -> dict[str, Any]:
    path, region = path_of(diagnostic, context), _region(diagnostic.span)
    if text := context.line_of(diagnostic):
        region["snippet"] = {"text": text}
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": f"{diagnostic.message}\n{diagnostic.help}".rstrip()},
        "locations": _locations(path, region),
        "partialFingerprints": {"sourceLine/v1": fingerprint},
        # With any suppression in a run, every result has to say whether it is suppressed (section 3.27.23).
        "suppressions": [],
    }
    if diagnostic.replacement is not None:
        inserted = {"text": diagnostic.replacement}
        replacement = {"deletedRegion": _region(diagnostic.replaced), "insertedContent": inserted}
        change = {"artifactLocation": _artifact(path), "replacements": [replacement]}
        result["fixes"] = [{"description": {"text": diagnostic.why}, "artifactChanges": [change]}]
    return result


def _region(span: Span) -> dict[str, Any]:
    start, end = span
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _locations(path: str, region: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"physicalLocation": {"artifactLocation": _artifact(path), "region": region}}]


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.removeprefix("./"), safe="/"), "uriBaseId": "PROJECT"}


def _notifications(report: Report, dropped: int, context: Context) -> Iterator[dict[str, Any]]:
    """What is not a result and must not be silent: things that could not be checked, results left out."""
    if dropped:
        yield {"level": "warning", "message": {"text": f"{dropped} more results do not fit into one run"}}
    for skipped in report.skipped:
        (line, column), message = skipped.span.start, f"could not check {skipped.what}: {skipped.reason}"
        places = _locations(path_of(skipped, context), {"startLine": line, "startColumn": column})
        yield {"level": "note", "message": {"text": message}, "locations": places}
