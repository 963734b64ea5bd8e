"""SVG drawings: read by a real parser within limits, measured, and freed of what is active in them."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, TreeBuilder  # only to build and write; defusedxml parses

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ..net.response import Fault
from .inspect import SVG as SVG_KIND
from .inspect import Facts, check_size, data_bytes, data_uri, inspect, sniffed
from .picture import Limits
from .svg_active import SVG, Cleaner, split, taken_words

for _prefix, _space in (("", SVG), ("xlink", "http://www.w3.org/1999/xlink")):
    ET.register_namespace(_prefix, _space)

MAX_ELEMENTS = 100_000
MAX_COPIES = 20_000  # elements that `use` may multiply into, before a browser stalls
MAX_DEPTH = 200
MAX_TEXT = 32 * 2**20  # characters, entities expanded

_LENGTH = re.compile(
    r"\s*([+]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)\s*(px|pt|pc|mm|cm|in|q|em|rem|ex|)\s*", re.IGNORECASE
)
# CSS pixels of a unit (CSS Values, absolute lengths); em and ex at the default font size of 16.
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 24 / 25.4}
_UNITS |= {"em": 16, "rem": 16, "ex": 8}
_DEFAULT_SIZE = (300.0, 150.0)  # of a replaced element without a size (CSS Images)


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
    words = taken_words(taken)
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
