"""The ledger of addresses: every page and anchor that was ever published, and the section that each of them means.

A section is the same when the headings above it and its own are, or its text: a renamed one keeps its text, a moved one
both.  What an old address means is held, whatever GitHub calls the section now; what cannot be held is a finding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from ..diagnostics.diagnostic import Diagnostic, Span, finding
from ..lib.light import NamedTuple, json_of, sha256
from ..notes.model import EMPTY, Heading, Notes
from .plan import Meaning, Place, Site

LEDGER = "notes-addresses.json"  # beside mkdocs.yml
_SHORT = 60  # characters: less text than this is the same only under the same heading
Ledger = Mapping[str, Meaning]  # "pods/", "pods/#examples" and, of the single file, "#examples" -> what it means


def read_ledger(text: str) -> dict[str, Meaning]:
    """The ledger in its file's text.  Raises ValueError when it is damaged."""
    data = json_of(text)
    if not isinstance(data, dict):
        raise ValueError("no mapping of addresses")
    for value in data.values():
        if not (isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)):
            raise ValueError("an address needs a fingerprint and headings")
    return {address: Meaning(*value) for address, value in data.items()}


def ledger_text(ledger: Ledger) -> str:
    """One line for each address, sorted, so that versions can be compared and merged."""
    rows = (
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(ledger[key], ensure_ascii=False)}"
        for key in sorted(ledger)
    )
    return "{\n" + ",\n".join(rows) + "\n}\n"


def hold(notes: Notes, site: Site, old: Ledger = EMPTY, path: str = LEDGER) -> Site:
    """The site with what old addresses need: redirects, forwarded anchors, findings, and the new ledger."""
    return _Keeper(notes, site, old, path).kept()


def _sections(notes: Notes, site: Site) -> dict[str, Meaning]:
    """What each anchor means now."""
    found = {name: Meaning("", f"#{name}") for name in site.anchors}
    headings = sorted(notes.headings, key=lambda heading: heading.span.start)
    above: list[Heading] = []
    for number, heading in enumerate(headings):
        above = [h for h in above if h.level < heading.level] + [heading]
        trail = " > ".join(h.text for h in above if h is not site.home.heading)
        if heading.id in found:
            found[heading.id] = Meaning(_fingerprint(notes, headings, number), trail)
    return found


def _fingerprint(notes: Notes, headings: Sequence[Heading], number: int) -> str:
    """Of the words right below a heading; where there are none, of those of all sections below it; "" for no words."""
    heading, following = headings[number], headings[number + 1 :]
    for after in (following[:1], (other for other in following if other.level <= heading.level)):
        end = next((other.span.start.line - 1 for other in after), len(notes.lines))
        if words := " ".join(" ".join(notes.lines[heading.span.end.line : end]).split()):
            text = words if len(words) >= _SHORT else f"{heading.text}\n{words}"
            return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return ""


class _Old(NamedTuple):
    """An old address: of a page, of an anchor on it, or (without a slug) of an anchor of the single file."""

    slug: str
    anchor: str

    @classmethod
    def of(cls, address: str) -> _Old:
        slug, _, anchor = address.partition("#")
        return cls(slug.strip("/"), anchor)

    def __str__(self) -> str:
        return (f"{self.slug}/" if self.slug else "") + (f"#{self.anchor}" if self.anchor else "")


