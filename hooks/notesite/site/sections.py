"""Runs of lines that become pages, and how the files of notes that have several are cut into them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote

from ..notes.model import Heading, Notes, NotesFile
from .split_level import FEW_SECTIONS, FULL, TINY, median, section_starts, sizes

_MANY_FILES = 6  # of more, each is a page
_LONG, _LARGE = 3000, 15_000  # words of a file that is split all the same: where its sections are long; or not tiny


class Meaning(NamedTuple):
    """What an address means: by one of the two its section is known again."""

    text: str  # fingerprint of the words below the heading, "" where there are none
    trail: str  # the headings above it, and its own


class Section(NamedTuple):
    """One page to be."""

    heading: Heading | None
    first: int  # lines of the notes, from 1, inclusive
    last: int
    name: str = ""  # where there is no heading


def home_part(notes: Notes) -> tuple[Notes, int]:
    """The notes that begin with the home page, and their last line: all, or the first of several files."""
    if not notes.files:
        return notes, len(notes.lines)
    own = notes.files[0].notes
    return own._replace(contents=notes.contents), len(own.lines)


def sections_of_files(notes: Notes, wanted: int | None) -> Iterator[list[Section]]:
    """The sections of each file but the first: its beginning, and those in it; where it has no beginning, each alone."""
    many = len(notes.files) > _MANY_FILES
    for file in notes.files[1:]:
        end = len(file.notes.lines)
        starts = _starts(file, wanted, many=many)
        ends = [heading.span.start.line - 1 for heading in starts] + [end]
        sections = [
            Section(heading, heading.span.start.line, last) for heading, last in zip(starts, ends[1:], strict=True)
        ]
        lead = _lead(notes, file, ends[0])
        if lead:
            yield [lead, *sections]
        else:
            sections[0] = sections[0]._replace(first=file.before + 1)
            yield from ([section] for section in sections)


def _starts(file: NotesFile, wanted: int | None, *, many: bool) -> list[Heading]:
    """The headings of a file that begin a page."""
    starts, _ = section_starts(file.notes, [], None, wanted)
    words = sizes(file.notes, starts)
    if wanted or len(starts) < FEW_SECTIONS:
        return starts if wanted else []
    is_long = sum(words) >= _LONG and median(words) >= FULL
    is_large = not many or sum(words) >= _LARGE
    return starts if is_long or (is_large and median(words) >= TINY) else []


def _lead(notes: Notes, file: NotesFile, last: int) -> Section | None:
    """What stands before the first section of a file; None for nothing."""
    blocks = [block for block in file.notes.blocks if block.line <= last]
    if not blocks and any(heading.starts_section for heading in file.notes.headings):
        return None
    first = next((heading for heading in file.notes.headings if heading.span.start.line <= last), None)
    heads = first is not None and (first.id == file.anchors[""] or first.level == 1) and first.starts_section
    top = "#" + quote(file.anchors[""], safe="/#")
    listed = notes.files[0].notes.links  # the others' links come behind them
    linking = [link.text.strip() for link in notes.links[: len(listed)] if link.target == top]
    named = next(filter(None, linking), "")
    name = named or PurePosixPath(file.path).stem
    return Section(first if heads else None, file.before + 1, last, name)


def addresses_of_files(files: Sequence[NotesFile]) -> Iterator[tuple[str, str]]:
    """The address that each file but the first has on a site that shows files, and the anchor of its beginning."""
    for file in files[1:]:
        old = re.sub(r"(?:(?:^|/)(?:readme|index))?\.\w+$", "", file.path, flags=re.IGNORECASE)
        if old and not old.startswith("../"):
            yield old, f"{file.path}#"
