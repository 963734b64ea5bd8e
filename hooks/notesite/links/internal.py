"""The links inside a built site: what its pages define, less what they use.  Nothing is crawled, nothing asked.

A finding about a link that the author wrote stands at its place in the notes; one about anything else (the theme, a
template) stands in the built file.  What is broken the same way on most pages is reported once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from hashlib import sha256

from ..diagnostics.diagnostic import Diagnostic, Report, Skipped, Span, finding
from ..lib.light import NamedTuple, json_of
from ..lib.nearest import nearest_value
from ..notes.model import EMPTY
from ..notes.raw_html import Tag, read_tags, unescaped
from .built_pages import Kind, PageFacts, Use, counted, css_uses, read_page
from .targets import Resolver, Target, Where, named_anchor

Placed = Mapping[tuple[str, str], Sequence[Span]]
"""(page in the site, address or id as built) -> the places in the notes that it comes from, in order."""

_PAGES = {Kind.LINK, Kind.REFRESH, Kind.ANCHOR, Kind.SEARCH, Kind.SITEMAP, Kind.FRAME}
_WITH_ANCHORS = (".html", ".htm", ".svg")
_PALETTES = frozenset({"only-dark", "only-light", "gh-dark-mode-only", "gh-light-mode-only"})  # which a picture is for
_EVERYWHERE = 0.5  # a fault on more than this share of the pages comes from a template: one finding
_FEW = 3  # pages; fewer are listed one by one
# What the codes found here begin with; the others of the family are about links to other sites.
CODES = (
    "L_ANCHOR", "L_PAGE", "L_ASSET", "L_CASE", "L_OUTSIDE", "L_LOCAL", "L_URL", "L_SERVER", "L_NETWORK", "L_SLASH", "L_ID"
)  # fmt: skip
_HINTS = 100  # "near it is …" is worked out for this many findings, because it is slow
_SEARCH_INDEX = re.compile(r"(^|/)search_index\.js(on)?$")  # a script in bundles: file:// cannot load JSON
_SITEMAP = re.compile(r"(^|/)sitemap\.xml$")
_LISTS = {"srcset", "imagesrcset", "style", "content"}  # attributes that hold addresses among other words
_LOC = re.compile(r"<loc>\s*([^<]*?)\s*</loc>")


class BuiltSite(NamedTuple):
    """A folder with a built site."""

    files: Collection[str]  # all its files, paths from its root with "/"
    read: Callable[[str], bytes]
    site_url: str = ""  # the address it will have, "" when unknown
    shown: str = "site"  # how the folder is named in findings
    bundle: bool = False  # it is opened from file://, without a server


class RemoteUse(NamedTuple):
    """A link to another site, with its place."""

    url: str  # without the fragment
    fragment: str
    span: Span
    path: str | None  # None: in the notes


class Outcome(NamedTuple):
    """What the check of a built site gives."""

    report: Report
    remote: Callable[[], list[RemoteUse]]  # the links to other sites, by address; finding their places takes time
    read: Mapping[str, str] = EMPTY  # file -> SHA-256 of what was read of it


class _Fault(NamedTuple):
    code: str
    message: str
    page: str
    use: Use
    key: tuple[str, ...]  # equal for the same fault on several pages
    help: str | None = None


class _Check:
    checked = hints = 0

    def __init__(self, site: BuiltSite, placed: Callable[[], tuple[Placed, Placed]]) -> None:
        self.site, self.placed = site, placed
        self.resolver = Resolver(site.files, site.site_url)
        self.facts: dict[str, PageFacts] = {}
        # Of one file at a time: those of all files would take much memory.
        self.places_of = lru_cache(1)(lambda uri: Places(self.text(uri), is_style=uri.endswith(".css")))
        self.remote: list[tuple[str, Use, Target]] = []
        self.skipped: list[Skipped] = []
        self.sums: dict[str, str] = {}  # of what was read
        self._right: dict[str, set[str]] = defaultdict(set)  # by folder: addresses that lead to a file

    def look(self, uri: str) -> PageFacts:
        """Read a page, and pass over what is plainly right: most addresses are those of the navigation."""
        facts = read_page(self.read(uri))
        folder = uri.rpartition("/")[0]
        # "../x" is the same file seen from all folders beside this one, and "x" from all pages in it.
        here, up = self._right[f"{folder}/"], self._right[f"{folder.rpartition('/')[0]}/.." if folder else ".."]
        own = {f"#{anchor}" for anchor in facts.defines if anchor.split() == [anchor]}
        if facts.base:
            here, up, own = set(), set(), set()
        left = []
        for target, kind in facts.uses:
            if target in up or target in own or target in here:
                continue
            found = self.resolver.resolve(uri, target, facts.base)
            is_file = found.where is Where.HERE and not (self.site.bundle and found.needs_server)
            if not is_file or (found.fragment and (found.uri != uri or found.fragment not in facts.defines)):
                left.append((target, kind))
            elif target.startswith("../"):
                up.add(target)
            elif target[:1] not in "#? \t\n\r\f":
                here.add(target)
        return facts._replace(uses=left, right=len(facts.uses) - len(left))

    def read(self, uri: str) -> bytes:
        data = self.site.read(uri)
        self.sums[uri] = sha256(data).hexdigest()
        return data

    def text(self, uri: str) -> str:
        return self.read(uri).decode("utf-8", "replace")

    def nearest(self, words: str, known: Iterable[str]) -> str | None:
        self.hints += 1
        return nearest_value(words, sorted(known)) if self.hints <= _HINTS else None

    def shown(self, uri: str) -> str:
        return f"{self.site.shown}/{uri}".removeprefix("/")


def check(site: BuiltSite, placed: Callable[[], tuple[Placed, Placed]] = lambda: ({}, {})) -> Outcome:
    """All that is wrong with the links of a built site, and the links that leave it.

    `placed` tells where the notes have addresses, and ids; it is asked where something is to be placed.
    """
    run = _Check(site, placed)
    faults: list[_Fault] = []
    uses: list[tuple[str, Iterable[Use], str]] = []
    run.facts = {uri: run.look(uri) for uri in sorted(site.files) if uri.endswith((".html", ".htm"))}
    for uri in sorted(site.files):
        if facts := run.facts.get(uri):
            run.checked += facts.right
            uses.append((uri, counted(facts.uses), facts.base))
            for anchor in facts.repeated:
                message = f"the id {anchor!r} stands on this page more than once"
                faults.append(_Fault("L_ID", message, uri, Use(anchor, Kind.ID, 1), ("L_ID", anchor)))
        elif uri.endswith(".css"):
            uses.append((uri, counted((target, Kind.CSS) for target, _ in css_uses(run.text(uri))), ""))
        elif _SEARCH_INDEX.search(uri):
            uses.append((uri, _search_uses(run, uri), "../" if "/" in uri else ""))
        elif _SITEMAP.search(uri):
            uses.append((uri, [Use(unescaped(loc), Kind.SITEMAP) for loc in _LOC.findall(run.text(uri))], ""))
    for uri, of_page, base in uses:
        faults += _faults(run, uri, of_page, base)
    diagnostics = sorted(set(_diagnostics(run, faults)), key=lambda d: d.sort_key)
    return Outcome(Report(tuple(diagnostics), tuple(run.skipped), run.checked), partial(_remote, run), run.sums)


def _search_uses(run: _Check, uri: str) -> list[Use]:
    """Search results are links too: the theme's index says where each leads, seen from the root of the site."""
    try:
        text = run.read(uri)
        entries = json_of(text.partition(b"=")[2].rstrip(b"; \n") if uri.endswith(".js") else text)["docs"]
        return [Use(str(entry["location"]), Kind.SEARCH) for entry in entries]
    except (ValueError, KeyError, TypeError):
        reason = "the search index is of an unknown form"
        run.skipped.append(Skipped("search results", reason, Span.at(1), run.shown(uri)))
        return []


