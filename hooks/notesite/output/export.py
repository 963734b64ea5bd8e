"""The planned pages as Markdown files that any generator of the family of MkDocs builds, without this project.

People go on writing in them.  Old addresses are kept: a page that leads on for each, and a script for anchors.
"""

from __future__ import annotations

import hashlib
import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, urlsplit

import yaml

from ..extras.decorate import contents_id
from ..images.gallery import Gallery
from ..lib.light import bundled_text
from ..notes.document import Kind, Node
from ..notes.model import Notes, in_lines
from ..notes.raw_html import candidates
from ..render.bridge import Language, PageContext, tree_options, written
from ..render.mark import UNMARKED, BlockMark, mark_lines
from ..render.tree import OWN, TreeOptions, tree_of
from ..site.plan import Page, Site
from ..site.redirects import json_in_page, redirect_html
from .markdown_writer import FORMULA, REMARK, MarkdownWriter

SCRIPT = "assets/old-addresses.js"
DRAWINGS = "assets/drawings"


@dataclass
class Export:
    """Writes pages for addresses with folders (`/pod/`), the default of MkDocs and its successors."""

    notes: Notes
    site: Site
    gallery: Gallery
    marks: Mapping[int, BlockMark] = field(default_factory=dict)
    language: Language = lambda info, _text: info
    ids: bool = True
    notes_uri: str = "notes.md"  # relative to docs_dir, as in `PageContext`
    has_file: Callable[[str], bool] = lambda _uri: False  # whether docs_dir has one
    used: set[str] = field(default_factory=set)  # those of its files that the pages need
    _drawings: dict[str, bytes] = field(default_factory=dict)

    def files(self, site_name: str) -> dict[str, bytes]:
        """Path -> content of everything: `mkdocs.yml`, the pages, pictures and old addresses under `docs/`."""
        docs = {page.uri: self._page(page).encode() for page in self.site.pages}
        docs |= {**self.gallery.files, **self._drawings}
        for old, new in self.site.redirects.items():
            uri, mark, anchor = new.partition("#")
            up = "../" * (old.count("/") + 1)
            docs[f"{old}/index.html"] = redirect_html(up + _folder(uri) + mark + quote(anchor)).encode()
        # Page -> anchor that was there once -> where its section is.
        forwarded = ((page, self.site.forwarded(page)) for page in self.site.pages)
        moved = {
            _folder(page.uri): {name: _folder(to.page.uri) + f"#{quote(to.id)}" for name, to in table.items()}
            for page, table in forwarded
            if table
        }
        if moved:
            docs[SCRIPT] = bundled_text(__name__, "old-addresses.js").replace("MOVED", json_in_page(moved)).encode()
        language = {"no": "nb", "": "en"}.get(self.notes.language, self.notes.language)  # as the theme names them
        settings = [
            _yaml({"site_name": site_name}),
            bundled_text(__name__, "mkdocs.yml").replace("{language}", language),
            bundled_text(__name__, "arithmatex.yml") * self._has_formulas,
            "\n" + _yaml({**({"extra_javascript": [SCRIPT]} if moved else {}), "nav": self.site.navigation()}),
        ]
        return {"mkdocs.yml": "".join(settings).encode(), **{f"docs/{name}": data for name, data in docs.items()}}

    @cached_property
    def _has_formulas(self) -> bool:
        return any(node.kind is Kind.MATH or node.info.startswith("math") for node in self.notes.drawn)

    def _page(self, page: Page) -> str:
        context = PageContext(self.notes, self.site, page, notes_uri=self.notes_uri, has_file=self._uses)
        root = tree_of(written(context, self._code, _formula), self._options(context))
        up = "" if page.is_home else "../"

        def address(url: str) -> str:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc or not parts.path:
                return url
            return up + _folder(parts.path) + f"#{parts.fragment}" * bool(parts.fragment)

        return MarkdownWriter(address, ids=self.ids, dollars=self._has_formulas).page(root)

    def _code(self, block: Node) -> str:
        language = self.language(block.info, block.text)
        info = block.info.partition(" ")[0].lower()
        label = re.sub(r"[^\w+#.-]", "", info if info in {"mermaid", "math"} else language)
        said = html.escape("\n".join(line for line in mark_lines(self.marks.get(block.line, UNMARKED)) if line))
        remark = f'<div class="{REMARK}">{said}</div>' if said else ""
        return f'<pre><code class="language-{label}">{html.escape(block.text)}</code></pre>{remark}'

    def _options(self, context: PageContext) -> TreeOptions:
        page = context.page
        images = in_lines(self.notes.images, page.first, page.last)
        alts = {image.url: self.gallery.alts.get(image.span) for image in images}

        def decorate(root: ET.Element) -> None:
            for image in root.iter("img"):
                self._show(image, alts.get(image.get("src", "")))
            for element in (element for element in root.iter() if element.get("srcset")):
                pairs = candidates(element.get("srcset", ""))
                element.set("srcset", ", ".join(f"{self._file(url)} {more}".rstrip() for url, more in pairs))
            if page.is_home and len(self.site.pages) > 1:
                self._add_contents(root)

        return tree_options(context, str)._replace(pictures=None, decorate=decorate)

    def _uses(self, uri: str) -> bool:
        """Whether the export has a file; one of the project's is taken along."""
        if uri in self.gallery.files or uri in self._drawings:
            return True
        if self.has_file(uri):
            self.used.add(uri)
        return uri in self.used

    def _file(self, url: str) -> str:
        picture = self.gallery.pictures.get(url)
        return quote(picture.src) if picture and picture.src and self._uses(picture.src) else url

    def _show(self, image: ET.Element, alt: str | None) -> None:
        """The picture as a file of the export, where it has one."""
        picture = self.gallery.pictures.get(image.get("src", ""))
        if picture is None:
            return
        image.set("alt", alt or picture.alt)
        palette = re.search(r"#(?:gh-)?(?:only-)?(dark|light)\b", image.get("src", ""))
        if picture.svg and not picture.src:
            name = f"{DRAWINGS}/{hashlib.sha256(picture.svg.encode()).hexdigest()[:12]}.svg"
            self._drawings[name] = picture.svg.encode()
            image.set("src", f"/{name}")
        elif picture.src:
            image.set("src", f"/{quote(picture.src)}" + (f"#only-{palette[1]}" if palette else ""))

    def _add_contents(self, root: ET.Element) -> None:
        """A list of the pages where the author's contents list was, or at the end."""
        after = next((i for i, child in enumerate(root) if child.get("id") == contents_id(self.notes) != ""), len(root))
        entries = ET.Element("ul")
        for page in self.site.pages[1:]:
            link = ET.SubElement(ET.SubElement(entries, "li"), "a", {"href": quote(page.uri), OWN: ""})
            link.text = page.title
        root.insert(after + 1, entries)


def _formula(node: Node) -> str:
    mark = "$$" if node.flag else "$"
    return f'<span class="{FORMULA}">{html.escape(f"{mark}{node.text}{mark}")}</span>'


def _folder(uri: str) -> str:
    """The address of a page from the top of the site; any other path as it is."""
    return uri if not uri.endswith(".md") else "" if uri == "index.md" else f"{uri.removesuffix('.md')}/"


def _yaml(value: object) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)
    return html.escape(text, quote=False)  # other generators take names and titles for HTML
