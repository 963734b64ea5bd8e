"""What the Kubernetes check says about a snippet, as values."""

from __future__ import annotations

from typing import Literal, NamedTuple

from notesite.diagnostics.codes import Severity

Form = Literal["manifest", "fragment", "parts", "plain", "unknown"]


class Fault(NamedTuple):
    """One finding in a snippet.  Line, column and length count from 1 in code points of the snippet's text."""

    line: int
    column: int
    length: int
    code: str
    message: str
    severity: Severity
    replacement: str | None = None


class Judgement(NamedTuple):
    """What one YAML document is, and what is wrong with it.

    `form`: a `manifest` has apiVersion and kind; a `fragment` is a part of one definition; `parts` is a mapping that
    belongs to two definitions, split in `parts`; `plain` is YAML of another tool; `unknown` could be anything.
    `definitions` are short names of what fits, best first.  `valid` is the set of Kubernetes versions without an
    error, as `1.25-1.37`, or "".  `skipped` says why nothing was checked, or is "".
    """

    form: Form
    definitions: tuple[str, ...] = ()
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    faults: tuple[Fault, ...] = ()
    valid: str = ""
    skipped: str = ""
    gvk: tuple[str, str] | None = None  # apiVersion and kind, as written
