"""Places in a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
