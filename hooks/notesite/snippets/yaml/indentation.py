"""Which line of a block is the one whose indentation is wrong.

A parser stumbles over the first line that fits no open level; as often as not, that line is right and one above it is
not.  The lines around it, and the step that the author indents by, tell which; or trial does: lines near the fault are
moved by one step, alone or with what stands under them, and the block is read and judged again.  Of the moves that
leave nothing wrong, the one counts that makes the indentation most regular.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice, pairwise

from ...lib.light import TYPE_CHECKING, NamedTuple, lazy
from .parser_message import spaces
from .yaml_fault import MOVED, Fault, Lines

if TYPE_CHECKING:
    from notesite.notes.model import Fence

_Line = tuple[int, str]  # number and text
_KEY = lazy(r"\s*(?:-\s+)*(?:[^\s:#'\"\[{][^:#]*?|\"[^\"]*\"|'[^']*')\s*:(?=\s|$)")


def is_content(text: str) -> bool:
    """Whether a line holds more than a comment or a mark between documents."""
    return bool(text.strip()) and not text.lstrip().startswith(("#", "---", "%"))


def width(text: str) -> int:
    """Number of spaces before the first other character."""
    return len(text) - len(text.lstrip(" "))


def above(lines: Lines, line: int) -> Iterator[_Line]:
    """The content lines above `line`, nearest first, up to the start of the document."""
    return _content(lines, range(line - 1, 0, -1))


def after(lines: Lines, line: int) -> str:
    """The next content line of the document, "" at its end."""
    return next((text for _, text in _content(lines, range(line + 1, len(lines) + 1))), "")


def _content(lines: Lines, numbers: range) -> Iterator[_Line]:
    for number in numbers:
        text = lines.line(number)
        if text.startswith("---"):
            return
        if is_content(text):
            yield number, text


def levels(lines: Lines, line: int) -> list[int]:
    """The indentations that are open just before `line`, outermost first."""
    found: list[int] = []
    for _, text in above(lines, line):
        found += [column for column in columns(text) if not found or column < min(found)]
        if 0 in found:
            break
    return sorted(found)


def columns(text: str) -> list[int]:
    """Where the collections begin that a line opens, deepest first: `  - a: 1` opens 4 and 2."""
    match = re.match(r"\s*((?:-\s+)*)", text)
    end = match.end() if match else 0
    dashes = [found.start() for found in re.finditer("-", text[:end])]
    return [end, *reversed(dashes)] if _KEY.match(text) or not dashes else list(reversed(dashes))


def step(lines: Lines) -> int:
    """By how many spaces the author indents: the commonest step between lines, 2 when there is none."""
    widths = [width(text) for number in range(1, len(lines) + 1) if is_content(text := lines.line(number))]
    steps = Counter(inner - outer for outer, inner in pairwise(widths) if inner > outer)
    return max(steps, key=lambda size: (steps[size], -size)) if steps else 2


def early_end(lines: Lines, line: int) -> int:
    """For a list item among keys: the key above that ended the list by standing at its column; 0 when none did."""
    own = width(lines.line(line))
    between = 0
    for number, text in above(lines, line):
        if width(text) < own:
            return 0
        if width(text) == own:
            if text.lstrip().startswith("- "):
                return between
            if between:
                return 0
            between = number
    return 0


def of_marks(fence: Fence, faults: list[Fault]) -> list[Fault]:
    """The faults, or what the indentation of the marks does to the block: readers see fewer spaces in some lines."""
    broken = next((fault for fault in faults if fault.code == "Y_SYNTAX" or MOVED in fault.message), None)
    if broken is None or not fence.fenced:
        return faults
    taken = {origin.column for origin, row in zip(fence.origins, fence.text.split("\n"), strict=False) if row.strip()}
    if len(taken) == 1:
        return faults
    message = f"the marks of this block are indented by {spaces(max(taken) - 1)}, which some of its lines lose"
    return [broken._replace(message=message, column=1, length=1, replacement=None)]


# --- by trial

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


def move(text: str, line: int, is_clean: Callable[[str], bool]) -> Move | None:
    """The line that, moved by one step, leaves nothing wrong in `text`; None when there is none.

    Something is wrong at `line`, from 1.
    """
    if not text or len(text) > _LONGEST or "\t" in text:
        return None
    rows = text.split("\n")
    unit = step(Lines(text))
    found: list[tuple[tuple[float, int], int, Move]] = []
    for number, last, size in islice(_trials(rows, line, unit), min(_MOST_TRIALS, _MOST_READ // len(text))):
        own = width(rows[number - 1])
        inner = (row if not row.strip() else " " * size + row[max(-size, 0) :] for row in rows[number - 1 : last])
        moved = [*rows[: number - 1], *inner, *rows[last:]]
        mended = "\n".join(moved)
        if is_clean(mended):
            found.append((_irregularity(moved), abs(number - line), Move(number, own, own + size, mended)))
    return min(found)[2] if found else None


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
