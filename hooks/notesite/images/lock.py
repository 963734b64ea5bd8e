"""images.lock: what every mirrored image is, one line of JSON for each URL.

The lines are sorted by URL and each stands for itself, so that two branches that add images merge line by line.
Reading is strict: a lock that was damaged or merged badly is refused with the line, never half used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..lib.light import NamedTuple, json_of
from ..net.response import Fault
from ..net.urls import normal
from .inspect import KINDS
from .picture import is_name

NAME = "images.lock"
VERSION = 1
_HEAD = {"images.lock": VERSION}
_MAX_BYTES = 16 * 2**20
_SHA256, _DAY = "[0-9a-f]{64}", r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
# What fields look like; a validator goes back to the server in a request.
_FORMS = {
    "sha256": _SHA256,
    "original_sha256": f"({_SHA256})?",
    "webp_sha256": f"({_SHA256})?",
    "fetched": f"({_DAY})?",
}
_FORMS |= dict.fromkeys(("etag", "last_modified"), r"[\x20-\x7e]{0,300}")
_MOST = {"size": 2**40, "width": 2**20, "height": 2**20}
_MARKER = re.compile(r"(<{7}|={7}|>{7}|\|{7})( |$)")


class Entry(NamedTuple):
    """One mirrored image."""

    url: str  # normalised, as `urls.parse` gives it
    file: str  # in the folder of the lock
    sha256: str
    size: int  # bytes
    type: str  # media type
    width: int  # CSS pixels
    height: int
    etag: str = ""
    last_modified: str = ""
    fetched: str = ""  # day, YYYY-MM-DD, UTC
    final_url: str = ""  # where redirects led, "" when there were none
    webp: str = ""  # file of the smaller copy
    webp_sha256: str = ""
    original_sha256: str = ""  # of what came, when something active was taken out of it
    taken: str = ""  # what that was, in words

    @property
    def came(self) -> str:
        """SHA-256 of what the server sent."""
        return self.original_sha256 or self.sha256

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Name and SHA-256 of each file of this image."""
        return ((self.file, self.sha256), *(((self.webp, self.webp_sha256),) if self.webp else ()))


Lock = Mapping[str, Entry]
_REQUIRED = ("url", "file", "sha256", "size", "type", "width", "height")
_TYPES = {name: int if name in _MOST else str for name in Entry._fields}


def written(entries: Iterable[Entry]) -> str:
    """The text of the lock file."""
    lines = [_HEAD, *({k: v for k, v in e._asdict().items() if v != ""} for e in sorted(entries, key=lambda e: e.url))]
    return "".join(json.dumps(line) + "\n" for line in lines)


def read(data: bytes) -> dict[str, Entry]:
    """The entries of a lock file.  Raises Fault E_LOCK with the line that is wrong."""
    if len(data) > _MAX_BYTES:
        raise Fault("E_LOCK", f"more than {_MAX_BYTES} bytes", line=1)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Fault("E_LOCK", "not UTF-8 text", line=data.count(b"\n", 0, error.start) + 1) from None
    lines = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if _MARKER.match(line):
            raise Fault("E_LOCK", "conflict markers of a merge", line=number)
    if lines[-1]:
        raise Fault("E_LOCK", "the last line is cut off", line=len(lines))
    if _object(lines[0], 1) != _HEAD:
        raise Fault("E_LOCK", f"not a lock of version {VERSION}", line=1)
    entries: dict[str, Entry] = {}
    for number, line in enumerate(lines[1:-1], 2):
        entry = _entry(_object(line, number), number)
        if entries.get(entry.url, entry) != entry:
            raise Fault("E_LOCK", f"two different entries for {entry.url}", line=number)
        entries[entry.url] = entry
    known: dict[str, str] = {}
    for name, digest in (file for entry in entries.values() for file in entry.files):
        if known.setdefault(name.casefold(), digest) != digest:  # some disks know no upper case
            raise Fault("E_LOCK", f"two different images share the file {name}")
    return entries


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        value = json_of(line) if line.startswith("{") else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Fault("E_LOCK", "no JSON object on this line", line=number)
    return value


def _entry(raw: Mapping[str, Any], line: int) -> Entry:
    for name, value in raw.items():
        if type(value) is not _TYPES.get(name):
            raise Fault("E_LOCK", f"bad or unknown field {name[:40]!r}", line=line)
    missing = [name for name in _REQUIRED if name not in raw]
    if missing:
        raise Fault("E_LOCK", f"field {missing[0]!r} is missing", line=line)
    entry = Entry(**raw)
    kind = KINDS.get(entry.type)
    sound = {
        "url": normal(entry.url) == entry.url,
        "type": kind is not None,
        **{name: re.fullmatch(form, getattr(entry, name), re.ASCII) for name, form in _FORMS.items()},
        **{name: 0 < getattr(entry, name) < most for name, most in _MOST.items()},
        "file": kind is not None and is_name(entry.file, kind.extension, entry.sha256),
        "final_url": normal(entry.final_url) == entry.final_url,
        "taken": bool(entry.taken) == bool(entry.original_sha256) and entry.taken.isprintable(),
        "webp": is_name(entry.webp, "webp", entry.webp_sha256) if entry.webp else not entry.webp_sha256,
    }
    wrong = [name for name, fine in sound.items() if not fine]
    if wrong:
        raise Fault("E_LOCK", f"bad {wrong[0]} in the entry for {entry.url[:100]}", line=line)
    return entry
