"""SVG drawings: read by a real parser within limits, measured, and freed of what is active in them.

An `<img>` runs and loads nothing that a drawing names, but a drawing can be opened by itself, so it is published
without what would run or load then: scripts, handlers, links, references to anything outside.  What stays is listed;
the list is of SVG 2, of the HTML and MathML that drawing programs put into `foreignObject`, and of CSS by its tokens.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, TreeBuilder  # only to build and write; defusedxml parses

import tinycss2
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ..lib.light import bundled_json
from ..net.response import Fault
from .picture import SVG as SVG_KIND
from .picture import Facts, Limits, check_size, data_bytes, data_uri, inspect, sniffed

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

MAX_ELEMENTS = 100_000
MAX_COPIES = 20_000  # elements that `use` may multiply into, before a browser stalls
MAX_DEPTH = 200
MAX_TEXT = 32 * 2**20  # characters, entities expanded

_LENGTH = re.compile(r"(?i)\s*([+]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)\s*(px|pt|pc|mm|cm|in|q|em|rem|ex|)\s*")
# CSS pixels of a unit (CSS Values, absolute lengths); em and ex at the default font size of 16.
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 24 / 25.4}
_UNITS |= {"em": 16, "rem": 16, "ex": 8}
_DEFAULT_SIZE = (300.0, 150.0)  # of a replaced element without a size (CSS Images)

for _prefix, _space in (("", SVG), ("xlink", "http://www.w3.org/1999/xlink")):
    ET.register_namespace(_prefix, _space)


class Cleaner:
    """Takes out of one drawing what is active, and counts it.

    `picture`: the `data:` URI of a picture, and how deep it stands -> the same, verified.  Raises Fault.
    """

    def __init__(self, picture: Callable[[str, int], str], depth: int) -> None:
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
            # What is in a link is kept, not the link.
            element.tag = f"{{{SVG}}}{'tspan' if split(parent.tag)[1] in ('text', 'tspan', 'textPath') else 'g'}"
            element.attrib = {k: v for k, v in element.attrib.items() if split(k)[1] not in _NAMES["of links"]}
            self.taken["link"] += 1
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
                nodes = [] if _INNER.fullmatch(value) else tinycss2.parse_component_value_list(value)
                element.attrib[key] = tinycss2.serialize(nodes) if self._defused(nodes) else value

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


class _Builder(TreeBuilder):
    """Builds the tree, and stops at what needs no tree to be refused."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.depth = self.length = 0
        self.instructions: Counter[str] = Counter()

    def start(self, tag: Any, attrs: Any) -> Any:
        self.elements += 1
        self.depth += 1
        self._count(sum(map(len, attrs.values())))
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise Fault("E_SVG", f"SVG with more than {MAX_ELEMENTS} elements or {MAX_DEPTH} levels refused")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Any:
        self.depth -= 1
        return super().end(tag)

    def data(self, data: Any) -> Any:
        self._count(len(data))
        return super().data(data)

    def pi(self, target: str, _text: str | None = None) -> Any:
        self.instructions[f"instruction {target[:40]}"] += 1

    def _count(self, characters: int) -> None:
        self.length += characters
        if self.length > MAX_TEXT:
            raise Fault("E_SVG", f"SVG with more than {MAX_TEXT} characters refused")


def cleaned(data: bytes, limits: Limits, depth: int = 0, outer: Counter[str] | None = None) -> Facts:
    """The facts about a drawing, itself without what is active in it; drawings inside count in `outer`, too.

    Raises Fault E_SVG or E_PIXELS when it cannot be shown at all.
    """
    root, taken = _parsed(data)
    area = [limits.total_pixels]

    def picture(uri: str, inner_depth: int) -> str:
        inner = data_bytes(uri, limits.bytes)
        if sniffed(inner) is SVG_KIND:
            drawing = cleaned(inner, limits, inner_depth, taken)
            return data_uri(drawing.kind.media_type, drawing.cleaned) if drawing.taken else uri
        facts = inspect(inner, limits)
        area[0] -= facts.width * facts.height * facts.frames
        if area[0] < 0:
            raise Fault("E_PIXELS", "the pictures inside have too many pixels")
        return uri

    cleaner = Cleaner(picture, depth)
    cleaner.clean(root)
    taken.update(cleaner.taken)
    _check_copies(root)
    width, height = _size(root, limits)
    words = ", ".join(f"{count} × {word}" for word, count in sorted(taken.items()) if count)
    if outer is not None:
        outer.update(taken)
    return Facts(SVG_KIND, width, height, 1, bytes(ET.tostring(root, "utf-8")) + b"\n" if words else b"", words)


def _parsed(data: bytes) -> tuple[Element, Counter[str]]:
    builder = _Builder()
    # Entities of its own are common in older drawings; expat bounds what they multiply into, the builder the rest.
    parser = DefusedXMLParser(target=builder, forbid_entities=False)
    # A bare DOCTYPE is harmless, too: no browser loads what it names.
    parser.parser.StartDoctypeDeclHandler = lambda _n, _s, _p, subset: builder.instructions.update(["DTD"] * subset)
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException as error:
        raise Fault("E_SVG", f"SVG with entities refused ({type(error).__name__})") from None
    except (SyntaxError, ValueError, LookupError) as error:
        raise Fault("E_SVG", f"SVG does not parse: {str(error)[:80]}") from None
    if not isinstance(root, Element) or root.tag != f"{{{SVG}}}svg":
        raise Fault("E_SVG", "the root is no <svg> of the SVG namespace, so browsers would not show it")
    return root, builder.instructions


def _check_copies(root: Element) -> None:
    """Refuses `use` elements that multiply each other: ten levels of ten stop a browser."""
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    sizes: dict[int, int] = {}
    budget = Counter[str]()

    def size(element: Element, path: tuple[int, ...]) -> int:
        if id(element) in sizes:
            return sizes[id(element)]
        if id(element) in path or len(path) > MAX_DEPTH:
            raise Fault("E_SVG", "SVG that uses itself refused")
        budget["visits"] += 1
        total = 1 + sum(size(child, (*path, id(element))) for child in element)
        if isinstance(element.tag, str) and split(element.tag)[1] == "use":
            target = named.get(next((v for k, v in element.attrib.items() if split(k)[1] == "href"), "").strip()[1:])
            total += size(target, (*path, id(element))) if target is not None else 0
        if total > MAX_COPIES + budget["visits"]:
            raise Fault("E_SVG", f"SVG that multiplies into more than {MAX_COPIES} elements refused")
        sizes[id(element)] = total
        return total

    size(root, ())


def _size(root: Element, limits: Limits) -> tuple[int, int]:
    width, height = _length(root.get("width")), _length(root.get("height"))
    box = _view_box(root.get("viewBox"))
    if width is None and height is None:
        width, height = box or _DEFAULT_SIZE
    if width is None:
        width = height * box[0] / box[1] if box and height is not None else _DEFAULT_SIZE[0]
    if height is None:
        height = width * box[1] / box[0] if box else _DEFAULT_SIZE[1]
    check_size(width, height, limits)
    return max(round(width), 1), max(round(height), 1)


def _length(text: str | None) -> float | None:
    match = _LENGTH.fullmatch(text or "")
    return float(match[1]) * _UNITS[match[2].lower()] if match else None


def _view_box(text: str | None) -> tuple[float, float] | None:
    parts = re.split(r"[\s,]+", (text or "").strip())
    try:
        width, height = float(parts[2]), float(parts[3])
    except (ValueError, IndexError):
        return None
    return (width, height) if 0 < width < float("inf") and 0 < height < float("inf") else None
