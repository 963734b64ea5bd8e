"""A printed PDF with the date of its content in place of the moment it was printed at."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import unquote

from .archive import EARLIEST

# How Skia, which prints for Chromium, writes the dates of the document's information.
_PAGES = re.compile(rb"(?s)\b(\d+) 0 obj\s<</Type /Pages\b[^>]*?/Kids \[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_PLACE = re.compile(rb"/([^\s/\[\]<>()]+) \[(\d+) 0 R /XYZ")
_MOST = 100_000  # pages
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}(?=[+-]\d\d'\d\d'\)|Z?\))")


def dated(pdf: bytes, epoch: int | None) -> bytes:
    """The PDF with the date of its content, seconds since 1970; 1980 when None, as in the archive.

    The new dates are as long as the old ones: the places that the file's index names stay right.  The rest of the bytes
    is Chromium's, and mostly but not always the same for the same page.
    """
    moment = datetime.fromtimestamp(EARLIEST if epoch is None else epoch, UTC).strftime("%Y%m%d%H%M%S")
    return _DATE.sub(lambda match: match[1] + moment.encode(), pdf)


def page_numbers(pdf: bytes) -> dict[str, int]:
    """The page, from 1, of each place that a link of the PDF leads to; empty for a PDF of another making."""
    kids = {match[1]: _REFERENCE.findall(match[2]) for match in _PAGES.finditer(pdf)}
    pages: list[bytes] = []
    waiting = [root[1] for root in re.finditer(rb"/Type /Catalog\s/Pages (\d+) 0 R", pdf)][:1]
    while waiting and len(pages) <= _MOST:
        number = waiting.pop()
        if number in kids:
            waiting += reversed(kids[number])
        else:
            pages.append(number)
    place = {number: index for index, number in enumerate(pages, 1)}
    found = _PLACE.findall(pdf)
    return {_named(name): place[number] for name, number in found if number in place}


def _named(name: bytes) -> str:
    """The text of a PDF name: `#20` stands for a byte."""
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), name)
    return unquote(plain.decode("utf-8", "replace"))
