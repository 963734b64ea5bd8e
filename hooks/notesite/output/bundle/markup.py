"""Built HTML, changed tag by tag: whatever is not changed stays as it was written, byte for byte."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser

from ...lib.light import NamedTuple
from ...notes.raw_html import Tag as Piece
from ...notes.raw_html import read_tags

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


class Tag(NamedTuple):
    """A start tag, for a function that may change it."""

    name: str
    attributes: Mapping[str, str | None]
    closed: bool = False
    in_link: bool = False  # inside an <a>

    def get(self, name: str) -> str:
        """The value of an attribute, "" when there is none."""
        return self.attributes.get(name) or ""

    def with_(self, **changes: str | None) -> Tag:
        """The tag with other attributes; None takes one away.  `class_` means `class`, `_` in names means `-`."""
        named = {name.rstrip("_").replace("_", "-"): value for name, value in changes.items()}
        merged = {**self.attributes, **named}  # what was there keeps its place
        dropped = {name for name, value in named.items() if value is None}
        return self._replace(attributes={name: value for name, value in merged.items() if name not in dropped})

    def __str__(self) -> str:
        parts = [f' {name}="{html.escape(value)}"' if value else f" {name}" for name, value in self.attributes.items()]
        # alt="" says something, a bare `alt` would too, but not in XHTML's eyes.
        written = "".join(part if "=" in part or part != " alt" else ' alt=""' for part in parts)
        return f"<{self.name}{written}{'/' if self.closed else ''}>"


class Instead(NamedTuple):
    """What stands in the place of a whole element, its content included."""

    html: str = ""


Change = Callable[[Tag], Tag | Instead | None]  # None: as written


def rewrite(text: str, change: Change) -> str:
    """The HTML with each start tag as `change` wants it; an end tag follows its start tag's new name."""
    out: list[str] = []
    links = 0
    skipped, depth = "", 0  # an element that is replaced, and how many of its name are open
    renamed: list[tuple[str, str]] = []  # old and new names of elements, until they end
    for piece in read_tags(text, finished=True):
        if skipped:
            depth += (piece.kind == "start" and piece.name == skipped) - (piece.kind == "end" and piece.name == skipped)
            skipped = skipped if depth else ""
            continue
        written = text[piece.start : piece.end]
        if piece.name == "a":
            links = max(links + (1 if piece.kind == "start" else -1), 0)
        if piece.kind == "end" and renamed and renamed[-1][0] == piece.name:
            out.append(f"</{renamed.pop()[1]}>")
            continue
        if piece.kind != "start":
            out.append(written)
            continue
        tag = _tag(piece, in_link=bool(links) and piece.name != "a")
        changed = change(tag)
        if changed is None:
            out.append(written)
        elif isinstance(changed, Tag):
            out.append(str(changed))
            if changed.name != tag.name:
                renamed.append((tag.name, changed.name))
        else:
            out.append(changed.html)
            if not tag.closed and piece.name not in VOID:
                skipped, depth = piece.name, 1
    return "".join(out)


def _tag(piece: Piece, *, in_link: bool = False) -> Tag:
    return Tag(piece.name, dict(piece.attributes), piece.text.endswith("/>"), in_link)  # `<path/>` has no end tag


def tags(text: str) -> Iterator[Tag]:
    """All start tags."""
    return (_tag(piece) for piece in read_tags(text, finished=True) if piece.kind == "start")


class Head(NamedTuple):
    """A heading of a built page."""

    level: int
    id: str
    text: str


def headings(text: str) -> list[Head]:
    """The headings of an HTML text, with what a reader sees of them."""
    found = LexborHTMLParser(text).css("h1, h2, h3, h4, h5, h6")
    return [Head(int((h.tag or "")[1]), h.attributes.get("id") or "", " ".join(h.text().split())) for h in found]
