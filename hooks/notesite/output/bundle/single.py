"""The whole site as one HTML file: for reading (contents, search, copy buttons, two palettes), or for printing.

A printed PDF has the date of its content in place of the moment it was printed at.
"""

from __future__ import annotations

import io
import mimetypes
import posixpath
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup

from ...images.picture import data_uri
from ...lib.light import bundled_json, bundled_text
from ...notes.model import EMPTY
from ...site.redirects import digest
from .archive import EARLIEST
from .book import Book, Layout, chapters, filled, place_in_one_page
from .offline_site import without_remote_css

# Types that systems disagree about, or do not know.
_TYPES: Mapping[str, str] = bundled_json(__name__, "media_types.json")
# How Skia, which prints for Chromium, writes the dates of the document's information.
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}(?=[+-]\d\d'\d\d'\)|Z?\))")


def single_file(book: Book, built: Mapping[str, bytes]) -> str:
    """All pages in one HTML file that needs no other; `built` are the files of the offline copy."""
    own = [built[name].decode("utf-8", "replace") for name in book.scripts if name in built]
    script = "\n".join(["", _data("single.js"), *own]).replace("</", "<\\/")  # "</script" would end the element
    return _document("single", book, built, (_data("single.css"),), ["\n" + _data("palette.js"), script])


def print_file(book: Book, built: Mapping[str, bytes], pages: Mapping[str, int] = EMPTY) -> str:
    """All pages in one HTML file made for paper: no controls, page numbers, nothing torn from what it belongs to.

    `pages` are the numbers of the contents, by chapter id; each is as wide without them, so that nothing moves.
    """
    running = f"@page {{ @top-right {{ content: {css_string(book.title)}; }} }}\n"
    return _document("print", book, built, (_data("print.css"), running), pages=pages)


def _document(
    form: str, book: Book, built: Mapping[str, bytes], styles: Sequence[str], scripts: Sequence[str] = (), **more: Any
) -> str:
    embedded = partial(_embedded, built=built)
    layout = Layout(place_in_one_page, embedded, unfolded=form == "print")
    texts = [(name, built[name].decode("utf-8", "replace")) for name in book.styles if name in built]
    own = [without_remote_css(text, name, [], embedded) for name, text in texts]  # with what they load put into them
    style = "\n".join([_data("content.css"), *styles, *own])
    more |= {"style": _own(style.replace("</", "<\\/")), "scripts": [_own(script) for script in scripts]}
    parts = chapters(book, built, layout, one_page=True)
    return filled(f"{form}.html", book=book, parts=parts, place=place_in_one_page, digest=digest, **more)


def _own(text: str) -> Markup:
    """Styles, scripts and HTML of the package or the project; no word of the notes."""
    return Markup(text)  # noqa: S704  # as said


def _data(name: str) -> str:
    return bundled_text(__name__, name)


def _embedded(name: str, built: Mapping[str, bytes]) -> str | None:
    """A built file as an address that holds its content; None when there is no such file."""
    return data_uri(media_type(name), built[name]) if name in built else None


def media_type(name: str) -> str:
    """The type of a file, by its name alone and the same on every system."""
    ending = posixpath.splitext(name)[1].lower()
    return _TYPES.get(ending) or mimetypes.types_map.get(ending) or "application/octet-stream"


def css_string(text: str) -> str:
    """The text as a string of CSS."""
    escaped = "".join(char if char.isalnum() or char in " .,;:!?()-" else f"\\{ord(char):x} " for char in text)
    return f'"{escaped}"'


def dated(pdf: bytes, epoch: int | None) -> bytes:
    """The PDF with the date of its content, seconds since 1970; 1980 when None, as in the archive.

    The new dates are as long as the old ones: the places that the file's index names stay right.  The rest of the bytes
    is Chromium's, and mostly but not always the same for the same page.
    """
    moment = datetime.fromtimestamp(EARLIEST if epoch is None else epoch, UTC).strftime("%Y%m%d%H%M%S")
    return _DATE.sub(lambda match: match[1] + moment.encode(), pdf)


def page_numbers(pdf: bytes) -> dict[str, int]:
    """The page, from 1, of each place that a link of the PDF leads to."""
    from pypdf import PdfReader  # noqa: PLC0415  # no other form needs it

    reader = PdfReader(io.BytesIO(pdf))
    places = reader.named_destinations.items()
    pages = ((name, reader.get_destination_page_number(place)) for name, place in places)
    return {unquote(name.removeprefix("/")): page + 1 for name, page in pages if page is not None}
