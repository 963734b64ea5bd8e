"""What the author has said about findings: ignore comments, and the baseline of accepted ones.

A fingerprint names a finding by what it is about (code, section, the text of its line), not by its line number, so
that a baseline survives edits elsewhere in the file.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ..diagnostics.diagnostic import CODES, Diagnostic, Report, Rules, Span, finding, with_rules
from ..lib.light import NamedTuple, json_of, sha256
from ..notes.model import Directive, Notes

BASELINE_VERSION = 1
_VERBS = {"ignore", "skip", "kind"}


class Accepted(NamedTuple):
    """One entry of the baseline."""

    fingerprint: str
    code: str
    section: str  # anchor of the heading it stands under, for readers of the file
    line: str  # the text of its line, for readers of the file
    message: str
    note: str  # for readers of the page: what is wrong; "" for none
    instead: str = ""  # likewise, what works: a command that the words of the notes do not give away


class Baseline(NamedTuple):
    """Findings that are known and accepted."""

    entries: tuple[Accepted, ...] = ()
    path: str = ""  # where it was read from, for findings about it

    def to_json(self) -> str:
        """The file's text: one entry a line, sorted, so that changes merge."""
        told = ({k: v for k, v in e._asdict().items() if v or k != "instead"} for e in sorted(self.entries))
        rows = ",\n  ".join(json.dumps(entry, ensure_ascii=False) for entry in told)
        body = f"\n  {rows}\n" if rows else ""
        return f'{{"version": {BASELINE_VERSION}, "accepted": [{body}]}}\n'


def read_baseline(text: str, path: str) -> Baseline:
    """The baseline that a file's text holds.  Raises ValueError with the reason when it is damaged."""
    try:
        data = json_of(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from None
    if not isinstance(data, Mapping) or data.get("version") != BASELINE_VERSION:
        raise ValueError(f"no baseline of version {BASELINE_VERSION}")
    rows = data.get("accepted")
    if not isinstance(rows, list):
        raise ValueError('"accepted" is not a list')
    entries = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not all(isinstance(row.get(name), str) for name in ("fingerprint", "code")):
            raise ValueError(f"entry {number} lacks a fingerprint or a code")
        entries.append(Accepted(*(str(row.get(name, "")) for name in Accepted._fields)))
    return Baseline(tuple(entries), path)


def fingerprints(diagnostics: Sequence[Diagnostic], notes: Notes) -> list[str]:
    """One fingerprint for each diagnostic, in their order; equal findings are told apart by counting."""
    seen: Counter[str] = Counter()
    found = []
    for diagnostic in diagnostics:
        section, line = _context(diagnostic, notes)
        # What tells findings on one line apart without quoting versions or numbers of other lines.
        words = line[diagnostic.span.start.column - 1 : diagnostic.span.end.column - 1]
        key = "\0".join((diagnostic.code, diagnostic.path or "", section, line, words))
        found.append(sha256(f"{key}\0{seen[key]}".encode("utf-8", "replace")).hexdigest()[:16])
        seen[key] += 1
    return found


def _context(diagnostic: Diagnostic, notes: Notes) -> tuple[str, str]:
    if diagnostic.path is not None:
        return "", diagnostic.message
    place = diagnostic.span.start.line
    section = next((h.id for h in reversed(notes.headings) if h.span.start.line <= place), "")
    line = notes.lines[place - 1] if 0 < place <= len(notes.lines) else ""
    return section, line.rstrip()


def baseline_of(diagnostics: Sequence[Diagnostic], notes: Notes, previous: Baseline) -> Baseline:
    """A baseline that accepts exactly these findings; what readers are told is kept from the previous one."""
    kept = {entry.fingerprint: (entry.note, entry.instead) for entry in previous.entries}
    entries = []
    for diagnostic, fingerprint in zip(diagnostics, fingerprints(diagnostics, notes), strict=True):
        section, line = _context(diagnostic, notes)
        told = kept.get(fingerprint, ("",))
        entries.append(Accepted(fingerprint, diagnostic.code, section, line.strip(), diagnostic.message, *told))
    return Baseline(tuple(entries), previous.path)


def settle(
    report: Report, rules: Rules, notes: Notes, baseline: Baseline | None = None, own_codes: Collection[str] = ()
) -> Report:
    """The report after rules, ignore comments and the baseline have had their say.

    `own_codes` holds what the codes that this run checks begin with ("NI", "YKS", or longer beginnings in a list), so that an ignore comment or a
    baseline entry that is meant for another check is not called unused.
    """
    ruled = sorted(with_rules(report.diagnostics, rules), key=lambda d: d.sort_key)
    baseline = baseline or Baseline()
    silenced = list(zip(ruled, _silenced(ruled, notes.directives), strict=True))
    open_findings = [diagnostic for diagnostic, by in silenced if by is None]
    unused = _unused_directives(notes.directives, {(by, diagnostic.code) for diagnostic, by in silenced}, own_codes)
    entries = {entry.fingerprint: entry for entry in baseline.entries}
    accepted, remaining, seen = [], [], set()
    known = fingerprints(open_findings, notes) if entries else [""] * len(open_findings)
    for diagnostic, fingerprint in zip(open_findings, known, strict=True):
        if fingerprint in entries:
            seen.add(fingerprint)
            entry = entries[fingerprint]
            told = diagnostic._replace(help=entry.note or diagnostic.help)
            accepted.append(told._replace(replacement=entry.instead, reason=told.why) if entry.instead else told)
        else:
            remaining.append(diagnostic)
    gone = [e for e in entries.values() if e.fingerprint not in seen and e.code.startswith(tuple(own_codes))]
    stale = [finding("I_BASELINE", f"{e.code} at {e.line!r} is gone", Span.at(1), path=baseline.path) for e in gone]
    extra = with_rules([*unused, *stale], rules)
    return report._replace(
        diagnostics=tuple(sorted([*remaining, *extra], key=lambda d: d.sort_key)),
        accepted=(*report.accepted, *accepted),
        ignored=(*report.ignored, *(diagnostic for diagnostic, by in silenced if by)),
    )


def _codes(directive: Directive) -> list[str]:
    """The codes that it silences."""
    return directive.arguments.split(" ")[0].split(",") if directive.verb == "ignore" else []


def _silenced(diagnostics: Iterable[Diagnostic], directives: Sequence[Directive]) -> Iterator[Directive | None]:
    """For each diagnostic the comment that ignores it."""
    silencing: dict[str, list[tuple[Directive, tuple[int, int]]]] = defaultdict(list)
    for directive in directives:
        for code in _codes(directive) if directive.target else ():
            silencing[code].append((directive, directive.target or (0, 0)))
    for diagnostic in diagnostics:
        line, own = diagnostic.span.start.line, silencing.get(diagnostic.code, ()) if diagnostic.path is None else ()
        yield next((directive for directive, (first, last) in own if first <= line <= last), None)


def _unused_directives(
    directives: Sequence[Directive], used: set[tuple[Directive | None, str]], own_codes: Collection[str]
) -> Iterator[Diagnostic]:
    for directive in directives:
        if directive.verb not in _VERBS and "I" in own_codes:
            message = f"unknown instruction {directive.verb!r}; there are {', '.join(sorted(_VERBS))}"
            yield finding("I_DIRECTIVE", message, directive.span)
        for code in _codes(directive):
            if code not in CODES and "I" in own_codes:
                yield finding("I_DIRECTIVE", f"unknown code {code!r}", directive.span)
            elif code in CODES and code.startswith(tuple(own_codes)) and (directive, code) not in used:
                yield finding("I_UNUSED", f"ignore {code} silences nothing", directive.span)
