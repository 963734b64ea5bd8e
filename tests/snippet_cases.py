"""Helpers for the tests of snippets: what a check says, on lines, and a judge that knows nothing of Kubernetes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from notesite.diagnostics.diagnostic import Diagnostic, Report
from notesite.notes.reader import parse
from notesite.snippets.yaml.check_yaml import check
from notesite.snippets.yaml.snippet_verdict import SnippetVerdict
from notesite.snippets.yaml.yaml_fault import Judgement


@dataclass(slots=True)
class Judge:
    """A judge that answers with what it was given, or by the look of a document, and remembers what it was asked."""

    answers: Sequence[Judgement] = ()
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, documents: Sequence[yaml.Node], text: str, **options: Any) -> tuple[Judgement, ...]:
        """As `kubernetes.judge` is called."""
        self.asked.append({"text": text, **options})
        if self.answers:
            return tuple(self.answers)
        return tuple(self.look(document) for document in documents)

    @staticmethod
    def look(document: yaml.Node) -> Judgement:
        """Manifests have `kind`, a `name` in a list item or in a root means a fragment, all else is plain."""
        keys = {}
        if isinstance(document, yaml.MappingNode):
            keys = {key.value: value.value for key, value in document.value if isinstance(key, yaml.ScalarNode)}
        if "kind" in keys and "apiVersion" in keys:
            return Judgement("manifest", (str(keys["kind"]),), valid="1.25-1.37")
        fragment = {"env", "envFrom", "volumes", "spec", "containers", "type"} & keys.keys()
        return Judgement("fragment", ("Container",), valid="1.25-1.37") if fragment else Judgement("plain")


def checked(text: str, judge: Judge | None = None, **options: Any) -> tuple[tuple[SnippetVerdict, ...], Report]:
    """The check of a notes file given as text."""
    notes = parse(text)
    return check(notes.fences, judge=judge or Judge(), lines=notes.lines, **options)


def line_of(diagnostic: Diagnostic) -> str:
    """A finding on one line: place, length, code, severity, message, and what would mend it."""
    span = diagnostic.span
    length = span.end.column - span.start.column
    mend = "" if diagnostic.replacement is None else f" => {diagnostic.replacement!r}"
    return f"{span.start}+{length} {diagnostic.code} {diagnostic.severity}: {diagnostic.message}{mend}"


def listing(verdicts: Sequence[SnippetVerdict], report: Report) -> str:
    """Everything a case can expect."""
    lines = [line_of(diagnostic) for diagnostic in report.diagnostics]
    lines += [f"skipped {skip.span.start}: {skip.reason}" for skip in report.skipped]
    if not lines:
        lines = [f"{v.status or v.kind}: {v.mark}".rstrip(": ") for v in verdicts]
    return "\n".join(lines)
