"""Pictures: what bytes are, what they may measure, what a page shows, and file names of mirrored ones.

The type comes from the bytes, never from a name or a header, and the bytes must decode to the end.
A name is made of the heading above the picture, its alternative text (or its number under that heading) and the
start of its SHA-256: `pod-lifecycle-2-1f0c9a3e.png`.  Nothing of it comes from the URL.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Collection
from urllib.parse import unquote_to_bytes

from ..lib.light import NamedTuple
from ..net.response import Fault

_MAX_STEM = 60  # characters; with hash and extension every file system and zip tool is content
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*-([0-9a-f]{8,64})\.([a-z]{3,4})", re.ASCII)


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
    enlarge: bool = True


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
    for length in (8, 16, 64):
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


class Kind(NamedTuple):
    """A type of image that browsers show."""

    format: str  # Pillow's name
    media_type: str
    extension: str
    feature: str = ""  # of Pillow, where the type needs an optional codec


PNG = Kind("PNG", "image/png", "png")
JPEG = Kind("JPEG", "image/jpeg", "jpg")
GIF = Kind("GIF", "image/gif", "gif")
WEBP = Kind("WEBP", "image/webp", "webp", "webp")
AVIF = Kind("AVIF", "image/avif", "avif", "avif")
SVG = Kind("SVG", "image/svg+xml", "svg")
KINDS = {kind.media_type: kind for kind in (PNG, JPEG, GIF, WEBP, AVIF, SVG)}

_MAGIC = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PNG),
    (re.compile(rb"\xff\xd8\xff"), JPEG),
    (re.compile(rb"GIF8[79]a"), GIF),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), WEBP),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), AVIF),
)
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title")
_PADDING = b"\0\r\n\t "  # harmless behind the end of an image
_SIDEWAYS = range(5, 9)  # EXIF orientations that turn the picture by a quarter
MAX_DATA = 256 * 1024  # bytes, decoded, of a picture that stands in the notes themselves: more belongs into a file
_HEAD = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)?((?:;[^,;]*)*),", re.IGNORECASE)


class Facts(NamedTuple):
    """What is known about an image that may be published."""

    kind: Kind
    width: int  # CSS pixels, as a browser shows it
    height: int
    frames: int = 1
    cleaned: bytes = b""  # a drawing without what was active in it, b"" when nothing was
    taken: str = ""  # what that was, in words


def sniffed(data: bytes) -> Kind:
    """The type that the first bytes announce.  Raises Fault E_EMPTY or E_NOTIMAGE."""
    if not data:
        raise Fault("E_EMPTY", "0 bytes")
    if kind := next((kind for magic, kind in _MAGIC if magic.match(data)), None):
        return kind
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    begins_as_html = head.startswith(_HTML)
    if not begins_as_html and (head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!")) and b"<svg" in head)):
        return SVG
    is_html = begins_as_html or b"<html" in head
    what = "an HTML page, not an image" if is_html else "not a PNG, JPEG, GIF, WebP, AVIF or SVG image"
    raise Fault("E_NOTIMAGE", what)


def inspect(data: bytes, limits: Limits | None = None) -> Facts:
    """The facts about an image that may be published, a drawing as `cleaned`; raises the Fault that says why it may not."""
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise Fault("E_SIZE", f"{len(data)} bytes, limit {limits.bytes}")
    kind = sniffed(data)
    if kind is SVG:
        from .svg import cleaned  # noqa: PLC0415  # an XML parser is loaded only for SVG

        return cleaned(data, limits)
    if kind is PNG and len(data) >= 24:  # known without a decoder, which has a limit of its own
        check_size(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"), limits)
    end = _END[kind](data)
    if end is None or end > len(data):
        raise Fault("E_CORRUPT", f"{kind.format} does not decode: its end is missing")
    if data[end:].strip(_PADDING):  # they could be a second file of another type
        raise Fault("E_TRAILING", f"{len(data) - end} bytes after the end of the {kind.format}")
    return _decoded(data, kind, limits)


def _png_end(data: bytes) -> int | None:
    place = 8
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        name = data[place + 4 : place + 8]
        place += 12 + length
        if name == b"IEND":
            return place
    return None


def _gif_end(data: bytes) -> int | None:
    """Walks the blocks of a GIF (GIF89a specification, appendix A)."""
    if len(data) < 13:
        return None
    place = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while place < len(data):
        mark = data[place]
        if mark == 0x3B:
            return place + 1
        if mark == 0x21:
            place += 2
        elif mark == 0x2C and place + 10 <= len(data):
            flags = data[place + 9]
            place += 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
        else:
            return None
        while place < len(data) and data[place]:
            place += data[place] + 1
        place += 1
    return None


def _jpeg_end(data: bytes) -> int | None:
    """Behind the last end marker, for cameras append further whole JPEGs (MPF)."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        if data[place + 1] == 0xDA:  # start of scan; before it, thumbnails hold end markers of their own
            end = data.rfind(b"\xff\xd9", place)
            return end + 2 if end > 0 else None
        if data[place + 1] == 0xFF:  # a fill byte
            place += 1
            continue
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None


