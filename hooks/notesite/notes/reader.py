"""Read the notes: headings, code blocks, pictures, links and comments, each with its place and its headings."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ..diagnostics.codes import Severity
from ..diagnostics.diagnostic import Diagnostic, finding
from ..diagnostics.place import Position, Span
from ..lib.patterns import lazy
from .anchors import Anchors
from .emoji import with_emoji
from .model import Directive, Fence, Footnote, Heading, Image, Link, Notes, Outline
from .parser import Locator, line_range, markdown_parser, outline_parser
from .raw_html import Tag, read_tags

_DIRECTIVE = lazy(r"\s*notes:\s*([a-z][\w-]*)\s*=?\s*(.*?)\s*\Z", re.DOTALL)
_FRONT_MATTER = lazy(r"---[ \t]*\n(?:[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_HEADING_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# Elements that hold blocks: a heading between their tags cannot begin a page of its own.
_CONTAINERS = {
    "article", "aside", "blockquote", "center", "details", "div", "dl", "figure", "footer", "header", "main", "nav",
    "ol", "section", "table", "ul",
}  # fmt: skip


def parse(text: str) -> Notes:
    """The notes that `text` (repaired, LF line ends) holds."""
    from .contents import find_contents  # noqa: PLC0415  # an outline does without

    reader = _Reader(text, markdown_parser())
    reader.read()
    notes = Notes(
        text=text,
        title=None,
        headings=tuple(reader.headings),
        fences=tuple(reader.governed_fences()),
        images=tuple(reader.images),
        links=tuple(reader.links),
        directives=tuple(reader.directives),
        anchors=tuple(reader.anchors),
        footnotes=tuple(reader.footnotes()),
        references=reader.env.get("references", {}),
        lines=tuple(reader.lines),
    )
    return notes._replace(contents=find_contents(notes, reader.tokens))


def outline(text: str) -> Outline:
    """The headings, code blocks and instructions of `parse(text)`, in less time."""
    reader = _Reader(text, outline_parser())
    reader.read()
    return Outline(
        tuple(reader.headings), tuple(reader.governed_fences()), tuple(reader.directives), tuple(reader.lines)
    )


def front_matter_lines(text: str) -> int:
    """How many lines at the top are YAML front matter, which is about the page and no text of it."""
    match = _FRONT_MATTER.match(text)
    # "---" is also a rule; front matter has a key on its first line.
    if not match or not re.match(r"---[ \t]*\n[A-Za-z_][\w-]*[ \t]*:", text):
        return 0
    return match[0].count("\n") or 1


def without_front_matter(text: str) -> str:
    """The text with the lines of its front matter left empty, so that every other line keeps its number."""
    count = front_matter_lines(text)
    return "\n" * count + "\n".join(text.split("\n")[count:]) if count else text


def check_notes(notes: Notes) -> Iterator[Diagnostic]:
    """Findings that need no plan: unclosed code blocks, empty headings, near-headings."""
    for heading in notes.headings:
        if not heading.text.strip() and not heading.id:
            yield finding("N_HEADING", "a heading without text", heading.span)
    for fence in notes.fences:
        if fence.fenced and not _is_closed(fence, notes.lines):
            yield _unclosed(fence, notes.lines)
    code = [(fence.span.start.line, fence.span.end.line) for fence in notes.fences]
    for number, line in enumerate(notes.lines, 1):
        if re.match(r"#{1,6}[A-Za-z]", line) and not any(first <= number <= end for first, end in code):
            yield finding(
                "N_DIALECT", "no heading on GitHub: a blank is missing after the number signs", Span.at(number)
            )


def _unclosed(fence: Fence, lines: Sequence[str]) -> Diagnostic:
    place = Span.at(fence.span.start.line, fence.span.start.column, 3)
    if any(line.strip() for line in lines[fence.span.end.line :]):
        # Often the closing mark stands outside the list item, where it opens another block.
        message = "this code block ends with its list item or quote, not with a closing mark"
        return finding("N_FENCE", message, place, severity=Severity.WARNING)
    return finding("N_FENCE", "this code block is never closed", place)


def _is_closed(fence: Fence, lines: Sequence[str]) -> bool:
    opening = lines[fence.span.start.line - 1].lstrip(" \t>*+-0123456789.)")
    mark = opening[:1] or "`"
    length = len(opening) - len(opening.lstrip(mark))
    closing = lines[fence.span.end.line - 1].strip(" \t>")
    return fence.span.end.line > fence.span.start.line and len(closing) >= length and not closing.strip(mark)


class _Reader:
    """One walk over the tokens, filling the lists."""

    def __init__(self, text: str, parser: MarkdownIt) -> None:
        self.lines = text.split("\n")
        self.env: dict[str, Any] = {}
        self.tokens = parser.parse(without_front_matter(text), self.env)
        self.headings: list[Heading] = []
        self.fences: list[Fence] = []
        self.images: list[Image] = []
        self.links: list[Link] = []
        self.directives: list[Directive] = []
        self.anchors: list[tuple[str, int]] = []
        self._footnote_lines: list[tuple[str, int]] = []
        self._ids = Anchors()
        self._trail: tuple[Heading, ...] = ()
        self._lead = ("", 0)  # the last paragraph's text, and the line after it
        # An open <h1>..<h6>: level, text so far, place, whether it stands at the root of the document.
        self._html_heading: tuple[int, str, Span, bool] | None = None
        self._locator = Locator(self.lines)
        self._enclosed = list(_enclosed_lines(self.tokens))
        self._starts = sorted({t.map[0] for t in self.tokens if t.map and t.type != "inline" and not _is_comment(t)})

    def read(self) -> None:
        for index, token in enumerate(self.tokens):
            if token.type == "inline" and token.map:  # the title of an alert is the parser's word, it has no place
                self._inline(token, self.tokens[index - 1])
            elif token.type in {"fence", "code_block"}:
                self._fence(token)
            elif token.type == "html_block":
                self._html_block(token)

    def governed_fences(self) -> Iterator[Fence]:
        for fence in self.fences:
            governing = tuple(d for d in self.directives if _covers(d, fence.span))
            yield fence._replace(directives=governing) if governing else fence

    def footnotes(self) -> Iterator[Footnote]:
        """The footnotes that are referred to; the parser has moved their blocks to the end of the tokens."""
        current: Token | None = None
        lines: list[tuple[int, int]] = []
        for token in self.tokens:
            if token.type == "footnote_open":
                current, lines = token, []
            elif token.type == "footnote_close" and current is not None:
                label = str(current.meta.get("label", ""))
                number = int(current.meta["id"]) + 1
                references = tuple(line for name, line in self._footnote_lines if name == label)
                first, last = (min(f for f, _ in lines) + 1, max(e for _, e in lines)) if lines else (0, 0)
                yield Footnote(label, number, first, last, references)
                current = None
            elif current is not None and token.map:
                lines.append((token.map[0], token.map[1]))

    # --- Blocks

    def _inline(self, token: Token, opener: Token) -> None:
        cell = opener.type in {"td_open", "th_open"}
        if token.children:
            self._children(token, self._locator.origins(token, cell=cell), cell=cell)
        if self._html_heading:
            level, text, place, top = self._html_heading
            self._html_heading = (level, text + _visible(token), place, top)
        first, end = line_range(token)
        if opener.type == "heading_open":
            # "- ## Title": the heading begins after its containers' marks.
            start = Position(first + 1, max(self.lines[first].find(opener.markup), 0) + 1)
            if opener.markup in {"=", "-"}:
                start = self._locator.origins(token)[0]
            span = Span(start, Position(end, len(self.lines[end - 1]) + 1))
            level = int(opener.tag[1])
            top = opener.level == 0 and not self._is_enclosed(first)
            self._heading(level, _visible(token), span, starts_section=top)
        else:
            self._lead = (with_emoji(_visible(token)).strip(), end)

    def _heading(self, level: int, text: str, span: Span, *, starts_section: bool) -> None:
        self._html_heading = None
        heading = Heading(level, " ".join(with_emoji(text).split()), self._ids.take(text), span, starts_section)
        self.headings.append(heading)
        self._trail = (*(above for above in self._trail if above.level < level), heading)

    def _fence(self, token: Token) -> None:
        first, end = line_range(token)
        fenced = token.type == "fence"
        contents = token.content.split("\n")[:-1] if token.content.endswith("\n") else token.content.split("\n")
        if not token.content:
            contents = []
        offset = first + fenced
        origins = tuple(self._origin(offset + number, content) for number, content in enumerate(contents))
        last = min(end, len(self.lines))
        opening = self.lines[first]
        column = opening.find(token.markup) if fenced else len(opening) - len(opening.lstrip())
        text = token.content if token.content.endswith("\n") or not token.content else token.content + "\n"
        lead, lead_end = self._lead
        self.fences.append(
            Fence(
                info=html.unescape(token.info.strip()) if fenced else "",
                text=text,
                span=Span(Position(first + 1, max(column, 0) + 1), Position(last, len(self.lines[last - 1]) + 1)),
                origins=origins,
                trail=self._trail,
                lead=lead if first - lead_end <= 1 else "",
                fenced=fenced,
            )
        )

    def _origin(self, line: int, content: str) -> Position:
        source = self.lines[line] if line < len(self.lines) else ""
        words = content.lstrip(" ")
        if not words or not source.endswith(words):
            return Position(line + 1, max(len(source) - len(content), 0) + 1)
        return Position(line + 1, len(source) - len(content) + 1)

    # --- Inline elements

    def _children(self, token: Token, origins: Sequence[Position], *, cell: bool) -> None:
        children = token.children or []
        for index, child in enumerate(children):
            at = child.meta.get("at")
            if at is None:
                continue
            span = Locator.span(origins, token.content, at, cell=cell)
            if child.type == "footnote_ref":
                self._footnote_lines.append((str(child.meta.get("label", "")), span.start.line))
            if child.type == "image":
                url, title = str(child.attrs.get("src", "")), str(child.attrs.get("title", ""))
                self.images.append(Image(url, _alt(child), title, span, "markdown", self._trail))
            elif child.type == "link_open":
                origin = "autolink" if child.info == "auto" else "markdown"
                text = _text_until(children, index + 1, "link_close")
                self.links.append(Link(str(child.attrs.get("href", "")), text, span, origin, self._trail))
            elif child.type == "html_inline":
                for tag in read_tags(child.content):
                    self._tag(tag, span, _text_until(children, index + 1, "html_inline"))

    # --- Raw HTML

    def _html_block(self, token: Token) -> None:
        first, _ = line_range(token)
        top = token.level == 0 and not self._is_enclosed(first)
        tags = read_tags(token.content)
        for index, tag in enumerate(tags):
            line = first + tag.line
            source = self.lines[line] if line < len(self.lines) else ""
            column = max(source.find(tag.text.split("\n")[0], tag.column), tag.column)
            if tag.kind == "comment":
                column = max(source.find("<!--", tag.column), 0)
            written = f"<!--{tag.text}-->" if tag.kind == "comment" else tag.text
            ends = written.split("\n")
            end = Position(line + len(ends), (column if len(ends) == 1 else 0) + len(ends[-1]) + 1)
            span = Span(Position(line + 1, column + 1), end)
            following = next(
                (other for other in tags[index + 1 :] if other.kind == "text" and other.text.strip()), None
            )
            self._tag(tag, span, following.text.strip() if following else "", starts_section=top and index == 0)

    def _tag(self, tag: Tag, span: Span, following: str, *, starts_section: bool = False) -> None:
        if tag.kind == "comment":
            self._comment(tag, span)
        elif tag.kind == "text" and self._html_heading:
            level, text, place, top = self._html_heading
            self._html_heading = (level, text + html.unescape(tag.text), place, top)
        elif tag.kind == "end" and tag.name in _HEADING_TAGS and self._html_heading:
            level, text, place, top = self._html_heading
            self._html_heading = None
            self._heading(level, re.sub(r"\s+", " ", text.strip("\n")), place, starts_section=top)
        elif tag.kind == "start":
            self._start_tag(tag, span, following, starts_section=starts_section)

    def _start_tag(self, tag: Tag, span: Span, following: str, *, starts_section: bool) -> None:
        anchor = tag.get("id") or (tag.get("name") if tag.name == "a" else "")
        if anchor:
            self.anchors.append((anchor, span.start.line))
        if tag.name in _HEADING_TAGS:
            self._html_heading = (int(tag.name[1]), "", span, starts_section)
        elif tag.name == "a" and tag.get("href"):
            self.links.append(Link(tag.get("href"), following, span, "html", self._trail))
        elif tag.name == "img":
            alt, title = tag.get("alt"), tag.get("title")
            if tag.get("src"):
                self.images.append(Image(tag.get("src"), alt, title, span, "html", self._trail))
            self._candidates(tag, alt, span, "srcset")
        elif tag.name == "source":
            self._candidates(tag, "", span, "source")

    def _candidates(self, tag: Tag, alt: str, span: Span, origin: str) -> None:
        for url in srcset_urls(tag.get("srcset")):
            self.images.append(Image(url, alt, "", span, origin, self._trail))

    def _comment(self, tag: Tag, span: Span) -> None:
        match = _DIRECTIVE.match(tag.text)
        if match:
            line = span.start.line - 1 + tag.text.count("\n") + 1  # of the line after the comment, from 0
            index = bisect_left(self._starts, line)
            target = None
            if index < len(self._starts):
                first = self._starts[index]
                ends = [t.map[1] for t in self.tokens if t.map and t.map[0] == first and t.type != "inline"]
                target = (first + 1, max(ends))
            self.directives.append(Directive(match[1], " ".join(match[2].split()), span, target))

    def _is_enclosed(self, line: int) -> bool:
        return any(first <= line < end for first, end in self._enclosed)


def srcset_urls(srcset: str) -> list[str]:
    """The addresses of a `srcset` attribute, without their widths and densities."""
    return [candidate.split()[0] for candidate in re.split(r",\s+|,$", srcset.strip()) if candidate.strip()]


def _is_comment(token: Token) -> bool:
    """Whether a block is nothing but comments, so that instructions can follow each other before what they govern."""
    return token.type == "html_block" and not re.sub(r"<!--.*?-->", "", token.content, flags=re.DOTALL).strip()


def _covers(directive: Directive, span: Span) -> bool:
    return directive.target is not None and directive.target[0] <= span.start.line <= directive.target[1]


def _enclosed_lines(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Lines (from 0, end excluded) between the tags of an HTML element that holds blocks and is closed later."""
    open_tags: list[tuple[str, int]] = []
    for token in tokens:
        if token.type != "html_block" or token.map is None:
            continue
        for tag in read_tags(token.content):
            line = token.map[0] + tag.line
            if tag.kind == "start" and tag.name in _CONTAINERS:
                open_tags.append((tag.name, line))
            elif tag.kind == "end" and any(name == tag.name for name, _ in open_tags):
                while open_tags:
                    name, first = open_tags.pop()
                    if name == tag.name:
                        if line > first:
                            yield first + 1, line + 1
                        break


def _visible(token: Token) -> str:
    """The text that a reader sees of an inline token; pictures are none."""
    parts = []
    for child in token.children or []:
        if child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
    return "".join(parts)


def _alt(image: Token) -> str:
    return "".join(_alt(child) if child.type == "image" else child.content for child in image.children or []) or (
        "" if image.children else image.content
    )


def _text_until(children: Sequence[Token], start: int, closing: str) -> str:
    parts = []
    for child in children[start:]:
        if child.type == closing:
            break
        is_break = child.type in {"softbreak", "hardbreak"}
        parts.append(_alt(child) if child.type == "image" else " " if is_break else child.content)
    return "".join(parts)
