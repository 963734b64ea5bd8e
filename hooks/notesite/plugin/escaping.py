"""Text and HTML are two types for the templates: what is not `Markup` is text, and Jinja escapes it.

MkDocs leaves Jinja's escaping off and hands titles of both kinds to its templates, so a title with `<` breaks or runs.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape
from mkdocs.structure import StructureItem
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

# The theme's own words, which its scripts take as they are; the blog's posts, which are HTML that no hook can reach.
_TRUSTED = ("partials/language", "partials/post.html")


def is_escaped(template: str | None) -> bool:
    """Whether Jinja escapes what this template writes."""
    return not (template or "").startswith(_TRUSTED)


def name_items(items: Iterable[StructureItem]) -> None:
    """Give groups and links of the navigation their titles as HTML; a page has none before it is read."""
    for item in items:
        if not isinstance(item, Page):
            item.title = escape(item.title or "")
            name_items(getattr(item, "children", None) or ())


def name_page(page: Page) -> None:
    """Give a page and its contents their titles as HTML: what settings say is text, what MkDocs rendered is HTML."""
    rendered = "title" not in vars(page) and "title" not in page.meta and page._title_from_render  # noqa: SLF001  # the only sign
    title = _words(str(page.title)) if rendered else escape(page.title or "")
    if "title" in page.meta:
        page.meta["title"] = escape(page.meta["title"])
    page.title = title
    _name_entries(page.toc)


def _name_entries(entries: Iterable[AnchorLink]) -> None:
    for entry in entries:
        entry.title = _words(entry.title)
        _name_entries(entry.children)


def _words(html: str) -> Markup:
    """HTML that holds words and entities, no tags."""
    return Markup(html.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"))  # noqa: S704  # made safe here
