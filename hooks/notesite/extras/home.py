"""What the home page adds: what this is, where to start, and a card for every section in the place of the contents."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..render.tree import AS_WRITTEN, OWN
from ..site.plan import Page, Site
from ..site.section_names import runs

ADDED = {"data-added": "", "data-search-exclude": ""}
_LONG_TITLE = 40
_SVG = "{http://www.w3.org/2000/svg}"


class Card(NamedTuple):
    """One section on the home page."""

    title: str
    address: str  # the page's source address
    text: str = ""  # what it is about
    icon: str = ""  # an SVG
    parts: tuple[tuple[str, str], ...] = ()  # titles and addresses of the pages split from it


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
    parts = tuple((part.title, part.uri) for part in site.pages if part.parent == page.uri)
    return Card(page.title, page.uri, descriptions.get(page.uri, ""), icons.get(page.settings.icon, ""), parts)


def add_home(root: ET.Element, home: Home, contents_id: str) -> None:
    """Put the introduction after the title, and the cards where the contents are."""
    add_contents(root, home.groups, contents_id)
    title = next((i for i, child in enumerate(root) if child.tag == "h1"), None)
    root.insert(0 if title is None else title + 1, _introduction(home))


def add_contents(root: ET.Element, groups: Sequence[Group], contents_id: str) -> None:
    """Put the cards after the heading of the author's contents list, or at the end."""
    after = next((i for i, child in enumerate(root) if contents_id and child.get("id") == contents_id), None)
    if groups:
        root.insert(len(root) if after is None else after + 1, _contents(groups))


def _introduction(home: Home) -> ET.Element:
    hero = ET.Element("div", {"class": "notes-hero", **ADDED})
    hero.tail = "\n"
    words = ET.SubElement(hero, "div", {"class": "notes-hero__words"})
    if home.about:
        ET.SubElement(words, "p", {"class": "notes-about"}).text = home.about
    actions = ET.SubElement(words, "p", {"class": "notes-actions"})
    for card in [card for group in home.groups for card in group.cards][:1]:
        named = f": {card.title}" if len(card.title) < _LONG_TITLE else ""
        _link(actions, card.address, f"Start here{named}", "md-button md-button--primary").tail = " "
    search = ET.SubElement(actions, "button", {"type": "button", "class": "md-button", "data-notes-search": ""})
    search.text, search.tail = "Search", " "
    for card in home.more:
        _link(actions, card.address, card.title, "md-button").tail = " "
    if home.download:
        link = _link(actions, home.download, "Download to read offline", "md-button notes-download", own_address=False)
        link.set("download", "")
    if home.asked:
        asked = ET.SubElement(words, "div", {"class": "notes-asked"})
        ET.SubElement(asked, "p").text = "Asked for most" if home.chosen else "Some of the commands"
        rows = ET.SubElement(asked, "dl")
        for card in home.asked:
            row = ET.SubElement(rows, "div")
            _link(ET.SubElement(row, "dt"), card.address, card.title, "")
            ET.SubElement(ET.SubElement(row, "dd"), "code").text = card.text
    picture = svg_element(home.picture)
    if picture is not None:
        figure = ET.SubElement(hero, "div", {"class": "notes-hero__picture"})
        figure.append(picture)
    return hero


def _contents(groups: Sequence[Group]) -> ET.Element:
    """Lists in a list: they read well without style and without JavaScript."""
    navigation = ET.Element("nav", {"class": "notes-contents", "aria-label": "Contents", **ADDED})
    navigation.tail = "\n"
    named = any(group.name for group in groups)
    outer = ET.SubElement(navigation, "ul", {"class": "notes-groups"}) if named else navigation
    for group in groups:
        holder = ET.SubElement(outer, "li", {"class": "notes-group"}) if named else outer
        if group.name:
            ET.SubElement(holder, "span", {"class": "notes-group__name"}).text = group.name
        cards = ET.SubElement(holder, "ul", {"class": "notes-cards"})
        for card in group.cards:
            _add_card(cards, card)
    return navigation


def _add_card(cards: ET.Element, card: Card) -> None:
    item = ET.SubElement(cards, "li", {"class": "notes-card"})
    icon = svg_element(card.icon)
    if icon is not None:
        holder = ET.SubElement(item, "span", {"class": "notes-card__icon", "aria-hidden": "true"})
        holder.append(icon)
    _link(item, card.address, card.title, "notes-card__title")
    if card.text:
        ET.SubElement(item, "p", {"class": "notes-card__text"}).text = card.text
    if card.parts:
        parts = ET.SubElement(item, "ul", {"class": "notes-card__parts"})
        for title, address in card.parts:
            _link(ET.SubElement(parts, "li"), address, title, "")


def _link(parent: ET.Element, address: str, text: str, kind: str, *, own_address: bool = True) -> ET.Element:
    link = ET.SubElement(parent, "a", {"href": address if own_address else AS_WRITTEN + address, OWN: ""})
    if kind:
        link.set("class", kind)
    link.text = text
    return link


def svg_element(text: str) -> ET.Element | None:
    """An SVG file of the project as an element of an HTML page; None when there is none or it cannot be read."""
    if not text.strip():
        return None
    try:
        root = ET.fromstring(text)  # noqa: S314  # a file of the project or its theme, not of strangers
    except ET.ParseError:
        return None
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
    return root if root.tag == "svg" else None
