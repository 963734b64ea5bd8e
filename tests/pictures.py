"""Pictures for tests, made at run time: small, valid, and the damaged ones derived from them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

SVG_OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 30">'


def raster(kind: str, width: int = 16, height: int = 9, *, frames: int = 1, colour: int = 0) -> bytes:
    """A picture of `kind` (PNG, JPEG, GIF, WEBP, AVIF) with a gradient, so that every pixel counts."""
    pictures = [
        Image.linear_gradient("L")
        .resize((width, height))
        .convert("RGB")
        .point(lambda v, n=n: (v + colour + 60 * n) % 256)
        for n in range(frames)
    ]
    out = io.BytesIO()
    more: dict[str, object] = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(out, kind, **more)
    return out.getvalue()


def png(width: int = 16, height: int = 9, *, colour: int = 0) -> bytes:
    """A PNG."""
    return raster("PNG", width, height, colour=colour)


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its few bytes decode to."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def bomb(side: int = 30_000) -> bytes:
    """A PNG of `side` by `side` black pixels in about 100 kB."""
    engine = zlib.compressobj(9)
    row = bytes(side // 8 + 1)
    rows = b"".join(engine.compress(row) for _ in range(side)) + engine.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def svg(inside: str = '<rect width="40" height="30"/>', attributes: str = "") -> bytes:
    """An SVG drawing."""
    return (SVG_OPEN.replace(">", f" {attributes}>") + inside + "</svg>").encode()


def gif_of_frames(count: int) -> bytes:
    """A GIF of one pixel and many frames, by hand: the library would merge equal frames."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    frame = (
        b"\x21\xf9\x04\x00\x01\x00\x00\x00" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    )
    return head + frame * count + b"\x3b"