def _faults(run: _Check, page: str, uses: Iterable[Use], base: str) -> Iterator[_Fault]:
    for use in uses:
        run.checked += 1
        target = run.resolver.resolve(page, use.target, base)
        facts = run.facts.get(target.uri)
        if target.where is Where.HERE and facts and target.fragment in facts.defines and not run.site.bundle:
            continue  # by far the most
        if target.where is Where.REMOTE:
            run.remote.append((page, use, target))
        for code, words, help_text in _wrong(run, page, use, target):
            key = code, use.kind, target.uri or use.target, target.fragment
            yield _Fault(code, f"{use.kind} {words}", page, use, key, help_text)


def _wrong(run: _Check, page: str, use: Use, target: Target) -> Iterator[tuple[str, str, str | None]]:
    """What is wrong with an address: code, words, and how to help where the code's own words do not."""
    shown, where, bundle = repr(use.target), target.where, run.site.bundle
    if where is Where.MISSING and target.near:
        yield "L_CASE", f"{shown} differs in capital letters from {target.near!r}", None
    elif where is Where.MISSING:
        near = run.nearest(target.uri, run.site.files)
        hint = f"Correct the address; near it is {near!r}." if near else None
        code, what = ("L_PAGE", "leads to no page or") if use.kind in _PAGES else ("L_ASSET", "is no")
        yield code, f"{shown} {what} file of the site", hint
    elif where is Where.OUTSIDE:
        under = f" (the site is published under {run.resolver.base})" if run.resolver.base != "/" else ""
        yield "L_OUTSIDE", f"{shown} leaves the site{under}", None
    elif where is Where.MACHINE:
        yield "L_LOCAL", f"{shown} names a file of one computer", None
    elif where is Where.MALFORMED:
        yield "L_URL", f"{shown} is no address that a browser can read", None
    elif where is Where.FOLDER and not bundle:
        path = re.split("[?#]", use.target, maxsplit=1)[0]
        right = f"{path}/{use.target[len(path) :]}"
        yield "L_SLASH", f"{shown} names a folder; {right!r} saves a redirect", None
    elif where is Where.REMOTE and bundle and use.kind not in _PAGES:
        yield "L_NETWORK", f"{shown} is loaded from the network", None
    elif bundle and target.needs_server and use.kind is not Kind.SITEMAP and page != "404.html":
        yield "L_SERVER", f"{shown} {target.needs_server}", None
    names_place = target.fragment and target.fragment not in _PALETTES and target.uri.endswith(_WITH_ANCHORS)
    if where in {Where.HERE, Where.FOLDER} and names_place and (words := _missing_anchor(run, target, shown)):
        yield "L_ANCHOR", words, None


