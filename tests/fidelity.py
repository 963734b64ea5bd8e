"""The judge of fidelity: GitHub's own parser (cmark-gfm), compared with a page block by block.

A block is a paragraph, heading, code block, table cell, rule, or loose text of an item; it is compared by its kind, the
path of containers it stands in, and its inline content (text, emphasis, code, links, pictures).  Heading levels and
the attributes that the site adds are not compared.
"""

from __future__ import annotations

import difflib
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown import Markdown
from tinyhtml5.parser import HTMLParser

from notesite.diagnostics.diagnostic import Position
from notesite.notes.parser import with_emoji
from notesite.notes.raw_html import AS_TEXT, UNWRAPPED, read_tags
from notesite.render.bridge import Bridge
from notesite.render.html import PageHtml

EXTENSIONS = ["table", "strikethrough", "autolink", "tagfilter", "tasklist"]
_BLOCKS = {"p", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "td", "th", "li", "summary", "dt", "dd", "caption"}
_CONTAINERS = {"ul", "ol", "li", "blockquote", "table", "details", "div", "section", "dl", "td", "th"}
_CODE = {"code", "pre"}
_MARKS = {"em", "strong", "code", "del", "sup", "sub", "kbd", "b", "i", "s", "strike", "mark", "ins"}


class Block(NamedTuple):
    """One block as a reader sees it."""

    kind: str
    path: str
    content: str


def by_github(text: str) -> list[Block]:
    """The blocks that GitHub's parser finds."""
    return list(_blocks(_github(text)))


def _github(text: str) -> ET.Element:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    html = cmarkgfm.cmark.markdown_to_html_with_extensions(text, options=options, extensions=EXTENSIONS)
    return _alerts(_parse(_known_tags(html)))


def by_site(text: str) -> list[Block]:
    """The blocks that the parser bridge hands to MkDocs for a document that stands alone."""
    return from_html(Markdown(extensions=[Bridge()]).convert(text))


def from_html(html: str) -> list[Block]:
    """The blocks of a built page's article, without what the site has added."""
    return list(_blocks(_own(html)))


def _own(html: str) -> ET.Element:
    root = _parse(html)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("data-added") is not None or child.get("class") == "headerlink" or child.tag == "script":
                _drop(parent, child)
    return root


def share_equal(expected: list[Block], found: list[Block]) -> float:
    """The share of blocks of `expected` that `found` has in the same order, 1.0 for all."""
    matcher = difflib.SequenceMatcher(None, expected, found, autojunk=False)
    equal = sum(block.size for block in matcher.get_matching_blocks())
    return equal / max(len(expected), len(found), 1)


def differences(expected: list[Block], found: list[Block]) -> list[str]:
    """The blocks that differ, as a readable diff."""
    before, after = [str(tuple(b)) for b in expected], [str(tuple(b)) for b in found]
    return [
        line for line in difflib.unified_diff(before, after, lineterm="", n=0) if line[:2] not in {"--", "++", "@@"}
    ]


def _parse(html: str) -> ET.Element:
    root = ET.Element("div")
    fragment = HTMLParser(namespace_html_elements=False).parse_fragment(io.StringIO(html))
    root.text = fragment.text
    root.extend(list(fragment))
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str):
                _drop(parent, child)
    return root


def _drop(parent: ET.Element, child: ET.Element) -> None:
    index = list(parent).index(child)
    if child.tail:
        if index:
            parent[index - 1].tail = (parent[index - 1].tail or "") + child.tail
        else:
            parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _known_tags(html: str) -> str:
    """Tags that HTML does not know, as text: GitHub drops them and the words in them."""
    renderer = PageHtml(lambda _: "")
    parts = []
    for tag in read_tags(html):
        own = tag.kind in {"start", "end"} and tag.name in {"input", "section"}
        if tag.kind in {"start", "end"} and not own and tag.name not in UNWRAPPED | AS_TEXT:
            shown = renderer._tag(tag, Position(1, 1))
            keep = tag.text if shown.startswith("<") else shown
            parts.append(keep)
        elif tag.kind in {"comment", "other"} or (not own and tag.name in UNWRAPPED):
            continue
        else:
            parts.append(tag.text)
    return "".join(parts)


