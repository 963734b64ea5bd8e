"""Pictures: what may be published, under which name, and what the page shows."""

from __future__ import annotations

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