def _missing_anchor(run: _Check, target: Target, shown: str) -> str:
    """What to say about a fragment that its page does not define; "" when it does."""
    wanted = named_anchor(target.fragment)
    if target.uri not in run.facts:
        run.facts[target.uri] = read_page(run.read(target.uri))
    facts = run.facts[target.uri]
    if not wanted or any(anchor in facts.defines or anchor in facts.table for anchor in wanted):
        return ""
    file, of_several, _ = wanted[-1].rpartition("#")
    if of_several:  # the notes are several files, and this one lacks the anchor
        return f"{wanted[-1]!r} leads to no anchor of {file}"
    near = run.nearest(wanted[-1], facts.defines)
    hint = f"; near it is #{near}" if near else ""
    return f"{shown} leads to no anchor of {target.uri}{hint}"


def _diagnostics(run: _Check, faults: Iterable[_Fault]) -> Iterator[Diagnostic]:
    built: dict[tuple[str, ...], list[_Fault]] = defaultdict(list)
    for fault in faults:
        span = _notes_span(run, fault.page, fault.use)
        if span is None:
            built[fault.key].append(fault)
        else:
            yield finding(fault.code, fault.message, span, help=fault.help)
    pages = sum(uri in run.facts for uri in run.site.files)
    told: list[tuple[_Fault, str]] = []
    for same in built.values():
        count = len({fault.page for fault in same})
        if count > _FEW and count > _EVERYWHERE * pages:
            told.append((same[0], f" (and on {count - 1} more pages)"))
        else:
            told += ((fault, "") for fault in same)
    for fault, more in sorted(told, key=lambda one: one[0].page):
        place, path = run.places_of(fault.page).of(fault.use), run.shown(fault.page)
        yield finding(fault.code, fault.message + more, place, help=fault.help, path=path)


