"""The check of the YAML in all code blocks: find, read, judge, compare, report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from ...diagnostics.diagnostic import CODES, Diagnostic, Report, Severity, Skipped, Span, finding, merged
from ...lib.light import TYPE_CHECKING, Final, NamedTuple, lazy
from ...notes.model import Fence, in_lines, line_of
from ...project.settings import SnippetSettings
from ..language import classify, languages
from ..language.classify import Classification, Kind
from .remembered import Memory
from .snippet_verdict import SnippetVerdict, Status, mark_of, status_of
from .yaml_fault import MOVED, Defined, Fault, Judgement, Reference, is_told

if TYPE_CHECKING:  # YAML is imported only when a block holds some
    from .documents import Reading
    from .indentation import Move

Judge = Callable[..., Sequence[Judgement]]


def check(
    fences: Iterable[Fence],
    *,
    judge: Judge,
    settings: SnippetSettings | None = None,
    definitions: Sequence[Defined] = (),
    lines: Sequence[str] = (),
    memory: Memory | None = None,
    question: object = (),
) -> tuple[tuple[SnippetVerdict, ...], Report]:
    """A verdict on every block, and what was found.

    YAML inside a command (a heredoc) takes part as a `Fence` of its own, not fenced, labelled `yaml`.

    `judge` says what Kubernetes schemas make of documents; see `kubernetes.judge`.  `definitions` are objects that the
    notes define by commands.  By the `lines` of the notes a wrong label is placed; without them the opening line is
    named.  `question` tells one judge from another in the `memory`.
    """
    settings = settings or SnippetSettings()
    blocks = list(fences)
    following = [after.text if after.trail == fence.trail else "" for fence, after in pairwise(blocks)]
    schemas = _Schemas(judge, settings.kubernetes, memory or Memory())
    checks = [schemas.examined(*each, question) for each in zip(blocks, [*following, ""], strict=False)]
    found: list[Diagnostic] = []
    if used := [use for examined in checks for use in examined.used]:
        from . import references  # noqa: PLC0415  # see below: only where there is YAML

        defined = (each for examined in checks for each in examined.defined)
        found = sorted(references.unresolved(used, [*definitions, *defined]), key=line_of)
    verdicts = []
    for examined in checks:
        own = [*examined.diagnostics, *_label(examined, lines)]
        own += in_lines(found, *examined.lines)
        verdicts.append(examined.verdict._replace(diagnostics=tuple(sorted(own, key=lambda d: d.sort_key))))
    skipped = [Skipped(f"{v.kind} block", v.reason, v.fence.span) for v in verdicts if v.status is Status.SKIPPED]
    checked = sum(verdict.status in {Status.VALID, Status.INVALID} for verdict in verdicts)
    report = Report(tuple(d for v in verdicts for d in v.diagnostics), tuple(skipped), checked)
    return tuple(verdicts), merged([report])


class _Schemas:
    """How to ask for a judgement."""

    def __init__(self, judge: Judge, versions: tuple[str, ...], memory: Memory) -> None:
        self.judge = partial(judge, versions=versions) if versions else judge
        self.memory = memory
        self.searches = _MOST_SEARCHES  # how many more blocks may be judged again and again
        self.searched = False  # whether the block at hand was one of them
        self.following = ""  # the text of the next block of its section

    def examined(self, fence: Fence, following: str, question: object) -> Examined:
        """What is to be said of a block, now or in an earlier run."""
        self.searched, self.following = False, following
        asked = ("yaml", question, following, self.searches > 0)
        found = self.memory.told(fence, asked, lambda own: _examined(own, self))
        self.searches -= found.searched
        return found

    def judgements(self, reading: Reading, fence: Fence) -> Sequence[Judgement]:
        if not reading.documents:
            return ()
        headings, hint = [heading.text for heading in fence.trail], _argument(fence, "kind")
        text = fence.text.removeprefix("\ufeff")  # indexes are counted without it
        return self.judge(
            reading.documents, text, headings=headings, lead=fence.lead, hint=hint, following=self.following
        )

    def again(self, fence: Fence, text: str) -> tuple[Reading, Sequence[Judgement], list[Fault]]:
        """What is to be said of a block if this were its text."""
        from . import documents  # noqa: PLC0415  # only where there is YAML

        reading = documents.read(text)
        judgements = self.judgements(reading, fence._replace(text=text))
        return reading, judgements, list(_combined(reading, judgements))


class Examined(NamedTuple):
    """One block after its own check."""

    classification: Classification
    verdict: SnippetVerdict
    diagnostics: tuple[Diagnostic, ...] = ()
    defined: tuple[Defined, ...] = ()  # by Kubernetes objects in it
    used: tuple[Reference, ...] = ()  # likewise
    searched: bool = False  # whether another indentation was looked for

    @property
    def lines(self) -> tuple[int, int]:
        """The first and last line of its content (a heredoc lies in the content of another block)."""
        origins = self.verdict.fence.origins
        return (origins[0].line, origins[-1].line) if self.used and origins else (1, 0)


def _examined(fence: Fence, schemas: _Schemas) -> Examined:
    found = classify.classify(fence)
    skip = _argument(fence, "skip")
    if skip is None and _RENDERED.search(fence.text):
        skip = "what Helm has made of templates"
    if _argument(fence, "kind") and not found.is_yaml and found.kind is not Kind.EMPTY:
        found = Classification(Kind.FRAGMENT, "yaml")  # the author says what it is
    expected = fence.label in languages.YAML_LABELS
    if found.kind is Kind.TEMPLATE:
        return _unjudged(fence, found, Status.SKIPPED, "a template that a program fills in first")
    if found.kind is Kind.PLACEHOLDER and expected:
        return _unjudged(fence, found, Status.SKIPPED, "a placeholder")
    if not found.is_yaml:
        return _unjudged(fence, found, Status.EMPTY if found.kind is Kind.EMPTY and expected else None)
    if skip is not None:
        return _unjudged(fence, found, Status.SKIPPED, skip or "the notes ask not to check it")
    return _read_and_judged(fence, found, schemas)


_RENDERED: Final = lazy(r"^# Source: \S+/templates/", re.MULTILINE)


def _unjudged(fence: Fence, found: Classification, status: Status | None, reason: str = "") -> Examined:
    mark = mark_of(status, ()) if status is Status.SKIPPED else ""
    return Examined(found, SnippetVerdict(fence, found.kind, status, mark, reason=reason))


def _argument(fence: Fence, verb: str) -> str | None:
    """What the author's comment says: the last one of that verb, None when there is none."""
    arguments = [directive.arguments for directive in fence.directives if directive.verb == verb]
    return arguments[-1].strip() if arguments else None


