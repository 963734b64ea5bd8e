"""`data:` URIs: pictures that stand in the notes themselves.  They are left alone, and checked."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from notesite.net.fault import Fault

from .inspect import Facts, inspect

MAX_DATA = 256 * 1024  # bytes, decoded: more belongs into a file
_HEAD = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)?((?:;[^,;]*)*),", re.IGNORECASE)


def is_data(url: str) -> bool:
    """Whether `url` is a `data:` URI."""
    return url.lstrip()[:5].lower() == "data:"


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
