"""A fault in a snippet, placed in the snippet's own text; `check` maps it to the notes file."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple, Protocol

from notesite.diagnostics.codes import Severity
from notesite.lib.patterns import lazy


class Fault(NamedTuple):
    """One finding in a snippet; line and column are counted from 1, columns and lengths in code points."""

    code: str
    message: str
    line: int
    column: int
    length: int = 1
    severity: Severity | None = None  # None: the code's default
    replacement: str | None = None  # text that mends it when put in place of the `length` code points


class FaultLike(Protocol):
    """What `check` needs of a fault, whoever found it: the attributes of `Fault`."""

    @property
    def code(self) -> str:
        """As in `notesite.diagnostics.codes`."""

    @property
    def severity(self) -> Severity | None:
        """None for the code's default."""

    @property
    def message(self) -> str:
        """What is wrong."""

    @property
    def line(self) -> int:
        """Line of the snippet, from 1."""

    @property
    def column(self) -> int:
        """Column of the snippet, from 1."""

    @property
    def length(self) -> int:
        """Code points on that line."""

    @property
    def replacement(self) -> str | None:
        """Text that mends it."""


_LONGEST = 2_000  # characters of a line that explanations look at: some of their patterns are quadratic
_LINE_END = lazy(r"\r\n?|\n")


class Lines:
    """A text's lines, and the way from an index to a line and a column.

    Only LF, CRLF and CR end a line here, as in editors: YAML 1.1 also breaks lines at U+0085, U+2028 and U+2029, so
    the line numbers of its parsers cannot be trusted, their indexes can.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: list[int] | None = None  # most texts are right, and nobody asks for a place

    @property
    def _starts(self) -> list[int]:
        if self._known is None:
            self._known = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return self._known

    def __len__(self) -> int:
        return len(self._starts)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, both from 1, of the character at `index`."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def index(self, line: int) -> int:
        """Where line `line` begins; the end of the text when there is no such line."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    def line(self, line: int) -> str:
        """Line `line` without its end, cut off where no person would read on; "" when there is no such line."""
        start = self.index(line)
        return self.text[start : min(self.index(line + 1), start + _LONGEST)].rstrip("\r\n")
