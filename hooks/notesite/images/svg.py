"""SVG drawings: refused when they are active or refer to anything outside themselves; never repaired.

Published bytes equal the locked ones, so a drawing is either fine as it is or not published.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder  # only the builder; defusedxml parses

from notesite.net.fault import Fault

from .picture import Limits

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
MAX_ELEMENTS = 100_000
MAX_COPIES = 20_000  # elements that `use` may multiply into, before a browser stalls
MAX_DEPTH = 200

# SVG 2 elements that draw or describe.  Left out: script, foreignObject, iframe, audio, video, handler, listener, a.
_DRAWING = """
    svg g defs symbol use title desc metadata switch path rect circle ellipse line polyline polygon text
    tspan textPath image linearGradient radialGradient stop pattern clipPath mask marker style view filter
    feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
    feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur
    feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile
    feTurbulence animate animateTransform animateMotion mpath set
"""
_ELEMENTS = frozenset(_DRAWING.split())
_ACTIVE_NAMESPACES = frozenset({"http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"})
_ANIMATED = frozenset({"animate", "set", "animateTransform", "animateMotion"})
_REFERENCES = frozenset({"href", "src", "base"})
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.ASCII)
_CSS_URL = re.compile(r"url\(\s*['\"]?\s*", re.IGNORECASE)
_INNER_URL = re.compile(r"#|data:(?:image/(?:png|jpe?g|gif|webp)|font/|application/(?:x-)?font)", re.IGNORECASE)
_ACTIVE_CSS = re.compile(
    r"@import|expression\s*\(|javascript:|-moz-binding|behavior\s*:|image-set\(|\bsrc\(", re.IGNORECASE
)
_LENGTH = re.compile(
    r"\s*([+]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)\s*(px|pt|pc|mm|cm|in|q|em|rem|ex|)\s*", re.IGNORECASE
)
# CSS pixels of a unit (CSS Values, absolute lengths); em and ex at the default font size of 16.
_UNITS = {
    "": 1,
    "px": 1,
    "pt": 4 / 3,
    "pc": 16,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96,
    "q": 24 / 25.4,
    "em": 16,
    "rem": 16,
    "ex": 8,
}
_DEFAULT_SIZE = (300.0, 150.0)  # of a replaced element without a size (CSS Images)


class _Builder(TreeBuilder):
    """Builds the tree, and stops at what needs no tree to be refused."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.depth = 0

    def start(self, tag: Any, attrs: Any) -> Any:
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise Fault("E_SVG", f"SVG with more than {MAX_ELEMENTS} elements or {MAX_DEPTH} levels refused")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Any:
        self.depth -= 1
        return super().end(tag)

    def pi(self, target: str, _text: str | None = None) -> Any:
        raise Fault("E_SVG", f"SVG with a processing instruction ({target[:40]}) refused")


def svg_size(data: bytes, limits: Limits) -> tuple[int, int]:
    """Width and height in CSS pixels of a drawing that is safe; raises Fault E_SVG or E_PIXELS."""
    root = _parsed(data)
    for element in root.iter():
        _check_element(element, limits)
    _check_copies(root)
    return _size(root, limits)


def _parsed(data: bytes) -> Element:
    from defusedxml import DefusedXmlException  # noqa: PLC0415  # only for SVG
    from defusedxml.ElementTree import DefusedXMLParser  # noqa: PLC0415

    parser = DefusedXMLParser(target=_Builder())
    # A bare DOCTYPE, as many drawing programs write it, is harmless: no browser loads what it names.
    parser.parser.StartDoctypeDeclHandler = _check_doctype
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException as error:
        raise Fault("E_SVG", f"SVG with entities refused ({type(error).__name__})") from None
    except (SyntaxError, ValueError, LookupError) as error:
        raise Fault("E_SVG", f"SVG does not parse: {str(error)[:80]}") from None
    if not isinstance(root, Element) or root.tag != f"{{{SVG_NAMESPACE}}}svg":
        raise Fault("E_SVG", "the root is no <svg> of the SVG namespace, so browsers would not show it")
    return root


def _check_doctype(_name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
    if has_subset:
        raise Fault("E_SVG", "SVG with a DTD refused")


def _split(name: str) -> tuple[str, str]:
    namespace, _, local = name.rpartition("}")
    return namespace.lstrip("{"), local


def _check_element(element: Element, limits: Limits) -> None:
    if not isinstance(element.tag, str):
        return
    namespace, name = _split(element.tag)
    if namespace in _ACTIVE_NAMESPACES or (namespace in (SVG_NAMESPACE, "") and name not in _ELEMENTS):
        raise Fault("E_SVG", f"SVG element <{name[:40]}> refused")
    for attribute, value in element.attrib.items():
        _check_attribute(name, _split(attribute)[1].lower(), value, limits)
    if name == "style":
        _check_css("".join(element.itertext()))


def _check_attribute(element: str, name: str, value: str, limits: Limits) -> None:
    if name.startswith("on"):
        raise Fault("E_SVG", f"SVG attribute {name[:40]} refused")
    if name in _REFERENCES:
        _check_reference(element, value.strip(), limits)
    elif name == "style" or "(" in value or "javascript:" in value.lower():
        _check_css(value)
    if element in _ANIMATED and name == "attributename" and _split(value)[1].rpartition(":")[2].lower() in _REFERENCES:
        raise Fault("E_SVG", "SVG that animates a reference refused")


def _check_reference(element: str, value: str, limits: Limits) -> None:
    if not value or value.startswith("#"):
        return
    if element in ("image", "feImage") and _DATA_IMAGE.fullmatch(value):
        from .data_uris import data_bytes  # noqa: PLC0415  # the two modules need each other
        from .inspect import SVG, inspect, sniffed  # noqa: PLC0415

        inner = data_bytes(value, limits.bytes)
        if sniffed(inner) is not SVG:
            inspect(inner, limits)
            return
    raise Fault("E_SVG", f"SVG external reference refused in <{element[:40]}>")


def _check_css(css: str) -> None:
    if "\\" in css or _ACTIVE_CSS.search(css):
        raise Fault("E_SVG", "SVG with active or importing style refused")
    for match in _CSS_URL.finditer(css):
        if not _INNER_URL.match(css, match.end()):
            raise Fault("E_SVG", "SVG external reference refused in a style")


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
        if isinstance(element.tag, str) and _split(element.tag)[1] == "use":
            target = named.get(next((v for k, v in element.attrib.items() if _split(k)[1] == "href"), "").strip()[1:])
            total += size(target, (*path, id(element))) if target is not None else 0
        if total > MAX_COPIES + budget["visits"]:
            raise Fault("E_SVG", f"SVG that multiplies into more than {MAX_COPIES} elements refused")
        sizes[id(element)] = total
        return total

    size(root, ())


def _size(root: Element, limits: Limits) -> tuple[int, int]:
    from .inspect import check_size  # noqa: PLC0415  # the two modules need each other

    width, height = _length(root.get("width")), _length(root.get("height"))
    box = _view_box(root.get("viewBox"))
    if width is None and height is None:
        width, height = box or _DEFAULT_SIZE
    elif width is None and height is not None:
        width = height * box[0] / box[1] if box else _DEFAULT_SIZE[0]
    elif height is None and width is not None:
        height = width * box[1] / box[0] if box else _DEFAULT_SIZE[1]
    if width is None or height is None:
        width, height = _DEFAULT_SIZE
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
