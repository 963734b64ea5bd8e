"""Which section a word names: by its title, a heading, a synonym, in any spelling with blanks, hyphens or a plural."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from ..notes.anchors import element_id
from .plan import Place, Site

Names = Mapping[str, Place]


def key(text: str) -> str:
    """Equal for spellings of one name: `Config Maps`, `ConfigMap`, `config-map`."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
    return plain.removesuffix("s") if len(plain) > 3 else plain


def names_of(site: Site, synonyms: Mapping[str, Sequence[str]]) -> dict[str, Place]:
    """Every name that means exactly one place: pages first, then headings whose text is unique on the site."""
    pages: dict[str, Place] = {}
    for page in site.pages:
        if page.is_home:
            continue
        place = Place(page, "")
        for name in _page_names(page.title, page.heading.text if page.heading else "", page.slug, synonyms):
            pages.setdefault(key(name), place)
    headings: dict[str, list[Place]] = {}
    for page in site.pages:
        for heading in page.headings:
            if heading is not page.heading and heading.id:
                for name in dict.fromkeys(map(key, _heading_names(heading.text))):
                    headings.setdefault(name, []).append(Place(page, element_id(heading.id)))
    unique = {name: places[0] for name, places in headings.items() if len(places) == 1}
    return {name: place for name, place in {**unique, **pages}.items() if name}


def _page_names(title: str, heading: str, slug: str, synonyms: Mapping[str, Sequence[str]]) -> Iterable[str]:
    own = [title, heading, slug]
    yield from own
    keys = {key(name) for name in own}
    for word, others in synonyms.items():
        if key(word) in keys:
            yield from others


def _heading_names(text: str) -> Iterable[str]:
    yield text
    # `etcd (Key-Value Store)` is named etcd
    yield re.sub(r"\s*\([^()]*\)\s*$", "", text)


def places_in(cell: str, names: Names) -> list[tuple[str, Place]]:
    """The places that a cell's text names: one, or several with a slash or comma between them."""
    whole = names.get(key(cell))
    if whole:
        return [(cell.strip(), whole)]
    parts = [part.strip() for part in re.split(r"[/,]", cell)]
    if len(parts) < 2:
        return []
    return [(part, names[key(part)]) for part in parts if key(part) in names]
