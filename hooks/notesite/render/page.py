"""The Markdown of one page: its lines of the notes, and what they need from elsewhere in the file."""

from __future__ import annotations

from ..model import Notes
from ..notes import front_matter_lines
from ..plan import Page, Site


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
    for footnote in notes.footnotes:
        used_here = any(page.first <= line <= page.last for line in footnote.references)
        if used_here and not page.first <= footnote.first <= page.last:
            lines += ["", *notes.lines[footnote.first - 1 : footnote.last]]
    return "\n".join(lines)


def page_source(notes: Notes, site: Site, page: Page) -> str:
    """`page_lines` as MkDocs may read it: a blank line keeps it from taking the first lines for metadata."""
    return "\n" + page_lines(notes, site, page)