def _notes_span(run: _Check, page: str, use: Use) -> Span | None:
    spans = run.placed()[use.kind is Kind.ID].get((page, use.target))
    return spans[min(use.nth, len(spans) - 1)] if spans else None


def _remote(run: _Check) -> list[RemoteUse]:
    """All uses in the notes; of those in built files, which a template repeats, the first of each address."""
    written: set[RemoteUse] = set()
    first: dict[tuple[str, str], RemoteUse] = {}
    for page, use, target in run.remote:
        address = target.url, target.fragment
        if span := _notes_span(run, page, use):
            written.add(RemoteUse(*address, span, None))
        elif address not in first:
            first[address] = RemoteUse(*address, run.places_of(page).of(use), run.shown(page))
    return sorted([*written, *first.values()], key=lambda use: (*use[:2], use.path or "", use.span))


class Places:
    """The places of all addresses and ids of one built file: read only for files that have something to report."""

    def __init__(self, text: str, *, is_style: bool = False) -> None:
        self.text = text
        # By whether it is an id, and what it says.  Most are never asked for.
        self._values: dict[tuple[bool, str], list[Callable[[], Span]]] = defaultdict(list)
        self._lists: list[tuple[str, Tag]] = []
        for address, offset in css_uses(text) if is_style else ():
            self._values[False, address].append(partial(_place_at, text, offset, len(address)))
        for tag in () if is_style else read_tags(text, finished=True):
            for name, written in tag.attributes:
                is_id, value = name == "id", written or ""
                if name in _LISTS:
                    self._lists.append((value, tag))
                elif is_id or name in {"href", "src", "poster", "data", "background", "xlink:href"}:
                    key = value if is_id else value.strip()
                    self._values[is_id, key].append(partial(_within, text, tag, key))

    def of(self, use: Use) -> Span:
        """The place of an address, or an id; where it is first written, or the file's start, when it cannot be found."""
        is_id, words = use.kind is Kind.ID, use.target
        found = self._values.get((is_id, words if is_id else words.strip()))
        lists = (tag for value, tag in self._lists if not is_id and words in value)
        found = found or [partial(_within, self.text, tag, words) for tag in lists]
        if found:
            return found[min(use.nth, len(found) - 1)]()
        offset = self.text.find(words) if words else -1
        return Span.at(1) if offset < 0 else _place_at(self.text, offset, len(words))


def _place_at(text: str, offset: int, length: int) -> Span:
    """The place of a piece of `text` that begins `offset` characters from its start."""
    line = text.count("\n", 0, offset)
    return Span.at(line + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1, max(length, 1))


def _within(text: str, tag: Tag, words: str) -> Span:
    """The place of `words` in a tag of `text`; of the tag when they are written with entities."""
    value = re.search(rf"=\s*[\"']?\s*({re.escape(words)})", tag.text)
    offset = value.start(1) if value else tag.text.find(words)
    if offset < 0 or not words:
        offset, words = 0, tag.text.partition("\n")[0]
    return _place_at(text, tag.start + offset, len(words))
