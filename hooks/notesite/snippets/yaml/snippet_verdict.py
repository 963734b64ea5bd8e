"""What became of a snippet, in words: for lists, for reports and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from notesite.diagnostics.diagnostic import Diagnostic, Severity
from notesite.notes.model import Fence

from ...lib.light import NamedTuple
from ..language.classify import Kind
from .yaml_fault import Judgement


class Status(StrEnum):
    """The answers of a check, of YAML or of commands.  A block that holds neither gets none of them."""

    VALID = "valid"  # checked, and not broken for sure
    INVALID = "invalid"  # checked, and wrong
    SKIPPED = "skipped"  # could not be checked: counted, shown, never hidden
    EMPTY = "empty"  # nothing but comments, or no command


class SnippetVerdict(NamedTuple):
    """One code block and what is known of it."""

    fence: Fence
    kind: Kind
    status: Status | None  # None: holds no YAML
    mark: str = ""  # for readers of the page: "Valid ConfigMap, Kubernetes 1.25-1.37"
    diagnostics: tuple[Diagnostic, ...] = ()
    reason: str = ""  # why it was skipped
    corrected: str | None = None  # the whole block as it works, where it is wrong and that is known


def status_of(faults: Sequence[Diagnostic], judgements: Sequence[Judgement], *, complete: bool) -> Status:
    """The status of a snippet that was read."""
    if not complete or any(fault.severity is Severity.ERROR for fault in faults):
        return Status.INVALID
    if judgements and all(judgement.is_skipped for judgement in judgements):
        return Status.SKIPPED
    return Status.VALID


def mark_of(status: Status, judgements: Sequence[Judgement], warnings: int = 0) -> str:
    """The mark on the page: a sentence that a screen reader can say; "" where there is nothing to praise."""
    if status is Status.SKIPPED:
        return "Not checked"
    if status is not Status.VALID:
        return ""
    checked = [judgement for judgement in judgements if not judgement.is_skipped]
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
        return f"Two parts: {listed(names)}"
    if judgement.form == "manifest" and names:
        return f"Valid {names[0]}{_versions(judgement)}"
    if judgement.form == "fragment" and names:
        return f"Valid part of {'an' if names[0][:1] in 'AEIO' else 'a'} {names[0]}"
    return "Valid YAML"


def _several(judgements: Sequence[Judgement]) -> str:
    kinds = list(dict.fromkeys(judgement.definitions[0] for judgement in judgements if judgement.definitions))
    versions = {_versions(judgement) for judgement in judgements}
    shared = versions.pop() if len(versions) == 1 else ""
    if kinds and len(kinds) == len(judgements) <= 3:
        return f"Valid {listed(kinds)}{shared}"
    return f"{len(judgements)} valid documents{shared}"


def _versions(judgement: Judgement) -> str:
    return f", Kubernetes {judgement.valid}" if judgement.valid else ""


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
