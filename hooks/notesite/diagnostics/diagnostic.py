"""Findings as values: made by checks, adjusted by settings, shown by reporters; their places in a text, and their codes.

`data/codes.tsv` is the table of codes: every kind of finding, its severity, what it means and what to do.  One table,
many readers: the checks, the reporters' help texts, the settings' `rules`, and docs/developer/diagnostics.md, which is
generated from it.  A code is stable: it may be retired, never reused.
Families: N_ the notes file and its contents list, I_ settings and ignores, Y_ YAML, K_ Kubernetes,
S_ shell commands, E_ images, L_ links, B_ the offline bundle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import count

from ..lib.light import Any, NamedTuple, bundled_text


class Position(NamedTuple):
    """A place in a text: line and column, both counted from 1, columns in code points (a tab counts 1)."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Span(NamedTuple):
    """From `start` up to, not including, `end` (as in SARIF and rdjson)."""

    start: Position
    end: Position

    @classmethod
    def at(cls, line: int, column: int = 1, length: int = 1) -> Span:
        """The span of `length` code points on one line."""
        return cls(Position(line, column), Position(line, column + length))


class Places(Sequence[Position]):
    """Places on lines that follow each other, one for each column."""

    __slots__ = "_columns", "_line"

    def __init__(self, line: int, columns: Sequence[int]) -> None:
        self._line, self._columns = line, columns

    def __len__(self) -> int:
        return len(self._columns)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Places(self._line + index.indices(len(self))[0], self._columns[index])
        return Position(self._line + range(len(self))[index], self._columns[index])

    def __iter__(self) -> Iterator[Position]:
        return map(Position, count(self._line), self._columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class Severity(StrEnum):
    """How sure and how bad: ERROR is broken for sure, WARNING probably, INFO is good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most severe, so that sorting puts it first."""
        return list(Severity).index(self)


class Code(NamedTuple):
    """One kind of finding, a row of `data/codes.tsv`."""

    name: str
    severity: Severity  # the default; `extra.notes.rules` can change it
    summary: str  # one sentence, what is wrong
    fix: str  # one or two sentences, what to do
    family: str  # the heading above the row


def _codes() -> Iterator[Code]:
    family = ""
    for line in bundled_text(__name__, "codes.tsv").splitlines():
        if line.startswith("# "):
            family = line[2:]
        else:
            name, severity, summary, fix = line.split("\t")
            yield Code(name, Severity(severity), summary, fix, family)


CODES = {code.name: code for code in _codes()}


class Diagnostic(NamedTuple):
    """One finding, whole at birth.

    `path` is None for the notes file, else the file that the finding is about, relative to the project.
    `replacement` is text that works, for a command the whole of it; it is put in place of `replaces`, of `span` where
    that is None.  `reason` says to readers of the page why the text as written does not work: without places, without
    advice to the author; the message where it is empty.  `cause` is equal for what one habit of the author has brought
    about; it is told of once.
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
    cause: str = ""

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
    cause: str = "",
) -> Diagnostic:
    """A diagnostic with the severity and the help of its code, unless given.  Raises KeyError on an unknown code."""
    entry, advice = CODES[code], CODES[code].fix if help is None else help
    return Diagnostic(
        code, message, span, severity or entry.severity, advice, path, replacement, replaces, reason, cause
    )


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

    def counts(self) -> tuple[dict[Severity, int], dict[str, int]]:
        """How many findings have each severity, and how many are told of besides."""
        levels = [diagnostic.severity for diagnostic in self.diagnostics]
        rest = {name: len(getattr(self, name)) for name in ("skipped", "accepted", "ignored")}
        return {severity: levels.count(severity) for severity in Severity}, rest


def merged(reports: Sequence[Report]) -> Report:
    """Several reports as one, findings sorted by place."""
    return Report(
        diagnostics=tuple(sorted((d for r in reports for d in r.diagnostics), key=lambda d: d.sort_key)),
        skipped=tuple(sorted((s for r in reports for s in r.skipped), key=lambda s: (s.path or "", s.span))),
        checked=sum(r.checked for r in reports),
        accepted=tuple(d for r in reports for d in r.accepted),
        ignored=tuple(d for r in reports for d in r.ignored),
    )


_REPEATED = frozenset(
    {"L_ANCHOR", "L_PAGE", "N_DIALECT", "N_HEADING", "N_HTML", "S_DEPRECATED"}
)  # equal words have one cause
_FEW = 3  # findings, of which each is told of


def told_once(report: Report) -> Report:
    """The report in which of many findings in the notes that have one cause the first tells of the others."""
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for found in report.diagnostics:
        cause = found.cause or (found.message if found.code in _REPEATED else str(found.span))
        groups.setdefault((found.code, cause if found.path is None else str(found)), []).append(found)
    told: list[Diagnostic] = []
    for first, *others in groups.values():
        more = f"{first.message}; the same in {len(others)} more places"
        told += [first, *others] if len(others) < _FEW - bool(first.cause) else [first._replace(message=more)]
    return report._replace(diagnostics=tuple(sorted(told, key=lambda d: d.sort_key)))


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
