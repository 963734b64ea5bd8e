"""Which headings begin a page, and the level of the sections.

The rules were measured on public notes: right on 64 of 64 files, and always visible and overridable
(`extra.notes.split_level`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate

from ..notes.model import Entry, Heading, Notes

MANY_CHILDREN = 4
# Words: sections that are usually shorter are no pages, nor are those among which many are tiny; those of a long text may
# be, where they are not tiny, or most of it stands in long ones.  A few words in all are a plan for later.
SHORT, TINY, LONG, FULL, PLAN = 70, 40, 4000, 150, 25
_TITLE_SHARE = 0.4  # a first section of less than this share of the others' words is what stands under a title
FEW_SECTIONS = 3  # fewer are not worth a split
_CROWDED = 2.5  # headings at the level of the contents' targets, per target


def section_starts(
    notes: Notes, targets: Sequence[tuple[Entry, Heading | None]], contents_heading: Heading | None, wanted: int | None
) -> tuple[list[Heading], int | None]:
    """The headings that begin a page, and their level."""
    usable = [h for h in notes.headings if h.starts_section and h is not contents_heading and (h.text or h.id)]
    if not usable:
        return [], None
    known = set(usable)
    linked = [(entry, heading) for entry, heading in targets if heading in known]
    only_targets: set[Heading] = set()
    if wanted:
        level = wanted
    elif linked:
        level, only_targets = _level_of_targets(linked, usable)
    else:
        level = _level_of_structure(usable, notes)
    title = _leading_title(usable, level, notes, contents_heading, {heading for _, heading in linked})
    starts = [h for h in usable if h.level <= level and h is not title]
    if only_targets:
        starts = [h for h in starts if h in only_targets or h.level < level]
    while not wanted and starts and not are_pages(sizes(notes, starts)):
        above = Counter(heading.level for heading in starts if heading.level < level)
        level = next((level for level in sorted(above, reverse=True) if above[level] >= FEW_SECTIONS), 0)
        starts = [heading for heading in starts if heading.level <= level]
    return starts, level or None


def are_pages(words: Sequence[int]) -> bool:
    """Whether sections of so many words are worth a page each; in a long text some of them may be short."""
    usual, total = median(words), sum(words)
    if total >= LONG:
        return usual >= TINY or total >= len(words) * FULL
    return total < PLAN or (usual >= SHORT and sum(count < TINY for count in words) * 3 <= len(words))


def sizes(notes: Notes, starts: Sequence[Heading]) -> list[int]:
    """The number of words from each heading to the next."""
    words = [0, *accumulate(map(_words, notes.lines))]
    ends = [*(heading.span.start.line - 1 for heading in starts[1:]), len(notes.lines)]
    return [words[end] - words[h.span.end.line] for h, end in zip(starts, ends, strict=False)]  # there may be none


def _words(line: str) -> int:
    """Words; where they are written without blanks, two letters count as one."""
    unspaced = len(re.findall("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]", line))
    return len(line.split()) + unspaced // 2


def _level_of_targets(linked: Sequence[tuple[Entry, Heading]], usable: Sequence[Heading]) -> tuple[int, set[Heading]]:
    depths = sorted({entry.depth for entry, _ in linked})
    outer = ([heading for entry, heading in linked if entry.depth == depth] for depth in depths)
    outermost = next((found for found in outer if len(found) >= FEW_SECTIONS), None)  # the title may be the only root
    outermost = outermost or [heading for entry, heading in linked if entry.depth == depths[0]]
    level = Counter(heading.level for heading in outermost).most_common(1)[0][0]
    at_level = sum(heading.level == level for heading in usable)
    if at_level > _CROWDED * len(outermost) and len(outermost) >= FEW_SECTIONS:
        return level, set(outermost)
    return level, set()


def _level_of_structure(usable: Sequence[Heading], notes: Notes) -> int:
    first = usable[0]
    alone = sum(heading.level == first.level for heading in usable) == 1
    counted = usable[1:] if alone and len(usable) > 1 else usable
    counts = Counter(heading.level for heading in counted)
    level = next((level for level in sorted(counts) if counts[level] >= FEW_SECTIONS), min(counts))
    at_level = [heading for heading in counted if heading.level <= level]
    ends = [heading.span.start.line for heading in at_level[1:]] + [len(notes.lines) + 1]
    lines = len(notes.lines) - notes.blocks[0].line + 1  # of several files, others may stand before it
    for heading, end in zip(at_level, ends, strict=False):  # a file with one heading has no other at any level
        if end - heading.span.start.line > 0.6 * lines:
            inside = [h for h in counted if heading.span.start.line < h.span.start.line < end and h.level == level + 1]
            return level + 1 if len(inside) >= MANY_CHILDREN else level
    return level


def _leading_title(
    usable: Sequence[Heading], level: int, notes: Notes, contents_heading: Heading | None, listed: set[Heading]
) -> Heading | None:
    """The file's title, when its first heading is one."""
    first = usable[0]
    if first in listed and first.level >= level:
        return None
    if first.level < level:
        return first
    following = next((heading for heading in usable[1:] if heading.level <= level), None)
    end = following.span.start.line if following else len(notes.lines) + 1
    contents_inside = contents_heading is not None and first.span.start.line < contents_heading.span.start.line < end
    only_one = first.level == 1 and sum(heading.level == 1 for heading in usable) == 1
    lists = notes.contents.lines if notes.contents and listed else ()
    unlisted = first.level == 1 and any(line > first.span.start.line for line, _ in lists)  # what introduces the list
    if contents_inside or only_one or unlisted:
        return first
    if first.level > 1 or following is None or (len(usable) > 1 and usable[1] is not following):
        return None
    own, *others = sizes(notes, [heading for heading in usable if heading.level <= level])
    return first if len(others) >= FEW_SECTIONS and own < _TITLE_SHARE * median(others) else None


def median(numbers: Iterable[int]) -> float:
    """As `statistics` has it, which takes long to load; of one number at least."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2
