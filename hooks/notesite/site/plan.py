"""From the notes to a site: which sections become pages, in which order, under which addresses.

The contents list of the notes is the fixed table of contents.  How the level of the sections is inferred follows the
rules measured in the design facts ("Split-level inference"): right on 64 of 64 public files, and always visible and
overridable (`extra.notes.split_level`).
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from urllib.parse import quote, unquote

from ..diagnostics.diagnostic import Diagnostic, Span, finding
from ..lib.light import NamedTuple
from ..notes.anchors import MAX_BYTES, Slugs, element_id, github_anchor, plain_slug
from ..notes.contents import in_page_anchor
from ..notes.contents_lists import says_contents
from ..notes.document import Kind, words
from ..notes.model import EMPTY, Entry, Heading, Notes, NotesFile, Origin, in_lines
from ..project.settings import PageSettings, Settings
from .anchor_targets import contents_targets
from .sections import FEW_SECTIONS, home_part, section_groups, section_starts

HOME = "index.md"


class Page(NamedTuple):
    """One page: a section of the notes, or the home page."""

    uri: str  # source address in MkDocs: "pod.md"
    slug: str  # "pod"; "" for the home page
    title: str
    heading: Heading | None  # the heading it begins with; None for a home page whose file has no title
    first: int  # lines of the notes, from 1, inclusive
    last: int
    headings: tuple[Heading, ...]  # all that stand on it, in order
    listed: bool = True  # named by the contents list
    parent: str = ""  # uri of the page it was split from
    settings: PageSettings = PageSettings()

    @property
    def is_home(self) -> bool:
        """Whether this is the first page of the site."""
        return self.uri == HOME


class Place(NamedTuple):
    """Where an anchor of the notes is on the site."""

    page: Page
    id: str  # "" for the top of the page

    def link_from(self, page: Page) -> str:
        """The link to write on `page`, with the target's source address as MkDocs wants it."""
        # Letters beyond ASCII as they are: MkDocs compares anchors as they are written.
        fragment = "#" + "".join(char if char > "~" else quote(char, safe="") for char in self.id) if self.id else ""
        if page.uri == self.page.uri:
            return fragment or "#"
        return quote(posixpath.relpath(self.page.uri, posixpath.dirname(page.uri) or ".")) + fragment


class Meaning(NamedTuple):
    """What an address means: by one of the two its section is known again."""

    text: str  # fingerprint of the words below the heading, "" where there are none
    trail: str  # the headings above it, and its own


class Site(NamedTuple):
    """The plan of the whole site."""

    title: str
    pages: tuple[Page, ...]  # the home page first, then in the order of reading
    anchors: Mapping[str, Place] = EMPTY  # every anchor of the single file
    redirects: Mapping[str, str] = EMPTY  # old slug -> uri or uri#id; `slug#anchor` and `#anchor` until they are held
    moved: Mapping[str, Mapping[str, Place]] = EMPTY  # uri of a page -> anchors that were there -> where they are now
    addresses: Mapping[str, Meaning] = EMPTY  # all that was ever published: the ledger
    hidden_lines: tuple[tuple[int, int], ...] = ()  # of the contents list, which the site replaces
    split_level: int | None = None
    findings: tuple[Diagnostic, ...] = ()
    origin: Origin | None = None

    @property
    def home(self) -> Page:
        """The first page."""
        return self.pages[0]

    def page_of_line(self, line: int) -> Page:
        """The page that a line of the notes is on."""
        return next((page for page in self.pages if page.first <= line <= page.last), self.home)

    def navigation(self) -> list[dict[str, object]]:
        """The navigation as MkDocs takes it; pages that were split hold their parts."""
        children: dict[str, list[Page]] = {}
        for page in self.pages:
            children.setdefault(page.parent, []).append(page)
        entries: list[dict[str, object]] = []
        for page in children.get("", []):
            below = children.get(page.uri, [])
            parts = [page.uri, *({part.title: part.uri} for part in below)]
            entries.append({page.title: parts if below else page.uri})
        return entries

    def place(self, target: str) -> Place | None:
        """Where a link target of the notes (`#pod`) leads, None when it is no anchor of the notes."""
        anchor = in_page_anchor(target, self.origin)
        if anchor is None:
            return None
        # Many an anchor is in another file since somebody split the notes; the link is reported all the same.
        moved = anchor.partition(".md#")[2]
        return self.place_of_anchor(anchor) or (self.place_of_anchor(moved) if moved else None)

    def forwarded(self, page: Page) -> Mapping[str, Place]:
        """The anchors that were on the page once and are elsewhere now; on the home page all of the single file."""
        away = (
            {anchor: place for anchor, place in self.anchors.items() if not place.page.is_home} if page.is_home else {}
        )
        return away | dict(self.moved.get(page.uri, {}))

    def lost_redirects(self, redirects: Mapping[str, str]) -> list[str]:
        """The old addresses that settings lead to no page or anchor."""
        return [old for old, new in redirects.items() if not _target(self.pages, self.anchors, new)]

    def place_of_anchor(self, anchor: str) -> Place | None:
        """Where an anchor of the single file is now."""
        name = unquote(anchor).removeprefix("user-content-")
        if not name or name == "top":
            return self.anchors.get(name) or Place(self.home, "")
        return self.anchors.get(name) or self.anchors.get(name.lower())


