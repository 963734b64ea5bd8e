"""The one Markdown parser: GitHub's dialect, with the place of every inline element.

`markdown-it-py` keeps the lines of blocks; of inline elements it keeps no place.  `markdown_parser` adds it: links,
images and inline HTML carry `meta["at"] = (start, end)`, offsets into the content of their inline token, and
`Locator` turns such offsets into places in the notes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.html_re import HTML_OPEN_CLOSE_TAG_STR
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.gfm import gfm_plugin
from mdit_py_plugins.gfm_autolink._match import match_http
from mdit_py_plugins.gfm_autolink.index import _create_autolink

from ..diagnostics.place import Position, Span
from ..lib.patterns import lazy

InlineRule = Callable[[StateInline, bool], bool]
BlockRule = Callable[[StateBlock, int, int, bool], bool]
_CONTAINER = lazy(r"(?:[-+*]|\d{1,9}[.)])[ \t]|>")
_WHOLE_TAG = lazy(HTML_OPEN_CLOSE_TAG_STR + r"\s*$")

# Nesting that `limits` lets through must never reach the parser's own limit: there it drops content silently.
_MAX_NESTING = 200
_PLACED = {"link_open", "image", "html_inline", "footnote_ref"}


_HTML_HEADING = lazy(r"<h[1-6]\b", re.IGNORECASE)


def outline_parser() -> MarkdownIt:
    """The same parser for the blocks alone; of inline text it reads what `model.Outline` depends on."""
    parser = markdown_parser()
    parser.core.ruler.at("inline", _inline_of_outline)
    return parser


def _inline_of_outline(state: StateCore) -> None:
    """Headings, the text right before code, comments and footnotes; all of it where a heading is written in HTML."""
    everything = _HTML_HEADING.search(state.src) is not None
    inline: Token | None = None
    before_code = set()
    for token in state.tokens:
        if token.type == "inline":
            inline = token
        elif token.type in {"fence", "code_block"} and inline is not None:
            before_code.add(id(inline))
    for opener, token in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type != "inline":
            continue
        token.children = []
        heading = opener.type == "heading_open"
        if everything or heading or id(token) in before_code or "<" in token.content or "[^" in token.content:
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def markdown_parser() -> MarkdownIt:
    """A parser for GitHub's Markdown: CommonMark, tables, strikethrough, autolinks, task lists, alerts, footnotes."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _MAX_NESTING}).use(gfm_plugin)
    # GitHub shows a bare address as it was typed.
    parser.normalizeLinkText = lambda link: link  # type: ignore[method-assign]  # the documented way to override it
    # Every link is read as a link; `render` decides which addresses are safe to follow, as GitHub does.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005  # the documented way
    for block_rule in list(parser.block.ruler.__rules__):
        if block_rule.name == "html_block":
            parser.block.ruler.at("html_block", _ends_lazy_lines(block_rule.fn), {"alt": block_rule.alt})
        elif block_rule.name == "table":
            parser.block.ruler.at("table", _outside_marks(block_rule.fn), {"alt": block_rule.alt})
    rules = parser.inline.ruler
    for rule in list(rules.__rules__):
        if rule.name == "gfm_autolink_protocol":
            rules.at(rule.name, _recording(_web_address(rule.fn)))
        elif rule.name == "gfm_autolink_email":
            rules.at(rule.name, _recording(_anywhere(rule.fn)))
        elif rule.name.startswith("gfm_autolink") or rule.name in {
            "link",
            "image",
            "autolink",
            "html_inline",
            "footnote_ref",
        }:
            rules.at(rule.name, _recording(rule.fn))
    return parser


def _web_address(rule: InlineRule) -> InlineRule:
    """Bare `http://` addresses as cmark-gfm finds them.

    They may follow anything but a letter ("：https://…" links), and no bare scheme is one: in `http://<NodeIP>`
    nothing is a link.  The plugin asks for a blank or one of a few signs before them.
    """

    def linked(state: StateInline, silent: bool) -> bool:
        scheme = re.search(r"[A-Za-z]+$", state.pending)
        if scheme is None or scheme[0] not in {"http", "https"}:
            return rule(state, silent)
        after = state.src[state.pos + 1 : state.pos + 4]
        if silent or state.linkLevel or not after.startswith("//") or not after[2:].isalnum():
            return False
        text = scheme[0] + state.src[state.pos : state.posMax]
        found = match_http(text)
        if found is None:
            return False
        url, length = found
        return _create_autolink(state, len(scheme[0]), length, url, text[:length])

    return linked


