"""The author's contents list: find it, and find the section that each entry means.

The rules were shaped on 45 public notes files and held on files not used to shape them (design facts, "TOC shapes
and drift").
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ..diagnostics.place import Position, Span
from ..lib.patterns import lazy
from .document import LEAVES, Kind, Node, walk, words
from .model import Contents, Entry, Heading, Notes

_CONTENTS_HEADING = lazy(
    r"\W*(?:table of contents?|contents?|toc|index|outline|summary|overview|(?:index|list|table) of \w+(?: \w+)?|"
    r"inhaltsverzeichnis|inhalt|sommaire|table des mati[èe]res|índice|contenido|sumário|содержание|оглавление|目录|目次)\W*",
    re.IGNORECASE,
)
_EARLY_SHARE, _EARLY_LINES = 0.15, 250  # a contents list stands near the top
_SPAN_SHARE = 0.4  # a list without a heading is one only when its targets span this much of the file
_SIMILAR = 0.8


class Match(NamedTuple):
    """The heading that an anchor means, and how it was found."""

    heading: Heading
    exact: bool


class Resolver:
    """From the target of an in-page link to the heading it means."""

    def __init__(self, notes: Notes) -> None:
        self._headings = [heading for heading in notes.headings if heading.id]
        self._by_id = {heading.id: heading for heading in self._headings}
        self._explicit = dict(reversed(notes.anchors))
        self._by_folded: dict[str, Heading] = {}
        self._by_text: dict[str, Heading] = {}
        for heading in self._headings:
            self._by_folded.setdefault(heading.id.casefold(), heading)
            self._by_text.setdefault(_folded(heading.text), heading)

    def exact(self, anchor: str) -> Heading | None:
        """The heading that GitHub shows for `anchor`; for an explicit `<a name>`, the heading nearest to it."""
        name = unquote(anchor).removeprefix("user-content-")
        if name in self._by_id:
            return self._by_id[name]
        line = self._explicit.get(name)
        if line is None:
            return None
        after = next(
            (h for h in self._headings if line <= h.span.end.line <= line + 2 or line <= h.span.start.line <= line + 2),
            None,
        )
        before = [heading for heading in self._headings if heading.span.start.line <= line]
        return after or (before[-1] if before else None)

    def meant(self, anchor: str, text: str, taken: Collection[str] = ()) -> Match | None:
        """The heading that the author most likely means: exact, by letter case, by text, or by likeness.

        Likeness passes over the ids in `taken`: beside an entry for "One", an entry "Gone" is no slip of the pen.
        """
        if heading := self.exact(anchor):
            return Match(heading, exact=True)
        name = unquote(anchor).removeprefix("user-content-").casefold()
        by_letters = self._by_folded.get(name) or self._by_text.get(_folded(text))
        if by_letters:
            return Match(by_letters, exact=False)
        for wanted, table in ((name, self._by_folded), (_folded(text), self._by_text)):
            free = [words for words, heading in table.items() if heading.id not in taken]
            near = difflib.get_close_matches(wanted, free, 1, _SIMILAR) if wanted else []
            if near:
                return Match(table[near[0]], exact=False)
        return None


def in_page_anchor(target: str) -> str | None:
    """The anchor when `target` leads into the notes themselves: `#pod`, or the file's own address on GitHub."""
    if target.startswith("#"):
        return target[1:]
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    own = re.fullmatch(r"/[^/]+/[^/]+/?(?:blob/[^/]+/readme\.md)?", parts.path, re.IGNORECASE)
    if parts.fragment and parts.netloc.lower() in {"github.com", "www.github.com"} and own:
        return parts.fragment
    return None


def _folded(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))


class _List(NamedTuple):
    entries: tuple[Entry, ...]
    first: int  # lines from 1, inclusive
    last: int

    @property
    def linked(self) -> int:
        return sum(in_page_anchor(entry.target) is not None for entry in self.entries)


