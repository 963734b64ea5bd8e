"""What is active in an SVG drawing, and the drawing without it.

An `<img>` runs and loads nothing that a drawing names, but a drawing can be opened by itself, so it is published
without what would run or load then: scripts, handlers, links, references to anything outside.  What stays is listed;
the list is of SVG 2, of the HTML and MathML that drawing programs put into `foreignObject`, and of CSS by its tokens.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import tinycss2

from ..lib.light import bundled_json
from ..net.response import Fault

SVG = "http://www.w3.org/2000/svg"
XHTML = "http://www.w3.org/1999/xhtml"
MATHML = "http://www.w3.org/1998/Math/MathML"
_NAMES = {kind: frozenset(names.split()) for kind, names in bundled_json(__name__, "svg_names.json").items()}
_KEPT = {SVG: _NAMES["svg"], XHTML: _NAMES["html"], MATHML: _NAMES["mathml"]}
_MAY_LOAD = re.compile(r"url|image|src|expression|[\\@]", re.IGNORECASE)
_INNER = re.compile(r"""url\(\s*['"]?#[^'"()\\\s]*['"]?\s*\)""")
_LOCAL = re.compile(r"\s*(?:#|$|data:(?:image/|font/|application/(?:x-)?font|application/octet-stream))", re.IGNORECASE)
_SPEAKING = ("", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace")  # of attributes
_DEEPEST = 3  # drawings inside drawings

Picture = Callable[[str, int], str]
"""The `data:` URI of a picture, and how deep it stands -> the same, verified.  Raises Fault."""


class Cleaner:
    """Takes out of one drawing what is active, and counts it."""

    def __init__(self, picture: Picture, depth: int = 0) -> None:
        self.taken: Counter[str] = Counter()
        self._picture, self._depth = picture, depth

    def clean(self, root: Element) -> None:
        """Clean the tree in place.  Raises Fault E_SVG when its styles cannot be read."""
        try:
            self._attributes(root)
            self._children(root, words=False)
        except RecursionError:
            raise Fault("E_SVG", "SVG with a style that nests too deep refused") from None

    def _children(self, parent: Element, *, words: bool) -> None:
        before: Element | None = None
        for child in list(parent):
            if self._keeps(child, parent, words=words):
                self._attributes(child)
                namespace, name = split(child.tag)
                self._children(child, words=words or (namespace, name) == (SVG, "foreignObject"))
                before = child
                continue
            parent.remove(child)
            if before is None:
                parent.text = (parent.text or "") + (child.tail or "")
            else:
                before.tail = (before.tail or "") + (child.tail or "")

    def _keeps(self, element: Element, parent: Element, *, words: bool) -> bool:
        namespace, name = split(element.tag)
        if (namespace, name) == (SVG, "a"):
            self._unlink(element, "tspan" if split(parent.tag)[1] in ("text", "tspan", "textPath") else "g")
        elif (namespace, name) == (SVG, "foreignObject"):
            if not _has_other_branch(element, parent):
                return True
            self.taken["foreignObject"] += 1
            return False
        elif name in _NAMES["animations"] and _animates_reference(element):
            self.taken["animated reference"] += 1
            return False
        elif namespace == SVG or (words and namespace in _KEPT):
            return self._known(element, namespace, name)
        elif namespace in ("", XHTML, MATHML):
            self.taken[name[:40]] += 1
            return False
        return True  # of a drawing program's own namespace: no browser knows it

    def _known(self, element: Element, namespace: str, name: str) -> bool:
        if name not in _KEPT[namespace]:
            self.taken["link" if (namespace, name) == (XHTML, "a") else name[:40]] += 1
            if namespace != XHTML or name in _NAMES["html that runs or loads"]:
                return False
            element.tag = f"{{{XHTML}}}span"  # its words stay
        if name == "style":
            self._style(element)
        return True

    def _unlink(self, element: Element, name: str) -> None:
        """Keep what is in a link, not the link."""
        element.tag = f"{{{SVG}}}{name}"
        for attribute in [key for key in element.attrib if split(key)[1] in _NAMES["of links"]]:
            del element.attrib[attribute]
        self.taken["link"] += 1

    def _style(self, element: Element) -> None:
        text = "".join(element.itertext())
        for child in list(element):
            element.remove(child)
        element.text = text
        if _MAY_LOAD.search(text):
            nodes = tinycss2.parse_stylesheet(text)
            kept = [node for node in nodes if not (node.type == "at-rule" and node.lower_at_keyword == "import")]
            self.taken["imported style"] += len(nodes) - len(kept)
            if self._defused(kept) or len(kept) < len(nodes):
                element.text = tinycss2.serialize(kept)

    def _defused(self, nodes: list[Any]) -> int:
        """Replace in CSS tokens what loads from outside by `none`; gives how often."""
        found = 0
        for place, node in enumerate(nodes):
            if _loads(node):
                nodes[place] = tinycss2.ast.IdentToken(node.source_line, node.source_column, "none")
                self.taken["reference in a style"] += 1
                found += 1
            elif getattr(node, "lower_at_keyword", "") != "namespace":  # names a language, loads nothing
                inside = (getattr(node, name, None) for name in ("prelude", "content", "arguments"))
                found += sum(self._defused(part) for part in inside if isinstance(part, list))
        return found

    def _css(self, text: str) -> str:
        nodes = tinycss2.parse_component_value_list(text)
        return str(tinycss2.serialize(nodes)) if self._defused(nodes) else text

    def _attributes(self, element: Element) -> None:
        if split(element.tag)[0] not in _KEPT:
            return
        for key, value in list(element.attrib.items()):
            namespace, name = split(key)
            name = name.lower()
            if name.startswith("on"):
                self._drop(element, key, "handler")
            elif name in _NAMES["references"] and namespace in _SPEAKING:
                self._reference(element, key, value)
            elif (
                not name.startswith(("data-", "aria-"))
                and name not in _NAMES["prose that looks like CSS"]
                and _MAY_LOAD.search(value)
            ):
                element.attrib[key] = value if _INNER.fullmatch(value) else self._css(value)

    def _reference(self, element: Element, key: str, value: str) -> None:
        name, address = split(element.tag)[1], value.strip()
        if not address or address.startswith("#"):
            return
        if name in ("image", "feImage", "img") and address[:5].lower() == "data:" and self._depth < _DEEPEST:
            try:
                element.attrib[key] = self._picture(address, self._depth + 1)
            except Fault:
                self._drop(element, key, "picture inside that is none")
            return
        self._drop(element, key, "reference")

    def _drop(self, element: Element, key: str, what: str) -> None:
        del element.attrib[key]
        self.taken[what] += 1


def split(name: Any) -> tuple[str, str]:
    """Namespace and local name of a tag or an attribute."""
    namespace, _, local = str(name).rpartition("}")
    return namespace.lstrip("{"), local


def taken_words(taken: Counter[str]) -> str:
    """What was taken out, in words: `2 links, 1 script`."""
    counted = sorted((word, count) for word, count in taken.items() if count)
    return ", ".join(f"{count} × {word}" for word, count in counted)


def _loads(token: Any) -> bool:
    if token.type == "url":
        return not _LOCAL.match(token.value)
    if token.type != "function" or token.lower_name not in _NAMES["functions that load"]:
        return False
    addresses = [part.value for part in token.arguments if part.type == "string"]
    inside = [part for part in token.arguments if part.type in ("url", "function")]
    known = bool(addresses or (inside and "image" in token.lower_name))
    return not known or not all(map(_LOCAL.match, addresses)) or any(map(_loads, inside))


def _animates_reference(element: Element) -> bool:
    target = next((value for key, value in element.attrib.items() if split(key)[1].lower() == "attributename"), "")
    local = target.strip().rpartition(":")[2].lower()
    return local in _NAMES["references"] or local.startswith("on")


def _has_other_branch(element: Element, parent: Element) -> bool:
    """Whether the drawing says the same without this `foreignObject`: its text, or a picture of it, stands beside it."""
    if split(parent.tag) != (SVG, "switch"):
        return False
    others = [child for child in parent if split(child.tag) != (SVG, "foreignObject")]
    said = {"".join("".join(child.itertext()).split()) for child in others}
    drawn = any(split(part.tag)[1] in ("image", "path", "use") for child in others for part in child.iter())
    return "".join("".join(element.itertext()).split()) in said or drawn
