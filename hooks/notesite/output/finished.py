"""The finished pages of a site: which scripts are its own, and whether a page holds anything else that would run.

What is the site's own is learnt from shells: pages as the templates make them, without a word of the notes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ..site.redirects import digest

_HANDLER = re.compile(rb"[\s\"'/]on[a-z]+\s*=", re.IGNORECASE)
_URLS = ("href", "xlink:href", "src", "action", "formaction", "data", "poster", "srcset", "background", "ping", "cite")
_ADDRESSED = ",".join(f"[{name}]" for name in (*_URLS, "srcdoc")).replace(":", "\\:")
# Browsers pass over blanks and control characters in and before a scheme.
_BLANK = re.compile("[\x00-\x20]+")
_ACTIVE = re.compile(r"javascript:|vbscript:|data:(?:text/html|text/xml|application/(?:xhtml\+)?xml)", re.IGNORECASE)
_ATTRIBUTES = rb"""(?: (?:class|id|title|data-[a-z-]+)="[^"<>]*"| href="[^":&<>]*")*+>"""


def _element(name: bytes, *inside: bytes) -> bytes:
    """A pattern of the element without attributes that run, and of the text and elements in it."""
    return b"<%b%b(?:%b)*+</%b>" % (name, _ATTRIBUTES, b"|".join([b"[^<]", *inside]), name)


# Rows of a list that any parser reads as they are written, and that leave it as they have found it.
_INLINE = tuple(map(_element, (b"code", b"span", b"strong")))
_BLOCKS = [_element(b"p", *_INLINE), _element(b"pre", _element(b"code", *_INLINE))]
_BLOCKS += [_element(b"div", *_BLOCKS)]
_BLOCKS += [_element(b"div", *_BLOCKS, _element(b"div", *_BLOCKS))]
_ROWS = b"(?:%b\n?)++" % _element(b"li", _element(b"a"), *_BLOCKS)
_CUT = '<li notes-cut="">.</li>'  # stands for them
_AROUND = frozenset({"-document", "article", "body", "div", "html", "main", "nav", "section", "ul"})
_LARGE = 2**18  # bytes of a page
_DATA = frozenset({"application/json", "application/ld+json"})  # what a <script> may hold and nothing runs


def own_scripts(shells: Iterable[str]) -> frozenset[str]:
    """The scripts of these pages: addresses as written, and hashes of those that stand in the page."""
    return frozenset(_key(node) for shell in shells for node in LexborHTMLParser(shell).css("script") if _runs(node))


def hashes_of(own: Iterable[str]) -> list[str]:
    """Those that a security policy has to name."""
    return sorted(script for script in own if script.startswith("sha256-"))


def foreign(page: bytes, own: Collection[str]) -> Iterator[str]:
    """What would run on this page and is none of `own`, each in words."""
    tree = _tree(page)
    for node in tree.css("script"):
        if _runs(node) and _key(node) not in own:
            yield f"a script that is not the site's own: {' '.join((node.html or '').split())[:80]}"
    if _HANDLER.search(page):  # words of the page, mostly
        for node in tree.css("*"):
            yield from (f"{name} on <{node.tag}>" for name in node.attributes if name.lower().startswith("on"))
    for node in tree.css(_ADDRESSED):
        for name, value in node.attributes.items():
            if name == "srcdoc" or (name in _URLS and _ACTIVE.match(_BLANK.sub("", value or ""))):
                yield f"{name} of <{node.tag}> is {(value or '')[:40]!r}"


def _tree(page: bytes) -> LexborHTMLParser:
    """A page; a large one without its plain rows, of which the tree would be a dozen times their bytes.

    Where what stands for them is no element, in a comment or a script, or stands in one that is open before it, the
    page is read whole: only otherwise all that follows is read as it would be behind the rows.
    """
    if len(page) > _LARGE and b"notes-cut" not in page.lower():
        short, count = re.subn(_ROWS, _CUT.encode(), page)
        tree = LexborHTMLParser(short)
        cuts = tree.css("li[notes-cut]")
        if len(cuts) == count and all(cut.html == _CUT and _AROUND.issuperset(_above(cut)) for cut in cuts):
            return tree
    return LexborHTMLParser(page)


def _above(node: LexborNode) -> Iterator[str | None]:
    """The names of all that it is in."""
    while (parent := node.parent) is not None:
        node = parent
        yield node.tag


def _runs(node: LexborNode) -> bool:
    return (node.attributes.get("type") or "").strip().lower() not in _DATA


def _key(node: LexborNode) -> str:
    source = node.attributes.get("src", node.attributes.get("href"))  # <svg:script> has an href
    return digest(node.text() or "") if source is None else source
