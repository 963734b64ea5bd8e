"""The planned pages as ordinary files that any generator of sites builds, without hooks and without this project.

Headings are Markdown, so that a generator finds them; everything else is HTML, so that none reads it otherwise than
GitHub does.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from markdown.util import AMP_SUBSTITUTE

from ..extras.decorate import contents_id
from ..extras.home import Card, Group, add_contents
from ..images.gallery import Gallery
from ..notes.document import Node
from ..notes.joined import file_at, leads_of
from ..notes.model import Notes
from ..render.html import PageHtml
from ..render.mark import BlockMark, mark_html
from ..render.pictures import Pictures
from ..render.sanitize import safe_link
from ..render.tree import AS_WRITTEN, TreeOptions, tree_of
from ..site.page_text import page_blocks
from ..site.plan import Page, Site

_HEADING = re.compile(r"h([1-6])")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")


@dataclass(slots=True)
class Export:
    """Writes pages for addresses with folders (`/pod/`), the default of MkDocs and its successors."""

    notes: Notes
    site: Site
    gallery: Gallery
    marks: Mapping[int, BlockMark] = field(default_factory=dict)
    _stashed: list[str] = field(default_factory=list)

    def files(self, site_name: str) -> dict[str, bytes]:
        """Path -> content of everything: `mkdocs.yml` and the pages and pictures under `docs/`."""
        pages = {f"docs/{page.uri}": self._page(page).encode() for page in self.site.pages}
        pictures = {f"docs/{uri}": data for uri, data in self.gallery.files.items()}
        return {"mkdocs.yml": self._configuration(site_name).encode(), **pages, **pictures}

    def _configuration(self, site_name: str) -> str:
        def quoted(text: str) -> str:  # other generators take names and titles for HTML
            return json.dumps(html.escape(text, quote=False), ensure_ascii=False)

        rows = [
            f"site_name: {quoted(site_name)}",
            "theme:",
            "  name: material",
            "  font: false",
            "plugins:",
            "  - search",
        ]
        rows += ["markdown_extensions:", "  - attr_list", "  - toc:", "      permalink: true", "nav:"]
        rows += [f"  - {quoted(page.title)}: {page.uri}" for page in self.site.pages]
        return "\n".join(rows) + "\n"

    def _page(self, page: Page) -> str:
        self._stashed.clear()

        def code(block: Node) -> str:
            words = block.info.split()
            label = f' class="language-{html.escape(words[0])}"' if words else ""
            mark = self.marks.get(block.line)
            return f"<pre><code{label}>{html.escape(block.text)}</code></pre>{mark_html(mark) if mark else ''}"

        page_html = PageHtml.of_notes(file_at(self.notes, page.first), page.headings, code)
        root = tree_of(page_html.render(page_blocks(self.notes, self.site, page)), self._options(page))
        return self._unstashed("\n\n".join(_blocks(root))) + "\n"

    def _options(self, page: Page) -> TreeOptions:
        def resolve(url: str) -> str:
            place = self.site.place(url)
            if place is not None:
                fragment = f"#{quote(place.id, safe='')}" if place.id else ""
                return fragment if place.page is page and fragment else _folder_url(page, place.page) + fragment
            return url if safe_link(url) or url.startswith("data:image/") else ""

        alts: dict[str, list[str]] = {}
        for image in self.notes.images:
            if page.first <= image.span.start.line <= page.last and image.span in self.gallery.alts:
                alts.setdefault(image.url, []).append(self.gallery.alts[image.span])
        up = "" if page.is_home else "../"
        cards = tuple(Card(other.title, _folder_url(page, other)) for other in self.site.pages if not other.is_home)

        def contents(root: ET.Element) -> None:
            if page.is_home and cards:
                add_contents(root, (Group("", cards),), contents_id(self.notes))

        return TreeOptions(
            resolve,
            leads_of(self.notes, page.first),
            title=page.title if not page.headings or page.heading is None else "",
            decorate=contents,
            pictures=Pictures(self.gallery.pictures, alts, lambda path: up + quote(path), self._stash),
        )

    def _stash(self, text: str) -> str:
        self._stashed.append(text)
        return f"\x02{len(self._stashed) - 1}\x03"

    def _unstashed(self, text: str) -> str:
        for number, stashed in enumerate(self._stashed):
            text = text.replace(f"\x02{number}\x03", re.sub(r"\n\s*\n", "\n", stashed))
        return text.replace(AMP_SUBSTITUTE, "&").replace(AS_WRITTEN, "")


def _folder_url(page: Page, other: Page) -> str:
    here = page.slug or "."
    target = posixpath.relpath(other.slug or ".", here)
    return quote(target) + "/"


def _blocks(root: ET.Element) -> list[str]:
    """The page as blocks of text: Markdown headings, and HTML for everything between them."""
    before = (root.text or "").strip()
    blocks = [html.escape(before)] if before else []
    for child in root:
        match = _HEADING.fullmatch(child.tag)
        tail, child.tail = (child.tail or "").strip(), None
        blocks.append(_heading(child, int(match[1])) if match else _html(child))
        if tail:
            blocks.append(f"<p>{html.escape(tail)}</p>")
    return [block for block in blocks if block.strip()]


def _heading(element: ET.Element, level: int) -> str:
    inside = _marked(element.text) + "".join(_html(child) + _marked(child.tail) for child in element)
    anchor = element.get("id")
    return f"{'#' * level} {' '.join(inside.split())}" + (f" {{#{anchor}}}" if anchor else "")


def _marked(text: str | None) -> str:
    """Text with everything escaped that Markdown could take for markup."""
    return _SPECIAL.sub(r"\\\1", text or "")


def _html(element: ET.Element) -> str:
    tail, element.tail = element.tail, None
    text = ET.tostring(element, encoding="unicode", method="html")
    element.tail = tail
    # A blank line would end an HTML block for a CommonMark parser; inside code it is written as an entity.
    parts = re.split(r"(<pre.*?</pre>)", text, flags=re.DOTALL)
    kept = [
        part.replace("\n\n", "\n&#10;").replace("\n\n", "\n&#10;") if odd % 2 else part
        for odd, part in enumerate(parts)
    ]
    return "".join(part if odd % 2 else re.sub(r"\n\s*\n", "\n", part) for odd, part in enumerate(kept))
