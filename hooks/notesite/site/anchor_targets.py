"""What the entries of the contents list and the links inside the notes mean, and which of them mean nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..diagnostics.diagnostic import Diagnostic, Severity, finding
from ..notes.contents import Resolver, in_page_anchor, second_contents
from ..notes.contents_lists import folded
from ..notes.joined import address_of
from ..notes.model import Entry, Heading, Notes

if TYPE_CHECKING:
    from .plan import Site

_IN_BRACES = "`{{#{}}}` after a heading is text on GitHub, and no anchor"
_BRACED = 'Put `<a id="NAME"></a>` into the line instead, or link to the heading\'s own anchor.'


def contents_targets(notes: Notes) -> tuple[list[tuple[Entry, Heading | None]], list[Diagnostic]]:
    """Each linked entry of the contents list with the heading it means, and what is wrong with the entries."""
    resolver = Resolver(notes)
    findings: list[Diagnostic] = []
    targets: list[tuple[Entry, Heading | None]] = []
    entries = notes.contents.entries if notes.contents else ()
    exact = (resolver.exact(in_page_anchor(entry.target, notes.origin) or "") for entry in entries)
    listed = {heading.id for heading in exact if heading}
    for entry in entries:
        anchor = in_page_anchor(entry.target, notes.origin)
        if not anchor or anchor.endswith("#"):
            continue  # plain text, a link out of the notes or to their top, or a file that begins without a heading
        heading = resolver.meant(anchor, entry.text, listed)
        targets.append((entry, heading))
        named = f'entry "{entry.text}" points to {"" if "#" in anchor and notes.files else "#"}{unquote(anchor)}'
        if heading is None:
            message = f"{named}, and no section of that name or text exists"
            findings.append(finding("N_ENTRY", message, entry.span))
        elif resolver.exact(anchor) is None and anchor in resolver.braced:
            findings.append(finding("N_ANCHOR", _IN_BRACES.format(anchor), entry.span, help=_BRACED, cause="braces"))
        elif resolver.exact(anchor) is None:
            address = address_of(notes, heading, entry.span.start.line)
            message = f'{named}; the section "{heading.text}" is {address}'
            fix, right = f"Write ({address}).", f"[{entry.text}]({address})"
            habit = _habit(anchor, heading)
            severity = Severity.INFO if habit == "letters" else None  # which is forgiven
            findings.append(
                finding("N_ANCHOR", message, entry.span, help=fix, severity=severity, replacement=right, cause=habit)
            )
    if (second := second_contents(notes)) is not None:
        first = notes.contents.lines[0][0] if notes.contents and notes.contents.lines else 0
        message = f'"{second.text}" lists the sections once more; the list on line {first} is used'
        findings.append(finding("N_CONTENTS", message, second.span))
    return targets, findings


def _habit(anchor: str, heading: Heading) -> str:
    """What makes authors miss headings again and again: capital letters, marks; "" for a slip of its own."""
    written, right = unquote(anchor).casefold(), heading.id.casefold()
    return "letters" if written == right else "marks" if folded(written) == folded(right) else ""


def check_links(notes: Notes, site: Site) -> Iterator[Diagnostic]:
    """Links inside the notes that lead nowhere.  Entries of the contents list have findings of their own."""
    resolver = Resolver(notes)
    listed = notes.contents.lines if notes.contents else ()
    is_by_robot = any("ALL-CONTRIBUTORS-LIST:START" in line for line in notes.lines)  # its anchors are only names
    for link in notes.links:
        anchor = in_page_anchor(link.target) if link.target.startswith("#") else None
        if anchor is None or any(first <= link.span.start.line <= last for first, last in listed):
            continue
        name = unquote(anchor).removeprefix("user-content-")
        place = site.place_of_anchor(anchor)
        is_right = place and (not name or name == "top" or name in site.anchors)
        # A link without words is a reference that other programs fill in.
        if is_right or (is_by_robot if link.origin == "html" else not link.text):
            continue
        path, mark, name = unquote(anchor).rpartition("#")
        file = (path if mark else notes.files[0].path) if notes.files else "these notes"
        if name in resolver.braced:
            message = _IN_BRACES.format(name)
            yield finding("L_ANCHOR", message, link.span, help=_BRACED, cause="braces")
            continue
        heading = resolver.meant(anchor, link.text)
        if heading and not place and set(heading.id.split("-")) < set(name.split("-")):
            heading = None  # `quantization` is not what `binary-quantization` was to be
        address = address_of(notes, heading, link.span.start.line) if heading else ""
        message, severity = f"#{name} is not an anchor of {file}", None
        if heading and place:  # code hosts forgive it, too; not every program does
            message, severity = f"#{name} has other letters than the anchor {address}", Severity.INFO
        fix = f"Write ({address})." if heading else None
        right = f"[{link.text}]({address})" if heading and link.origin == "markdown" else None
        cause = _habit(anchor, heading) if heading else re.sub(r"\d+$", "0", name)  # `#fn1`, `#fn2`
        yield finding("L_ANCHOR", message, link.span, help=fix, severity=severity, replacement=right, cause=cause)
