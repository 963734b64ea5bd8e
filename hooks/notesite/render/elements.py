"""Elements from HTML: a page as browsers read it, and what the site adds to it, written as templates."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import jinja2
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from ..lib.light import bundled_text

_DEEPEST = 100  # elements in each other; what is deeper stands beside its parents, as in browsers
# By the names of packages.  Line ends and indentation are for those who read the file.
_LOADER = jinja2.FunctionLoader(lambda name: "".join(map(str.strip, bundled_text(name, "added.html").splitlines())))
TEMPLATES = jinja2.Environment(autoescape=True, loader=_LOADER)


def elements(html: str) -> ET.Element:
    """The HTML as browsers read it in the body of a page, comments left out, in a <div>."""
    root = ET.Element("div")
    body = LexborHTMLParser(f"<!doctype html><body>{html}").body
    stack = [(body.child if body else None, root, 0)]
    while stack:
        node, parent, depth = stack.pop()
        while node is not None:
            following = node.next
            tag = node.tag or "-"
            if tag == "-text":
                put_text(parent, len(parent), node.text_content or "")
            elif not tag.startswith(("-", "!")):
                element = ET.SubElement(parent, tag, {name: value or "" for name, value in node.attributes.items()})
                if node.child is not None:
                    stack.append((following, parent, depth))
                    parent, depth = element if depth < _DEEPEST else parent, depth + 1
                    following = node.child
            node = following
    return root


def written(module: str, macro: str, *values: object) -> Markup:
    """What a macro of `data/added.html` beside a module (its `__name__`) writes; text is escaped in it."""
    html: Markup = getattr(TEMPLATES.get_template(module.rpartition(".")[0]).module, macro)(*values)
    return html


def made(module: str, macro: str, *values: object) -> ET.Element:
    """The same as an element."""
    return elements(written(module, macro, *values))[0]


def put_text(parent: ET.Element, index: int, text: str) -> None:
    """Add to the text before child number `index`."""
    if index:
        parent[index - 1].tail = (parent[index - 1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