def plan(notes: Notes, settings: Settings, name: str = "") -> Site:
    """The site that the notes become, called `name` where they have no title.

    Never fails: what is wrong with the contents list is in `findings`.
    """
    targets, findings = contents_targets(notes)
    own, end = home_part(notes)
    starts, level, said = _starts(own, targets, settings)
    findings += said if not notes.files else ()
    title_heading = _title(own, starts)
    site_title = (title_heading.text if title_heading else "") or name or "Notes"
    pages, slug_findings = _pages(notes, starts, title_heading, settings, site_title)
    listed = {heading.id for _, heading in targets if heading}
    if not any(_id(page) in listed for page in pages):  # its sections are parts of pages
        targets = []
    pages = [
        page._replace(
            listed=page.is_home or bool(page.parent) or not targets or _id(page) in listed or page.first > end
        )
        for page in pages
    ]
    if level is not None:
        findings += _drift(notes, [page for page in pages if page.first <= end], targets)
    ordered = _in_contents_order(pages, [heading.id for _, heading in targets if heading])
    anchors = _anchors(notes, ordered, targets)
    return Site(
        title=site_title,
        pages=tuple(ordered),
        anchors=anchors,
        redirects=_redirects(ordered, anchors, settings, notes.files),
        hidden_lines=notes.contents.hidden if notes.contents and (level is not None or notes.files) else (),
        split_level=level,
        findings=(*findings, *slug_findings),
        origin=notes.origin,
    )


def _starts(
    notes: Notes, targets: Sequence[tuple[Entry, Heading | None]], settings: Settings
) -> tuple[list[Heading], int | None, list[Diagnostic]]:
    contents_heading = notes.contents.heading if notes.contents else None
    starts, level = section_starts(notes, targets, contents_heading, settings.split_level)
    few = len(starts) < FEW_SECTIONS and not (settings.split_level and starts)
    if not few and len(starts) <= settings.limits.pages:
        return starts, level, []
    why = "few" if few and level else "few or too short" if few else "many"
    message = f"{len(starts) or 'the'} section{' is' if len(starts) == 1 else 's are'} too {why} to split; all of it is one page"
    return [], None, [finding("N_SPLIT", message, heading.span) for heading in notes.headings[:1]]


def _id(page: Page) -> str:
    return page.heading.id if page.heading else ""


# --- The contents list


def _drift(
    notes: Notes, sections: Sequence[Page], listing: Sequence[tuple[Entry, Heading | None]]
) -> Iterator[Diagnostic]:
    """Where the contents list and the sections disagree."""
    end = sections[-1].last if sections else 0
    targets = [(entry, heading) for entry, heading in listing if heading and heading.span.start.line <= end]
    buttons = notes.contents and not notes.contents.heading and len(targets) * 2 < len(sections)
    if not targets or buttons:  # a row of some links names what it likes
        return
    lines = {heading.span.start.line for heading in notes.headings}
    inside = [link for link in notes.links if link.span.start.line in lines]
    entries = {link.text for link in inside if link.target.startswith("#")}  # a contents list may be made of headings
    pages = [page for page in sections if not (page.heading and page.heading.text in entries)]
    away = {link.span.start.line for link in inside if not re.match(r"#|\w+:|//", link.target)}  # to the next file
    top = min(entry.span.start.line for entry, _ in targets)  # what stands above the list introduces it
    # An entry may lead to the title of the same name, or to nothing yet.
    names = {entry.text for entry in notes.contents.entries} if notes.contents else set()
    highest = min(heading.level for _, heading in targets)
    for page in pages:
        known = page.listed or page.first <= top or page.first in away
        if (
            known
            or not (page.heading and page.heading.id)
            or page.heading.text in names
            or says_contents(page.heading.text) is not None
        ):
            continue
        # A list of parts, such as categories, does not name what stands beside the whole.
        if not 2 < highest > page.heading.level:
            listed = (other for other in pages if other.listed and not other.is_home and other.first < page.first)
            before = max(listed, key=lambda other: other.first, default=None)
            where = f'after the entry "{before.title}"' if before else "at the top"
            line = f"[{page.heading.text}](#{page.heading.id})"
            message = f'the contents list misses the section "{page.heading.text}"'
            fix = f"Add {line} {where}; until then it has a page where it stands."
            yield finding("N_TOC", message, page.heading.span, help=fix)
    yield from _disorder({_id(page) for page in pages if not page.is_home}, targets)


