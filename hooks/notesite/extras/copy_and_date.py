"""What stands around the words of a page: the button that copies it, its date, the filter of the command page."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from ..site.redirects import json_in_page

SOURCE_ID = "__notes_source"  # assets/javascripts/notes.js looks for it
_COPY = Markup(
    '<button type="button" class="md-content__button md-icon notes-copy-page" data-added data-search-exclude'
    ' title="Copy this page as Markdown" aria-label="Copy this page as Markdown" data-markdown="{file}">{icon}</button>\n'
)
_CHANGED = Markup(
    '\n<p class="notes-changed" data-added data-search-exclude>Last changed on <time datetime="{iso}">{shown}</time></p>\n'
)
_SOURCE = Markup('<script type="application/json" id="{id}" data-added>{source}</script>\n')
_FILTER = Markup(
    '<div class="notes-filter" data-added data-search-exclude><label for="__notes_filter">Filter commands</label>'
    '<input type="search" id="__notes_filter" autocomplete="off" spellcheck="false">'
    '<p role="status" class="notes-filter__count">{count} commands</p></div>\n'
)


def around(content: Markup, *, file: str, source: str, changed: date | None, icon: Markup) -> Markup:
    """The page's HTML with the button that copies it as Markdown and the day of its last change.

    The Markdown lies beside the page as `file`, or in the page itself as `source`, where scripts cannot read files.
    """
    parts = [_COPY.format(icon=icon, file=file), content] if file or source else [content]
    if changed:
        parts.append(_CHANGED.format(iso=changed.isoformat(), shown=f"{changed.day} {changed:%B %Y}"))
    if source:
        parts.append(_SOURCE.format(id=SOURCE_ID, source=json_in_page(source)))
    return Markup().join(parts)


def around_commands(content: Markup) -> Markup:
    """The command page's HTML: all of it is added, and a filter stands under its title."""
    head, end, rest = content.partition("</h1>")
    if not end:
        head, rest = Markup(), content
    own = _FILTER.format(count=rest.count('class="notes-row"'))
    return Markup('<div class="notes-generated" data-added>\n{}{}\n{}{}\n</div>\n').format(head, end, own, rest)
