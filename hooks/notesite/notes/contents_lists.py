"""What may be a contents list: lists, tables, runs of links and HTML, each with its entries and what it says beside them."""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from ..diagnostics.diagnostic import Position, Span
from ..lib.light import NamedTuple, bundled_text, lazy
from .document import LEAVES, Kind, Node, walk, words
from .model import Entry, Link, Notes
from .raw_html import read_tags, unescaped

# of other tools: `[TOC]`, `{:toc}`
_MARK = lazy(r"\W*[\[{][\W_]*toc[\W_]*[\]}]\W*|\W*toc\s*\{:\s*toc[^}]*\}\s*", re.IGNORECASE)
_LONGEST_MARK = 100  # characters
_LISTS = frozenset({"ul", "ol"})
_APART = frozenset({"br", "dd", "div", "dt", "li", "ol", "p", "summary", "table", "td", "th", "tr", "ul"})
_PURE_SHARE = 0.8  # of the words of a list that is almost nothing but links


class Line(NamedTuple):
    """One line of a list: an item, a row, a paragraph."""

    entries: tuple[Entry, ...]  # one for each link, or one without a target
    begins: bool = True  # with its link
    beside: int = 0  # letters and digits that stand beside the links
    linked: int = 0  # and in them
    pictures: bool = False


class Listing(NamedTuple):
    """A block at the root of the document, read as a list."""

    lines: tuple[Line, ...]
    first: int  # lines of the file, from 1, inclusive
    last: int
    is_mark: bool = False  # `[TOC]`, which other tools replace

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in order."""
        return tuple(entry for line in self.lines for entry in line.entries)

    @property
    def is_pure(self) -> bool:
        """Whether what is linked is almost all that it says; items without a link do not count."""
        own = [line for line in self.lines if line.linked]
        linked = sum(line.linked for line in own)
        return linked >= _PURE_SHARE * (linked + sum(line.beside for line in own))


@functools.cache
def _names() -> Mapping[str, bool]:
    """Folded words of headings -> whether they can mean nothing but a contents list."""
    names: dict[str, bool] = {}
    for row in bundled_text(__name__, "contents.tsv").splitlines():
        if not row.startswith("#"):
            _, certain, likely = row.split("\t")
            names |= {folded(word): False for word in likely.split("|") if folded(word) not in names}
            names |= {folded(word): True for word in certain.split("|")}
    return names


_NO_WORDS = bytes(code for code in range(128) if not chr(code).isalnum())


def says_contents(text: str) -> bool | None:
    """Whether a heading with this text names a contents list: True, False when it may mean something else, None for no."""
    plain = re.sub(r"\([^()]*\)", "", text)
    if re.fullmatch(r"\W*(?:index|list|table) of \w+(?: \w+)?\W*", plain, re.IGNORECASE):
        return True
    return _names().get(folded(plain))


def folded(text: str) -> str:
    """Letters and digits without accents and case."""
    if text.isascii():  # most are
        return text.lower().encode().translate(None, _NO_WORDS).decode()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


def listings(notes: Notes) -> Iterator[Listing]:
    """Every block at the root that may be a contents list."""
    links = sorted(notes.links, key=lambda link: link.span.start)
    for number, (kind, first, end) in enumerate(notes.blocks.outlines):
        if kind in _READERS:
            last = end
            while last > first and not notes.lines[last - 1].strip():
                last -= 1
            start = bisect_left(links, Position(first, 1), key=_start)
            own = links[start : bisect_left(links, Position(last + 1, 1), start, key=_start)]
            # A list without a link is no contents list.
            lines = tuple(_READERS[kind](notes.blocks[number], own, notes.lines)) if own else ()
            text = "" if own else "\n".join(notes.lines[first - 1 : last]).strip(" *+-")
            yield Listing(lines, first, last, len(text) <= _LONGEST_MARK and bool(_MARK.fullmatch(text)))


def _start(link: Link) -> Position:
    return link.span.start


def _of_list(outermost: Node, links: Sequence[Link], lines: Sequence[str]) -> Iterator[Line]:
    stack = [(outermost, int(outermost.kind is Kind.PARAGRAPH))]
    while stack:
        node, depth = stack.pop()
        if node.kind in LEAVES:
            yield _line(node, depth, links, lines)
        elif node.kind not in {Kind.LIST, Kind.ITEM}:  # code, a quote: no part of a contents list
            yield Line((), begins=False, beside=1)
        else:
            stack += [(child, depth + (node.kind is Kind.LIST)) for child in node.children[::-1]]


def _of_table(table: Node, links: Sequence[Link], lines: Sequence[str]) -> Iterator[Line]:
    for row in table.children[1:]:
        found = [_line(cell, 1, links, lines) for cell in row.children]
        linked = [line for line in found if line.linked]
        yield Line(
            tuple(entry for line in linked for entry in line.entries),
            begins=bool(linked) and not any(line.beside for line in linked),
            beside=sum(line.beside + (0 if line.linked else len(folded(line.entries[0].text))) for line in found),
            linked=sum(line.linked for line in linked),
            pictures=any(line.pictures for line in found),
        )


def _line(leaf: Node, depth: int, links: Sequence[Link], lines: Sequence[str]) -> Line:
    first = bisect_left(links, leaf.span.start, key=_start)
    own = links[first : bisect_right(links, leaf.span.end, first, key=_start)]
    text = words(leaf.children, " ", tags=True).strip()
    pictures = any(node.kind is Kind.IMAGE for node in walk(leaf.children))
    if not own:
        line = lines[leaf.line - 1]
        indentation = len(line) - len(line.lstrip())
        span = Span(Position(leaf.line, indentation + 1), Position(leaf.line, len(line) + 1))
        return Line((Entry(text, "", depth, span),), begins=False, beside=len(folded(text)), pictures=pictures)
    return _linked(text, own, [depth] * len(own), pictures=pictures)


def _linked(text: str, links: Sequence[Link], depths: Sequence[int], *, pictures: bool) -> Line:
    linked = sum(len(folded(link.text)) for link in links)
    numbered = re.sub(r"^[\W\d_]+", "", text)
    begins = folded(numbered).startswith(folded(re.sub(r"^[\W\d_]+", "", links[0].text)))
    beside = len(re.sub(r"\d", "", folded(text))) - len(re.sub(r"\d", "", "".join(folded(li.text) for li in links)))
    entries = tuple(Entry(li.text.strip(), li.target, depth, li.span) for li, depth in zip(links, depths, strict=True))
    return Line(entries if beside <= 0 else entries[:1], begins, max(beside, 0), linked, pictures)


def _of_html(block: Node, links: Sequence[Link], _lines: Sequence[str]) -> Iterator[Line]:
    depth, depths, pieces, pictures = 0, [], [""], False
    for tag in read_tags(block.text):
        depth += (tag.name in _LISTS) * ((tag.kind == "start") - (tag.kind == "end"))
        if tag.kind == "start" and tag.name == "a" and tag.get("href"):
            depths.append(max(depth, 1))
        pictures = pictures or tag.name == "img"
        if tag.kind == "text":
            pieces[-1] += unescaped(tag.text)
        elif tag.name in _APART:
            pieces.append("")
    shown = [piece for piece in pieces if folded(piece) and not says_contents(piece)]
    if len(depths) == len(links):
        yield _linked(" ".join(shown), links, depths, pictures=pictures)


_READERS = {Kind.LIST: _of_list, Kind.TABLE: _of_table, Kind.PARAGRAPH: _of_list, Kind.HTML: _of_html}