def find_contents(notes: Notes) -> Contents | None:
    """The contents list of the notes, or None when there is none."""
    lists = [found for found in _lists(notes) if found.linked and found.linked * 2 >= len(found.entries)]
    if not lists:
        return None
    early = max(_EARLY_LINES, int(len(notes.lines) * _EARLY_SHARE))
    headings = list(notes.headings)
    for number, heading in enumerate(headings):
        if heading.span.start.line > early:
            break
        if _CONTENTS_HEADING.fullmatch(heading.text):
            end = next(
                (h.span.start.line for h in headings[number + 1 :] if h.level <= heading.level), len(notes.lines) + 1
            )
            own = [found for found in lists if heading.span.start.line < found.first < end]
            own = list(_connected(own, headings))
            if own:
                return _contents(heading, own)
    resolver = Resolver(notes)
    for found in lists:
        if found.first <= early and len(found.entries) > 2 and _spans_the_file(found, resolver, len(notes.lines)):
            return _contents(None, [found])
    return None


def second_contents(notes: Notes) -> Heading | None:
    """The heading of another contents list, whose links mostly lead where those of the first one do."""
    if notes.contents is None:
        return None
    listed = {entry.target for entry in notes.contents.entries}
    lines = notes.contents.lines
    for heading in notes.headings:
        if heading is notes.contents.heading or not _CONTENTS_HEADING.fullmatch(heading.text):
            continue
        own = [
            link for link in notes.links if link.trail[-1:] == (heading,) and in_page_anchor(link.target) is not None
        ]
        elsewhere = [link for link in own if not any(first <= link.span.start.line <= last for first, last in lines)]
        if len(elsewhere) > 2 and sum(link.target in listed for link in elsewhere) * 2 > len(elsewhere):
            return heading
    return None


def _connected(lists: Sequence[_List], headings: Sequence[Heading]) -> Iterator[_List]:
    """The lists that belong together: between two of them there are at most headings and a few lines."""
    for number, found in enumerate(lists):
        if number and found.first - lists[number - 1].last > 8:
            between = [h for h in headings if lists[number - 1].last < h.span.start.line < found.first]
            if len(between) != 1:
                return
        yield found


def _contents(heading: Heading | None, lists: Sequence[_List]) -> Contents:
    entries = tuple(entry for found in lists for entry in found.entries)
    return Contents(heading, entries, tuple((found.first, found.last) for found in lists))


def _spans_the_file(found: _List, resolver: Resolver, lines: int) -> bool:
    targets = [resolver.exact(in_page_anchor(entry.target) or "") for entry in found.entries]
    places = [heading.span.start.line for heading in targets if heading]
    return bool(places) and max(places) - min(places) >= _SPAN_SHARE * lines


def _lists(notes: Notes) -> Iterator[_List]:
    """Every list at the root of the document, with one entry for each item."""
    for block in notes.blocks:
        if block.kind is Kind.LIST:
            last = block.span.end.line
            while last > block.line and not notes.lines[last - 1].strip():
                last -= 1
            yield _List(tuple(_entries(block, notes.lines)), block.line, last)


def _entries(outermost: Node, lines: Sequence[str]) -> Iterator[Entry]:
    stack = [(outermost, 0)]
    while stack:
        node, depth = stack.pop()
        if node.kind is Kind.ITEM:
            first = next((child for child in node.children if child.kind in LEAVES | {Kind.LIST}), None)
            if first is not None and first.kind in LEAVES:
                yield _entry(first, depth, lines)
        stack += [(child, depth + (node.kind is Kind.LIST)) for child in node.children[::-1]]


def _entry(leaf: Node, depth: int, lines: Sequence[str]) -> Entry:
    link = next((node for node in walk(leaf.children) if node.kind is Kind.LINK), None)
    if link is not None:
        return Entry(words(link.children, " ", tags=True).strip(), link.url, depth, link.span)
    line = lines[leaf.line - 1]
    indentation = len(line) - len(line.lstrip())
    span = Span(Position(leaf.line, indentation + 1), Position(leaf.line, len(line) + 1))
    return Entry(words(leaf.children, tags=True).strip(), "", depth, span)
