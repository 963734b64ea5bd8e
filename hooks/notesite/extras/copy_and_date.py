"""What stands around the words of a page: the button that copies it, its date, the filter of the command page."""

from __future__ import annotations

from datetime import date

from ..notes.model import Notes
from ..site.page_text import page_lines
from ..site.plan import Page, Site
from ..site.redirects import json_in_page

SOURCE_ID = "notes-source"  # assets/javascripts/reading.js looks for it
_COPY = (
    '<button type="button" class="md-content__button md-icon notes-copy-page" data-added data-search-exclude'
    ' title="Copy this page as Markdown" aria-label="Copy this page as Markdown">{icon}</button>\n'
)
_FILTER = (
    '<div class="notes-filter" data-added data-search-exclude><label for="notes-filter">Filter commands</label>'
    '<input type="search" id="notes-filter" autocomplete="off" spellcheck="false">'
    '<p role="status" class="notes-filter__count">{count} commands</p></div>\n'
)


def around(content: str, notes: Notes, site: Site, page: Page, *, changed: date | None, icon: str) -> str:
    """The page's HTML with the button that copies it and the day of its last change."""
    source = page_lines(notes, site, page).strip("\n")
    parts = [_COPY.format(icon=icon) if source else "", content]
    if changed:
        shown = f"{changed.day} {changed:%B %Y}"
        time = f'<time datetime="{changed.isoformat()}">{shown}</time>'
        parts.append(f'\n<p class="notes-changed" data-added data-search-exclude>Last changed on {time}</p>\n')
    if source:
        parts.append(f'<script type="application/json" id="{SOURCE_ID}" data-added>{json_in_page(source)}</script>\n')
    return "".join(parts)


def around_commands(content: str) -> str:
    """The command page's HTML: all of it is added, and a filter stands under its title."""
    head, end, rest = content.partition("</h1>")
    if not end:
        head, rest = "", content
    own = _FILTER.format(count=rest.count('class="notes-row"'))
    return f'<div class="notes-generated" data-added>\n{head}{end}\n{own}{rest}\n</div>\n'
