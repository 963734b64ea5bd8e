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
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.gfm import gfm_plugin

from .model import Position, Span

InlineRule = Callable[[StateInline, bool], bool]

# Nesting that `limits` lets through must never reach the parser's own limit: there it drops content silently.
_MAX_NESTING = 200
_PLACED = {"link_open", "image", "html_inline", "footnote_ref"}


def markdown_parser() -> MarkdownIt:
    """A parser for GitHub's Markdown: CommonMark, tables, strikethrough, autolinks, task lists, alerts, footnotes."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _MAX_NESTING}).use(gfm_plugin)
    # GitHub shows a bare address as it was typed.
    parser.normalizeLinkText = lambda link: link  # type: ignore[method-assign]  # the documented way to override it
    # Every link is read as a link; `render` decides which addresses are safe to follow, as GitHub does.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005  # the documented way
    rules = parser.inline.ruler
    for rule in list(rules.__rules__):
        if rule.name == "gfm_autolink_protocol":
            rules.at(rule.name, _recording(_needs_a_host(rule.fn)))
        elif rule.name.startswith("gfm_autolink") or rule.name in {
            "link",
            "image",
            "autolink",
            "html_inline",
            "footnote_ref",
        }:
            rules.at(rule.name, _recording(rule.fn))
    return parser


def _needs_a_host(rule: InlineRule) -> InlineRule:
    """GitHub links no bare scheme: in `http://<NodeIP>` nothing is a link."""

    def checked(state: StateInline, silent: bool) -> bool:
        after = state.src[state.pos + 1 : state.pos + 4]
        if after.startswith("//") and not after[2:].isalnum():
            return False
        return rule(state, silent)

    return checked


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
            column = line.find(content) if offset == 0 else len(line) - len(line.lstrip(" \t>"))
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
        self._cells[line] = column + len(content)
        return Position(line + 1, column + 1)

    @staticmethod
    def span(origins: Sequence[Position], content: str, at: tuple[int, int]) -> Span:
        """The span of the offsets `at` of a content whose lines begin at `origins`."""
        starts = [0] + [match.end() for match in re.finditer("\n", content)]

        def place(offset: int) -> Position:
            index = bisect_right(starts, offset) - 1
            origin = origins[min(index, len(origins) - 1)]
            return Position(origin.line, origin.column + offset - starts[index])

        return Span(place(at[0]), place(at[1]))
