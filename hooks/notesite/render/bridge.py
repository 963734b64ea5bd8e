"""A Python-Markdown extension that reads pages with the project's own parser.

Python-Markdown reads 72 of the 475 blocks of the given notes otherwise than GitHub does; no set of its options gets
them all right (design facts, "GitHub fidelity").  The bridge replaces its reading and keeps the rest of its
machinery, so that permalinks, the page's contents, search, MkDocs' links and their validation go on working.
"""

from __future__ import annotations

import html
import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urlunsplit

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry
from markupsafe import Markup
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from ..diagnostics.diagnostic import Span
from ..images.picture import Picture
from ..notes.anchors import element_id
from ..notes.document import Node
from ..notes.joined import file_at, leads
from ..notes.model import EMPTY, Notes, in_lines, parts_of
from ..notes.pieces import Blocks
from ..site.page_text import page_blocks, page_source
from ..site.plan import Page, Site
from .drawn import Drawn
from .elements import written as template
from .html import PageHtml, Written
from .mark import LONG_WORD, UNMARKED, BlockMark, mark_html
from .pictures import Pictures
from .sanitize import safe_link
from .tree import AS_WRITTEN, LINE, STASH, TreeOptions, tree_of

# Preprocessors and tree processors that work on what the bridge delivers: MkDocs' own come later and stay.
_KEPT = {"toc", "unescape"}
NOTHING_DRAWN = Drawn()
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(wrapcode=True)  # for all blocks: to make it takes longer than to use it
Language = Callable[[str, str], str]  # (info string, content) -> name of a highlighter


@dataclass(slots=True)
class PageContext:
    """The page of the notes that is being read; None stands for any other Markdown document."""

    notes: Notes
    site: Site
    page: Page
    marks: Mapping[int, BlockMark] = field(default_factory=dict)  # line of the notes where a code block opens -> mark
    pictures: Mapping[str, Picture] = field(default_factory=dict)  # URL as in the notes -> what is shown
    alts: Mapping[Span, str] = field(default_factory=dict)  # place of an image -> its alternative text
    drawn: Drawn = field(default_factory=Drawn)
    asset_url: Callable[[str], str] = lambda path: path  # path under docs_dir -> address relative to the finished page
    notes_uri: str = "notes.md"  # of the notes file, relative to docs_dir: where its own links begin
    has_file: Callable[[str], bool] = lambda _uri: True  # whether the site has a document or file of docs_dir
    docs_name: str = "docs"  # of the folder docs_dir, for links into it from notes that lie outside
    decorate: Callable[[ET.Element], None] = lambda _root: None  # adds what the author did not write


class Bridge(Extension):
    """Reads every document as GitHub does; `context` tells which page of the notes is next."""

    def __init__(self, language: Language = lambda info, _text: info) -> None:
        super().__init__()
        self.language = language
        self.context: PageContext | None = None
        self.decorate: Callable[[ET.Element], None] = lambda _root: None  # for documents that are no page of the notes

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # Python-Markdown's name
        """Take the place of Python-Markdown's parser."""
        registries: tuple[Registry[Any], ...] = (md.preprocessors, md.treeprocessors)
        for registry in registries:
            for item in list(registry._priority):  # type: ignore[attr-defined]  # noqa: SLF001  # no public list of names
                if item.name not in _KEPT:
                    registry.deregister(item.name)
        if "toc" in md.treeprocessors:  # gives headings of other documents their ids
            contents: Any = md.treeprocessors["toc"]
            plain = contents.slugify
            contents.slugify = lambda text, separator: element_id(plain(text, separator))
        md.parser = _Parser(md, self)
        md.treeprocessors.register(_AsWritten(md), "notesite_as_written", -100)


class _AsWritten(Treeprocessor):
    """Runs after MkDocs has looked at all links, and gives those that are none of its documents their form back."""

    def run(self, root: ET.Element) -> None:
        for element in root.iter():
            for name in ("href", "src"):
                value = element.get(name)
                if value is not None and value.startswith(AS_WRITTEN):
                    element.set(name, value.removeprefix(AS_WRITTEN))


