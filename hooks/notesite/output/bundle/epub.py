"""The site as an EPUB 3 e-book, one chapter a page.

Written without a library: the one that is kept well (EbookLib) is under the AGPL, and the format is a zip of XHTML
that `archive` writes with the same bytes every time.  Specification: EPUB 3.3, https://www.w3.org/TR/epub-33/.
"""

from __future__ import annotations

import posixpath
import textwrap
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from markupsafe import Markup

from ...lib.data import bundled_text
from .archive import EARLIEST, zip_bytes
from .book import Book, Layout, chapters, filled
from .single import media_type
from .xhtml import INVALID, SVG, to_xhtml

_MIMETYPE = "mimetype"
_FOLDER = "EPUB"
# The pictures that every reader can show (EPUB 3.3, section 3.2).
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/svg+xml", "image/webp"}
_LONG_TITLE = 60
_UNSPACED = "\u2e80"  # from here on a letter is as wide as it is high


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
    pages = {"cover.xhtml": _document(book, book.title, cover)}
    for part in parts:
        pages[f"{part.id}.xhtml"] = _document(book, part.title, section.format(part.id, to_xhtml(str(part.html))))
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
    size = 66 if len(book.title) < _LONG_TITLE else 40
    wide = 1 if max(book.title, default="") >= _UNSPACED else 0.58
    lines = textwrap.wrap(book.title, int(540 / size / wide), max_lines=12, placeholder=" …") or [""]
    first = 400 + size * (0.35 - 0.65 * (len(lines) - 1))
    return filled("cover.svg", size=size, lines=lines, first=first)


def _document(book: Book, title: str, body: Markup) -> str:
    return filled("document.xhtml", book=book, title=title, body=body)


def _package(book: Book, pages: Mapping[str, str], pictures: Sequence[str]) -> str:
    stamp = book.stamp
    moment = datetime.fromtimestamp(stamp.epoch if stamp and stamp.epoch is not None else EARLIEST, UTC)
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.title}\n{stamp.notes if stamp else ''}")
    held = {
        name: " ".join(kind for kind, mark in (("svg", SVG), ("mathml", "<math ")) if mark in text)
        for name, text in pages.items()
    }
    return filled(
        "package.opf",
        book=book,
        identifier=identifier,
        moment=moment,
        pages=held,
        pictures=pictures,
        media_type=media_type,
    )
