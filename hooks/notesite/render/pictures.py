"""Pictures on the page: local files with their size, drawings inlined, captions, and what is missing said in words.

A picture that stands alone becomes a figure; one inside text, a table or a link stays where it is.  The author's
paragraph stays a paragraph in all cases.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..images.picture import Picture
from ..notes.anchors import Names
from ..notes.raw_html import candidates
from .elements import made

# The palette that a picture is for: as GitHub writes it in addresses, or the theme, whose style knows the second form.
_FOR_PALETTE = re.compile(r"#(?:gh-(dark|light)-mode-only|only-(dark|light))\Z")
_MEDIA = re.compile(r"\s*\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)\s*", re.IGNORECASE)
_PALETTE = "data-palette"
_INLINE = frozenset({"a", "b", "del", "em", "i", "kbd", "picture", "s", "span", "strong", "sub", "sup"})
_IDS = re.compile(r'\bid="([^"]+)"')


@dataclass(slots=True)
class Pictures:
    """The pictures of one page, and how the page reaches them."""

    by_url: Mapping[str, Picture]  # URL as in the notes -> what is shown
    alts: Mapping[str, Sequence[str]]  # URL -> the alternative texts of its places on the page, in order
    asset_url: Callable[[str], str]  # path relative to the docs root -> address relative to the finished page
    stash: Callable[[str], str]  # puts HTML aside and gives the placeholder that stands for it
    _ids: Names = field(default_factory=Names)  # of drawings
    _shown: Counter[str] = field(default_factory=Counter)

    def hang(self, root: ET.Element) -> None:
        """Give every picture of the tree its form."""
        pairs = [pair for element in list(root.iter("picture")) if (pair := _by_palette(element))]
        parents = {child: parent for parent in root.iter() for child in parent}
        beside = Counter(_block(image, parents) for image in root.iter("img"))
        for element in list(root.iter()):
            if element.tag == "source":
                self._candidates(element)
            elif element.tag == "img" and element.get("src") in self.by_url:
                self._show(element, parents, alone=beside[_block(element, parents)] < 2)  # itself
        for written, other in pairs:  # one picture to whoever cannot see it
            other.set("alt", written.get("alt", ""))
        for paragraph in [element for element in root.iter() if element.tag == "p"]:
            _make_figure(paragraph, parents)

    def _show(self, image: ET.Element, parents: Mapping[ET.Element, ET.Element], *, alone: bool) -> None:
        url = image.get("src", "")
        picture = self.by_url[url]
        alts = self.alts.get(url, ())
        alt = alts[min(self._shown[url], len(alts) - 1)] if alts else picture.alt
        self._shown[url] += 1
        linked = any(parent.tag == "a" for parent in _ancestors(image, parents))
        image.set("alt", alt)
        if not picture.src:
            # The sources of a <picture> are missing as well; it becomes what is shown instead.
            image = parents[image] if parents[image].tag == "picture" else image
            drawing = self.stash(self._once(picture.svg)) if picture.svg else ""
            _become(image, made(__name__, "stand_in", drawing, alt, picture.enlarge))
        else:
            match = _FOR_PALETTE.search(url)
            palette = image.attrib.pop(_PALETTE, "") or (match[1] or match[2] if match else "")
            shown = f"{picture.src}#only-{palette}" if palette else picture.src
            image.attrib.update({"src": shown, "loading": "lazy", "decoding": "async"})
            if picture.width and picture.height and image.get("width") is None and image.get("height") is None:
                image.attrib.update({"width": str(picture.width), "height": str(picture.height)})
            self._candidates(image)
            if picture.enlarge and not linked:
                image.set("data-enlarge", "")
            if picture.webp and image.get("srcset") is None and parents[image].tag != "picture":
                own = ET.Element("img", dict(image.attrib))
                _become(image, made(__name__, "with_source", self.asset_url(picture.webp)))
                image.append(own)
        if not (picture.caption or picture.note):
            return
        if not picture.src and not picture.svg and not alone:  # a row of badges, say, stays one
            image.set("title", f"{picture.note}.")
            return
        words = made(__name__, "caption", picture, picture.note and picture.original_url and not linked)
        words.tail, image.tail = image.tail, None
        parents[image].insert(list(parents[image]).index(image) + 1, words)

    def _once(self, svg: str) -> str:
        """The drawing with ids of its own: the same drawing twice on a page must not repeat them."""
        own = {name: self._ids.take(name) for name in dict.fromkeys(_IDS.findall(svg))}
        return re.sub(r'(?<=["# ])[^"#() ]+(?=[") ])', lambda match: own.get(match[0], match[0]), svg)

    def _candidates(self, element: ET.Element) -> None:
        """`srcset` with the addresses of the mirrored copies; candidates that have none are left out."""
        kept = []
        for url, descriptor in candidates(element.get("srcset", "")):
            picture = self.by_url.get(url)
            if picture is None or picture.src:
                shown = self.asset_url(picture.src) if picture else url
                kept.append(f"{shown} {descriptor}".rstrip())
        if kept:
            element.set("srcset", ", ".join(kept))
        else:
            element.attrib.pop("srcset", None)


def _by_palette(picture: ET.Element) -> tuple[ET.Element, ET.Element] | None:
    """Make two pictures of one whose sources are for palettes: the site's toggle does not reach `media`.

    The pair, the author's <img> first; None for any other picture.
    """
    image = picture.find("img")
    chosen: dict[str, str] = {}
    for source in picture.iter("source"):
        match = _MEDIA.fullmatch(source.get("media") or "")
        urls = [url for url, _ in candidates(source.get("srcset") or "")]
        if match and urls:
            chosen.setdefault(match[1].lower(), urls[0])
    if image is None or not chosen:
        return None
    own = "light" if "dark" in chosen else "dark"
    other = ET.Element("img", dict(image.attrib))
    for element, palette in ((image, own), (other, "dark" if own == "light" else "light")):
        element.set(_PALETTE, palette)
        element.set("src", chosen.get(palette, image.get("src", "")))
        element.attrib.pop("srcset", None)
    picture.tag, picture[:] = "span", [image, other]
    image.tail = other.tail = None
    return image, other


def _block(element: ET.Element, parents: Mapping[ET.Element, ET.Element]) -> ET.Element | None:
    return next((parent for parent in _ancestors(element, parents) if parent.tag not in _INLINE), None)


def _ancestors(element: ET.Element, parents: Mapping[ET.Element, ET.Element]) -> list[ET.Element]:
    found = []
    while element in parents:
        element = parents[element]
        found.append(element)
    return found


def _become(element: ET.Element, form: ET.Element) -> None:
    """Give an element, which keeps its place in the tree, the form of another."""
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = form.tag, form.text, tail
    element.attrib.update(form.attrib)
    element.extend(form)


def _make_figure(paragraph: ET.Element, parents: Mapping[ET.Element, ET.Element]) -> None:
    """Wrap a paragraph that holds one picture and nothing else into a figure, with its caption below."""
    parent = parents.get(paragraph)
    if parent is None or parent.tag == "figure" or (paragraph.text or "").strip():
        return
    children = list(paragraph)
    if any((child.tail or "").strip() for child in children):
        return
    shown = [child for child in children if _is_picture(child)]
    captions = [child for child in children if child.get("class") == "notes-caption"]
    if len(shown) != 1 or len(shown) + len(captions) != len(children):
        return
    height = next((inner.get("height", "") for inner in shown[0].iter("img")), "")
    if height.isdigit() and int(height) < 60:  # badges and icons are no figures
        return
    figure = ET.Element("figure", {"class": "notes-figure"})
    figure.tail, paragraph.tail = paragraph.tail, "\n"
    parent[list(parent).index(paragraph)] = figure
    figure.append(paragraph)
    for caption in captions:
        paragraph.remove(caption)
        caption.tag, caption.tail = "figcaption", "\n"
        figure.append(caption)


def _is_picture(element: ET.Element) -> bool:
    if element.tag == "a":
        return len(element) == 1 and not (element.text or "").strip() and _is_picture(element[0])
    classes = element.get("class") or ""
    return element.tag in {"img", "picture"} or classes in {"notes-drawing", "notes-missing"}