def _disorder(page_ids: set[str], targets: Sequence[tuple[Entry, Heading]]) -> Iterator[Diagnostic]:
    seen: dict[str, Entry] = {}
    in_order: list[tuple[Entry, Heading]] = []
    for entry, heading in targets:
        if heading.id not in page_ids:
            continue
        if heading.id in seen:
            first = seen[heading.id].span.start.line
            message = f'the section "{heading.text}" is listed twice, first on line {first}'
            # A picture and its name, say, or the first of the sections below one that is no more than their name.
            if first != entry.span.start.line and entry.depth <= seen[heading.id].depth:
                yield finding("N_TWICE", message, entry.span)
            continue
        seen[heading.id] = entry
        in_order.append((entry, heading))
    kept = _longest_run([heading.span.start.line for _, heading in in_order])
    for number, (entry, heading) in enumerate(in_order):
        if number not in kept:
            at = heading.span.start.line
            above = [(h.span.start.line, e.text) for e, h in in_order if h.span.start.line < at]
            place = f'after "{max(above)[1]}"' if above else "at the top"
            yield finding(
                "N_ORDER", f'"{entry.text}" is listed out of order: line {at} of the notes puts it {place}', entry.span
            )


def _longest_run(lines: Sequence[int]) -> set[int]:
    """The indexes of the longest rising sequence: all that need not be moved to bring the lines into order."""
    ends: list[int] = []  # for each length the index that the best run of it ends with
    before: list[int] = []
    for index, line in enumerate(lines):
        length = bisect_left(ends, line, key=lines.__getitem__)
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [index]
    run, index = set(), ends[-1] if ends else -1
    while index >= 0:
        run.add(index)
        index = before[index]
    return run


def _in_contents_order(pages: Sequence[Page], order: Sequence[str]) -> list[Page]:
    """Listed pages as the contents list has them; the others after the page they follow in the notes."""
    rank = {anchor: number for number, anchor in reversed(list(enumerate(order)))}
    runs: list[list[Page]] = []  # a listed page, and what comes right after it: its parts, and unlisted pages
    for page in pages:
        if not runs or (not page.parent and _id(page) in rank):
            runs.append([])
        runs[-1].append(page)
    return [page for run in [*runs[:1], *sorted(runs[1:], key=lambda run: rank[_id(run[0])])] for page in run]


def _title(notes: Notes, starts: Sequence[Heading]) -> Heading | None:
    before = starts[0].span.start.line if starts else len(notes.lines) + 1
    above = list(takewhile(lambda block: block.line < before, notes.blocks))
    inside = [(block.line, block.last) for block in above if block.kind in {Kind.QUOTE, Kind.ALERT, Kind.LIST}]
    first = next(
        (h for h in notes.headings if h.text and not any(a <= h.span.start.line <= b for a, b in inside)), None
    )
    if first is None or first.span.start.line >= before:
        return None
    contents = notes.contents.heading if notes.contents else None
    own = [h for h in notes.headings if h.span.start.line < before and h not in {first, contents}]
    paragraphs = (block for block in above if block.kind is Kind.PARAGRAPH and block.line < first.span.start.line)
    told = (words(node for node in block.children if node.kind is not Kind.LINK) for block in paragraphs)
    is_below_words = any(sum(map(str.isalpha, text)) > 20 for text in told)  # no badges, no other languages
    is_section = first.level > 1 and (is_below_words or any(h.level <= first.level for h in own))
    return None if is_section or first is contents else first


# --- Pages, addresses, anchors


