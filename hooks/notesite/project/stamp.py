"""The build stamp: which notes, made with which versions, of which date.  The same inputs give the same stamp."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from ..diagnostics.diagnostic import failure
from ..lib.light import NamedTuple

_SHOWN = 12  # hexadecimal digits of the hash that people see
_LATEST = 253402300799  # 9999-12-31, the last date that there is


class Stamp(NamedTuple):
    """What a copy of the site says about itself."""

    notes: str  # SHA-256 of the notes file's bytes, in hexadecimal
    versions: tuple[tuple[str, str], ...]  # name and version of each tool
    epoch: int | None = None  # seconds since 1970, UTC; None for a build without a date

    @property
    def date(self) -> str:
        """As in ISO 8601, "" when there is none."""
        return datetime.fromtimestamp(self.epoch, UTC).strftime("%Y-%m-%d") if self.epoch is not None else ""

    @property
    def short(self) -> str:
        """The hash as people see it."""
        return self.notes[:_SHOWN]

    @property
    def version(self) -> str:
        """Tells one state of the notes from another in a file name: `2026-11-22-1a2b3c4d`."""
        return "-".join(part for part in (self.date, self.notes[:8]) if part)

    @property
    def tools(self) -> str:
        """`notesite 1.0.0, MkDocs 1.6.1`."""
        return ", ".join(f"{name} {version}" for name, version in self.versions)

    def text(self) -> str:
        """All of it, one `key: value` a line, for people and machines."""
        lines = [("notes-sha256", self.notes), ("date", self.date or "none"), ("made-with", self.tools)]
        return "".join(f"{key}: {value}\n" for key, value in lines)


def stamp_of(notes: bytes, versions: Mapping[str, str], epoch: int | None = None) -> Stamp:
    """The stamp of a notes file."""
    return Stamp(hashlib.sha256(notes).hexdigest(), tuple(versions.items()), epoch)


def read_epoch(text: str | None) -> int | None:
    """The value of SOURCE_DATE_EPOCH; None when it is not set.  Raises NotesError when it is no date."""
    if text is None or not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit() and int(text) <= _LATEST):
        raise failure("I_CONFIG", f"SOURCE_DATE_EPOCH is {text!r}; seconds since 1970 are expected")
    return int(text)
