"""Findings as values: made by checks, adjusted by settings, shown by reporters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..lib.record import NamedTuple
from .codes import CODES, Severity
from .place import Span


class Diagnostic(NamedTuple):
    """One finding, whole at birth.

    `path` is None for the notes file, else the file that the finding is about, relative to the project.
    `replacement` is text that works, for a command the whole of it; it is put in place of `replaces`, of `span` where
    that is None.  `reason` says to readers of the page why the text as written does not work: without places, without
    advice to the author; the message where it is empty.
    """

    code: str
    message: str
    span: Span
    severity: Severity
    help: str = ""
    path: str | None = None
    replacement: str | None = None
    replaces: Span | None = None
    reason: str = ""

    @property
    def replaced(self) -> Span:
        """What the replacement takes the place of."""
        return self.span if self.replaces is None else self.replaces

    @property
    def why(self) -> str:
        """What is wrong, in the words for readers."""
        return self.reason or self.message

    @property
    def advised(self) -> str:
        """The message, and the text that works where the message does not show it."""
        advice = self.replacement or ""
        if not advice or "\n" in advice or advice in self.message:
            return self.message
        return f"{self.message}: write `{advice}`"

    @property
    def sort_key(self) -> tuple[str, Span, str, str]:
        """By place; the notes file comes first."""
        return (self.path or "", self.span, self.code, self.message)


def finding(
    code: str,
    message: str,
    span: Span,
    *,
    severity: Severity | None = None,
    help: str | None = None,
    path: str | None = None,
    replacement: str | None = None,
    replaces: Span | None = None,
    reason: str = "",
) -> Diagnostic:
    """A diagnostic with the severity and the help of its code, unless given.  Raises KeyError on an unknown code."""
    entry, advice = CODES[code], CODES[code].fix if help is None else help
    return Diagnostic(code, message, span, severity or entry.severity, advice, path, replacement, replaces, reason)


class NotesError(Exception):
    """No honest site can be made: carries the diagnostics that say why."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(diagnostics[0].message)
        self.diagnostics = diagnostics


def failure(code: str, message: str, path: str | None = None, *, help: str | None = None) -> NotesError:
    """What ends a run and has no line of its own: told of the whole file."""
    return NotesError(finding(code, message, Span.at(1), path=path, help=help))


class Skipped(NamedTuple):
    """Something that could not be checked: neither right nor wrong, never hidden."""

    what: str
    reason: str
    span: Span
    path: str | None = None


class Report(NamedTuple):
    """What one run found."""

    diagnostics: tuple[Diagnostic, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    checked: int = 0  # things that were checked: snippets, links, images
    accepted: tuple[Diagnostic, ...] = ()  # findings that the baseline accepts
    ignored: tuple[Diagnostic, ...] = ()  # findings that a comment silences

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(diagnostic.severity is severity for diagnostic in self.diagnostics)


def merged(reports: Sequence[Report]) -> Report:
    """Several reports as one, findings sorted by place."""
    return Report(
        diagnostics=tuple(sorted((d for r in reports for d in r.diagnostics), key=lambda d: d.sort_key)),
        skipped=tuple(sorted((s for r in reports for s in r.skipped), key=lambda s: (s.path or "", s.span))),
        checked=sum(r.checked for r in reports),
        accepted=tuple(d for r in reports for d in r.accepted),
        ignored=tuple(d for r in reports for d in r.ignored),
    )


OFF = "off"
Rules = Mapping[str, Severity | None]  # code -> the severity it shall have, None for "off"


def with_rules(diagnostics: Iterable[Diagnostic], rules: Rules) -> Iterable[Diagnostic]:
    """The diagnostics with the severities of `extra.notes.rules`; those that are off are left out."""
    for diagnostic in diagnostics:
        severity = rules.get(diagnostic.code, diagnostic.severity)
        if severity is not None:
            yield diagnostic if severity is diagnostic.severity else diagnostic._replace(severity=severity)


def exit_code(report: Report, *, strict: bool = False) -> int:
    """As in ruff: 0 nothing found (warnings allowed unless strict), 1 findings."""
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return int(any(diagnostic.severity in failing for diagnostic in report.diagnostics))
