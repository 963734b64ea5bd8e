"""Places in a text."""

from __future__ import annotations

from ..lib.record import NamedTuple


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