def _alerts(root: ET.Element) -> ET.Element:
    """GitHub makes alerts of quotes after cmark; so does the judge."""
    for quote in root.iter("blockquote"):
        first = next(iter(quote), None)
        if first is None or first.tag != "p":
            continue
        match = re.match(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)", first.text or "", re.IGNORECASE)
        alone = match and match.end() == len(first.text or "") and not len(first)
        if match and not (alone and len(quote) == 1):
            quote.tag = "div"
            title = ET.Element("p")
            title.text, title.tail = match[1].title(), "\n"
            first.text = (first.text or "")[match.end() :]
            quote.insert(0, title)
            if alone:
                _drop(quote, first)
    return root


def _blocks(root: ET.Element, path: tuple[str, ...] = ()) -> Iterator[Block]:
    """Leaf blocks in order; text that stands loose in a container is a block of its own."""
    loose: list[str] = []

    def flush() -> Iterator[Block]:
        content = _squeezed("".join(loose))
        loose.clear()
        if content:
            yield Block("text", "/".join(path), content)

    loose.append(_text(root.text))
    for child in root:
        tag = child.tag
        if (tag == "div" and "highlight" in (child.get("class") or "")) or tag == "pre":
            yield from flush()
            yield Block("pre", "/".join(path), "".join(child.itertext()).strip("\n"))
        elif tag == "p" or tag in {"h1", "h2", "h3", "h4", "h5", "h6", "summary", "caption", "dt"}:
            yield from flush()
            kind = "heading" if tag[0] == "h" else tag
            if kind == "p" and any(grand.tag in _BLOCKS for grand in child):
                yield from _blocks(child, path)
            else:
                content = _squeezed(_inline(child))
                if content:
                    yield Block(kind, "/".join(path), content)
        elif tag == "hr":
            yield from flush()
            yield Block("hr", "/".join(path), "")
        elif tag in _CONTAINERS or (
            tag not in _MARKS
            and any(grand.tag in _BLOCKS | _CONTAINERS for grand in child.iter() if grand is not child)
        ):
            yield from flush()
            name = "quote" if tag == "blockquote" else "ul" if tag == "ul" else tag
            framed = "notes-figure" in (child.get("class") or "")  # the site's frame around a picture
            yield from _blocks(child, path if framed else (*path, name))
        else:
            loose.append(_inline_element(child))
        loose.append(_text(child.tail))
    yield from flush()


def _inline(element: ET.Element) -> str:
    return _text(element.text) + "".join(_inline_element(child) + _text(child.tail) for child in element)


def _inline_element(element: ET.Element) -> str:  # noqa: PLR0911  # one return for each kind of element reads well
    if element.tag == "img":
        return f"![{element.get('alt') or ''}]({element.get('src') or ''})"
    if element.tag == "br":
        return "⏎"
    if element.tag == "input":
        return "[x]" if element.get("checked") is not None else "[ ]"
    content = _inline(element)
    if element.tag == "a" and element.get("href"):
        if "footnote" in (element.get("class") or "") or (element.get("href") or "").startswith(("#fn", "#fnref")):
            return "" if "backref" in (element.get("class") or "") else f"^{content.strip('[]')}"
        return f"[{content}]({element.get('href')})"
    if element.tag in _MARKS:
        return f"<{element.tag}>{content}</{element.tag}>"
    return content


def _text(text: str | None) -> str:
    return with_emoji(text or "")


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\s*⏎\s*", "⏎", text)).strip(" ⏎")


def words(html: str) -> Counter[str]:
    """The visible words of a page's article, without what the site has added."""
    return Counter(_visible(_own(html)).split())


def words_by_github(text: str) -> Counter[str]:
    """The visible words of a document as GitHub shows it, tags that HTML does not know included."""
    return Counter(_visible(_github(text)).split())


def _visible(element: ET.Element) -> str:
    if element.tag in {"script", "style"}:
        return ""
    if element.tag == "a" and "footnote-backref" in (element.get("class") or ""):
        return ""
    text = (element.text or "") + "".join(_visible(child) + (child.tail or "") for child in element)
    if element.tag not in _CODE:
        text = with_emoji(text)
    return text if element.tag in _MARKS or element.tag in {"a", "span", "code"} else f" {text} "
