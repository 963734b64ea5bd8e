"""Runs of lines that become pages: which headings begin one, on which level, in one file and in several.

The rules were measured on public notes: right on 64 of 64 files, and always visible and overridable
(`extra.notes.split_level`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import PurePosixPath
from urllib.parse import quote

from ..lib.light import NamedTuple
from ..notes.model import Entry, Heading, Notes, NotesFile

_MANY_CHILDREN = 4
# Words: sections that are usually shorter are no pages, nor are those among which many are tiny; those of a long text may
# be, where they are not tiny, or most of it stands in long ones.  A few words in all are a plan for later.
SHORT, TINY, LONG, FULL, PLAN = 70, 40, 4000, 150, 25
_TITLE_SHARE = 0.4  # a first section of less than this share of the others' words is what stands under a title
FEW_SECTIONS = 3  # fewer are not worth a split
_CROWDED = 2.5  # headings at the level of the contents' targets, per target
_LARGE_SHARE = 0.4  # a section that holds more of a long file than this is split once more
_LONG_FILE = 400  # lines of such a file
_LARGE_WORDS = 10_000  # or a section of more than this
_MANY_FILES = 6  # of more, each is a page
_LONG, _LARGE = 3000, 15_000  # words of a file that is split all the same: where its sections are long; or not tiny


class Section(NamedTuple):
    """One page to be."""

    heading: Heading | None
    first: int  # lines of the notes, from 1, inclusive
    last: int
    name: str = ""  # where there is no heading

    @property
    def length(self) -> int:
        """In lines."""
        return self.last - self.first + 1


def _cut(starts: Sequence[Heading], end: int) -> list[Section]:
    """The lines from each heading to the next, up to the line `end`."""
    ends = [*(heading.span.start.line - 1 for heading in starts[1:]), end]
    pairs = zip(starts, ends, strict=False)  # there may be no start
    return [Section(start, start.span.start.line, last) for start, last in pairs]


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
    while not wanted and starts and not _are_pages(_sizes(notes, starts)):
        above = Counter(heading.level for heading in starts if heading.level < level)
        level = next((level for level in sorted(above, reverse=True) if above[level] >= FEW_SECTIONS), 0)
        starts = [heading for heading in starts if heading.level <= level]
    return starts, level or None


def _are_pages(words: Sequence[int]) -> bool:
    """Whether sections of so many words are worth a page each; in a long text some of them may be short."""
    usual, total = _median(words), sum(words)
    if total >= LONG:
        return usual >= TINY or total >= len(words) * FULL
    return total < PLAN or (usual >= SHORT and sum(count < TINY for count in words) * 3 <= len(words))


def _sizes(notes: Notes, starts: Sequence[Heading]) -> list[int]:
    """The number of words from each heading to the next."""
    words = [0, *accumulate(map(_words, notes.lines))]
    sections = _cut(starts, len(notes.lines))
    return [words[one.last] - words[h.span.end.line] for h, one in zip(starts, sections, strict=True)]


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
    lines = len(notes.lines) - notes.blocks[0].line + 1  # of several files, others may stand before it
    long = next((one for one in _cut(at_level, len(notes.lines)) if one.length > 0.6 * lines), None)
    inside = [h for h in counted if long and long.first < h.span.start.line <= long.last and h.level == level + 1]
    return level + 1 if len(inside) >= _MANY_CHILDREN else level


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
    own, *others = _sizes(notes, [heading for heading in usable if heading.level <= level])
    return first if len(others) >= FEW_SECTIONS and own < _TITLE_SHARE * _median(others) else None


def _median(numbers: Iterable[int]) -> float:
    """As `statistics` has it, which takes long to load; of one number at least."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2


def home_part(notes: Notes) -> tuple[Notes, int]:
    """The notes that begin with the home page, and their last line: all, or the first of several files."""
    if not notes.files:
        return notes, len(notes.lines)
    own = notes.files[0].notes
    return own._replace(contents=notes.contents), len(own.lines)


def section_groups(notes: Notes, starts: Sequence[Heading], wanted: int | None) -> Iterator[list[Section]]:
    """Each section with the parts that it is split into, in one file or several."""
    home, end = home_part(notes)
    sections = _cut(starts, end)
    large = [
        one.length
        for one, words in zip(sections, _sizes(home, starts), strict=True)
        if (one.length > _LARGE_SHARE * len(home.lines) and len(home.lines) >= _LONG_FILE) or words > _LARGE_WORDS
    ]
    for start, section in zip(starts, sections, strict=True):
        if not large or section.length < min(large) // 2:  # those of half the size of one are treated alike
            yield [section]
            continue
        inside = [h for h in home.headings if h.starts_section and section.first < h.span.start.line <= section.last]
        highest = min((h.level for h in inside), default=0)
        children = [h for h in inside if h.level == highest and (h.text or h.id)]
        is_split = len(children) >= _MANY_CHILDREN and _are_pages(_sizes(notes, children))
        yield _cut([start, *children], section.last) if is_split else [section]
    yield from _sections_of_files(notes, wanted)


def _sections_of_files(notes: Notes, wanted: int | None) -> Iterator[list[Section]]:
    """The sections of each file but the first: its beginning, and those in it; where it has no beginning, each alone."""
    many = len(notes.files) > _MANY_FILES
    for file in notes.files[1:]:
        end = len(file.notes.lines)
        sections = _cut(_starts(file, wanted, many=many), end)
        lead = _lead(notes, file, sections[0].first - 1 if sections else end)
        if lead:
            yield [lead, *sections]
        else:
            sections[0] = sections[0]._replace(first=file.before + 1)
            yield from ([section] for section in sections)


def _starts(file: NotesFile, wanted: int | None, *, many: bool) -> list[Heading]:
    """The headings of a file that begin a page."""
    starts, _ = section_starts(file.notes, [], None, wanted)
    words = _sizes(file.notes, starts)
    if wanted or len(starts) < FEW_SECTIONS:
        return starts if wanted else []
    is_long = sum(words) >= _LONG and _median(words) >= FULL
    is_large = not many or sum(words) >= _LARGE
    return starts if is_long or (is_large and _median(words) >= TINY) else []


def _lead(notes: Notes, file: NotesFile, last: int) -> Section | None:
    """What stands before the first section of a file; None for nothing."""
    blocks = [block for block in file.notes.blocks if block.line <= last]
    if not blocks and any(heading.starts_section for heading in file.notes.headings):
        return None
    first = next((heading for heading in file.notes.headings if heading.span.start.line <= last), None)
    heads = first is not None and (first.id == file.anchors[""] or first.level == 1) and first.starts_section
    top = "#" + quote(file.anchors[""], safe="/#")
    listed = notes.files[0].notes.links  # the others' links come behind them
    linking = [link.text.strip() for link in notes.links[: len(listed)] if link.target == top]
    named = next(filter(None, linking), "")
    name = named or PurePosixPath(file.path).stem
    return Section(first if heads else None, file.before + 1, last, name)
