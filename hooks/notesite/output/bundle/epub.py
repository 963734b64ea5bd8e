"""The site as an EPUB 3 e-book, one chapter a page.

Written without a library: the one that is kept well (EbookLib) is under the AGPL, and the format is a zip of XHTML
that `archive` writes with the same bytes every time.  Specification: EPUB 3.3, https://www.w3.org/TR/epub-33/.
"""

from __future__ import annotations

import io
import posixpath
import re
import textwrap
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup
from tinyhtml5.parser import HTMLParser

from ...lib.light import bundled_json, bundled_text
from .archive import EARLIEST, zip_bytes
from .book import Book, Layout, chapters, filled
from .markup import VOID
from .single import media_type

XHTML = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
# What no XML may hold.
INVALID = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# Given up by HTML: elements with what stands for them, attributes, and those that only some elements still have.
_GIVEN_UP = bundled_json(__name__, "given_up.json")
_MIMETYPE = "mimetype"
_FOLDER = "EPUB"
# The pictures that every reader can show (EPUB 3.3, section 3.2).
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/svg+xml", "image/webp"}


def epub_bytes(book: Book, built: Mapping[str, bytes]) -> bytes:
    """The e-book; `built` are the files of the offline copy.  The same book and files give the same bytes."""
    pictures: dict[str, str] = {}  # built file -> file of the e-book

    def picture(name: str) -> str | None:
        if name not in built or media_type(name) not in _PICTURES:
            return None
        return pictures.setdefault(name, f"images/{len(pictures):03}{posixpath.splitext(name)[1].lower()}")

    def place(chapter: str, own: str) -> str:
        return f"{chapter}.xhtml" + (f"#{quote(own, safe='')}" if own else "")

    layout = Layout(place, picture, chapter_id="chapter-{number:03}", unfolded=True)
    parts = chapters(book, built, layout, one_page=False)
    cover = Markup('<p class="cover"><img src="cover.svg" alt="{}"/></p>').format(book.title)
    section = Markup('<section id="{}">\n{}\n</section>')
    document = partial(filled, "document.xhtml", book=book)
    pages = {"cover.xhtml": document(title=book.title, body=cover)}
    for part in parts:
        words = section.format(part.id, to_xhtml(str(part.html)))
        pages[f"{part.id}.xhtml"] = document(title=part.title, body=words)
    inside = {
        "package.opf": _package(book, pages, sorted(pictures.values())),
        "nav.xhtml": filled("nav.xhtml", book=book, title=book.title, parts=parts, place=place),
        "cover.svg": _cover(book),
        "style.css": bundled_text(__name__, "epub.css"),
        **pages,
    }
    files = {f"{_FOLDER}/{name}": INVALID.sub("", text).encode() for name, text in inside.items()}
    files |= {f"{_FOLDER}/{stored}": built[name] for name, stored in pictures.items()}
    files |= {_MIMETYPE: b"application/epub+zip", "META-INF/container.xml": filled("container.xml").encode()}
    return zip_bytes(files, epoch=book.stamp.epoch if book.stamp else None, first=_MIMETYPE)


def _cover(book: Book) -> str:
    """A picture for the shelf: the title, a line for each few words."""
    size = 66 if len(book.title) < 60 else 40
    wide = 1 if max(book.title, default="") >= "\u2e80" else 0.58  # from there on a letter is as wide as it is high
    lines = textwrap.wrap(book.title, int(540 / size / wide), max_lines=12, placeholder=" …") or [""]
    first = 400 + size * (0.35 - 0.65 * (len(lines) - 1))
    return filled("cover.svg", size=size, lines=lines, first=first)


def _package(book: Book, pages: Mapping[str, str], pictures: Sequence[str]) -> str:
    stamp = book.stamp
    moment = datetime.fromtimestamp(stamp.epoch if stamp and stamp.epoch is not None else EARLIEST, UTC)
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.title}\n{stamp.notes if stamp else ''}")
    held = {
        name: " ".join(kind for kind, mark in (("svg", SVG), ("mathml", "<math ")) if mark in text)
        for name, text in pages.items()
    }
    values = {"identifier": identifier, "moment": moment, "pages": held, "pictures": pictures}
    return filled("package.opf", book=book, media_type=media_type, **values)


# --- HTML as the XML that e-book readers want: without elements that HTML has given up ------------------------------


def to_xhtml(html: str) -> Markup:
    """The content of a page as XHTML.  Whatever the HTML is like, the result is well-formed."""
    # A stream: the parser takes a short text for the name of a file.
    fragment = HTMLParser(namespace_html_elements=True).parse_fragment(io.StringIO(html))
    text = escape(fragment.text or "") + "".join(piece for child in fragment for piece in _element(child, XHTML))
    return Markup(INVALID.sub("", text))  # noqa: S704  # escaped where it is written


def _element(element: ET.Element, outer: str) -> Iterator[str]:
    if isinstance(element.tag, str):
        space, _, name = element.tag.rpartition("}")
        yield from _written(element, space.removeprefix("{") or XHTML, name, outer)
    yield escape(element.tail or "")


def _written(element: ET.Element, space: str, name: str, outer: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield escape(element.text or "")
        yield from (piece for child in element for piece in _element(child, outer))
        return
    if space == XHTML and name == "input":  # a task's box: e-books have no forms
        yield "☑ " if element.get("checked") is not None else "☐ "
        return
    if space == XHTML and name == "source" and not (element.get("srcset") or element.get("src")):
        return
    if space == XHTML and name == "picture" and element.find(f"{{{XHTML}}}img") is None:
        name = "span"  # words stand in the place of its picture
    name = _GIVEN_UP["elements"].get(name, name) if space == XHTML else name
    declared = f' xmlns="{space}"' if space != outer else ""
    attributes = "".join(_attributes(element, name, space))
    if space == XHTML and name in VOID:
        yield f"<{name}{declared}{attributes}/>"
        return
    yield f"<{name}{declared}{attributes}>{escape(element.text or '')}"
    yield from (piece for child in element for piece in _element(child, space))
    yield f"</{name}>"


def _attributes(element: ET.Element, name: str, space: str) -> Iterator[str]:
    for full, value in element.attrib.items():
        own_space, _, key = full.rpartition("}")
        if own_space == "{" + _XLINK and key == "href":
            yield f' xmlns:xlink="{_XLINK}" xlink:href={quoteattr(value)}'
            continue
        given_up = key in _GIVEN_UP["attributes"] or name not in _GIVEN_UP["kept on"].get(key, [name])
        if own_space or not _NAME.fullmatch(key) or (space == XHTML and given_up):
            continue
        yield f" {key}={quoteattr(value)}"
