"""The files that a new project takes along from beside the notes."""

from __future__ import annotations

import contextlib
import errno
import mimetypes
import os
import posixpath
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..build import Build
from ..diagnostics.diagnostic import finding
from ..diagnostics.reporters.text import one_line
from ..lib.files import PathError, read_file, reason
from ..net.urls import shown
from ..notes.reader import outline

_FILMS = (".mp4", ".webm", ".mov", ".ogv")
_MOST = 1000  # files
_MARKDOWN = frozenset({".md", ".markdown"})
_ACTIVE = frozenset({".html", ".htm", ".xhtml", ".xht", ".shtml"})  # would run in the site's name


def taken_along(given: Build, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each: pictures and films where the pages look for them, linked files when no code host has them.

    `names` are those of the notes in docs/.  What cannot be taken is named.
    """
    folder = given.project.notes_path.parent
    top, seen = _top(folder), {f"docs/{name}" for name in names}
    docs = os.path.normpath(f"docs/{posixpath.dirname(names[0])}")
    films = [(link.target, link.span) for link in given.notes.links if link.target.lower().endswith(_FILMS)]
    for url, span in [*((image.url, image.span) for image in given.notes.images), *films]:
        address = urlsplit(url)
        path = unquote(address.path)  # from the project's folder when it begins with a slash, as code hosts read it
        name = os.path.normpath(path.lstrip("/") if path.startswith("/") else f"{docs}/{path}").replace(os.sep, "/")
        is_shown = (mimetypes.guess_type(name)[0] or "").startswith(("image/", "video/", "audio/"))
        if address.scheme or address.netloc or name in seen or not is_shown:
            continue  # a name alone makes no picture: everything in docs/ is published
        seen.add(name)
        try:
            if name.startswith(("../", "/")):
                raise PathError("the new project has no place for it", folder / path, errno.EXDEV)
            start = top if path.startswith("/") else folder
            yield name, read_file(Path(os.path.normpath(start / path.lstrip("/"))), inside=top)
        except OSError as error:
            code = "E_PATH" if error.errno == errno.EXDEV else "E_MISSING"
            said = finding(code, f"not copied: {shown(url)}: {reason(error)}", span)
            print(one_line(given.source.in_file(said), given.shown_path), file=sys.stderr)
    if not (given.notes.origin and given.notes.origin.repository):
        yield from _linked(given, top, docs, seen)


def _linked(given: Build, top: Path, docs: str, seen: set[str]) -> Iterator[tuple[str, bytes]]:
    """Files that the notes link to, and those that Markdown among them links to; nothing hidden, and no page of HTML."""
    start = given.project.notes_path
    waiting = [(start, link.target) for link in given.notes.links]
    while waiting and len(seen) < _MOST:
        file, target = waiting.pop()
        try:
            parts = urlsplit(target)
            base = top if parts.path.startswith("/") else file.parent
            path = Path(os.path.normpath(base / unquote(parts.path).lstrip("/")))
            inside = path.relative_to(top).as_posix()
        except ValueError:
            continue
        own = path.relative_to(start.parent).as_posix() if path.is_relative_to(start.parent) else inside
        name = f"{docs}/{own}"
        is_hidden = any(part.startswith(".") for part in Path(inside).parts)
        wanted = (
            not (parts.scheme or parts.netloc) and parts.path and name not in seen and path not in given.project.files
        )
        if not wanted or is_hidden or path.suffix.lower() in _ACTIVE or not path.is_file():
            continue
        seen.add(name)
        with contextlib.suppress(OSError):
            data = read_file(path, inside=top)
            yield name, data
            if path.suffix.lower() in _MARKDOWN:
                further = outline(data.decode("utf-8", "replace"))
                waiting += [(path, link.target) for link in further.links]
                waiting += [(path, image.url) for image in further.images]


def _top(folder: Path) -> Path:
    """The folder that pictures may not lie outside of: the repository, else that of the notes, or the one above `docs`."""
    repository = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    return repository or (folder.parent if folder.name in {"docs", "doc"} else folder)