def _read_and_judged(fence: Fence, found: Classification, schemas: _Schemas) -> Examined:
    # PyYAML costs 20 ms, which notes without YAML need not pay.
    from . import documents, indentation, references  # noqa: PLC0415

    is_json = found.language == "json"
    if is_json:
        reading = documents.read_json(fence.text)
    else:
        reading = documents.read(fence.text, named=schemas.memory.lines_of(fence))
    if not reading.documents and not reading.faults:  # nothing says that it is YAML, but its label
        if languages.is_yaml_label(fence.label):
            return _unjudged(fence, found, Status.EMPTY)
        return _unjudged(fence, found._replace(kind=Kind.TEXT), None)
    judgements = schemas.judgements(reading, fence)
    broken = any(fault.code in ("Y_SYNTAX", "Y_TAB") for fault in reading.faults)
    if not languages.is_yaml_label(fence.label) and (found.kind is not Kind.MANIFEST or _FIRST_LINE.match(fence.text)):
        foreign = all(judgement.is_skipped or judgement.form in {"plain", "unknown"} for judgement in judgements)
        if broken or (is_json and foreign):  # nothing says that it is YAML, then
            return _unjudged(fence, found._replace(kind=Kind.OTHER if is_json else Kind.TEXT), None)
    found_faults = list(_combined(reading, judgements))
    if found_faults and not is_json:
        told, found_faults = found_faults, _at_their_cause(fence, found_faults, schemas, _certain(judgements))
        if broken and told == found_faults and documents.is_sketch(fence.text):
            return _unjudged(fence, found._replace(kind=Kind.TEXT), None)
        found_faults = [fault for fault in found_faults if not is_told(fence, fault)]
    faults = tuple(_diagnostic(fence, fault, reading.shift) for fault in indentation.of_marks(fence, found_faults))
    status = status_of(faults, judgements, complete=reading.complete)
    warnings = sum(fault.severity is Severity.WARNING for fault in faults)
    corrected = _corrected(fence, found_faults, schemas) if status is Status.INVALID else None
    verdict = SnippetVerdict(
        fence,
        _kind(found.kind, judgements),
        status,
        mark_of(status, judgements, warnings),
        reason="; ".join(dict.fromkeys(j.skipped for j in judgements if j.is_skipped)),
        corrected=corrected,
    )
    objects = [node for node, judged in zip(reading.documents, judgements, strict=False) if judged.form != "plain"]
    defined, used = references.named(objects, fence, reading.shift)
    return Examined(found, verdict, faults, defined, used, schemas.searched)


