"""What stands on one page: its blocks of the notes, and its lines as Markdown of their own."""

from __future__ import annotations

from bisect import bisect_left

from ..notes.document import Kind, Node
from ..notes.model import Footnote, Notes
from ..notes.reader import front_matter_lines
from .plan import Page, Site


def page_blocks(notes: Notes, site: Site, page: Page) -> list[Node]:
    """The blocks between the page's first and last line, without the contents list and without footnotes."""
    end = len(notes.blocks)
    while end and notes.blocks[end - 1].kind is Kind.FOOTNOTE:  # they come last, wherever they stand
        end -= 1
    first = bisect_left(notes.blocks, page.first, 0, end, key=_line)
    after = bisect_left(notes.blocks, page.last + 1, first, end, key=_line)
    hidden = site.hidden_lines
    return [b for b in notes.blocks[first:after] if not any(start <= b.line <= last for start, last in hidden)]


def _line(block: Node) -> int:
    return block.line


def page_lines(notes: Notes, site: Site, page: Page) -> str:
    """The page's text, one line for each of its lines in the notes, so that places can be mapped back.

    The contents list and front matter are left empty.  Footnotes that the page refers to and another page defines
    follow after the last line.
    """
    lines = list(notes.lines[page.first - 1 : page.last])
    hidden = [*site.hidden_lines, (1, front_matter_lines(notes.text))]
    for first, last in hidden:
        for number in range(max(first, page.first), min(last, page.last) + 1):
            lines[number - page.first] = ""
    for footnote in _footnotes_from_elsewhere(notes, page):
        lines += ["", *notes.lines[footnote.first - 1 : footnote.last]]
    return "\n".join(lines)


def page_source(notes: Notes, site: Site, page: Page) -> str:
    """`page_lines` as MkDocs may read it: a blank line keeps it from taking the first lines for metadata."""
    return "\n" + page_lines(notes, site, page)


def _footnotes_from_elsewhere(notes: Notes, page: Page) -> list[Footnote]:
    """Footnotes that the page refers to, itself or through one of them, and another page defines."""
    ranges = [(page.first, page.last)]
    found: list[Footnote] = []
    waiting = [footnote for footnote in notes.footnotes if not page.first <= footnote.first <= page.last]
    while True:
        used = [
            footnote
            for footnote in waiting
            if any(first <= line <= last for line in footnote.references for first, last in ranges)
        ]
        if not used:
            return found
        found += used
        waiting = [footnote for footnote in waiting if footnote not in used]
        ranges = [(footnote.first, footnote.last) for footnote in used]
