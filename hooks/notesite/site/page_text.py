"""What stands on one page: its blocks of the notes, and its lines as Markdown of their own."""

from __future__ import annotations

from bisect import bisect_left

from ..notes.document import Node
from ..notes.model import Footnote, Notes
from .plan import Page, Site


def page_blocks(notes: Notes, site: Site, page: Page) -> list[Node]:
    """The blocks between the page's first and last line, without the contents list and without footnotes."""
    starts, hidden = notes.blocks.starts, site.hidden_lines
    own = notes.blocks[bisect_left(starts, page.first) : bisect_left(starts, page.last + 1)]
    return [b for b in own if not any(start <= b.line <= last for start, last in hidden)]


def page_lines(notes: Notes, site: Site, page: Page) -> str:
    """The page's text, one line for each of its lines in the notes, so that places can be mapped back.

    The contents list and front matter are left empty.  Footnotes that the page refers to and another page defines
    follow after the last line.
    """
    lines = list(notes.lines[page.first - 1 : page.last])
    hidden = [*site.hidden_lines, (1, notes.front)]
    for first, last in hidden:
        for number in range(max(first, page.first), min(last, page.last) + 1):
            lines[number - page.first] = ""
    for footnote in _footnotes_from_elsewhere(notes, page):
        lines += ["", *notes.lines[footnote.first - 1 : footnote.last]]
    return "\n".join(lines)


def page_source(notes: Notes, site: Site, page: Page) -> str:
    """`page_lines` as MkDocs may read it: their first lines are no metadata, and Python-Markdown hands on no blank text."""
    lines = page_lines(notes, site, page)
    return "\n" + (lines if lines.strip() else "<!-- -->")


def _footnotes_from_elsewhere(notes: Notes, page: Page) -> list[Footnote]:
    """Footnotes that the page refers to, itself or through one of them, and another page defines."""
    ranges, found = [(page.first, page.last)], list[Footnote]()
    waiting = [footnote for footnote in notes.footnotes if not page.first <= footnote.first <= page.last]
    for first, last in ranges:  # which grow
        used = [footnote for footnote in waiting if any(first <= line <= last for line in footnote.references)]
        waiting = [footnote for footnote in waiting if footnote not in used]
        ranges += [(footnote.first, footnote.last) for footnote in used]
        found += used
    return found
