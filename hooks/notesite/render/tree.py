"""The finished element tree of a page: links led to their pages, headings promoted, GitHub's blocks in the theme's form.

Everything the site adds to the author's words carries the attribute `data-added`; links that it adds are addresses of
the site already and say so with OWN.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

from markdown.util import AMP_SUBSTITUTE

from ..lib.light import NamedTuple
from ..notes.anchors import element_id
from ..notes.parser import with_emoji
from ..notes.raw_html import candidates
from .elements import elements, put_text
from .pictures import Pictures

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ADDRESSES = {"href", "poster", "src"}
_CODE = {"code", "pre", "kbd", "samp", "tt"}
_PLACE = re.compile("[\x02\x03]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
# Letters that run from right to left, and the elements that GitHub lets find out their own direction.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_DIRECTED = frozenset({*_HEADINGS, "p", "ul", "ol", "blockquote", "td", "th", "dt", "dd", "summary"})
# Tells MkDocs that an address is none of its documents; `Bridge` takes it off again.
AS_WRITTEN = "as-written:"
OWN = "data-own"
STASH = "data-stash"  # a code block or a formula: the placeholder of its HTML
LINE = "data-line"  # a code block: the line of the notes where it opens

ResolveLink = Callable[[str], str]


class TreeOptions(NamedTuple):
    """What the tree of a page needs to know."""

    resolve_link: ResolveLink = lambda url: url
    leads: ResolveLink | None = None  # from an address in one of several files to what it means in the whole
    main_id: str = ""  # of the heading that names the page; what stands before it, in a quote say, is none
    title: str = ""  # a heading to add when the page has none
    pictures: Pictures | None = None
    decorate: Callable[[ET.Element], None] = lambda _root: None  # adds what the author did not write


def tree_of(html: str, options: TreeOptions) -> ET.Element:
    """The element tree of a page's HTML, ready for Python-Markdown's tree processors."""
    root = elements(html)
    _without_placeholders(root)
    if options.leads:
        _lead(root, options.leads)
    _unique_ids(root)
    _promote_headings(root, options)
    if options.pictures is not None:
        options.pictures.hang(root)
    if _RIGHT_TO_LEFT.search(html):
        _give_directions(root)
    options.decorate(root)
    for element, parent in list(_with_parents(root)):
        _finish(element, parent, options)
        _finish_text(element, parent)
    return root


def _lead(root: ET.Element, leads: ResolveLink) -> None:
    for element in root.iter():
        for name in _ADDRESSES.intersection(element.keys()):
            element.set(name, leads(element.get(name, "")))
        if "srcset" in element.keys():  # noqa: SIM118  # an element is no mapping
            pairs = candidates(element.get("srcset", ""))
            element.set("srcset", ", ".join(f"{leads(url)} {descriptor}".rstrip() for url, descriptor in pairs))


def _with_parents(root: ET.Element) -> Iterator[tuple[ET.Element, ET.Element | None]]:
    yield root, None
    for parent in root.iter():
        for child in parent:
            yield child, parent


def remove(parent: ET.Element, child: ET.Element) -> None:
    """Take an element out of the tree; the text after it stays."""
    if child.tail:
        put_text(parent, list(parent).index(child), child.tail)
    parent.remove(child)


def _without_placeholders(root: ET.Element) -> None:
    """Take out the two characters that mark Python-Markdown's own places: `&#2;` brings them where none may be."""
    for element in root.iter():
        element.text, element.tail = _PLACE.sub("", element.text or ""), _PLACE.sub("", element.tail or "")
        element.attrib |= {name: _PLACE.sub("", value) for name, value in element.items() if name != STASH}


def _unique_ids(root: ET.Element) -> None:
    """Headings keep their ids, unless they are the site's own; an anchor of the author's that repeats one is not needed, the place is the same."""
    headings = {element.get("id") for element in root.iter() if element.tag in _HEADINGS}
    seen: set[str | None] = set()
    for element in root.iter():
        own = element.get("id")
        if own is None:
            continue
        element.set("id", element_id(own))
        if own in seen or (element.tag not in _HEADINGS and own in headings):
            del element.attrib["id"]
        seen.add(own)


def _promote_headings(root: ET.Element, options: TreeOptions) -> None:
    """The first heading becomes the page's h1; the others follow without a skipped level, as deep as they are nested."""
    headings = [element for element in root.iter() if element.tag in _HEADINGS]
    nested = [0] * bool(options.title)
    if options.title:
        added = ET.Element("h1", {"data-added": ""})
        added.text, added.tail, root.text = options.title, f"\n{root.text or ''}", None
        root.insert(0, added)
    main = next((number for number, heading in enumerate(headings) if heading.get("id") == options.main_id), 0)
    for heading in headings[:main]:
        heading.tag = f"h{max(int(heading.tag[1]), 2)}"
    for heading in headings[main:]:
        level = int(heading.tag[1])
        while len(nested) > 1 and nested[-1] >= level:
            nested.pop()
        nested.append(level)
        heading.tag = f"h{min(len(nested), 6)}"


def _give_directions(root: ET.Element) -> None:
    """Each block runs as its first letter does, a list as one; pages without such letters need none of it."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag in _DIRECTED and element.get("dir") is None:
            element.set("dir", "auto")
        if element.tag not in {"ul", "ol"}:  # an item with a direction of its own has its mark at the other side
            waiting.extend(element)


def _finish(element: ET.Element, parent: ET.Element | None, options: TreeOptions) -> None:
    """Give one element the form that the theme and MkDocs expect."""
    if element.tag == "a" and parent is not None:
        _finish_link(element, options)
    elif element.tag == "img" and element.get("src") is None:
        element.tag = "span"
        element.text = element.get("alt")
        element.attrib.clear()
    elif element.tag == "img":
        source = element.get("src", "")
        element.set("src", options.resolve_link(source) if source else AS_WRITTEN)
    elif element.tag == "video":
        url = options.resolve_link(element.get("src", ""))
        under_docs = options.pictures is not None and not url.startswith(AS_WRITTEN)
        element.set("src", options.pictures.asset_url(url) if under_docs and options.pictures else url)
    elif element.tag == "pre" and element.get(STASH):
        # Python-Markdown puts highlighted code back where a paragraph holds nothing but its placeholder.
        element.tag, element.text = "p", element.get(STASH)
        element.attrib.clear()
    elif element.tag == "span" and element.get(STASH):
        element.text = element.attrib.pop(STASH)
    elif parent is not None and element.tag == "center":
        element.tag = "div"
        element.set("align", "center")


def _finish_link(element: ET.Element, options: TreeOptions) -> None:
    if element.get("href") is None:
        # MkDocs wants every <a> to lead somewhere; an anchor or a refused link is plain text with an id.
        element.tag = "span"
        return
    if OWN in element.attrib:
        del element.attrib[OWN]
        return
    address = options.resolve_link(element.get("href", ""))
    if address:
        element.set("href", address)
    else:
        element.tag = "span"
        del element.attrib["href"]


def _finish_text(element: ET.Element, parent: ET.Element | None) -> None:
    text, tail = element.text or "", element.tail or ""
    element.text = _kept(text if element.tag in _CODE else with_emoji(text))
    element.tail = _kept(tail if parent is None or parent.tag in _CODE else with_emoji(tail))
    element.attrib |= {name: _kept(value) for name, value in element.items()}


def _kept(text: str) -> str:
    """Protect `&name;` that the author wrote as text: Python-Markdown's serializer would take it for an entity."""
    return _ENTITY.sub(f"{AMP_SUBSTITUTE}amp;", text)