_FIRST_LINE: Final = lazy(r"(?:[ \t]*(?:#.*|---[ \t]*)?\n)*[ \t]*[^\s#{\[-][^:\n]*(?:\n|$)")  # that is no `key: value`


def _kind(kind: Kind, judgements: Sequence[Judgement]) -> Kind:
    forms = {judgement.form for judgement in judgements}
    if "manifest" in forms:
        return Kind.MANIFEST
    return Kind.FRAGMENT if forms & {"fragment", "parts"} else kind


def _diagnostic(fence: Fence, fault: Fault, shift: int) -> Diagnostic:
    column = fault.column + (shift if fault.line == 1 else 0)
    span = fence.within(fault.line, column, fault.length)
    return finding(fault.code, fault.message, span, severity=fault.severity, replacement=fault.replacement)


# ---- Two readers of one text: each place is reported once, by the one who knows more.


def _combined(reading: Reading, judgements: Sequence[Judgement]) -> Iterator[Fault]:
    judged = [fault for judgement in judgements for fault in judgement.faults]
    if not (judged or reading.faults):  # nearly always
        return
    places = {(fault.line, fault.column) for fault in judged}
    is_kubernetes = any(judgement.form != "plain" and not judgement.is_skipped for judgement in judgements)
    foreign = any(judgement.skipped.endswith(", not Kubernetes") for judgement in judgements)
    own = set()
    types = {fault.line for fault in judged if fault.code == "K_TYPE"}
    glued = types & {fault.line for fault in reading.faults if fault.replacement == ": "}  # why their type is wrong
    for fault in reading.faults:
        place = (fault.line, fault.column)
        if fault.code == "Y_IMPLICIT" and (place in places or (foreign and " is the boolean " in fault.message)):
            continue  # the schema knows which type was wanted, or the program that reads it
        if fault.code in ("Y_IMPLICIT", "Y_TAG") and not is_kubernetes and _KUBECTL_ONLY.search(fault.message):
            continue
        if fault.code == "Y_DUPKEY" and any(MOVED in other.message for other in judged):
            continue  # in their place, the keys are others
        if fault.code == "Y_DUPKEY":
            own.add(place)
        is_cause = fault.line in glued and fault.replacement == ": "
        yield fault._replace(severity=None) if is_cause else _softened(fault, is_kubernetes=is_kubernetes)
    yield from (
        one for one in judged if (one.line, one.column) not in own and not (one.code == "K_TYPE" and one.line in glued)
    )


# `y` is an axis, and text to all others, as `1e3` is a number; programs have tags of their own: `!Ref`, `!!python/name:`.
_KUBECTL_ONLY: Final = lazy(r"`[yYnN]`|exponent|`!(?:!python/name:)?\w[^!]*`")


