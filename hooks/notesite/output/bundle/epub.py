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

from markupsafe import Markup, escape

from ...lib.data import bundled_text
from .archive import EARLIEST, zip_bytes
from .book import Book, Chapter, Layout, chapters, in_groups
from .single import media_type
from .xhtml import INVALID, SVG, XHTML, to_xhtml

_MIMETYPE = "mimetype"
_FOLDER = "EPUB"
# The pictures that every reader can show (EPUB 3.3, section 3.2).
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/svg+xml", "image/webp"}
_LONG_TITLE = 60
_UNSPACED = "\u2e80"  # from here on a letter is as wide as it is high
_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">\n<rootfiles>'
    f'<rootfile full-path="{_FOLDER}/package.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles>\n</container>\n"
)


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
    pages = {"cover.xhtml": _document(book, book.title, cover)}
    pages |= {f"{part.id}.xhtml": _page(book, part) for part in parts}
    inside = {
        "package.opf": _package(book, pages, sorted(pictures.values())),
        "nav.xhtml": _navigation(book, parts),
        "cover.svg": _cover(book),
        "style.css": bundled_text(__name__, "epub.css"),
        **pages,
    }
    files = {f"{_FOLDER}/{name}": INVALID.sub("", text).encode() for name, text in inside.items()}
    files |= {f"{_FOLDER}/{stored}": built[name] for name, stored in pictures.items()}
    files |= {_MIMETYPE: b"application/epub+zip", "META-INF/container.xml": _CONTAINER.encode()}
    return zip_bytes(files, epoch=book.stamp.epoch if book.stamp else None, first=_MIMETYPE)


def _cover(book: Book) -> str:
    """A picture for the shelf: the title, a line for each few words."""
    size = 66 if len(book.title) < _LONG_TITLE else 40
    wide = 1 if max(book.title, default="") >= _UNSPACED else 0.58
    lines = textwrap.wrap(book.title, int(540 / size / wide), max_lines=12, placeholder=" …") or [""]
    first = 400 + size * (0.35 - 0.65 * (len(lines) - 1))
    line = Markup('<text x="300" y="{:g}">{}</text>')
    shown = Markup().join(line.format(first + 1.3 * size * number, words) for number, words in enumerate(lines))
    return Markup(
        '<svg xmlns="{}" viewBox="0 0 600 800" width="600" height="800"><rect width="600" height="800" fill="#2f4fb5"/>'
        '<rect x="30" y="30" width="540" height="740" fill="none" stroke="#fff" stroke-width="3"/>'
        '<g fill="#fff" font-family="sans-serif" font-size="{}" font-weight="700" text-anchor="middle">{}</g></svg>'
    ).format(SVG, size, shown)


def _document(book: Book, title: str, body: Markup, *, prefix: Markup | str = "") -> str:
    return Markup(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="{space}"{prefix} lang="{language}" xml:lang="{language}">\n<head>\n<meta charset="utf-8"/>\n'
        '<title>{title}</title>\n<link rel="stylesheet" type="text/css" href="style.css"/>\n</head>\n'
        "<body>\n{body}\n</body>\n</html>\n"
    ).format(space=XHTML, prefix=prefix, language=book.language, title=title, body=body)


def _page(book: Book, part: Chapter) -> str:
    section = Markup('<section id="{}">\n{}\n</section>').format(part.id, to_xhtml(str(part.html)))
    return _document(book, part.title, section)


def _navigation(book: Book, parts: Sequence[Chapter]) -> str:
    """The contents: groups, chapters, and the sections of each chapter."""

    def entry(part: Chapter) -> Markup:
        inner = [head for head in part.heads if head.level == 2 and head.id and head.text]
        link = Markup('<li><a href="{}.xhtml#{}">{}</a></li>')
        links = [link.format(part.id, quote(head.id, safe=""), head.text) for head in inner]
        below = Markup("<ol>{}</ol>").format(Markup().join(links)) if links else ""
        return Markup('<li><a href="{}.xhtml">{}</a>{}</li>').format(part.id, part.title, below)

    entries = in_groups(parts, Markup("<li><span>{}</span><ol>"), Markup("</ol></li>"), entry)
    nav = Markup('<nav epub:type="toc" id="toc">\n<h1>Contents</h1>\n<ol>\n{}\n</ol>\n</nav>')
    body = nav.format(Markup("\n").join(entries))
    return _document(book, book.title, body, prefix=Markup(' xmlns:epub="http://www.idpf.org/2007/ops"'))


def _package(book: Book, pages: Mapping[str, str], pictures: Sequence[str]) -> str:
    stamp = book.stamp
    moment = datetime.fromtimestamp(stamp.epoch if stamp and stamp.epoch is not None else EARLIEST, UTC)
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.title}\n{stamp.notes if stamp else ''}")
    items = [
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
        '<item id="style" href="style.css" media-type="text/css"/>',
        '<item id="cover-picture" href="cover.svg" media-type="image/svg+xml" properties="cover-image"/>',
    ]
    for name, text in pages.items():
        held = " ".join(name for name, mark in (("svg", SVG), ("mathml", "<math ")) if mark in text)
        properties = f' properties="{held}"' if held else ""
        own_id = name.removesuffix(".xhtml")
        items.append(f'<item id="{own_id}" href="{name}" media-type="application/xhtml+xml"{properties}/>')
    for number, name in enumerate(pictures):
        items.append(f'<item id="picture-{number:03}" href="{name}" media-type="{media_type(name)}"/>')
    spine = "".join(f'<itemref idref="{name.removesuffix(".xhtml")}"/>' for name in pages)
    optional = [f"<dc:creator>{escape(book.author)}</dc:creator>"] if book.author else []
    optional += [f"<dc:description>{escape(book.description)}</dc:description>"] if book.description else []
    optional += [f"<dc:source>sha256:{stamp.notes}</dc:source>"] if stamp else []
    metadata = [
        f'<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>',
        f"<dc:title>{escape(book.title)}</dc:title>",
        f"<dc:language>{escape(book.language)}</dc:language>",
        *optional,
        f'<meta property="dcterms:modified">{moment:%Y-%m-%dT%H:%M:%SZ}</meta>',
        '<meta property="schema:accessMode">textual</meta>',
        '<meta property="schema:accessMode">visual</meta>',  # a cover, if nothing else
        '<meta property="schema:accessModeSufficient">textual</meta>',
        '<meta property="schema:accessibilityFeature">structuralNavigation</meta>',
        '<meta property="schema:accessibilityFeature">tableOfContents</meta>',
        '<meta property="schema:accessibilityHazard">none</meta>',
    ]
    lines = "\n".join
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">\n'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n{lines(metadata)}\n</metadata>\n'
        f"<manifest>\n{lines(items)}\n</manifest>\n<spine>{spine}</spine>\n</package>\n"
    )