class _Keeper:
    def __init__(self, notes: Notes, site: Site, ledger: Ledger, path: str) -> None:
        self.site, self.ledger, self.path = site, ledger, path
        self.pages = {page.slug: page for page in site.pages}
        self.by_uri = {page.uri: page for page in site.pages}
        self.now = _sections(notes, site)
        self.by_text: dict[str, list[str]] = {}
        self.by_trail: dict[str, list[str]] = {}
        for anchor, section in self.now.items():
            self.by_text.setdefault(section.text, []).append(anchor)
            self.by_trail.setdefault(section.trail, []).append(anchor)
        self.old = {_Old.of(address): section for address, section in ledger.items()}
        self.chosen = {_Old.of(old): self._place(new) for old, new in site.redirects.items()}
        self.page_of = {old.anchor: old.slug for old in self.old if old.anchor and _Old(old.slug, "") in self.chosen}
        self.redirects = {old: new for old, new in site.redirects.items() if "#" not in old and old not in self.pages}
        self.moved: dict[str, dict[str, Place]] = {}
        heads = ((page, page.heading.id) for page in site.pages if page.heading and not page.is_home)
        self.new = {f"{page.slug}/": self.now[anchor] for page, anchor in heads if anchor in self.now}
        for anchor, place in site.anchors.items():
            if "#" not in anchor:  # else the beginning of a file, which no address names
                addresses = (_Old("", anchor), _Old(place.page.slug, anchor))
                self.new |= dict.fromkeys(map(str, addresses), self.now[anchor])

    def _place(self, target: str) -> Place:
        uri, _, fragment = target.partition("#")
        return Place(self.by_uri[uri], fragment)

    def kept(self) -> Site:
        """Pages first: where an old page leads decides where its anchors are looked for."""
        found = {old: self._same(self._anchor(old), section) for old, section in self.old.items()}
        claimed = set(found.values())
        lost: list[_Old] = []
        taken: list[_Old] = []
        for old in sorted({*self.old, *self.chosen}, key=lambda old: (bool(old.anchor), old)):
            plain = self._anchor(old)
            # The anchor itself, unless it is another old section by now.
            anchor = found.get(old) or (plain if plain in self.now and plain not in claimed else "")
            own = self.site.anchors[anchor] if anchor else None
            # Where the settings lead the address, or its anchor wherever it stood.
            chosen = self.chosen.get(old) or (self.chosen.get(_Old("", old.anchor)) if old.anchor else None)
            place = chosen or own or self.chosen.get(_Old(old.slug or self.page_of.get(old.anchor, ""), ""))
            if place is None:
                lost.append(old)
            elif not self._lead(old, place) and old not in self.chosen:
                taken.append(old)
            if old in self.old:
                self.new[str(old)] = self.now[anchor] if anchor and old not in taken else self.old[old]
        return self.site._replace(
            redirects=self.redirects,
            moved=self.moved,
            findings=(*self.site.findings, *self._lost(lost), *map(self._taken, taken)),
            addresses={**self.ledger, **self.new},
        )

    def _anchor(self, old: _Old) -> str:
        """The anchor that the address would have if nothing had changed."""
        page = self.pages.get(old.slug)
        return old.anchor or (page.heading.id if page and page.heading else old.slug)

    def _same(self, anchor: str, section: Meaning) -> str:
        """The anchor of what is clearly the same section, "" for none."""
        trail = self.by_trail.get(section.trail, [])
        if trail == [anchor]:
            return anchor
        text = self.by_text.get(section.text, []) if section.text else []
        both = [name for name in text if self.now[name].trail == section.trail]
        for names in (both, [anchor] if anchor in text else [], text, trail):
            if len(names) == 1:
                return names[0]
        return ""

    def _lead(self, old: _Old, place: Place) -> bool:
        """Lead an old address to a place.  False when it is the address of something else."""
        page = self.pages.get(old.slug)
        if not old.anchor:
            if page is None and old.slug not in self.redirects:
                top = not place.id or (place.page.heading is not None and place.page.heading.id == place.id)
                self.redirects[old.slug] = place.page.uri if top else f"{place.page.uri}#{place.id}"
            return page is None or page is place.page
        if page is None and old.slug in self.redirects:
            page = self._place(self.redirects[old.slug]).page
        if page is None:
            return True
        here = self.site.anchors.get(old.anchor)
        if here and (here.page is page or (page.is_home and here == place)):  # the home page forwards every anchor
            return here == place
        return self.moved.setdefault(page.uri, {}).setdefault(old.anchor, place) == place

    # --- What cannot be held

    def _lost(self, lost: Sequence[_Old]) -> Iterator[Diagnostic]:
        """One finding for a page with its anchors, or for an anchor wherever it stood."""
        below: dict[str, list[str]] = {}
        for old in lost:
            below.setdefault(old.slug, []).append(old.anchor)
        told: set[str] = set()
        for old in lost:
            if old.anchor and old.anchor in told:
                continue
            inside = [anchor for anchor in below[old.slug] if anchor] if not old.anchor else []
            told.update(inside or [old.anchor])
            also = ", and with it " + ", ".join(f"#{anchor}" for anchor in inside) if inside else ""
            address = f"#{old.anchor}" if old.anchor else str(old)
            fix = self._line(f"#{old.anchor}" if old.anchor else old.slug)
            yield self._finding(old, f"the address {address} is gone{also}", f"Add {fix}.")

    def _taken(self, old: _Old) -> Diagnostic:
        message = f'the address {old} now means another section than "{self.old[old].trail}"'
        fix = self._line(f"{old.slug}#{old.anchor}" if old.anchor else old.slug)
        return self._finding(old, message, f"Rename one of the two headings, or accept it: add {fix}.")

    def _line(self, key: str) -> str:
        last = self.site.pages[-1]
        example = last.slug or (last.headings[-1].id if last.headings else "pod")
        line = f"the line `{json.dumps(key, ensure_ascii=False)}: PAGE` under extra.notes.redirects"
        return f"{line}; PAGE is a page or an anchor of today, such as {example}"

    def _finding(self, old: _Old, message: str, fix: str) -> Diagnostic:
        line = sorted(self.ledger).index(str(old)) + 2 if str(old) in self.ledger else 1
        return finding("L_ADDRESS", message, Span.at(line), help=fix, path=self.path)