# Faults that a line at the wrong indentation brings about, and others that may come with them.
_MISPLACED: Final = frozenset({"Y_SYNTAX", "Y_DUPKEY", "K_FIELD", "K_TYPE", "K_INDENT"})
_MOST_CONSEQUENCES: Final = 8
_ELSEWHERE: Final = ("", "")  # "a fault" of a text that has become something else
_MOST_SEARCHES: Final = 60  # notes with more broken blocks have other worries, and shall not wait


_Forms = tuple[tuple[str, ...], ...]  # of each document: its form, and the definition that fits best


def _certain(judgements: Sequence[Judgement]) -> _Forms:
    """What each document is; () where one is not certainly a part of Kubernetes."""
    if any(j.is_skipped or j.form not in {"manifest", "fragment"} for j in judgements):
        return ()
    return tuple((j.form, *j.definitions[:1]) for j in judgements)


def _at_their_cause(fence: Fence, faults: list[Fault], schemas: _Schemas, before: _Forms) -> list[Fault]:
    """The faults, or, where one line at the wrong indentation is the cause of them all, that one.

    A block that can be read is moved only where it is certain what it is, before and after: nearly any fault of a
    fragment goes away when the line is moved to where nothing is known of it.  Of what cannot be read, only manifests
    tell what belongs where.
    """
    serious = [fault for fault in faults if _level(fault) is not Severity.INFO]
    from .documents import leaves_out  # noqa: PLC0415  # see above: only where there is YAML
    from .parser_message import spaces  # noqa: PLC0415

    first = next((fault for fault in serious if fault.code in _MISPLACED and not leaves_out(fence.text)), None)
    is_slip = any(fault.code in ("K_FIELD", "Y_SYNTAX") and fault.replacement for fault in serious)
    if first is None or is_slip or len(serious) > _MOST_CONSEQUENCES or not schemas.searches:
        return faults
    readable = not any(fault.code == "Y_SYNTAX" for fault in serious)
    fragment = any(form == "fragment" for form, *_ in before)
    if readable and (not before or (fragment and any(fault.code == "K_TYPE" for fault in serious))):
        return faults
    if not readable and classify.classify(fence).kind is not Kind.MANIFEST:
        return faults
    schemas.searched = True
    move, stay = _moved(fence, first.line, serious, schemas, before if readable else None)
    if move is None or any(fault.line == move.line and fault.code in _MISPLACED for fault in serious):
        return faults
    above, row = ["", *fence.text.split("\n")][move.line - 1 : move.line + 1]
    apart = not move.after and (not above.strip() or above.lstrip().startswith("#"))  # there it begins another example
    if apart or (first.code == "Y_DUPKEY" and not row.rstrip().endswith(":")):
        return faults  # a key that stands twice is just that, unless a key above has lost what belongs under it
    word = row.split(":")[0].strip("- ")
    message = f"`{word}` is indented by {spaces(move.before)}; with {move.after} the block is right"
    code = "Y_SYNTAX" if first.code == "Y_SYNTAX" else "K_INDENT"
    column = max(row.find(word), 0) + 1
    cause = Fault(code, message, move.line, column, max(len(word), 1), severity=_level(first))
    return [cause, *(fault for fault in faults if fault not in serious or (fault.code, fault.message) in stay)]


def _moved(
    fence: Fence, line: int, serious: Sequence[Fault], schemas: _Schemas, wanted: _Forms | None
) -> tuple[Move | None, set[tuple[str, str]]]:
    """The move that leaves nothing but faults of other kinds, and those; `wanted` is what the block has to stay."""
    from . import indentation  # noqa: PLC0415  # see above: only where there is YAML

    def left(text: str) -> set[tuple[str, str]]:
        _, judgements, faults = schemas.again(fence, text)
        counting = (fault for fault in faults if _level(fault) is not Severity.INFO or fault.code in _MISPLACED)
        found = {(fault.code, fault.message) for fault in counting}
        certain = _certain(judgements)
        return found if certain and wanted in (None, certain) else {*found, _ELSEWHERE}

    others = {(fault.code, fault.message) for fault in serious if fault.code not in _MISPLACED}
    move = indentation.move(fence.text, line, lambda text: left(text) <= others)
    return move, left(move.text) if move is not None else set()


