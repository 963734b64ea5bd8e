"""Built HTML, changed tag by tag: whatever is not changed stays as it was written, byte for byte."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from itertools import accumulate

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


@dataclass(frozen=True, slots=True)
class Event:
    """A piece of an HTML text: `start` and `end` are its offsets."""

    kind: str  # "start", "end", "text" or "other" (comments, the doctype)
    start: int
    end: int
    name: str = ""  # lower case
    attributes: tuple[tuple[str, str | None], ...] = ()  # lower-case names, entities resolved
    text: str = ""  # what a reader sees of a piece of text
    closed: bool = False  # `<path/>`: an element without an end tag


@dataclass(frozen=True, slots=True)
class Tag:
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
        return replace(self, attributes={name: value for name, value in merged.items() if name not in dropped})

    def __str__(self) -> str:
        parts = [f' {name}="{html.escape(value)}"' if value else f" {name}" for name, value in self.attributes.items()]
        # alt="" says something, a bare `alt` would too, but not in XHTML's eyes.
        written = "".join(part if "=" in part or part != " alt" else ' alt=""' for part in parts)
        return f"<{self.name}{written}{'/' if self.closed else ''}>"


@dataclass(frozen=True, slots=True)
class Instead:
    """What stands in the place of a whole element, its content included."""

    html: str = ""


Change = Callable[[Tag], Tag | Instead | None]  # None: as written


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._lines = [0, *accumulate(len(line) for line in text.split("\n"))]
        self.pieces: list[Event] = []

    def _add(self, kind: str, length: int, name: str = "", **more: object) -> None:
        line, column = self.getpos()
        start = self._lines[line - 1] + (line - 1) + column
        self.pieces.append(Event(kind, start, start + length, name, **more))  # type: ignore[arg-type]  # Event's fields

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add("start", len(self.get_starttag_text() or ""), tag, attributes=tuple(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add("start", len(self.get_starttag_text() or ""), tag, attributes=tuple(attrs), closed=True)

    def handle_endtag(self, tag: str) -> None:
        self._add("end", 0, tag)

    def handle_data(self, data: str) -> None:
        self._add("text", len(data), text=data)

    def handle_entityref(self, name: str) -> None:
        self._add("text", 0, text=html.unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self._add("text", 0, text=html.unescape(f"&#{name};"))

    def handle_comment(self, data: str) -> None:  # noqa: ARG002  # html.parser's shape
        self._add("other", 0)

    def handle_decl(self, decl: str) -> None:  # noqa: ARG002  # html.parser's shape
        self._add("other", 0)

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002  # html.parser's shape
        self._add("other", 0)

    def handle_pi(self, data: str) -> None:  # noqa: ARG002  # html.parser's shape
        self._add("other", 0)


def events(text: str) -> list[Event]:
    """The pieces of an HTML text in order, without gaps between one's end and the next one's start."""
    reader = _Reader(text)
    reader.feed(text)
    reader.close()
    # What the reader passes over, such as `</>`, belongs to the piece before it, at the start of the text to one of its own.
    starts = [Event("other", 0, 0), *reader.pieces] if not reader.pieces or reader.pieces[0].start else reader.pieces
    ends = [piece.start for piece in starts[1:]] + [len(text)]
    return [replace(piece, end=end) for piece, end in zip(starts, ends, strict=True)]


def rewrite(text: str, change: Change) -> str:
    """The HTML with each start tag as `change` wants it; an end tag follows its start tag's new name."""
    out: list[str] = []
    links = 0
    skipped, depth = "", 0  # an element that is replaced, and how many of its name are open
    renamed: list[tuple[str, str]] = []  # old and new names of elements, until they end
    for piece in events(text):
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
        tag = Tag(piece.name, dict(piece.attributes), piece.closed, in_link=bool(links) and piece.name != "a")
        changed = change(tag)
        if changed is None:
            out.append(written)
        elif isinstance(changed, Tag):
            out.append(str(changed))
            if changed.name != tag.name:
                renamed.append((tag.name, changed.name))
        else:
            out.append(changed.html)
            if not piece.closed and piece.name not in VOID:
                skipped, depth = piece.name, 1
    return "".join(out)


def tags(text: str) -> Iterator[Tag]:
    """All start tags."""
    return (Tag(piece.name, dict(piece.attributes), piece.closed) for piece in events(text) if piece.kind == "start")


@dataclass(frozen=True, slots=True)
class Head:
    """A heading of a built page."""

    level: int
    id: str
    text: str


def headings(text: str) -> list[Head]:
    """The headings of an HTML text, with what a reader sees of them."""
    found: list[Head] = []
    current: Head | None = None
    for piece in events(text):
        if piece.kind == "start" and piece.name in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            current = Head(int(piece.name[1]), dict(piece.attributes).get("id") or "", "")
        elif current and piece.kind == "text":
            current = replace(current, text=current.text + piece.text)
        elif current and piece.kind == "end" and piece.name == f"h{current.level}":
            found.append(replace(current, text=" ".join(current.text.split())))
            current = None
    return found
