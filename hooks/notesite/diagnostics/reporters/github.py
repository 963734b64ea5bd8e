"""GitHub Actions: workflow commands that annotate a pull request's diff, and Markdown for the step summary.

GitHub shows at most 10 errors, 10 warnings and 10 notices of one step and drops the rest without a word
(50 annotations for a whole job).  So the most severe come first, what is past the cap is told in a "N more" line and
listed in a folded group of the log, and the step summary has them all.
Source: docs.github.com "Workflow commands for GitHub Actions"; the caps: zizmor pull request 634.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..diagnostic import Diagnostic, Report, Severity
from . import Context, last_place, path_of

CAP = 10  # annotations of one level that GitHub shows for one step
SUMMARY_BYTES = 1024 * 1024  # a larger step summary is refused as a whole
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, context: Context) -> str:
    """Workflow commands, one a line, most severe first, never more than GitHub shows of each level."""
    by_level = {level: [d for d in report.diagnostics if d.severity is level] for level in Severity}
    # The line that says how many are missing is a notice itself, so it needs a place among the ten.
    room = dict.fromkeys(Severity, CAP)
    room[Severity.INFO] -= any(len(found) > CAP for found in by_level.values())
    shown = [d for level, found in by_level.items() for d in found[: room[level]]]
    rest = [d for level, found in by_level.items() for d in found[room[level] :]]
    lines = [_command(diagnostic, context) for diagnostic in shown]
    if rest:
        lines += _more(rest, context)
    return "".join(f"{line}\n" for line in lines)


def step_summary(report: Report, context: Context) -> str:
    """Markdown for the file that $GITHUB_STEP_SUMMARY names: counts, then a table, cut before GitHub's limit."""
    levels, rest = report.counts()
    told = {"could not be checked": rest.pop("skipped"), **rest}
    counts = [f"{n} {words}" for words, n in [*levels.items(), *told.items()] if n or words in levels]
    head = f"### {_inline(context.tool)}\n\n{report.checked} checked: {', '.join(counts)}\n"
    codes = {d.code: f"[{d.code}]({url})" if (url := context.url_of(d.code)) else d.code for d in report.diagnostics}
    rows = [
        f"| {d.severity} | `{path_of(d, context)}:{d.span.start}` | {codes[d.code]} | {_inline(d.advised)} |\n"
        for d in sorted(report.diagnostics, key=lambda d: (d.severity.rank, d.sort_key))
    ]
    table = _fitting(rows, "\n| severity | place | code | message |\n| --- | --- | --- | --- |\n", len(head.encode()))
    places = [(f"`{path_of(one, context)}:{one.span.start}`", one) for one in report.skipped]
    skipped = [f"- {place} {_inline(one.what)}: {_inline(one.reason)}\n" for place, one in places]
    text = head + table
    return text + _fitting(skipped, "\n#### Could not be checked\n\n", len(text.encode()))


def _command(diagnostic: Diagnostic, context: Context) -> str:
    start, end = diagnostic.span.start, last_place(diagnostic.span)
    properties = {"file": path_of(diagnostic, context), "line": start.line, "endLine": end.line}
    if start.line == end.line:  # GitHub refuses columns on an annotation of several lines
        properties |= {"col": start.column, "endColumn": end.column}
    properties["title"] = diagnostic.code
    # Hosts that show only the message (the log, the mobile app) still need the place in it.
    message = f"{properties['file']}:{start}: {diagnostic.advised}"
    if diagnostic.help:
        message += f"\n{diagnostic.help}"
    values = {key: _data(str(value)).replace(":", "%3A").replace(",", "%2C") for key, value in properties.items()}
    listed = ",".join(f"{key}={value}" for key, value in values.items())
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(message)}"


def _more(rest: Sequence[Diagnostic], context: Context) -> Iterable[str]:
    yield f"::notice title={len(rest)} more::{len(rest)} more findings; the log and the step summary list them"
    yield f"::group::{len(rest)} more"
    for d in sorted(rest, key=lambda d: (d.severity.rank, d.sort_key)):
        yield _log_line(f"{path_of(d, context)}:{d.span.start}: {d.severity}: {d.message} [{d.code}]")
    yield "::endgroup::"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _log_line(text: str) -> str:
    """One line that the runner takes for no command: `::` counts at the start of a line, `##[` anywhere in it."""
    line = " ".join(text.split()).replace("##[", "## [")
    return f" {line[:1]}\u200b{line[1:]}" if line.startswith("::") else line


def _inline(text: str) -> str:
    """Text that stays text inside a Markdown table."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{char}" if char in "\\`*_[]|~#@" else char for char in text)


def _fitting(rows: Sequence[str], head: str, used: int) -> str:
    """The head and as many rows as still fit, and how many did not."""
    if not rows:
        return ""
    room = SUMMARY_BYTES - used - len(head.encode()) - 1000  # 1000: the closing words of both lists
    kept: list[str] = []
    for row in rows:
        room -= len(row.encode())
        if room < 0:
            break
        kept.append(row)
    more = f"\n{len(rows) - len(kept)} more do not fit here.\n" if len(kept) < len(rows) else ""
    return head + "".join(kept) + more
