"""The line whose indentation is wrong, found by trial: which line has to move for the whole block to be right?

A parser names the line where it gave up, a schema the field that it does not know; the line that was moved by mistake is
often a neighbour.  So lines near the fault are moved by one step, alone or with what stands under them, and the block is
read and judged again.  Of the moves that leave nothing wrong, the one counts that makes the indentation most regular.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice, pairwise

from ...lib.record import NamedTuple
from .indentation import columns, is_content, step, width
from .yaml_fault import Lines

_NEAR = 3  # content lines above the fault that may be the cause, and below it
_LONGEST = 6_000  # characters of a block that is read again and again
_MOST_READ = 40_000  # characters in all trials together: less than half a second for the worst of blocks
_MOST_TRIALS = 48


class Move(NamedTuple):
    """A line that should stand elsewhere."""

    line: int  # from 1
    before: int  # spaces it has
    after: int  # spaces it needs
    text: str  # the block with the line moved


def move(text: str, line: int, is_clean: Callable[[str], bool], *, known: bool = True) -> Move | None:
    """The line that, moved by one step, leaves nothing wrong in `text`; None when there is none.

    Something is wrong at `line`, from 1.  `known`: whether `is_clean` tells what belongs where; else only one line may do.
    """
    if not text or len(text) > _LONGEST or "\t" in text:
        return None
    rows = text.split("\n")
    unit = step(Lines(text))
    found: list[tuple[tuple[float, int], int, Move]] = []
    for number, last, size in islice(_trials(rows, line, unit), min(_MOST_TRIALS, _MOST_READ // len(text))):
        own = width(rows[number - 1])
        moved = [*rows[: number - 1], *(_shifted(row, size) for row in rows[number - 1 : last]), *rows[last:]]
        mended = "\n".join(moved)
        if is_clean(mended):
            found.append((_irregularity(moved), abs(number - line), Move(number, own, own + size, mended)))
    return min(found)[2] if found and (known or len({one.line for *_, one in found}) == 1) else None


def _trials(rows: list[str], line: int, unit: int) -> Iterator[tuple[int, int, int]]:
    """First line, last line and spaces of every move worth trying, those near the fault first.

    A line moves by a step, or to a column of a neighbour.
    """
    content = [number for number, row in enumerate(rows, 1) if is_content(row)]
    above = [index for index, number in enumerate(content) if number <= line][-_NEAR - 1 :]
    below = [index for index, number in enumerate(content) if number > line][:_NEAR]
    for index in sorted((*above, *below), key=lambda index: abs(content[index] - line)):
        number = content[index]
        if index == 0 or any(row.startswith("---") for row in rows[content[index - 1] : number]):
            continue  # the first line of a document tells where its root stands
        own = width(rows[number - 1])
        around = (*content[max(index - 2, 0) : index], *content[index + 1 : index + 2])
        targets = {own - unit, own + unit, *(column for other in around for column in columns(rows[other - 1]))}
        end = _end(rows, number)
        for target in sorted(targets - {own}):
            if target >= 0:
                yield number, number, target - own
                if end > number:
                    yield number, end, target - own


def _end(rows: list[str], number: int) -> int:
    """The last line of what stands under a line."""
    key = rows[number - 1]
    own, last = width(key), number
    holds_list = key.rstrip().endswith(":") and not key.lstrip().startswith("- ")  # which may stand as far left
    for following in range(number + 1, len(rows) + 1):
        row = rows[following - 1]
        if is_content(row):
            if width(row) < own or (width(row) == own and not (holds_list and row.lstrip().startswith("- "))):
                break
            last = following
    return last


def _shifted(row: str, size: int) -> str:
    if not row.strip():
        return row
    return " " * size + row if size > 0 else row[-size:]


def _irregularity(rows: list[str]) -> tuple[float, int]:
    """How odd the steps are from a key to what stands under it: one that is taken once weighs most.

    Lists have steps of their own.  Of two texts as regular as each other, the one with the shorter steps comes first.
    """
    steps = [
        (inner.lstrip().startswith("- "), width(inner) - columns(outer)[0])
        for outer, inner in pairwise(row for row in rows if is_content(row))
        if outer.rstrip().endswith(":") and width(inner) >= columns(outer)[0]
    ]
    count = Counter(steps)
    return round(sum(1 / count[kind] ** 2 for kind in steps), 6), sum(size for _, size in steps)
