"""The author's contents list: find it, and find the section that each entry means.

The rules were shaped on 45 public notes files and held on files not used to shape them (design facts, "TOC shapes
and drift").
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from urllib.parse import unquote

from ..diagnostics.diagnostic import Span
from .contents_lists import Listing, folded, says_contents
from .document import Kind, Node
from .model import Contents, Heading, Link, Notes, Origin, origin_of
from .raw_html import read_tags

_EARLY_SHARE, _EARLY_LINES = 0.15, 250  # a contents list stands near the top
_SPAN_SHARE = 0.4  # a list without a heading is one only when its targets span this much of the file
_SIMILAR = 0.8
_BRACES = re.compile(r"\{\s*#([^\s{}]+)[^{}]*\}\s*$")  # how other programs take the anchor of a heading
_MOST_COMPARISONS = 200_000  # of words, some ten microseconds each: 300 wrong entries and as many sections


def _short(text: str) -> str:
    """What a heading is called where its number and what stands in brackets go without saying."""
    return folded(re.sub(r"^[\W\d_]+|\([^()]*\)|\{[^{}]*\}", "", text))


class Resolver:
    """From the target of an in-page link to the heading it means."""

    def __init__(self, notes: Notes) -> None:
        self._headings = [heading for heading in notes.headings if heading.id]
        self._by_id = {heading.id: heading for heading in self._headings}
        self._explicit = dict(reversed(notes.anchors))
        self._comparisons = _MOST_COMPARISONS
        self._by_folded = {heading.id.casefold(): heading for heading in self._headings[::-1]}  # the first one counts
        self.braced = {name: h for h in self._headings for name in _BRACES.findall(h.text)}
        short = [(_short(heading.text), heading) for heading in self._headings]
        times = Counter(name for name, _ in short)  # `ABS(X)` is called `ABS()`, too, where no other is
        self._by_text = {name: heading for name, heading in short if name and times[name] == 1}
        self._by_text |= {folded(heading.text): heading for heading in self._headings[::-1]}

    def exact(self, anchor: str) -> Heading | None:
        """The heading that GitHub shows for `anchor`; for an explicit `<a name>`, the heading nearest to it."""
        name = unquote(anchor).removeprefix("user-content-")
        if name in self._by_id:
            return self._by_id[name]
        line = self._explicit.get(name)
        if line is None:
            return None
        near = (h for h in self._headings if h.span.start.line <= line + 2 and h.span.end.line >= line)
        above = (h for h in self._headings[::-1] if h.span.start.line <= line)
        return next(chain(near, above), None)

    def named(self, text: str) -> bool:
        """Whether a heading has this text."""
        return not folded(text) or folded(text) in self._by_text

    def meant(self, anchor: str, text: str, taken: Collection[str] = ()) -> Heading | None:
        """The heading that the author most likely means: exact, by letter case, by text, or by likeness.

        Likeness passes over the ids in `taken`: beside an entry for "One", an entry "Gone" is no slip of the pen.
        """
        name = unquote(anchor).removeprefix("user-content-").casefold()
        exact = self.exact(anchor) or self.braced.get(unquote(anchor))
        if heading := exact or self._by_folded.get(name) or self._by_text.get(folded(text)):
            return heading
        if heading := self._by_text.get(_short(text) or folded(text)):
            return heading
        for wanted, table in ((name, self._by_folded), (folded(text), self._by_text)):
            self._comparisons -= len(table)
            if self._comparisons < 0:
                return None
            free = [words for words, heading in table.items() if heading.id not in taken]
            near = difflib.get_close_matches(wanted, free, 1, _SIMILAR) if wanted else []
            if near:
                return table[near[0]]
        return None


def in_page_anchor(target: str, origin: Origin | None = None) -> str | None:
    """The anchor when `target` leads into the notes themselves: `#pod`, or the notes' own address at a code host."""
    if target.startswith("#"):
        return target[1:]
    return origin.anchor(target) if origin else None


def told_origin(notes: Notes, all_lists: Iterable[Listing]) -> Origin | None:
    """The repository that most entries of a contents list name, each with an anchor of these notes."""
    resolver = Resolver(notes)
    for found in all_lists:
        named: Counter[Origin] = Counter()
        for entry in found.entries:
            address, _, anchor = entry.target.partition("#")
            origin = origin_of(address) if address and anchor and resolver.exact(anchor) else None
            if origin is not None and origin.repository:
                named[origin._replace(branch="HEAD", path="README.md")] += 1
        for origin, count in named.most_common(1):
            if count > 2 and count * 2 >= len(found.entries):
                return origin
    return None