def _anywhere(rule: InlineRule) -> InlineRule:
    """Bare mail addresses as cmark-gfm finds them: after anything ("&lt;me@example.com&gt;" links)."""

    def linked(state: StateInline, silent: bool) -> bool:
        local = re.search(r"[A-Za-z0-9.+_-]+$", state.pending)
        if local is None:
            return False
        # The rule looks at the character before the address; an address that begins the text passes.
        source, position, end = state.src, state.pos, state.posMax
        skipped = position - len(local[0])
        state.src, state.pos, state.posMax = source[skipped:], position - skipped, end - skipped
        try:
            return rule(state, silent)
        finally:
            moved = state.pos
            state.src, state.pos, state.posMax = source, moved + skipped, end

    return linked


def _ends_lazy_lines(rule: BlockRule) -> BlockRule:
    """A line that holds one whole tag (as GitHub writes for pasted pictures) ends a lazily continued paragraph.

    So cmark reads it, because such a line stands outside the list item or the quote; markdown-it continues them.
    """

    def ended(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if rule(state, start, end, silent):
            return True
        lazy = state.sCount[start] < state.blkIndent or state.parentType == "blockquote"
        if not (silent and lazy):
            return False
        line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
        return _WHOLE_TAG.match(line) is not None

    return ended


def _outside_marks(rule: BlockRule) -> BlockRule:
    """In `- a | b`, the item comes first and the table stands in it; markdown-it takes `- a` for a cell."""

    def placed(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
        return _CONTAINER.match(line) is None and rule(state, start, end, silent)

    return placed


def _recording(rule: InlineRule) -> InlineRule:
    """The rule, leaving on the token it makes where in the inline content it began and ended."""

    def recorded(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            token = next((token for token in state.tokens[count:] if token.type in _PLACED), None)
            if token is not None:
                if token.info == "auto" and token.markup == "autolink" and state.src[start] != "<":
                    # Bare addresses are found at their ":" or "@", after the beginning was read as text.
                    label = state.tokens[state.tokens.index(token) + 1].content
                    start = state.pos - len(label)
                token.meta["at"] = (start, state.pos)
        return True

    return recorded


def line_range(token: Token) -> tuple[int, int]:
    """First line (from 0) and end line (excluded) of a token that has them, as block and inline tokens do."""
    if token.map is None:
        raise ValueError(f"a {token.type} token has no lines")
    return token.map[0], token.map[1]


class Locator:
    """Places in the notes for offsets into the content of inline tokens."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._cells: dict[int, int] = {}  # line -> column after the table cell that was located last

    def origins(self, token: Token, *, cell: bool = False) -> list[Position]:
        """Where each line of the content of an inline token begins."""
        first, _ = line_range(token)
        if cell:
            return [self._cell(token.content, first)]
        places = []
        for offset, content in enumerate(token.content.split("\n")):
            line = self._lines[first + offset] if first + offset < len(self._lines) else ""
            # From the right: "1. 1" begins with its own marker.
            column = line.rfind(content) if offset == 0 else len(line) - len(line.lstrip(" \t>"))
            if offset and content and not line.startswith(content, column):
                column = max(line.find(content.rstrip()), 0)
            places.append(Position(first + offset + 1, max(column, 0) + 1))
        return places

    def _cell(self, content: str, line: int) -> Position:
        text = self._lines[line]
        start = self._cells.get(line, 0)
        column = text.find(content, start)
        if column < 0:  # the cell holds an escaped pipe, or is empty
            column = text.find(content.replace("|", "\\|"), start)
        if column < 0 or not content:
            column = start
        self._cells[line] = column + len(content) + content.count("|")
        return Position(line + 1, column + 1)

    @staticmethod
    def span(origins: Sequence[Position], content: str, at: tuple[int, int], *, cell: bool = False) -> Span:
        """The span of the offsets `at` of a content whose lines begin at `origins`."""
        starts = [0] + [match.end() for match in re.finditer("\n", content)]

        def place(offset: int) -> Position:
            index = bisect_right(starts, offset) - 1
            origin = origins[min(index, len(origins) - 1)]
            # Every pipe in a table cell stands escaped in the file, and the parser has taken the escapes away.
            escapes = content.count("|", 0, offset) if cell else 0
            return Position(origin.line, origin.column + offset - starts[index] + escapes)

        return Span(place(at[0]), place(at[1]))