class _Parser(BlockParser):
    """Stands in for Python-Markdown's parser of blocks."""

    def __init__(self, md: Markdown, bridge: Bridge) -> None:
        super().__init__(md)
        self._bridge = bridge

    def parseDocument(self, lines: Iterable[str]) -> ET.ElementTree:  # noqa: N802  # Python-Markdown's name and type
        # Python-Markdown marks its own places in the text with these two characters.
        text = re.sub("[\x02\x03]", "", "\n".join(lines))
        context = self._bridge.context
        if context is None:
            written, options = self._other(text), TreeOptions(decorate=self._bridge.decorate)
        else:
            written, options = self._page(text, context), tree_options(context, self.md.htmlStash.store)
        return ET.ElementTree(tree_of(written, options))

    def _page(self, text: str, context: PageContext) -> str:
        """The page from the tree of the notes; what another plugin has put before or behind it is read by itself."""
        notes = context.notes
        own = page_source(notes, context.site, context.page).strip("\n")
        before, found, behind = text.partition(own)
        if not found:  # changed by another plugin
            return self._other(text)
        formula = partial(self._formula, drawn=context.drawn)
        page = written(context, partial(self._code, marks=context.marks, drawn=context.drawn), formula)
        return "".join([self._other(before), page, self._other(behind)])

    def _other(self, text: str) -> str:
        if not text.strip():
            return ""
        lines = tuple(text.split("\n"))
        notes = Notes(lines, blocks=Blocks(lines))
        return PageHtml(self._code, notes).render(notes.blocks)

    def _formula(self, node: Node, drawn: Drawn) -> str:
        formula = drawn.formula(node)
        stash = html.escape(self.md.htmlStash.store(formula)) if formula else ""
        wide = ' tabindex="0"' if 'display="block"' in formula else ""  # it scrolls where it is wider than the page
        return f'<span class="notes-formula"{wide} {STASH}="{stash}"></span>' if formula else ""

    def _code(self, block: Node, marks: Mapping[int, BlockMark] = EMPTY, drawn: Drawn = NOTHING_DRAWN) -> str:
        if formula := self._formula(block, drawn):
            return f"<p>{formula}</p>"
        language = self._bridge.language(block.info, block.text)
        mark = marks.get(block.line, UNMARKED)
        code = highlighted(block.text.removesuffix("\n"), language, mark.classes)
        stash = html.escape(self.md.htmlStash.store(code))
        written = f'<pre {STASH}="{stash}" {LINE}="{block.line}"></pre>{mark_html(mark)}'
        diagram = drawn.diagram(block)
        return template(__name__, "diagram", diagram, Markup(written)) if diagram else written  # noqa: S704  # made here


def written(context: PageContext, code: Written, formula: Written) -> str:
    """The page as HTML, before links are led and anything is added."""
    notes, page = context.notes, context.page
    page_html = PageHtml(code, file_at(notes, page.first), page.headings, formula)
    return page_html.render(page_blocks(notes, context.site, page))


def tree_options(context: PageContext, stash: Callable[[str], str]) -> TreeOptions:
    """How the tree of a page is finished; `stash` puts HTML aside."""
    entries = context.notes.contents.entries if context.notes.contents else ()
    own = {picture.src for picture in context.pictures.values() if picture.src} | context.drawn.files.keys()

    def resolve(url: str) -> str:
        place = context.site.place(url)
        if place is not None:
            return place.link_from(context.page)
        if url.partition("#")[0] in own:  # a mirrored picture, a drawn diagram
            return url
        if url.startswith("#fn"):  # footnotes stay on their page
            return url
        if url.startswith("#"):
            if any(entry.target == url for entry in entries):  # of a section that is not there; the finding says so
                return ""
        elif (local := _document(context, url)) is not None:
            return local
        return AS_WRITTEN + url if safe_link(url) or url.startswith("data:image/") else AS_WRITTEN

    page, notes = context.page, context.notes
    alts: dict[str, list[str]] = {}
    for image in in_lines(notes.images, page.first, page.last):
        if image.span in context.alts:
            alts.setdefault(image.url, []).append(context.alts[image.span])
    return TreeOptions(
        resolve,
        (lambda url: leads(notes.files, url, page.first, notes.origin)) if notes.files else None,
        main_id=element_id(page.heading.id) if page.heading and page.heading.id else "",
        title=page.title if not page.headings or page.heading is None else "",
        pictures=Pictures(context.pictures, alts, context.asset_url, stash),
        decorate=context.decorate,
    )


def _document(context: PageContext, url: str) -> str | None:
    """An address of the project as MkDocs wants it, from docs_dir; the code host's where only that has the file.

    None when `url` leads elsewhere, or nowhere.
    """
    parts = parts_of(url)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    base = "" if parts.path.startswith("/") else posixpath.dirname(context.notes_uri)
    plain = unquote(parts.path)
    path = posixpath.normpath(posixpath.join(base, plain if base else plain.lstrip("/")))
    if path == context.notes_uri:  # the notes by the name of their file
        place = context.site.place_of_anchor(parts.fragment)
        return place.link_from(context.page) if place else None
    docs = f"{context.docs_name}/"
    for name in (path, path.removeprefix(f"../{docs}"), path.removeprefix(docs), path.lstrip("./")):
        if context.has_file(name):
            return urlunsplit(parts._replace(path=quote(name)))
    origin = context.notes.origin
    return AS_WRITTEN + origin.address(url) if origin and origin.repository else None


def highlighted(code: str, language: str, classes: str) -> str:
    """`code` as a block of these classes, as the theme styles it; what Pygments has no lexer for is text.

    Blank lines at the ends of a block are the author's.
    """
    try:
        lexer = get_lexer_by_name(language, stripnl=False)  # for each block: some remember what they have read
    except ClassNotFound:
        return highlighted(code, "text", classes)
    long = " notes-long" * (language == "bash" and LONG_WORD.search(code) is not None)
    _FORMATTER.cssclass = html.escape(f"language-{language} {classes}{long}")
    return highlight(code, lexer, _FORMATTER).strip()
