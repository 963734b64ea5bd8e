"""From a link of the built site back to where the author wrote it."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import quote

from ..diagnostics.diagnostic import Span
from ..notes.model import Notes
from ..site.plan import Page, Site
from .internal import Placed


def places_in_notes(notes: Notes, site: Site) -> tuple[Placed, Placed]:
    """The places in the notes that addresses on built pages come from, and those of ids that the notes have repeatedly.

    Works for both forms of addresses, `pod/` and `pod.html`.
    """
    links: dict[tuple[str, str], set[Span]] = defaultdict(set)
    ids: dict[tuple[str, str], list[Span]] = defaultdict(list)
    references = [(link.target, link.span) for link in notes.links]
    for target, span in [*references, *((image.url, image.span) for image in notes.images)]:
        page = site.page_of_line(span.start.line)
        for built in _built_names(page):
            for address in _addresses(site, page, built, target):
                links[built, address].add(span)
    headings = [(heading.id, heading.span) for heading in notes.headings]
    for name, span in [*headings, *((name, Span.at(line)) for name, line in notes.anchors)]:
        for built in _built_names(site.page_of_line(span.start.line)):
            ids[built, name].append(span)
    # An id that the notes have once stands a second time because of a template: not the author's doing.
    repeated = {key: sorted(spans) for key, spans in ids.items() if len(spans) > 1}
    return {key: sorted(spans) for key, spans in links.items()}, repeated


def _built_names(page: Page) -> tuple[str, ...]:
    return ("index.html",) if page.is_home else (f"{page.slug}/index.html", f"{page.slug}.html")


def _addresses(site: Site, page: Page, built: str, target: str) -> Iterator[str]:
    """How the target may look on the page once it is built."""
    yield target
    folder = posixpath.dirname(built)
    place = site.place(target)
    if place is not None:
        fragment = f"#{quote(place.id, safe='')}" if place.id else ""
        if place.page is page:
            yield fragment
        for name in _built_names(place.page):
            yield _relative(name, folder) + fragment
            if name.endswith("index.html"):
                yield _relative(name.removesuffix("index.html"), folder) + fragment
    elif target and ":" not in target and target[0] not in "/#?":
        # Addresses of files are seen from docs/, where the notes lie; MkDocs moves them with the page.
        yield _relative(target, folder)
        if target.removesuffix(".md") != target:
            yield _relative(target.removesuffix(".md") + "/", folder)
            yield _relative(target.removesuffix(".md") + ".html", folder)


def _relative(path: str, folder: str) -> str:
    moved = posixpath.relpath(path or ".", folder or ".")
    if moved == ".":
        return "./"
    return moved + "/" if path.endswith("/") or not path else moved
