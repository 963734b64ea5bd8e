"""HTML as the XML that e-book readers want: well-formed, without elements that HTML has given up."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup
from tinyhtml5.parser import HTMLParser

from ...lib.data import bundled_json
from .markup import VOID

XHTML = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
# What no XML may hold.
INVALID = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# Given up by HTML: elements with what stands for them, attributes, and those that only some elements still have.
_GIVEN_UP = bundled_json(__name__, "given_up.json")


def to_xhtml(html: str) -> Markup:
    """The content of a page as XHTML.  Whatever the HTML is like, the result is well-formed."""
    # A stream: the parser takes a short text for the name of a file.
    fragment = HTMLParser(namespace_html_elements=True).parse_fragment(io.StringIO(html))
    text = _text(fragment.text) + "".join(piece for child in fragment for piece in _element(child, XHTML))
    return Markup(INVALID.sub("", text))  # noqa: S704  # written by `_text` and `_attributes`, which escape


def _element(element: ET.Element, outer: str) -> Iterator[str]:
    if isinstance(element.tag, str):
        space, _, name = element.tag.rpartition("}")
        yield from _written(element, space.removeprefix("{") or XHTML, name, outer)
    yield _text(element.tail)


def _written(element: ET.Element, space: str, name: str, outer: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield _text(element.text)
        yield from (piece for child in element for piece in _element(child, outer))
        return
    if space == XHTML and name == "input":  # a task's box: e-books have no forms
        yield "☑ " if element.get("checked") is not None else "☐ "
        return
    if space == XHTML and name == "source" and not (element.get("srcset") or element.get("src")):
        return
    if space == XHTML and name == "picture" and element.find(f"{{{XHTML}}}img") is None:
        name = "span"  # words stand in the place of its picture
    name = _GIVEN_UP["elements"].get(name, name) if space == XHTML else name
    declared = f' xmlns="{space}"' if space != outer else ""
    attributes = "".join(_attributes(element, name, space))
    if space == XHTML and name in VOID:
        yield f"<{name}{declared}{attributes}/>"
        return
    yield f"<{name}{declared}{attributes}>{_text(element.text)}"
    yield from (piece for child in element for piece in _element(child, space))
    yield f"</{name}>"


def _attributes(element: ET.Element, name: str, space: str) -> Iterator[str]:
    for full, value in element.attrib.items():
        own_space, _, key = full.rpartition("}")
        if own_space == "{" + _XLINK and key == "href":
            yield f' xmlns:xlink="{_XLINK}" xlink:href={quoteattr(value)}'
            continue
        if own_space or not _NAME.fullmatch(key) or (space == XHTML and _is_given_up(key, name)):
            continue
        yield f" {key}={quoteattr(value)}"


def _is_given_up(key: str, name: str) -> bool:
    return key in _GIVEN_UP["attributes"] or name not in _GIVEN_UP["kept on"].get(key, [name])


def _text(text: str | None) -> str:
    return escape(text) if text else ""
