"""The table of codes, `data/codes.tsv`: every kind of finding, its severity, what it means and what to do.

One table, many readers: the checks, the reporters' help texts, the settings' `rules`, and
docs/developer/diagnostics.md, which is generated from it.  A code is stable: it may be retired, never reused.
Families: N_ the notes file and its contents list, I_ settings and ignores, Y_ YAML, K_ Kubernetes,
S_ shell commands, E_ images, L_ links, B_ the offline bundle.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from ..lib.data import bundled_text
from ..lib.record import NamedTuple


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
