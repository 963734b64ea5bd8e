"""Which files the notes are, where they are several: those that a README lists, and those that settings name."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from ..lib.files import matching, real_path
from ..lib.light import bundled_json, lazy
from ..notes.document import Kind
from ..notes.model import Notes, Origin, parts_of

SUFFIXES = (".md", ".markdown")
_LISTED = lazy(  # Markdown files, or folders
    r"(?:\]\(|\]:[ \t]*|href=[\"'])<?(?:(?!#|//)[^)\s>\"']+\.(?:md|markdown)\b|(?![a-zA-Z]+:|[#/])[^)\s>\"']+/[)\s>\"'])",
    re.IGNORECASE,
)
_PART = lazy(r"(?:.{1,30}[-:：.、)–—]\s*)?")  # before the link that a heading is: "Part 1: "
_TRANSLATION = lazy(r"(?:readme[._-]|.+\.)[a-z]{2}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
# What names of files and folders say, such as of files about a repository, which its README names as well.
_NAMES = {kind: frozenset(names.split()) for kind, names in bundled_json(__name__, "file_names.json").items()}
_IN_LANGUAGE = lazy(rf"(?i)(?:(.+?)[._-])??({'|'.join(sorted(_NAMES['languages']))})(?:[-_](?:[a-z]{{2}}|hans|hant))?")
_FEW = 3  # files that a list names, for notes that say other things as well
_SHARE = 0.8  # of the lines of a list that name files


def may_list_files(lines: Iterable[str]) -> bool:
    """Whether it is worth looking."""
    may = (line for line in lines if ("]" in line or "=" in line) and ("/" in line or ".m" in line.lower()))
    links = (line for line in may if "](" in line or "]:" in line or "href" in line.lower())
    return sum(1 for line in links for _ in _LISTED.finditer(line)) > 1


def listed_files(notes: Notes, first: Path, inside: Path, origin: Origin | None) -> list[Path]:
    """The Markdown files that the first one lists, in order: those that exist, in the folder `inside`.

    Addresses at the code host count where `origin` says that they are of the same repository.

    A link in the middle of a sentence names a file, but does not make it a part of the notes.
    """
    from ..notes.contents_lists import listings  # noqa: PLC0415  # see `may_list_files`

    found: dict[Path | None, None] = {}
    covered = set()  # first lines of the lists
    named = partial(_named, first=first, inside=inside, origin=origin)
    for listing in listings(notes):
        lines = [line for line in listing.lines if line.linked and not line.entries[0].target.startswith("#")]
        targets = [named(line.entries[0].target) if line.begins else None for line in lines]
        own = sum(path is not None and _is_content(path) for path in targets)
        aside = sum(path is not None and not _is_content(path) for path in targets)
        if own and own >= _SHARE * (len(lines) - aside):
            covered.add(listing.first)
            found |= dict.fromkeys(named(entry.target) for line in lines for entry in line.entries)
    headings = {heading.span.start.line: heading.text for heading in notes.headings}
    for link in notes.links:
        heading = headings.get(link.span.start.line, "")
        before = heading.removesuffix(link.text)
        if before != heading and _PART.fullmatch(before):
            found[named(link.target)] = None
    files = [path for path in found if path and _is_content(path) and _is_there(path, inside)]
    words = [b for b in notes.blocks if b.kind not in {Kind.HEADING, Kind.HTML} and b.line not in covered]
    return files if len(files) >= _FEW or (len(files) > 1 and len(words) <= len(files)) else []


def _named(target: str, first: Path, inside: Path, origin: Origin | None) -> Path | None:
    """The Markdown file that a link to another file of the repository names; that of a folder has to exist."""
    parts = parts_of(target)
    whole = origin.path_of(target) if origin else None
    if origin and whole:
        relative = posixpath.relpath(whole, posixpath.dirname(origin.path) or ".")
    elif parts.scheme or parts.netloc or parts.path.startswith("/"):
        return None
    else:
        relative = unquote(parts.path)
    path = Path(os.path.normpath(first.parent / relative))
    is_file = path == first or path.suffix
    start = path if is_file else path / "README.md"  # what a folder shows
    is_named = start.suffix.lower() in SUFFIXES and start != first and (is_file or _is_there(start, inside))
    return start if is_named else None


def _is_there(path: Path, inside: Path) -> bool:
    try:
        return real_path(path, inside).is_file()
    except OSError:
        return False


def _is_content(path: Path) -> bool:
    """Whether the file is Markdown, not a translation and not about the repository."""
    other = _TRANSLATION.fullmatch(path.stem) or _NAMES["translations"] & {part.lower() for part in path.parts[-3:-1]}
    is_aside = path.stem.lower().replace("-", "_") in _NAMES["about a repository"]
    return path.suffix.lower() in SUFFIXES and not other and not is_aside and not _is_translated(path)


def _is_translated(path: Path) -> bool:
    """Whether the name, or that of the folder, ends with a language, and the same file is there without it or in others."""
    from glob import escape  # noqa: PLC0415  # a check of one file does without

    own, folder = _IN_LANGUAGE.fullmatch(path.stem), _IN_LANGUAGE.fullmatch(path.parent.name)
    if folder and not folder[1]:
        found, top = folder, path.parent.parent
        names = [other.parent.name for other in matching(top, f"*/{escape(path.name)}")]
        has_base = any(_is_there(place / path.name, place) for place in (top, top / "en"))
    elif own and own[1]:
        found = own
        names = [other.stem for other in matching(path.parent, f"{escape(own[1])}*{path.suffix}")]
        has_base = own[1] in names
    else:
        return False
    same = {m[2].lower() for name in names if (m := _IN_LANGUAGE.fullmatch(name)) and m[1] == found[1]}
    if len(same) > 1:
        return has_base or found is own
    return has_base and found[2].lower() not in _NAMES["languages that are words"]


def named_files(source: str, docs_dir: Path) -> list[Path]:
    """The files that a source names, a start page first, the others by their names."""
    whole = Path(os.path.normpath(docs_dir / source))
    if whole.is_dir():
        return sorted(filter(_is_content, matching(whole, "**/*")), key=_rank)
    if any(char in source for char in "*?["):
        return sorted((path for path in matching(docs_dir, source) if path.suffix.lower() in SUFFIXES), key=_rank)
    return [whole]


def in_order(files: Iterable[Path]) -> list[Path]:
    """Each file once, the start page of the uppermost folder first."""
    unique = list(dict.fromkeys(files))
    top = min((len(path.parts) for path in unique), default=0)
    start = next((path for path in unique if is_start(path) and len(path.parts) == top), None)
    return sorted(unique, key=lambda path: path != start)


def as_linked(files: Sequence[Path], notes: Notes) -> list[Path]:
    """The files in the order in which the first one leads to them, then those that it does not name."""
    first, *others = files
    linked = [os.path.normpath(first.parent / unquote(link.target.partition("#")[0])) for link in notes.links]
    rank = {name: number for number, name in reversed(list(enumerate(linked)))}
    return [first, *sorted(others, key=lambda path: rank.get(str(path), len(rank) + len(linked)))]


def is_start(path: Path) -> bool:
    """Whether a folder shows this file first."""
    return path.stem.lower() in _NAMES["start pages"]


def _rank(path: Path) -> list[str | int]:
    """Folder by folder, a start page first, numbers by their value."""
    parts = re.split(r"([0-9]+)", posixpath.join(*path.parts[:-1], "" if is_start(path) else path.stem).lower())
    return [int(part) if odd % 2 else part for odd, part in enumerate(parts)]
