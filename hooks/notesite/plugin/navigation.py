"""The navigation of a page: what is near it on a large site, each entry written once for all pages that it is the same on.

Text and HTML are two types for the templates: what is not `Markup` is text, and Jinja escapes it.  MkDocs leaves that off
and hands titles of both kinds to its templates, so a title with `<` breaks or runs; here they become HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
from markupsafe import Markup, escape
from mkdocs.structure import StructureItem
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

_MANY = 60  # pages of a site: with more, no page links them all
_WHOLE = 40  # entries of a list that is shown whole
_MOST = 1_000  # entries that are kept as they are written
_NEAR = 12  # entries before and after the page, where there are more


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """What stands for an entry of the navigation that is not shown as it is."""

    title: Markup
    url: str
    active: bool = False
    children: Sequence[Entry] | None = None


Entry = StructureItem | _Entry


class Entries:
    """Entries of the navigation as HTML: each is written once for all pages that it is the same on."""

    def __init__(self) -> None:
        # By the id of what they stand for or tell of, which is kept too, so that its id is not used again.
        self._links: dict[tuple[int, str], tuple[StructureItem, _Entry]] = {}
        self._places: dict[int, dict[int, int]] = {}  # by the id of a list in the navigation
        self._folders: dict[int, tuple[Entry, frozenset[str]]] = {}
        self._written: dict[tuple[object, ...], tuple[Entry, str]] = {}

    def near(self, nav: Navigation, page: Page | None) -> Sequence[Entry]:
        """The navigation as this page shows it: on a large site the groups, and the pages beside this one in its group.

        From there the others are reached step by step; the home page has them all.
        """
        if len(self._written) > _MOST:  # for pages that are far from this one
            for known in (self._links, self._folders, self._written):
                known.clear()
        return nav.items if len(nav.pages) <= _MANY else self._near(nav.items, page)

    def _near(self, items: Sequence[StructureItem], page: Page | None) -> list[Entry]:
        if id(items) not in self._places:
            self._places[id(items)] = {id(item): number for number, item in enumerate(items)}
        places = self._places[id(items)]
        at = next((places[id(own)] for own in (page, *page.ancestors) if id(own) in places), 0) if page else 0
        first, end = (0, len(items)) if len(items) <= _WHOLE else (max(at - _NEAR, 0), at + _NEAR + 1)
        shown = [self._entry(item, page) for item in items[first:end]]
        if first:  # what a list begins with leads on: the home page, the beginning of a chapter
            before = [self._link(items[first - 1], "Earlier pages")] if first > 1 else []
            shown[:0] = [self._entry(items[0], page), *before]
        if end < len(items):
            shown.append(self._link(items[end], "Later pages"))
        return shown

    def _entry(self, item: StructureItem, page: Page | None) -> Entry:
        """A page or a group; one that the page is not in is a link to its first page."""
        if not (children := children_of(item)):
            return item
        if _is_active(item):
            return _Entry(Markup(item.title), "", active=True, children=self._near(children, page))  # noqa: S704  # `escaping` made it HTML
        return self._link(item, "")

    def _link(self, item: StructureItem, title: str) -> _Entry:
        key = id(item), title
        if key not in self._links:
            pages = list(_pages(item))
            text = Markup(title) or Markup("{} ({})").format(Markup(item.title), len(pages))  # noqa: S704  # likewise
            self._links[key] = item, _Entry(text, str(getattr(pages[0], "url", None) or ""))
        return self._links[key][1]

    @jinja2.pass_eval_context
    def __call__(  # noqa: PLR0917  # what the template hands over
        self,
        context: jinja2.nodes.EvalContext,
        write: Callable[..., str],
        item: Entry,
        path: str,
        page: Page | None,
        base_url: str,
        level: int,
        parent: Entry | None = None,
    ) -> str:
        """The entry `item`, which is number `path`, as the theme's `write` has it on this page."""
        if _is_active(item) or getattr(item, "pages", None):
            return write(context, item, path, level, parent)
        own = path if children_of(item) else ""
        key = (id(item), own, base_url, page is None, item.title, level, _is_active(parent))
        if id(item) not in self._folders:
            self._folders[id(item)] = item, _folders(item)
        # Where a link stays in a folder, it is shorter.
        if page and page.url.partition("/")[0] in self._folders[id(item)][1]:
            return write(context, item, path, level, parent)
        if key not in self._written:
            self._written[key] = item, write(context, item, path, level, parent)
        return self._written[key][1]


def _is_active(item: object) -> bool:
    return bool(getattr(item, "active", False))


def children_of(item: Entry) -> Sequence[Any]:
    """The entries in an entry."""
    return getattr(item, "children", None) or ()


def _pages(item: StructureItem) -> Iterator[StructureItem]:
    """The pages and links in an entry, or itself."""
    children = children_of(item)
    for child in children:
        yield from _pages(child)
    if not children:
        yield item


def _folders(item: Entry) -> frozenset[str]:
    """The first part of every address in this entry."""
    below = [_folders(child) for child in children_of(item)]
    return frozenset().union(*below, {str(getattr(item, "url", None) or "").partition("/")[0]} - {"", "."})


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
    name_entries(page.toc)


def name_entries(entries: Iterable[AnchorLink]) -> None:
    """Likewise the entries of a page's contents, and those in them."""
    for entry in entries:
        entry.title = _words(entry.title)
        name_entries(entry.children)


def _words(html: str) -> Markup:
    """HTML that holds words and entities, no tags."""
    return Markup(html.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"))  # noqa: S704  # made safe here
