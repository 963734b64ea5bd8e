"""Several files as one run of lines: each is parsed by itself, and its places, anchors and links are those of the whole.

So no reference or footnote leaks, a heading has the anchor that GitHub gives it in its own file (unless a file before it
has that one), and whoever asks where a link or picture leads need not know which file it stands in.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlunsplit

from ..lib.light import Any
from .anchors import Names, github_anchor
from .contents_lists import says_contents
from .document import Kind, words
from .model import LINE, Heading, Image, Link, Notes, NotesFile, Origin, in_lines, parts_of
from .pieces import Blocks, lines_of
from .reader import outline, with_contents, without_front_matter
from .source import Source

_LINKING = frozenset({Kind.LINK, Kind.IMAGE, Kind.HTML_SPAN})
START_FILES = ("README.md", "index.md")  # what a folder shows


@lru_cache(maxsize=1)  # a command reads the files that MkDocs reads after it
def parse_source(source: Source, origin: Origin | None = None) -> Notes:
    """All that the notes hold, in one file or several."""
    if not source.parts:
        return with_contents(outline(source.lines), origin)
    notes = outline_source(source, origin)
    first = notes.files[0].notes  # the whole has one contents list, which stands in the first file
    alone = with_contents(first, origin)
    found = alone if alone.contents else with_contents(notes._replace(blocks=first.blocks), origin)
    return notes._replace(contents=found.contents, origin=found.origin, language=found.language)


def outline_source(source: Source, origin: Origin | None = None) -> Notes:
    """The same of several files, without the contents list."""
    files: list[NotesFile] = []
    taken = Names()
    lines = source.lines
    ends = [part.before for part in source.parts[1:]] + [len(lines)]
    for part, end in zip(source.parts, ends, strict=True):
        text = "\n".join(lines[part.before : end])
        # Each is parsed behind as many empty lines as stand before it in the whole.
        notes = outline(lines_of("\n" * part.before + (without_front_matter(text) if files else text)))
        path = PurePosixPath(part.path)
        shown = path.parent.name if path.name.lower() in {start.lower() for start in START_FILES} else path.stem
        anchors: dict[str, str] = {}  # as GitHub has them -> led away from those that files before it have
        for own in filter(None, (heading.id for heading in notes.headings)):
            anchors[own] = taken.take(f"{github_anchor(shown) or 'file'}-{own}" if own in taken.taken else own)
        notes = notes._replace(headings=tuple(h._replace(id=anchors.get(h.id, "")) for h in notes.headings))
        for name, _ in notes.anchors:
            anchors.setdefault(name, f"{part.path}#{name}" if name in taken.taken else name)
        taken.taken.update(anchors.values())
        title = notes.headings[0] if notes.headings else None
        top = "" if not files else title.id if title and title.id and _heads(title, notes) else f"{part.path}#"
        files.append(NotesFile(part.path, part.before, {**anchors, "": top}, notes))
    return _whole(files, origin)


def _heads(title: Heading, notes: Notes) -> bool:
    """Whether it is a title: nothing stands before it but links, such as the one back to the list, and pictures."""
    before = [block for block in notes.blocks if block.line < title.span.start.line and block.kind is not Kind.HTML]
    return (
        title.starts_section
        and not says_contents(title.text)
        and all(
            block.kind is Kind.PARAGRAPH
            and not any(map(str.isalnum, words(node for node in block.children if node.kind not in _LINKING)))
            for block in before
        )
    )


def _whole(files: Sequence[NotesFile], origin: Origin | None) -> Notes:
    parts = [file.notes for file in files]
    blocks = [block for part in parts for block in part.blocks]
    lines = [line for file in files for line in file.notes.lines[file.before :]]
    tops = tuple((f"{file.path}#", file.before + 1) for file in files[1:])
    alike = ("headings", "fences", "images", "links", "directives", "footnotes", "drawn")
    found: dict[str, Any] = {name: tuple(item for part in parts for item in getattr(part, name)) for name in alike}
    whole = Notes(**found)
    return whole._replace(
        lines=lines_of("\n".join(lines)),
        images=tuple(i._replace(url=leads(files, i.url, i.span.start.line, origin)) for i in whole.images),
        links=tuple(li._replace(target=leads(files, li.target, li.span.start.line, origin)) for li in whole.links),
        anchors=(*((file.anchors[name], line) for file in files for name, line in file.notes.anchors), *tops),
        # Footnotes come last, as in one file.
        blocks=Blocks.of(sorted(blocks, key=lambda block: block.kind is Kind.FOOTNOTE)),
        front=parts[0].front,
        files=tuple(files),
    )


def as_written(notes: Notes, first: int, last: int) -> Iterator[tuple[Link | Image, str]]:
    """Each link and picture on lines of one file, and its address as it stands there."""
    own = file_at(notes, first)
    links, images = in_lines(notes.links, first, last), in_lines(notes.images, first, last)
    written = [link.target for link in in_lines(own.links, first, last)]
    yield from zip(links, written, strict=True)
    yield from zip(images, [image.url for image in in_lines(own.images, first, last)], strict=True)


def file_at(notes: Notes, line: int) -> Notes:
    """The one file that a line stands in, in places of the whole: its footnotes are its own."""
    return file_of(notes.files, line).notes if notes.files else notes


def file_of(files: Sequence[NotesFile], line: int) -> NotesFile:
    """The file that a line of the whole stands in."""
    return files[max(bisect_right(files, line - 1, key=lambda file: file.before) - 1, 0)]


def address_of(notes: Notes, heading: Heading, line: int) -> str:
    """How a link on a line names a heading: `#pod`, or the heading's file as the line's file sees it."""
    if not notes.files:
        return f"#{heading.id}"
    own, other = file_of(notes.files, line), file_of(notes.files, heading.span.start.line)
    name = next((anchor for anchor, whole in other.anchors.items() if anchor and whole == heading.id), heading.id)
    return f"{'' if own is other else posixpath.relpath(other.path, posixpath.dirname(own.path) or '.')}#{name}"


def leads(files: Sequence[NotesFile], url: str, line: int, origin: Origin | None = None) -> str:
    """What a link or picture on a line means in the whole: an anchor, or a path as the first file would write it.

    An anchor that the file does not have keeps the file's name: `#files/ropes.md#knot`.
    """
    parts = parts_of(url)
    whole = origin.path_of(url) if origin else None
    is_away = bool(parts.scheme or parts.netloc or parts.path.startswith("/"))
    if not files or (is_away and whole is None) or not (parts.path or parts.fragment):
        return url
    own = file_of(files, line)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(quote(own.path)), parts.path)) if parts.path else ""
    if origin and whole is not None:
        path = quote(posixpath.relpath(whole, posixpath.dirname(origin.path) or "."))
    names = [posixpath.normpath(posixpath.join(unquote(path), name)) for name in ("", *START_FILES)]
    file = next((file for name in names for file in files if file.path == name), None) if path else own
    if file is None:
        is_same = is_away or own is files[0]
        return url if is_same else urlunsplit(parts._replace(path=path + "/" * parts.path.endswith("/")))
    name = unquote(parts.fragment).removeprefix("user-content-")
    known = _known(file, name)
    is_footnote = not parts.path and name.startswith("fn")  # which stays on its page
    if known is None and (is_away or is_footnote):
        return url
    if known is None:
        known = name if file is files[0] else f"{file.path}#{name}"
    return "#" + quote(known, safe="/#")


def _known(file: NotesFile, name: str) -> str | None:
    """The anchor in the whole that a name means in a file; a line, as code hosts address it, means its section."""
    at = LINE.fullmatch(name)
    if name in file.anchors or not at:
        return file.anchors.get(name)
    above = [h.id for h in file.notes.headings if h.id and h.span.start.line - file.before <= int(at[1])]
    return above[-1] if above else file.anchors[""]
