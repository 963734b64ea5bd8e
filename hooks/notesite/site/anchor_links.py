"""Links inside the notes that lead to no anchor."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from ..diagnostics.diagnostic import Diagnostic, finding
from ..notes.contents import Resolver, in_page_anchor
from ..notes.joined import address_of
from ..notes.model import Notes
from .plan import Site


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
            match = resolver.meant(anchor, link.text)
            address = address_of(notes, match.heading, link.span.start.line) if match else ""
            fix = f"Write ({address})." if match else None
            path, mark, name = anchor.rpartition("#")
            file = (path if mark else notes.files[0].path) if notes.files else "these notes"
            message = f"#{unquote(name)} is not an anchor of {file}"
            right = f"[{link.text}]({address})" if match and link.origin == "markdown" else None
            yield finding("L_ANCHOR", message, link.span, help=fix, replacement=right)