def find_contents(notes: Notes, all_lists: Sequence[Listing]) -> Contents | None:
    """The contents list of the notes, or None when there is none; `all_lists` are their `listings`."""
    early = max(_EARLY_LINES, int(len(notes.lines) * _EARLY_SHARE))
    resolver = Resolver(notes)
    lists = [found for found in all_lists if _is_list_of_sections(found, notes, resolver)]
    headings = list(notes.headings)
    for number, heading in enumerate(headings):
        if heading.span.start.line > early:
            break
        certain = says_contents(heading.text)
        if certain is not None:
            end = next(
                (h.span.start.line for h in headings[number + 1 :] if h.level <= heading.level), len(notes.lines) + 1
            )
            own = [f for f in lists if heading.span.start.line <= f.first < end and (certain or f.is_pure)]
            own = list(_connected(own, headings))
            if own:
                return _contents(heading, own, notes, resolver)
    for found in lists:
        if found.first <= early and _stands_alone(found, resolver, notes):
            return _contents(None, [found], notes, resolver)
    mark = next((found for found in all_lists if found.is_mark and found.first <= early), None)
    if mark is None:
        return None
    above = next((h for h in headings[::-1] if h.span.end.line < mark.first and says_contents(h.text)), None)
    return Contents(above, (), (), ((mark.first, mark.last),))


def _is_list_of_sections(found: Listing, notes: Notes, resolver: Resolver) -> bool:
    """Whether most lines begin with a link into the notes, or are the name of a section."""
    leading = [
        line for line in found.lines if line.begins and in_page_anchor(line.entries[0].target, notes.origin) is not None
    ]
    plain = [line for line in found.lines if not line.linked]
    named = [line for line in plain if all(resolver.named(entry.text) for entry in line.entries)]
    return bool(leading) and (len(leading) + len(named)) * 2 >= len(found.lines)


def second_contents(notes: Notes) -> Heading | None:
    """The heading of another contents list, whose links mostly lead where those of the first one do."""
    if notes.contents is None:
        return None
    listed = {entry.target for entry in notes.contents.entries}
    lines = notes.contents.lines
    below: dict[Span, list[Link]] = defaultdict(list)
    for link in notes.links:
        if link.trail and not any(first <= link.span.start.line <= last for first, last in lines):
            below[link.trail[-1].span].append(link)
    for heading in notes.headings:
        if heading is notes.contents.heading or says_contents(heading.text) is None:
            continue
        elsewhere = [
            link for link in below.get(heading.span, ()) if in_page_anchor(link.target, notes.origin) is not None
        ]
        if len(elsewhere) > 2 and sum(link.target in listed for link in elsewhere) * 2 > len(elsewhere):
            return heading
    return None


def _connected(lists: Sequence[Listing], headings: Sequence[Heading]) -> Iterator[Listing]:
    """The lists that belong together: between two of them there are at most headings and a few lines."""
    for number, found in enumerate(lists):
        if number and found.first - lists[number - 1].last > 8:
            between = [h for h in headings if lists[number - 1].last < h.span.start.line < found.first]
            if len(between) != 1:
                return
        yield found


def _contents(heading: Heading | None, lists: Sequence[Listing], notes: Notes, resolver: Resolver) -> Contents:
    entries = tuple(entry for found in lists for entry in found.entries)
    lines = tuple((found.first, found.last) for found in lists)
    starts = notes.blocks.starts
    hidden = tuple(
        _wrapped(notes.blocks, bisect_left(starts, found.first)) or (found.first, found.last)
        for found in lists
        if _is_told_elsewhere(found, notes, resolver)
    )
    return Contents(heading, entries, lines, hidden)


def _is_told_elsewhere(found: Listing, notes: Notes, resolver: Resolver) -> bool:
    """Whether all that the list says are names of sections, so that no word is lost with it."""
    if any(found.first <= heading.span.start.line <= found.last for heading in notes.headings):
        return False
    entries = [(entry.text, in_page_anchor(entry.target, notes.origin), entry.target) for entry in found.entries]
    return all(not line.pictures and (line.linked == 0 or line.beside == 0) for line in found.lines) and all(
        resolver.named(text) if not target else anchor is not None and resolver.meant(anchor, text)
        for text, anchor, target in entries
    )


def _wrapped(blocks: Sequence[Node], number: int) -> tuple[int, int] | None:
    """The lines of `<details>` around the list when nothing else stands in it but what it is called."""
    around = [*blocks[max(number - 1, 0) : number], *blocks[number + 1 : number + 2]]
    if len(around) < 2 or any(block.kind is not Kind.HTML for block in around):
        return None
    before, after = (read_tags(block.text) for block in around)
    opened = [tag.name for tag in before if tag.kind == "start"][:1] == ["details"]
    name = " ".join(tag.text for tag in before if tag.kind == "text")
    closed = [tag.name for tag in after if tag.kind != "text" or tag.text.strip()] == ["details"]
    return (around[0].line, around[1].span.end.line) if opened and closed and says_contents(name) is not None else None


def _stands_alone(found: Listing, resolver: Resolver, notes: Notes) -> bool:
    """Whether a list without a heading is almost nothing but links, and they lead all over the file."""
    begins, linked = sum(line.begins for line in found.lines), sum(line.linked > 0 for line in found.lines)
    if not (begins > 2 and begins >= linked) and not (len(found.entries) > 2 and found.is_pure):
        return False
    anchors = ((in_page_anchor(entry.target, notes.origin), entry.text) for entry in found.entries)
    meant = [resolver.meant(anchor, text) for anchor, text in anchors if anchor]
    places = [heading.span.start.line for heading in meant if heading]
    return bool(places) and max(places) - min(places) >= _SPAN_SHARE * len(notes.lines)