def _avif_end(data: bytes) -> int | None:
    """Behind the last box of ISO 14496-12 that belongs to a picture."""
    place = 0
    while place + 8 <= len(data) and data[place + 4 : place + 8] in _BOXES:
        size = int.from_bytes(data[place : place + 4], "big")
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        if size == 0:
            return len(data)
        if size < 8:
            return None
        place += size
    rest = data[place:].strip(_PADDING)
    return None if 0 < len(rest) < 8 else place  # less than a box's head: the file was cut


_BOXES = (b"ftyp", b"meta", b"mdat", b"moov", b"moof", b"styp", b"sidx", b"mfra", b"free", b"skip", b"uuid")
_END: dict[Kind, Callable[[bytes], int | None]] = {PNG: _png_end, GIF: _gif_end, JPEG: _jpeg_end, AVIF: _avif_end}
_END[WEBP] = lambda data: 8 + int.from_bytes(data[4:8], "little") + (data[4] & 1)  # an even number of bytes


def _decoded(data: bytes, kind: Kind, limits: Limits) -> Facts:
    from PIL import ExifTags, Image, features  # noqa: PLC0415  # builds that fetch nothing never load Pillow

    if kind.feature and not features.check(kind.feature):
        raise Fault("E_CODEC", f"this Pillow cannot decode {kind.format}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # Our own limits are checked as soon as the header is read, before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=(kind.format,)) as image:
                (width, height), frames = image.size, int(getattr(image, "n_frames", 1))
                check_size(width, height, limits, frames)
                image.verify()
            with Image.open(io.BytesIO(data), formats=(kind.format,)) as image:
                for frame in range(frames):
                    image.seek(frame)
                    image.load()
                width, height = image.size
                if kind is JPEG and image.getexif().get(ExifTags.Base.Orientation) in _SIDEWAYS:
                    width, height = height, width
    except Fault:
        raise
    except (Image.DecompressionBombError, MemoryError):
        raise Fault("E_PIXELS", f"{kind.format} of more than {limits.pixels} pixels") from None
    except Exception as error:  # noqa: BLE001  # Pillow's decoders raise anything on damaged bytes
        raise Fault("E_CORRUPT", f"{kind.format} does not decode: {str(error)[:100] or type(error).__name__}") from None
    return Facts(kind, width, height, frames)


def check_size(width: float, height: float, limits: Limits, frames: int = 1) -> None:
    """Raises Fault E_PIXELS when an image measures too much or nothing."""
    if width < 1 or height < 1:
        raise Fault("E_PIXELS", f"{width:g}x{height:g} pixels")
    if max(width, height) > limits.side or width * height > limits.pixels:
        raise Fault("E_PIXELS", f"{width:g}x{height:g} pixels, limit {limits.side} a side and {limits.pixels} in all")
    if frames > limits.frames or frames * width * height > limits.total_pixels:
        raise Fault("E_PIXELS", f"{frames} frames of {width:g}x{height:g} pixels, limit {limits.frames} frames")


# --- `data:` URIs, which are left alone, and checked ---------------------------------------------------------------


def data_bytes(uri: str, limit: int = MAX_DATA) -> bytes:
    """What the URI holds.  Raises Fault E_URL, E_NOTIMAGE or E_SIZE."""
    text = uri.strip()
    head = _HEAD.match(text)
    if head is None:
        raise Fault("E_URL", "the data: address cannot be read")
    if not (head[1] or "text/plain").lower().startswith("image/"):
        raise Fault("E_NOTIMAGE", f"a data: address of type {(head[1] or 'text/plain')[:40]}")
    content = text[head.end() :]
    if len(content) > 4 * limit:
        raise Fault("E_SIZE", f"a data: address of more than {limit} bytes")
    raw = unquote_to_bytes(content)
    if ";base64" in head[2].lower():
        try:
            raw = base64.b64decode(b"".join(raw.split()), validate=True)
        except binascii.Error:
            raise Fault("E_CORRUPT", "the data: address is no valid base64") from None
    if len(raw) > limit:
        raise Fault("E_SIZE", f"a data: address of {len(raw)} bytes, limit {limit}")
    return raw


def data_facts(uri: str) -> Facts:
    """Facts about the picture in a `data:` URI; raises Fault as `inspect` does, and E_SVG for an active drawing."""
    facts = inspect(data_bytes(uri))
    if facts.taken:
        raise Fault("E_SVG", f"SVG with active content refused: {facts.taken}")
    return facts


def data_uri(media_type: str, data: bytes) -> str:
    """The bytes as a `data:` URI."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
