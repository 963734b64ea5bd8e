"""Pictures: what they may measure, what a page shows, and file names of mirrored ones: readable, stable, safe on every system.

A name is made of the heading above the picture, its alternative text (or its number under that heading) and the
start of its SHA-256: `pod-lifecycle-2-1f0c9a3e.png`.  Nothing of it comes from the URL.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from ..lib.light import NamedTuple


class Limits(NamedTuple):
    """What an image may measure."""

    bytes: int = 10 * 2**20
    pixels: int = 40_000_000  # of one frame
    side: int = 16_384
    frames: int = 500
    total_pixels: int = 400_000_000  # of all frames: what decoding may cost


class Picture(NamedTuple):
    """What a page shows for one image URL of the notes."""

    src: str  # relative to the docs root, percent-encoding left to the renderer; "" for a placeholder or drawing
    width: int | None  # CSS pixels; None where the size is not known
    height: int | None
    alt: str
    caption: str = ""  # the author's title
    note: str = ""  # the site's own words about the picture: "Redrawn for this site; …"
    original_url: str = ""  # where the notes point
    svg: str | None = None  # a drawing to be inlined, so that it follows the page's colours
    webp: str | None = None  # a smaller copy, relative to the docs root
    media_type: str = ""  # "image/png" …; "" for a placeholder
    enlarge: bool = True


_MAX_STEM = 60  # characters; with hash and extension every file system and zip tool is content
_MIN_HASH = 8
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*-([0-9a-f]{8,64})\.([a-z]{3,4})", re.ASCII)


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens; "" when the text has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))


def stem(heading: str, alt: str, order: int) -> str:
    """The readable part: heading and alternative text, or heading and `order` (from 1) when `alt` adds nothing."""
    head, words = slug(heading), slug(alt)
    if words == head or not words:
        words = str(order)
    elif words.startswith(f"{head}-"):
        head = ""
    joined = f"{head}-{words}".strip("-") if head else words
    return joined[:_MAX_STEM].strip("-") or f"image-{order}"


def file_name(stem: str, digest: str, extension: str, taken: Collection[str] = ()) -> str:
    """A name that no other content has taken; `digest` is the SHA-256 in hexadecimal."""
    for length in (_MIN_HASH, 16, 64):
        name = f"{stem}-{digest[:length]}.{extension}"
        if name not in taken:
            return name
    return f"image-{digest}.{extension}"


def is_name(name: str, extension: str, digest: str) -> bool:
    """Whether `name` is one that `file_name` could give to that content."""
    match = _NAME.fullmatch(name)
    return match is not None and len(name) <= 160 and match[2] == extension and digest.startswith(match[1])


def looks_like_ours(name: str) -> str | None:
    """The start of the SHA-256 in a name that `file_name` could have given, None for any other name."""
    match = _NAME.fullmatch(name)
    return match[1] if match else None
