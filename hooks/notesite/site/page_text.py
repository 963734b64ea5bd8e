"""The Markdown of one page: its lines of the notes, and what they need from elsewhere in the file."""

from __future__ import annotations

from ..notes.model import Footnote, Notes
from ..notes.reader import front_matter_lines
from .plan import Page, Site


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
