"""The files that a style sheet uses: url() and @import, as CSS Syntax Level 3 reads them, less what is in comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STRING = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
_TOKENS = re.compile(
    rf"/\*.*?(?:\*/|\Z)|@import\s*(?P<import>{_STRING})"
    rf"|\burl\(\s*(?:(?P<quoted>{_STRING})|(?P<bare>[^\s\"'()]*))\s*\)|(?P<other>{_STRING})",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(\n)|(.))", re.DOTALL)


def uses(text: str) -> Iterator[tuple[str, int]]:
    """Each address that the style sheet `text` uses, unescaped, and the offset where it stands.

    Addresses that are only a fragment (`url(#gradient)`) name something inside the document that applies the style,
    not a file, and are left out.
    """
    if "url(" not in text and "@import" not in text and "URL(" not in text:
        return
    for match in _TOKENS.finditer(text):
        for name in ("import", "quoted", "bare"):
            written = match[name]
            if written:
                plain = written if name == "bare" else written[1:-1]
                address = _ESCAPE.sub(lambda m: _character(m[1]) if m[1] else (m[3] or ""), plain).strip()
                if address and not address.startswith("#"):
                    yield address, match.start(name) + (name != "bare")


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if 0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else "\ufffd"
