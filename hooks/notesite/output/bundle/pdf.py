"""A printed PDF with the date of its content in place of the moment it was printed at."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from .archive import EARLIEST

# How Skia, which prints for Chromium, writes the dates of the document's information.
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}(?=[+-]\d\d'\d\d'\)|Z?\))")


def dated(pdf: bytes, epoch: int | None) -> bytes:
    """The PDF with the date of its content, seconds since 1970; 1980 when None, as in the archive.

    The new dates are as long as the old ones: the places that the file's index names stay right.  The rest of the bytes
    is Chromium's, and mostly but not always the same for the same page.
    """
    moment = datetime.fromtimestamp(EARLIEST if epoch is None else epoch, UTC).strftime("%Y%m%d%H%M%S")
    return _DATE.sub(lambda match: match[1] + moment.encode(), pdf)