def _level(fault: Fault) -> Severity:
    return fault.severity or CODES[fault.code].severity


def _softened(fault: Fault, *, is_kubernetes: bool) -> Fault:
    """Less severe where the context makes it likely that the author means it."""
    if fault.code == "Y_IMPLICIT" and not (is_kubernetes and " octal " in fault.message):
        return fault._replace(severity=Severity.INFO)  # the schema wants just this type, or nobody knows which
    if fault.replacement == "- " and fault.severity is Severity.WARNING and not is_kubernetes:
        return fault._replace(severity=Severity.INFO)  # `-v2` below a key may be just that text
    return fault


# ---- The block as it works.


def _corrected(fence: Fence, faults: Sequence[Fault], schemas: _Schemas) -> str | None:
    """The block with every error mended by what its finding proposes, None unless it is right then."""
    errors = [fault for fault in faults if _level(fault) is Severity.ERROR]
    rows = fence.text.split("\n")
    for fault in sorted(errors, key=lambda fault: (fault.line, fault.column), reverse=True):
        if fault.replacement is None or fault.line > len(rows):
            return None
        row, start = rows[fault.line - 1], fault.column - 1
        rows[fault.line - 1] = row[:start] + fault.replacement + row[start + fault.length :]
    text = "\n".join(rows)
    reading, _, left = schemas.again(fence, text)
    return text if reading.complete and all(_level(fault) is not Severity.ERROR for fault in left) else None


# ---- Labels.


def _label(examined: Examined, lines: Sequence[str]) -> Iterator[Diagnostic]:
    fence, found = examined.verdict.fence, examined.classification
    if not fence.fenced or any(fault.message.startswith("backticks inside") for fault in examined.diagnostics):
        return
    if fence.info.startswith("{"):  # names no language, but what a generator does with the block
        return
    is_yaml = (found.is_yaml and found.language != "json") or found.kind is Kind.TEMPLATE
    if (
        is_yaml
        and not languages.is_yaml_label(fence.label)
        and not (":" in fence.label or _NOT_ALONE.search(fence.text))
    ):
        named = f"is labelled `{fence.label}`" if fence.label else "has no label"
        yield _relabel(fence, f"this block holds YAML and {named}", "yaml", lines)
    elif fence.label.endswith(("yaml", "yml")) and found.kind in {Kind.SHELL, Kind.CONSOLE, Kind.OUTPUT}:  # not `k8s`
        if found.kind is not Kind.OUTPUT and "<<" not in fence.text and _BELOW.search(fence.text):
            return  # commands, and YAML that they print or are about
        right = {Kind.SHELL: "bash", Kind.CONSOLE: "console"}.get(found.kind, "text")
        what = "no YAML" if found.kind is Kind.OUTPUT else "commands"
        yield _relabel(fence, f"this block holds {what} and is labelled `{fence.label}`", right, lines)


# What stands beside the YAML: a file's name above it, prompts.
_NOT_ALONE: Final = lazy(r"\A\s*[\w./-]+\.ya?ml:?[ \t]*$|^(?:\$|\w+>) ", re.MULTILINE)
_BELOW: Final = lazy(r"\n[ \t]*(?:- +)*[\w./-]+:(?:\s|$)")  # an entry


def _relabel(fence: Fence, wrong: str, label: str, lines: Sequence[str]) -> Diagnostic:
    start = fence.span.start
    line = lines[start.line - 1] if start.line <= len(lines) else ""
    place, replacement = Span.at(start.line, start.column, 3), None
    if opening := _OPENING.match(line, start.column - 1):
        marks, word = opening.groups()
        place = Span.at(start.line, opening.start(2 if word else 1) + 1, len(word or marks))
        replacement = label if word else marks + label
    return finding("Y_LABEL", f"{wrong}: label it `{label}`", place, replacement=replacement)


_OPENING: Final = lazy(r"(`+|~+)\s*(\S*)")
