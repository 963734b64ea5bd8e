"""One built page: what it defines (anchors) and what it uses (pages, anchors, files), read by a real HTML5 parser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from ..lib.light import NamedTuple, json_of
from ..notes.model import EMPTY
from ..notes.raw_html import candidates

ANCHOR_TABLE = "__notes_anchors"  # id of the home page's JSON table: anchor of the one file -> address of its new place


class Kind(StrEnum):
    """What a use is for; the words stand in messages."""

    LINK = "link"
    IMAGE = "image"
    SCRIPT = "script"
    STYLE = "style sheet"
    MEDIA = "media file"
    FRAME = "frame"
    FILE = "file"  # icons, manifests and other things a <link> names
    CSS = "file of a style"
    REFRESH = "redirect"
    ANCHOR = "forwarded anchor"  # an entry of the table above
    SEARCH = "search result"
    SITEMAP = "sitemap entry"
    ID = "id"  # no address: an id that the page has repeatedly


class Use(NamedTuple):
    """One address on one page."""

    target: str  # as the parser gives it: entities resolved, nothing else changed
    kind: Kind
    nth: int = 0  # how many uses of the same target stand before it on the page


class PageFacts(NamedTuple):
    """What a page defines and uses."""

    defines: frozenset[str] = frozenset()  # ids and names that a fragment can reach
    uses: Sequence[tuple[str, Kind]] = ()  # addresses as `Use` has them
    right: int = 0  # how many others there are, which are right
    repeated: tuple[str, ...] = ()  # ids that stand on the page more than once, each once
    base: str = ""  # of <base href>
    table: Mapping[str, str] = EMPTY  # the anchor table, when the page holds one


_SELECTOR = (
    # [href] finds xlink:href as well.
    ":is([href],[src],[id],[name],[srcset],[style],[poster],[data],[content],[imagesrcset],[background],style)"
)
_ADDRESSES: dict[str, tuple[tuple[str, Kind], ...]] = {  # attributes of elements; links, cards and drawings see below
    **dict.fromkeys(("img", "input"), (("src", Kind.IMAGE),)),
    **dict.fromkeys(("embed", "source", "audio", "track"), (("src", Kind.MEDIA),)),
    **dict.fromkeys(("iframe", "frame"), (("src", Kind.FRAME),)),
    **dict.fromkeys(("body", "table", "td", "th"), (("background", Kind.IMAGE),)),
    "area": (("href", Kind.LINK),),
    "object": (("data", Kind.MEDIA),),
    "script": (("src", Kind.SCRIPT),),
    "video": (("src", Kind.MEDIA), ("poster", Kind.IMAGE)),
}
# Relations that name no document of this site: canonical and the like repeat the page's own public address (which
# need not exist yet where the site is checked), preconnect and dns-prefetch name hosts.
_UNCHECKED_RELATIONS = {"canonical", "shortlink", "preconnect", "dns-prefetch", "edit", "license", "author", "me"}
_CARD_IMAGES = {"og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"}
# url() and @import, as CSS Syntax Level 3 reads them, less what is in comments.
_STRING = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
_TOKENS = re.compile(
    rf"/\*.*?(?:\*/|\Z)|@import\s*(?P<import>{_STRING})"
    rf"|\burl\(\s*(?:(?P<quoted>{_STRING})|(?P<bare>[^\s\"'()]*))\s*\)|(?P<other>{_STRING})",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(\n)|(.))", re.DOTALL)
_REFRESH = re.compile(r"\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?(?P<quote>[\"']?)(?P<url>.*)", re.IGNORECASE | re.DOTALL)


def read_page(data: bytes) -> PageFacts:
    """The facts of one HTML page (or SVG picture).  Never raises: HTML5 gives every text a meaning."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415  # 20 ms that only a link check pays

    ids: list[str] = []
    names: set[str] = set()
    uses: list[tuple[str, Kind]] = []
    base, table, last = "", {}, -1
    for node in LexborHTMLParser(data).css(_SELECTOR):
        if node.mem_id == last:  # some selectors give a node once for each part that matches
            continue
        last, tag, attributes = node.mem_id, node.tag or "", node.attributes
        if "id" in attributes and (anchor := attributes["id"]):
            ids.append(anchor)
            if anchor == ANCHOR_TABLE:
                table = _table(node.text())
        if tag == "a":
            if (target := attributes.get("href")) is not None:
                uses.append((target, Kind.LINK))
            if "name" in attributes:
                names.add(attributes["name"] or "")
            if "style" not in attributes:
                continue
        if tag == "base":
            base = base or attributes.get("href") or ""
        else:
            uses += addresses(tag, attributes, node.text() if tag == "style" else "")
    uses += ((target, Kind.ANCHOR) for target in table.values())
    repeated = tuple(anchor for anchor, count in Counter(ids).items() if count > 1)
    return PageFacts(frozenset({*ids, *names} - {""}), uses, 0, repeated, base, table)


