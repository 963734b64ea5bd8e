"""What of the author's HTML reaches the page: what GitHub lets through, and unknown tags as text.

The lists are GitHub's (html-pipeline's sanitization filter); those of elements and of most attributes stand in
`notes/raw_html.py`.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping

from ..diagnostics.diagnostic import Diagnostic, finding
from ..notes.model import Notes, parts_of
from ..notes.raw_html import ATTRIBUTES, Tag, candidates

_ATTRIBUTES = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "srcset", "sizes", "longdesc"}),
    "source": frozenset({"srcset", "sizes", "media"}),
    **dict.fromkeys(("blockquote", "del", "ins", "q"), frozenset({"cite"})),
}
_LINK_SCHEMES = frozenset({"", "http", "https", "mailto", "tel", "xmpp", "irc", "ircs"})
_IMAGE_SCHEMES = frozenset({"", "http", "https"})
_DATA_IMAGES = tuple(f"data:image/{kind}" for kind in ("png", "gif", "jpeg", "webp", "avif"))


def safe_link(url: str) -> bool:
    """Whether a link with this address may be followed from the page."""
    return _scheme(url) in _LINK_SCHEMES


def safe_image(url: str) -> bool:
    """Whether a picture with this address may be shown: from the web, from the project, or inlined as a bitmap."""
    return _scheme(url) in _IMAGE_SCHEMES or url.strip().lower().startswith(_DATA_IMAGES)


# Which values of an attribute are let through.
_SAFE: Mapping[str, Callable[[str], bool]] = {
    **dict.fromkeys(("href", "cite", "longdesc"), safe_link),
    "src": safe_image,
    "srcset": lambda value: all(safe_image(url) for url, _ in candidates(value)),
}


def _scheme(url: str) -> str:
    # Browsers drop tabs and line breaks anywhere in an address, and blanks and control characters around it.
    plain = "".join(char for char in url if char not in "\t\r\n").strip("".join(map(chr, range(33))))
    return parts_of(plain).scheme.lower()


def safe_start_tag(tag: Tag) -> str:
    """The start tag with the attributes that are let through; `id` and `name` are the caller's."""
    allowed = ATTRIBUTES | _ATTRIBUTES.get(tag.name, frozenset())
    own = [(name, value or "") for name, value in tag.attributes if name in allowed]
    safe = (f' {name}="{html.escape(value)}"' for name, value in own if name not in _SAFE or _SAFE[name](value))
    return f"<{tag.name}{''.join(safe)}>"


_ACTIVE = frozenset({"javascript", "vbscript", "data", "file"})


def check_html(notes: Notes) -> Iterator[Diagnostic]:
    """Links and pictures whose addresses GitHub does not let through."""
    # `<image:tag>`, shown as a text
    named = {link for link in notes.links if link.origin == "autolink" and _scheme(link.target) not in _ACTIVE}
    links = [
        (link.target, link.span, "link to {}: addresses is not followed") for link in notes.links if link not in named
    ]
    pictures = [(image.url, image.span, "picture from a {}: address is not shown") for image in notes.images]
    unsafe = [one for one in links if not safe_link(one[0])] + [one for one in pictures if not safe_image(one[0])]
    for url, place, words in unsafe:
        scheme = _scheme(url)
        if scheme == "file" or len(scheme) == 1:  # `C:\\notes\\a.png`
            message = f"a {words.split()[0]} by its path on one computer reaches no reader"
            yield finding("N_HTML", message, place, help="Write the path from the notes to the file.", cause="path")
        else:
            yield finding("N_HTML", f"a {words.format(scheme)}", place)
