"""What the home page adds: what this is, where to start, and a card for every section in the place of the contents."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ..lib.light import NamedTuple
from ..render.elements import made
from ..site.plan import Page, Site
from ..site.section_names import runs

_XMLNS = ' xmlns="http://www.w3.org/2000/svg"'


class Card(NamedTuple):
    """One section on the home page."""

    title: str
    address: str  # the page's source address
    text: str = ""  # what it is about
    icon: str = ""  # an SVG
    parts: tuple[Card, ...] = ()  # of the pages split from it


class Group(NamedTuple):
    """Cards that belong together; the name is "" where there are no groups."""

    name: str
    cards: tuple[Card, ...]


class Home(NamedTuple):
    """All that is added to the home page."""

    about: str
    groups: tuple[Group, ...]
    picture: str = ""  # an SVG
    download: str = ""  # address of the offline bundle
    more: tuple[Card, ...] = ()  # generated pages
    asked: tuple[Card, ...] = ()  # commands: what one does, where it stands, and its text
    chosen: bool = True  # these commands, by the settings


def grouped(
    site: Site,
    groups: Mapping[str, Sequence[str]],
    descriptions: Mapping[str, str],
    icons: Mapping[str, str],
) -> tuple[Group, ...]:
    """The cards of all pages in the order of reading, cut into the settings' groups.

    `descriptions` are by page uri, `icons` are SVGs by the icon's name.
    """
    cut = [(name, [page for page in pages if not page.is_home]) for name, pages in runs(site, groups)]
    return tuple(
        Group(name, tuple(_card(site, page, descriptions, icons) for page in pages)) for name, pages in cut if pages
    )


def _card(site: Site, page: Page, descriptions: Mapping[str, str], icons: Mapping[str, str]) -> Card:
    parts = tuple(Card(part.title, part.uri) for part in site.pages if part.parent == page.uri)
    return Card(page.title, page.uri, descriptions.get(page.uri, ""), svg(icons.get(page.settings.icon, "")), parts)


def svg(text: str) -> Markup:
    """An SVG file of the project or its theme as it stands in a page."""
    return Markup(text.replace(_XMLNS, ""))  # noqa: S704  # not of strangers


def add_home(root: ET.Element, home: Home, contents_id: str) -> None:
    """Put the introduction after the title, and the cards where the contents are."""
    add_contents(root, home.groups, contents_id)
    title = next((i for i, child in enumerate(root) if child.tag == "h1"), None)
    first = next((card for group in home.groups for card in group.cards), None)
    root.insert(
        0 if title is None else title + 1, made(__name__, "home", home._replace(picture=svg(home.picture)), first)
    )


def add_contents(root: ET.Element, groups: Sequence[Group], contents_id: str = "") -> None:
    """Put the cards after the heading of the author's contents list, or at the end."""
    after = next((i for i, child in enumerate(root) if contents_id and child.get("id") == contents_id), None)
    if groups:
        root.insert(len(root) if after is None else after + 1, made(__name__, "contents", groups))