def counted(uses: Iterable[tuple[str, Kind]]) -> Iterator[Use]:
    """The uses of a page, each told how many of the same address stand before it."""
    counts: dict[str, int] = {}
    for target, kind in uses:
        before = counts.get(target, 0)
        yield Use(target, kind, 0 if kind is Kind.ANCHOR else before)
        counts[target] = before + 1


def public_address(data: bytes) -> str:
    """The address that a page calls its own (rel=canonical), "" when it names none."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415  # as above

    node = LexborHTMLParser(data).css_first('link[rel="canonical"][href]')
    return (node.attributes.get("href") or "") if node else ""


def addresses(tag: str, attributes: Mapping[str, str | None], text: str = "") -> Iterator[tuple[str, Kind]]:
    """What an element names beside the target of an <a>, a style by its `text`; nothing is loaded of an empty address."""
    for name, kind in _ADDRESSES.get(tag, ()):
        if written := attributes.get(name):
            yield written, kind
    if tag == "link" and (target := attributes.get("href")):
        relations = set((attributes.get("rel") or "").lower().split())
        is_page = relations & {"next", "prev", "alternate", "help", "search"} and not attributes.get("type")
        if not relations & _UNCHECKED_RELATIONS:
            yield target, Kind.STYLE if "stylesheet" in relations else Kind.LINK if is_page else Kind.FILE
    elif tag == "meta" and (content := attributes.get("content")):
        if (attributes.get("http-equiv") or "").lower() == "refresh":
            if target := refresh_target(content):
                yield target, Kind.REFRESH
        elif (attributes.get("property") or attributes.get("name") or "").lower() in _CARD_IMAGES:
            yield content, Kind.IMAGE
    elif tag in {"use", "image", "feimage", "feImage"} and (
        written := attributes.get("href") or attributes.get("xlink:href")
    ):
        yield written, Kind.IMAGE
    for name in ("srcset", "imagesrcset"):
        if written := attributes.get(name):
            yield from ((target, Kind.IMAGE) for target, _ in candidates(written))
    for style in (text, attributes.get("style") or ""):
        yield from ((target, Kind.CSS) for target, _ in css_uses(style))


def refresh_target(content: str) -> str:
    """The address in the `content` of a meta refresh, "" when it only reloads the page."""
    quote, url = match.groups() if (match := _REFRESH.match(content)) else ("", "")
    return (url.split(quote, 1)[0] if quote else url).strip()


def _table(text: str) -> dict[str, str]:
    try:
        table = json_of(text)
    except ValueError:
        return {}
    if not isinstance(table, dict):
        return {}
    return {str(key): value for key, value in table.items() if isinstance(value, str)}


def css_uses(text: str) -> Iterator[tuple[str, int]]:
    """Each address that the style sheet `text` uses, unescaped, and the offset where it stands.

    Addresses that are only a fragment (`url(#gradient)`) name something inside the document that applies the style,
    not a file, and are left out.
    """
    if "url(" not in text and "@import" not in text and "URL(" not in text:
        return
    for match in _TOKENS.finditer(text):
        for name, mark in (("import", 1), ("quoted", 1), ("bare", 0)):
            written = match[name] or ""
            plain = written[mark : len(written) - mark]
            address = _ESCAPE.sub(lambda m: _character(m[1]) if m[1] else (m[3] or ""), plain).strip()
            if address and not address.startswith("#"):
                yield address, match.start(name) + mark


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if 0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else "\ufffd"
