"""Blocks to HTML: as cmark-gfm writes it, with GitHub's rules for raw HTML, ids and footnotes, safe to publish."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from ..diagnostics.diagnostic import Position
from ..lib.light import lazy
from ..notes.document import Kind, Node, walk, words
from ..notes.model import Heading, Notes
from ..notes.raw_html import UNWRAPPED, Tag, is_text, read_tags
from ..notes.reader import HEADING_TAGS, placed
from .sanitize import safe_image, safe_link, safe_start_tag

Written = Callable[[Node], str]  # a node as HTML
Piece = Node | str
_SIMPLE = {
    Kind.QUOTE: ("<blockquote>\n", "</blockquote>\n"),
    Kind.EMPHASIS: ("<em>", "</em>"),
    Kind.STRONG: ("<strong>", "</strong>"),
    Kind.STRIKE: ("<del>", "</del>"),
    Kind.RULE: ("<hr>\n", ""),
    Kind.SOFT_BREAK: ("\n", ""),
    Kind.HARD_BREAK: ("<br>\n", ""),
}
_WRITERS = {kind: f"_{kind.name.lower()}" for kind in Kind}  # how the others are written: methods of `PageHtml`
# GitHub's five alerts in Material's types of admonition.
_ALERTS = {"note": "note", "tip": "tip", "important": "info", "warning": "warning", "caution": "danger"}
_FILM = lazy(  # of those that people upload; a picture's address does not stand alone
    r"https://(?:github\.com/(?:user-attachments|[^/\s]+/[^/\s]+)/assets/\S+|user-images\.githubusercontent\.com/\S+\.(?:mp4|mov|webm))"
)
_VOID = {"br", "hr", "img", "source", "wbr"}
LABEL = "data-toc-label"  # of a heading in the page's contents, which Python-Markdown takes off again
_DEEPEST = 200  # elements of raw HTML in each other; the start tags of deeper ones are left out
_NO_NOTES = Notes()


@dataclass
class PageHtml:
    """Renders blocks of one document to HTML."""

    code_block: Written
    notes: Notes = _NO_NOTES  # the document
    headings: Sequence[Heading] = ()  # those that keep their ids
    formula: Written = lambda _: ""  # "" for one that cannot be drawn
    _references: dict[int, int] = field(default_factory=dict)  # number of a footnote -> how often it was referred to
    _depth: int = 0
    _in_film: bool = False  # in a <video> whose source is still to come

    @cached_property
    def _heading_ids(self) -> Mapping[Position, str]:
        """By the place where a heading begins."""
        return {heading.span.start: heading.id for heading in self.headings}

    @cached_property
    def _footnotes(self) -> Mapping[int, Node]:
        """By number.  Most of the thousands of pages of one document ask for none, nor for the ids."""
        return {block.number: block for block in self.notes.blocks[len(self.notes.blocks.starts) :]}

    @cached_property
    def _taken(self) -> frozenset[str]:
        """Ids of headings anywhere in the document, which no other element has."""
        return frozenset(heading.id for heading in self.notes.headings)

    def render(self, blocks: Iterable[Node]) -> str:
        """The blocks as HTML, and after them the footnotes that they refer to."""
        body = self._written(block for block in blocks if block.kind is not Kind.FOOTNOTE)
        notes: dict[int, str] = {}
        while waiting := [number for number in self._references if number in self._footnotes and number not in notes]:
            notes |= {number: self._footnote(number) for number in waiting}
        if not notes:
            return body
        items = "".join(notes[number] for number in sorted(notes))
        return f'{body}<section class="footnotes">\n<ol class="footnotes-list">\n{items}</ol>\n</section>\n'

    def _written(self, nodes: Iterable[Piece]) -> str:
        parts: list[str] = []
        stack: list[Piece] = list(nodes)[::-1]
        while stack:
            piece = stack.pop()
            if isinstance(piece, str):
                parts.append(piece)
            else:
                stack += self._pieces(piece)[::-1]
        return "".join(parts)

    def _pieces(self, node: Node) -> list[Piece]:
        """What a node is written as: text, and the nodes in it."""
        if node.kind is Kind.TEXT:
            return [html.escape(node.text, quote=False)]
        if node.kind in _SIMPLE:
            before, after = _SIMPLE[node.kind]
            return [before, *node.children, after]
        writer: Callable[[Node], list[Piece]] = getattr(self, _WRITERS[node.kind])
        return writer(node)

    # --- Blocks

    def _heading(self, node: Node) -> list[Piece]:
        anchor = self._heading_ids.get(node.span.start, "")
        own = f' id="{html.escape(anchor)}"' if anchor else ""
        if any(inner.kind is Kind.MATH for inner in walk(node.children)):  # a formula's words are in it twice
            own += f' {LABEL}="{html.escape(words(node.children, " ", tags=True))}"'
        return [f"<h{node.number}{own}>", *node.children, f"</h{node.number}>\n"]

    @staticmethod
    def _paragraph(node: Node) -> list[Piece]:
        """GitHub plays a film whose address stands alone; here it is a link that says so."""
        first = node.children[0] if len(node.children) == 1 else node
        is_film = first.kind is Kind.LINK and words(first.children) == first.url and _FILM.fullmatch(first.url)
        return ["<p>", "<span data-added>▶ Video: </span>" if is_film else "", *node.children, "</p>\n"]

    def _list(self, node: Node) -> list[Piece]:
        tag = "ul" if node.number < 0 else "ol"
        start = f' start="{node.number}"' if node.number not in {-1, 1} else ""
        tasks = ' class="contains-task-list"' if any(item.info for item in node.children) else ""
        pieces: list[Piece] = [f"<{tag}{start}{tasks}>\n"]
        for item in node.children:
            pieces += self._item(item, tight=node.flag)
        return [*pieces, f"</{tag}>\n"]

    @staticmethod
    def _item(item: Node, *, tight: bool) -> list[Piece]:
        state = "Incomplete" if item.info in {"", " "} else "Completed"  # GitHub's words
        checked = " checked" if state == "Completed" else ""
        # In the form that Material styles.
        box = (
            f'<label class="task-list-control"><input type="checkbox" disabled{checked} aria-label="{state} task">'
            '<span class="task-list-indicator"></span></label> '
        )
        pieces: list[Piece] = [f'<li class="task-list-item">{box}' if item.info else "<li>"]
        for number, child in enumerate(item.children):
            if tight and child.kind is Kind.PARAGRAPH:
                pieces += ["\n" if number else "", *child.children]
            else:
                pieces += ["\n", child]
        return [*pieces, "</li>\n"]

    def _table(self, node: Node) -> list[Piece]:
        head, *body = node.children
        rows: list[Piece] = ["<tbody>\n", *body, "</tbody>\n"] if body else []
        return ["<table>\n<thead>\n", head, "</thead>\n", *rows, "</table>\n"]

    def _row(self, node: Node) -> list[Piece]:
        tag = "th" if node.flag else "td"
        pieces: list[Piece] = ["<tr>\n"]
        for cell in node.children:
            align = f' style="text-align:{cell.info}"' if cell.info else ""
            pieces += [f"<{tag}{align}>", *cell.children, f"</{tag}>\n"]
        return [*pieces, "</tr>\n"]

    def _alert(self, node: Node) -> list[Piece]:
        title = f'<p class="admonition-title">{node.info.title()}</p>\n'
        return [f'<div class="admonition {_ALERTS[node.info]}">\n{title}', *node.children, "</div>\n"]

    def _code(self, node: Node) -> list[Piece]:
        return [self.code_block(node), "\n"]

    # --- Inline elements

    def _code_span(self, node: Node) -> list[Piece]:
        return [f"<code>{html.escape(node.text, quote=False)}</code>"]

    def _math(self, node: Node) -> list[Piece]:
        before, after = ("$$" if node.flag else "$",) * 2 if node.number else ("$`", "`$")
        return [self.formula(node) or html.escape(f"{before}{node.text}{after}", quote=False)]

    def _link(self, node: Node) -> list[Piece]:
        target = f' href="{html.escape(node.url)}"' if safe_link(node.url) else ""
        return [f"<a{target}{_title(node)}>", *node.children, "</a>"]

    def _image(self, node: Node) -> list[Piece]:
        source = html.escape(node.url) if safe_image(node.url) else ""
        return [f'<img src="{source}" alt="{html.escape(words(node.children, alt=True))}"{_title(node)}>']

    # --- Footnotes, numbered as in the whole file

    def _footnote_link(self, node: Node) -> list[Piece]:
        number = node.number
        self._references[number] = repeat = self._references.get(number, 0) + 1
        own = f'id="fnref-{number}{_repeated(repeat)}"'
        return [f'<sup class="footnote-ref"><a href="#fn-{number}" {own}>{number}</a></sup>']

    def _footnote(self, number: int) -> str:
        blocks = self._footnotes[number].children
        last = blocks[-1:]
        back = "".join(_back(number, repeat) for repeat in range(1, self._references[number] + 1))
        if last and last[0].kind is Kind.PARAGRAPH:
            content = self._written([*blocks[:-1], "<p>", *last[0].children, back, "</p>\n"])
        else:
            content = self._written([*blocks, back])
        return f'<li id="fn-{number}" value="{number}">\n{content}</li>\n'

    # --- Raw HTML

    def _html(self, node: Node) -> list[Piece]:
        tags = placed(read_tags(node.text), node, self.notes.lines)
        return [*(self._tag(tag, span.start) for tag, span in tags), "\n"]

    def _html_span(self, node: Node) -> list[Piece]:
        return [self._tag(tag, node.span.start) for tag in read_tags(node.text)]

    def _tag(self, tag: Tag, place: Position) -> str:
        if tag.kind == "text":
            return tag.text.replace("<", "&lt;")
        is_film = tag.name == "video" or (self._in_film and tag.name == "source")
        if tag.kind in {"comment", "other"} or tag.name in UNWRAPPED or is_film:
            return self._film(tag) if is_film else ""
        if is_text(tag.name):
            return html.escape(tag.text)
        if tag.kind == "end":
            self._depth = max(self._depth - 1, 0)
            return f"</{tag.name}>"
        void = tag.name in _VOID
        self._depth += not void
        if self._depth > _DEEPEST and not void:
            return ""
        opening = safe_start_tag(tag)
        own = tag.get("id") or (tag.get("name") if tag.name == "a" else "")
        own = own if own and own not in self._taken else ""
        anchor = self._heading_ids.get(place, "") if tag.name in HEADING_TAGS else ""
        if anchor:
            opening = f'{opening[:-1]} id="{html.escape(anchor)}">'
        return f'{opening}<span id="{html.escape(own)}"></span>' if own and own != anchor and not void else opening

    def _film(self, tag: Tag) -> str:
        """A player for a film of the project, a link to one elsewhere: nothing is loaded that the reader does not ask for."""
        url = tag.get("src")
        self._in_film = tag.kind == "start" and not url
        if tag.kind != "start" or not url or not (safe_link(url) and safe_image(url)):
            return ""
        address, name = html.escape(url), html.escape(url.rpartition("/")[2])
        link = f'<a href="{address}" data-added>Video: {name}</a>'
        if urlsplit(url).netloc:
            return link
        return f'<video src="{address}" controls preload="none" aria-label="Video: {name}">{link}</video>'


def _title(node: Node) -> str:
    return f' title="{html.escape(node.info)}"' if node.info else ""


def _repeated(repeat: int) -> str:
    return f"-{repeat}" if repeat > 1 else ""


def _back(number: int, repeat: int) -> str:
    label = f"Back to reference {number}{_repeated(repeat)}"
    more = f'<sup class="footnote-ref">{repeat}</sup>' if repeat > 1 else ""
    return f' <a href="#fnref-{number}{_repeated(repeat)}" class="footnote-backref" aria-label="{label}">↩{more}</a>'
