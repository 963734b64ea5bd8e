"""The lines of a text, and the blocks at its root.

A large text is packed, and read piece by piece whenever its blocks are asked for: the tree of the whole takes thirty
times its bytes.  A piece ends where a heading at the root follows a blank line, and is read with such a heading behind
it: all that is open ends there, whatever comes next, so its blocks are those that the whole has.  Only definitions of
references and footnotes reach further; a text that may hold one is one piece.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from ..lib.light import Any, TypeVar, lazy
from .document import Kind, Node
from .parser import HEADING, UnclosedError, read_blocks, weight

LARGE = 2**19  # characters
_PIECE = 1_500  # lines
_STARTS = lazy(r"#{1,6}[ \t]")
# The label of a definition, or where it began on a line before, the end of it.
_DEFINES = lazy(r"(?:[ \t>]|[-+*][ \t]|\d{1,9}[.)][ \t])*+\[?(?:[^\[\]\\]|\\.)*+\]:")
_Read = TypeVar("_Read")


class _Packed(Sequence[str]):
    """Lines in as many bytes as a file has: one rare character makes a string of Python four times as large."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._ends = array("I", (match.start() for match in re.finditer(b"\n", data)))
        self._ends.append(len(data))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: Any) -> Any:
        numbers = range(len(self))[index]
        if isinstance(numbers, range):
            return [self[number] for number in numbers]
        return self._data[self._ends[numbers - 1] + 1 if numbers else 0 : self._ends[numbers]].decode()


def lines_of(text: str, data: bytes = b"") -> Sequence[str]:
    """The lines of a text, which `data` may be as well."""
    if len(text) < LARGE:
        return tuple(text.split("\n"))
    written = text.encode()
    return _Packed(data if data == written else written)


def _pieces(lines: Sequence[str], before: int, read: Callable[..., _Read]) -> Iterator[tuple[int, _Read]]:
    """Of each piece behind the first lines: the line that it ends on, and what `read` makes of it."""
    is_whole = isinstance(lines, tuple) or any("]:" in line and _DEFINES.match(line) for line in lines)
    while before < len(lines):
        after, step = len(lines) if is_whole else before + _PIECE, 1
        while True:
            after = next(
                (at for at in range(after, len(lines)) if not lines[at - 1] and _STARTS.match(lines[at])), len(lines)
            )
            cut = after < len(lines)
            try:
                found = read("\n".join([*lines[before:after], *[HEADING] * cut]), before, cut=cut)
                break
            except UnclosedError:  # a comment in a block of code
                after, step = after + step, 2 * step
        yield after, found
        before = after


def weight_of(lines: Sequence[str]) -> int:
    """The weight of a text."""
    return sum(found for _, found in _pieces(lines, 0, weight))


class Blocks(Sequence[Node]):
    """The blocks at the root of a text, footnotes last."""

    def __init__(self, lines: Sequence[str] = (), before: int = 0) -> None:
        """Of the lines but for so many at the top, such as front matter."""
        self._lines = lines
        self._cuts = [before]  # how many lines stand before each piece, and before what was never read
        self._ends = [0]  # likewise how many blocks
        self._kinds: list[Kind] = []
        self._starts, self._lasts = array("I"), array("I")
        self._kept: dict[int, Sequence[Node]] = {}  # pieces that were read last
        self._unread = _pieces(lines, before, read_blocks)

    @classmethod
    def of(cls, nodes: Sequence[Node]) -> Blocks:
        """Blocks that were read."""
        made = cls()
        made._unread = iter([(0, list(nodes))])
        return made

    @property
    def starts(self) -> Sequence[int]:
        """The line where each block begins, footnotes apart."""
        self._read_all()
        return self._starts

    @property
    def outlines(self) -> Iterator[tuple[Kind, int, int]]:
        """What each is, the line where it begins and that where it ends, footnotes apart."""
        self._read_all()
        return zip(self._kinds, self._starts, self._lasts, strict=True)

    def __len__(self) -> int:
        self._read_all()
        return self._ends[-1]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        piece = bisect_right(self._ends, number) - 1
        return self._piece(piece)[number - self._ends[piece]]

    def __iter__(self) -> Iterator[Node]:
        piece = 0
        while piece < len(self._ends) - 1 or self._read_next():
            yield from self._piece(piece)
            piece += 1

    def _piece(self, number: int) -> Sequence[Node]:
        if number not in self._kept:
            before, after = self._cuts[number : number + 2]
            cut = after < len(self._lines)
            text = "\n".join([*self._lines[before:after], *[HEADING] * cut])
            self._keep(number, read_blocks(text, before, cut=cut))
        return self._kept[number]

    def _keep(self, number: int, nodes: Sequence[Node]) -> None:
        self._kept = {**dict(list(self._kept.items())[-1:]), number: nodes}

    def _read_all(self) -> None:
        while self._read_next():
            pass

    def _read_next(self) -> bool:
        """Read the first piece of what was never read."""
        after, nodes = next(self._unread, (0, None))
        if nodes is None:
            return False
        self._keep(len(self._cuts) - 1, nodes)
        self._cuts.append(after)
        self._ends.append(self._ends[-1] + len(nodes))
        own = [node for node in nodes if node.kind is not Kind.FOOTNOTE]
        self._kinds += [node.kind for node in own]
        self._starts.extend(node.line for node in own)
        self._lasts.extend(node.last for node in own)
        return True
