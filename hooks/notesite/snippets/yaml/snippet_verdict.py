"""What became of a snippet, in words: for lists, for reports and for the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from notesite.diagnostics.codes import Severity
from notesite.diagnostics.diagnostic import Diagnostic
from notesite.notes.model import Fence

from ..language.classify import Kind
from .yaml_fault import FaultLike


class Status(StrEnum):
    """The answers of a check.  A block that holds no YAML gets none of them."""

    VALID = "valid"  # checked, and not broken for sure
    INVALID = "invalid"  # checked, and wrong
    SKIPPED = "skipped"  # could not be checked: counted, shown, never hidden
    EMPTY = "empty"  # nothing but comments


class Judgement(Protocol):
    """What Kubernetes schemas say about one document."""

    @property
    def form(self) -> str:
        """One of `manifest`, `fragment`, `parts`, `plain`, `unknown`."""

    @property
    def definitions(self) -> tuple[str, ...]:
        """Short names of the definitions it fits, the likeliest first."""

    @property
    def parts(self) -> Any:
        """For the form `parts`: the definitions that share it."""

    @property
    def faults(self) -> Sequence[FaultLike]:
        """What is wrong."""

    @property
    def valid(self) -> str:
        """The Kubernetes versions that accept it, such as `1.25-1.37`."""

    @property
    def skipped(self) -> str:
        """Why it could not be checked, "" when it was."""


class SnippetVerdict(NamedTuple):
    """One code block and what is known of it."""

    fence: Fence
    kind: Kind
    status: Status | None  # None: holds no YAML
    mark: str = ""  # for readers of the page: "Valid ConfigMap, Kubernetes 1.25-1.37"
    diagnostics: tuple[Diagnostic, ...] = ()
    reason: str = ""  # why it was skipped
    language: str = "text"  # to colour it in
    corrected: str | None = None  # the whole block as it works, where it is wrong and that is known


def is_skipped(judgement: Judgement) -> bool:
    """Whether a document could not be checked.  YAML of another tool has no schema here, but its YAML was checked."""
    return bool(judgement.skipped) and judgement.form != "plain"


def status_of(faults: Sequence[Diagnostic], judgements: Sequence[Judgement], *, complete: bool) -> Status:
    """The status of a snippet that was read."""
    if not complete or any(fault.severity is Severity.ERROR for fault in faults):
        return Status.INVALID
    if judgements and all(is_skipped(judgement) for judgement in judgements):
        return Status.SKIPPED
    return Status.VALID


def mark_of(status: Status, judgements: Sequence[Judgement], warnings: int = 0) -> str:
    """The mark on the page: a sentence that a screen reader can say; "" where there is nothing to praise."""
    if status is Status.SKIPPED:
        return "Not checked"
    if status is not Status.VALID:
        return ""
    checked = [judgement for judgement in judgements if not is_skipped(judgement)]
    if len(checked) < len(judgements):
        text = f"{len(checked)} of {len(judgements)} documents valid"
    elif len(checked) == 1:
        text = _one(checked[0])
    else:
        text = _several(checked)
    if warnings:
        text = f"{text}, with {warnings} warning" + ("s" if warnings > 1 else "")
    return text


def _one(judgement: Judgement) -> str:
    names = judgement.definitions
    if judgement.form == "parts":
        parts = _part_names(judgement)
        number = {2: "Two", 3: "Three"}.get(len(parts), str(len(parts)))
        return f"{number} parts: {_and(parts)}"
    if judgement.form == "manifest" and names:
        return f"Valid {names[0]}{_versions(judgement)}"
    if judgement.form == "fragment" and names:
        return f"Valid part of {_article(names[0])} {names[0]}"
    return "Valid YAML"


def _several(judgements: Sequence[Judgement]) -> str:
    kinds = list(dict.fromkeys(judgement.definitions[0] for judgement in judgements if judgement.definitions))
    versions = {_versions(judgement) for judgement in judgements}
    shared = versions.pop() if len(versions) == 1 else ""
    if kinds and len(kinds) == len(judgements) <= 3:
        return f"Valid {_and(kinds)}{shared}"
    return f"{len(judgements)} valid documents{shared}"


def _part_names(judgement: Judgement) -> list[str]:
    parts = judgement.parts or judgement.definitions
    return [_part_name(part) for part in parts]


def _part_name(part: Any) -> str:
    """A part is a name, a value with a `definition`, or a tuple that begins with the name."""
    if isinstance(part, str):
        return part
    name = getattr(part, "definition", None) or getattr(part, "name", None)
    return str(name or part[0])


def _versions(judgement: Judgement) -> str:
    return f", Kubernetes {judgement.valid}" if judgement.valid else ""


def _article(name: str) -> str:
    return "an" if name[:1] in "AEIO" else "a"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def reader_note(verdict: SnippetVerdict, accepted: Iterable[Diagnostic]) -> str:
    """For a block with accepted findings: what is wrong and what works instead; "" when it has none."""
    first, last = verdict.fence.span.start.line, verdict.fence.span.end.line
    own = [d for d in accepted if d.path is None and first <= d.span.start.line <= last]
    return " ".join(f"Known mistake: {_sentence(d.message)} {_sentence(d.help)}".strip() for d in own)


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    text = text if text[0] in "`\"'" else text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