def _pages(
    notes: Notes, starts: Sequence[Heading], title: Heading | None, settings: Settings, site_title: str
) -> tuple[list[Page], list[Diagnostic]]:
    findings: list[Diagnostic] = []
    slugs = Slugs()
    # Footnotes come last in the notes, wherever they stand.
    headings = sorted(notes.headings, key=lambda heading: heading.span.start)
    last = starts[0].span.start.line - 1 if starts else home_part(notes)[1]
    own = _page_settings(title, settings)
    own_headings = tuple(in_lines(headings, 1, last))
    pages = [Page(HOME, "", own.title or site_title, title, 1, last, own_headings, settings=own)]
    for number, group in enumerate(section_groups(notes, starts, settings.split_level), 1):
        parent = ""
        for part in group:
            own = _page_settings(part.heading, settings)
            wanted = own.slug or github_anchor(part.heading.text if part.heading else part.name)
            wanted = part.heading.id if part.heading and wanted and not own.slug else wanted
            slug = slugs.take(wanted, number)
            name = own.title or (part.heading.text if part.heading else part.name) or slug
            own_headings = tuple(in_lines(headings, part.first, part.last))
            page = Page(f"{slug}.md", slug, name, part.heading, part.first, part.last, own_headings, True, parent, own)
            pages.append(page)
            parent = parent or page.uri
            wanted = own.slug or plain_slug(wanted)
            if slug != wanted and len(wanted.encode()) <= MAX_BYTES:  # that a long one is cut is no news
                is_second = slug.startswith(f"{wanted}-") and slug[-1].isdigit()
                why = "another page has that of its name" if is_second else f"{wanted!r} cannot be one"
                why = why if wanted else "its name holds no letter or digit"
                message = f'the address of "{name}" is {slug}/, because {why}'
                findings.append(finding("N_SLUG", message, part.heading.span if part.heading else Span.at(part.first)))
    return pages, findings


def _page_settings(heading: Heading | None, settings: Settings) -> PageSettings:
    if heading is None:
        return PageSettings()
    return settings.pages.get(heading.text) or settings.pages.get(heading.id) or PageSettings()


def _anchors(notes: Notes, pages: Sequence[Page], targets: Sequence[tuple[Entry, Heading | None]]) -> dict[str, Place]:
    """Where every id of the single file is: headings first, explicit anchors where no heading has the name.

    Anchors of the contents list that are a little off lead where their entries mean.
    """
    places = {h.id: Place(page, element_id(h.id)) for page in pages for h in page.headings if h.id}
    for name, line in notes.anchors:
        page = next((page for page in pages if page.first <= line <= page.last), pages[0])
        places.setdefault(name, Place(page, element_id(name.rpartition("#")[2] if notes.files else name)))
    for entry, heading in targets:
        name = unquote(in_page_anchor(entry.target, notes.origin) or "")
        if heading is not None and heading.id in places and name:
            places.setdefault(name, places[heading.id])
    return places


def _redirects(
    pages: Sequence[Page], anchors: Mapping[str, Place], settings: Settings, files: Sequence[NotesFile]
) -> dict[str, str]:
    """Old addresses: those of the settings, and the heading's own address of a page that the settings moved."""
    taken = {page.slug for page in pages}
    redirects = {}
    for page in pages:
        original = page.heading.id if page.heading and not page.is_home else ""
        if page.settings.slug and original and original not in taken:
            redirects[original] = page.uri
    for file in files[1:]:
        # The address that it has on a site that shows files.
        old = re.sub(r"(?:(?:^|/)(?:readme|index))?\.\w+$", "", file.path, flags=re.IGNORECASE)
        if old and not old.startswith("../") and old not in taken:
            redirects[old] = anchors[f"{file.path}#"].page.uri
    targets = {old: _target(pages, anchors, new) for old, new in settings.redirects.items()}
    return redirects | {old.strip("/"): target for old, target in targets.items() if target}


def _target(pages: Sequence[Page], anchors: Mapping[str, Place], address: str) -> str:
    """The uri, and the anchor where there is one, that an address of today names; "" for none."""
    slug, _, fragment = address.partition("#")
    page = next((page for page in pages if page.slug == slug.strip("/")), None)
    if page and (not fragment or fragment in anchors):
        return page.uri + (f"#{fragment}" if fragment else "")
    place = anchors.get(slug.strip("/"))
    return f"{place.page.uri}#{place.id}" if place and not page else ""
