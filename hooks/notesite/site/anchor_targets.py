"""What the entries of the contents list and the links inside the notes mean, and which of them mean nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..diagnostics.diagnostic import Diagnostic, Severity, finding
from ..notes.contents import Resolver, in_page_anchor, second_contents
from ..notes.joined import address_of
from ..notes.model import Entry, Heading, Notes

if TYPE_CHECKING:
    from .plan import Site


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
        elif resolver.exact(anchor) is None:
            address = address_of(notes, heading, entry.span.start.line)
            message = f'{named}; the section "{heading.text}" is {address}'
            right = f"[{entry.text}]({address})"
            fix = f"Write ({address})."
            letters = unquote(anchor).casefold() == heading.id.casefold()  # which is forgiven
            severity = Severity.INFO if letters else None
            findings.append(finding("N_ANCHOR", message, entry.span, help=fix, severity=severity, replacement=right))
    if (second := second_contents(notes)) is not None:
        first = notes.contents.lines[0][0] if notes.contents and notes.contents.lines else 0
        message = f'"{second.text}" lists the sections once more; the list on line {first} is used'
        findings.append(finding("N_CONTENTS", message, second.span))
    return targets, findings


def check_links(notes: Notes, site: Site) -> Iterator[Diagnostic]:
    """Links inside the notes that lead nowhere.  Entries of the contents list have findings of their own."""
    resolver = Resolver(notes)
    listed = notes.contents.lines if notes.contents else ()
    for link in notes.links:
        anchor = in_page_anchor(link.target) if link.target.startswith("#") else None
        if anchor is None or any(first <= link.span.start.line <= last for first, last in listed):
            continue
        name = unquote(anchor).removeprefix("user-content-")
        if site.place_of_anchor(anchor) is None or (name and name != "top" and name not in site.anchors):
            heading = resolver.meant(anchor, link.text)
            address = address_of(notes, heading, link.span.start.line) if heading else ""
            fix = f"Write ({address})." if heading else None
            path, mark, name = anchor.rpartition("#")
            file = (path if mark else notes.files[0].path) if notes.files else "these notes"
            message, severity = f"#{unquote(name)} is not an anchor of {file}", None
            if (
                heading and site.place_of_anchor(anchor) is not None
            ):  # code hosts forgive it, too; not every program does
                message, severity = f"#{unquote(name)} has other letters than the anchor {address}", Severity.INFO
            right = f"[{link.text}]({address})" if heading and link.origin == "markdown" else None
            yield finding("L_ANCHOR", message, link.span, help=fix, severity=severity, replacement=right)
