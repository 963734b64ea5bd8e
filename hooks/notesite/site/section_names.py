"""Which section a word names: by its title, a heading, a synonym, in any spelling with blanks, hyphens or a plural."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from ..lib.nearest import nearest_value
from ..notes.anchors import element_id
from ..project.settings import Settings
from .plan import Page, Place, Site

Names = Mapping[str, Place]


def key(text: str) -> str:
    """Equal for spellings of one name: `Config Maps`, `ConfigMap`, `config-map`."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
    return plain.removesuffix("s") if len(plain) > 3 else plain


def runs(site: Site, groups: Mapping[str, Sequence[str]]) -> list[tuple[str, list[Page]]]:
    """The top pages in the order of reading, cut into the settings' groups; "" for pages in none.

    A group whose members do not stand side by side is cut in several: no setting changes the order.
    """
    group_of = {key(name): group for group, names in groups.items() for name in names}
    found: list[tuple[str, list[Page]]] = []
    for page in site.pages:
        if not page.parent:
            own = "" if page.is_home else next((group_of[k] for k in _keys(page) if k in group_of), "")
            if not found or found[-1][0] != own:
                found.append((own, []))
            found[-1][1].append(page)
    return found


def wrong_groups(site: Site, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What is wrong with the groups, a message each."""
    place = {k: number for number, page in enumerate(site.pages) for k in _keys(page)}
    yield from (
        f"{name!r} is not a section of the notes" for own in groups.values() for name in own if key(name) not in place
    )
    order = [place[key(name)] for own in groups.values() for name in own if key(name) in place]
    names = [name for name, _ in runs(site, groups) if name]
    if order != sorted(order) or len(names) != len(set(names)):
        yield "the order of the notes' contents list holds; name groups and their sections in that order, side by side"


def _keys(page: Page) -> list[str]:
    return [key(name) for name in (page.heading.text if page.heading else "", page.title, page.slug) if name]


def names_of(site: Site, synonyms: Mapping[str, Sequence[str]]) -> dict[str, Place]:
    """Every name that means exactly one place: pages first, then headings whose text is unique on the site."""
    pages: dict[str, Place] = {}
    for page in site.pages:
        if page.is_home:
            continue
        own = _keys(page)
        others = (key(other) for word, others in synonyms.items() if key(word) in own for other in others)
        for name in (*own, *others):
            pages.setdefault(name, Place(page, ""))
    headings: dict[str, list[Place]] = {}
    for page in site.pages:
        for heading in page.headings:
            if heading is not page.heading and heading.id:
                short = re.sub(r"\s*\([^()]*\)\s*$", "", heading.text)  # `etcd (Key-Value Store)` is named etcd
                for name in dict.fromkeys(map(key, (heading.text, short))):
                    headings.setdefault(name, []).append(Place(page, element_id(heading.id)))
    unique = {name: places[0] for name, places in headings.items() if len(places) == 1}
    return {name: place for name, place in {**unique, **pages}.items() if name}


def places_in(cell: str, names: Names) -> list[tuple[str, Place]]:
    """The places that a cell's text names: one, or several with a slash or comma between them."""
    whole = names.get(key(cell))
    if whole:
        return [(cell.strip(), whole)]
    parts = [part.strip() for part in re.split(r"[/,]", cell)]
    if len(parts) < 2:
        return []
    return [(part, names[key(part)]) for part in parts if key(part) in names]


def unused_page_settings(site: Site, settings: Settings) -> dict[str, str]:
    """Keys of `extra.notes.pages` that name no page -> the section that is most likely meant, "" for none."""
    sections = [page.heading for page in site.pages if page.heading]
    names = {name for section in sections for name in (section.text, section.id)}
    texts = [section.text for section in sections]
    return {key: nearest_value(key, texts) or "" for key in settings.pages if key not in names}
