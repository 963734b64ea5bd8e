"""A finding about one command, before its place is mapped to the notes."""

from __future__ import annotations

from typing import NamedTuple

from ...diagnostics.codes import Severity
from .reader.words import Word


class Finding(NamedTuple):
    """Something about one command; places are offsets into the snippet."""

    code: str
    message: str
    start: int
    end: int
    severity: Severity | None = None  # None: that of the code
    replacement: str | None = None  # what to put in place of `start:end`

    @classmethod
    def at(cls, code: str, message: str, word: Word, **more: Severity | str | None) -> Finding:
        """A finding about one word."""
        return cls(code, message, word.start, word.end, **more)  # type: ignore[arg-type]  # severity and replacement
