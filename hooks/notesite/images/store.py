"""The folder of mirrored images and its lock file, on disk; and pictures that the project has itself.

images.lock says what every mirrored image is, one line of JSON for each URL.  The lines are sorted by URL and each stands
for itself, so that two branches that add images merge line by line.  Reading is strict: a lock that was damaged or merged
badly is refused with the line, never half used.

A file is written beside its place, flushed to the disk and renamed; the image comes before the entry that names it.
So whatever is killed whenever, each entry of the lock names a whole file.  Writers take turns by a lock of the kernel
on the folder, which no crash leaves behind; the temporary files of dead writers are removed.

Drawings stand in for originals that are not mirrored: a folder of SVG files and `diagrams.toml`, which says which file
stands in for which URL (`[[diagram]]` tables with `url`, `file`, and optionally `alt` and `caption`).  Without an entry
there, a file whose name is the last part of the URL's path stands in for it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ..lib.files import TEMPORARY, PathError, held, read_file, real_path, reason, strays, write_atomically
from ..lib.light import NamedTuple, json_of
from ..net.response import Fault
from ..net.urls import normal
from .picture import KINDS, Limits, Picture, is_name, looks_like_ours

NAME = "images.lock"
INDEX = "diagrams.toml"
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


def lock_text(entries: Iterable[Entry]) -> str:
    """The text of the lock file."""
    lines = [_HEAD, *({k: v for k, v in e._asdict().items() if v != ""} for e in sorted(entries, key=lambda e: e.url))]
    return "".join(json.dumps(line) + "\n" for line in lines)


def read_lock(data: bytes) -> dict[str, Entry]:
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


class ImageStore:
    """Images and images.lock in one folder.

    `patience`: seconds to wait for another process that writes.
    """

    def __init__(self, folder: Path, *, patience: float = 10.0) -> None:
        self.folder, self.lock_path = folder, folder / NAME
        self.patience = patience

    def lock(self) -> dict[str, Entry]:
        """The lock's entries, none when there is no lock file.  Raises Fault E_LOCK or E_IO."""
        try:
            return read_lock(read_file(self.lock_path, follow=False))
        except FileNotFoundError:
            return {}
        except (PathError, IsADirectoryError) as error:
            raise Fault("E_LOCK", reason(error), line=1) from None
        except OSError as error:
            raise _io("read", self.lock_path, error) from None

    def content(self, name: str, digest: str) -> bytes:
        """The bytes of a stored file, which hash to `digest`.  Raises Fault E_MIRROR."""
        path = self.folder / name
        try:
            data = read_file(path, follow=False)
        except FileNotFoundError:
            raise Fault("E_MIRROR", f"mirrored file {name} is missing") from None
        except OSError as error:
            raise Fault("E_MIRROR", f"mirrored file {name} cannot be used: {reason(error)}") from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise Fault("E_MIRROR", f"mirrored file {name} is not the one that was locked")
        return data

    def damage(self, entry: Entry) -> Fault | None:
        """What is wrong with the stored image of an entry, None when every byte is right."""
        try:
            self.content(entry.file, entry.sha256)
        except Fault as fault:
            return fault
        return None

    def commit(self, make: Callable[[Lock], tuple[Entry, Mapping[str, bytes]]]) -> tuple[Entry | None, Entry]:
        """Store the files, then the entry, that `make` gives for the lock as it is now; the entry before, and the new one.

        Raises what `make` raises, and Fault E_LOCK, E_BUSY or E_IO.
        """
        with self._alone():
            lock = self.lock()
            entry, files = make(lock)
            for name, data in files.items():
                if self._sha256(name) != hashlib.sha256(data).hexdigest():
                    self._write(name, data)
            if lock.get(entry.url) != entry:
                after = {**lock, entry.url: entry}
                self._write(NAME, lock_text(after.values()).encode())
                self._drop(_names(lock.values()) - _names(after.values()))
            return lock.get(entry.url), entry

    def prune(self, urls: Collection[str]) -> list[str]:
        """Remove the entries of other URLs and the files that no entry names; gives the names of the files removed.

        Only files that this program named and that hold what their name says are removed: whatever else lies in the
        folder is the author's.
        """
        if not self.folder.is_dir():
            return []
        with self._alone():
            lock = self.lock()
            after = {url: entry for url, entry in lock.items() if url in urls}
            if after != lock:
                self._write(NAME, lock_text(after.values()).encode())
            return self._drop(self._strays(_names(after.values())))

    def orphans(self, urls: Collection[str]) -> list[str]:
        """Entries of other URLs, and files that no entry names, as `prune` would remove them."""
        lock = self.lock()
        unused = [url for url in lock if url not in urls]
        return [*unused, *sorted(self._strays(_names(lock.values())))]

    def tidy(self) -> None:
        """Remove what killed runs left behind.  A folder that cannot be tidied is left as it is."""
        with contextlib.suppress(OSError):
            for stray in strays(self.folder, TEMPORARY):
                stray.unlink()

    def _sha256(self, name: str) -> str:
        """Of a stored file; "" where there is none."""
        with contextlib.suppress(OSError):
            return hashlib.sha256(read_file(self.folder / name, follow=False)).hexdigest()
        return ""

    def _strays(self, named: Collection[str]) -> set[str]:
        with contextlib.suppress(OSError):
            starts = {path.name: looks_like_ours(path.name) for path in self.folder.iterdir() if path.name not in named}
            return {name for name, start in starts.items() if start and self._sha256(name).startswith(start)}
        return set()

    def _drop(self, names: Collection[str]) -> list[str]:
        for name in names:
            with contextlib.suppress(OSError):  # an unused file that stays does no harm
                (self.folder / name).unlink()
        return sorted(names)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against other processes.  Raises Fault E_BUSY, E_PATH or E_IO."""
        with contextlib.ExitStack() as stack:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                stack.enter_context(held(self.folder, self.patience))
            except TimeoutError as error:
                raise Fault("E_BUSY", str(error)) from None
            except OSError as error:
                raise _io("hold", self.folder, error) from None
            if self.folder.is_symlink():
                raise Fault("E_PATH", f"the folder {self.folder.name} is a symbolic link")
            self.tidy()
            yield

    def _write(self, name: str, data: bytes) -> None:
        try:
            write_atomically(self.folder / name, data, follow=False)
        except OSError as error:
            raise _io("write", self.folder / name, error) from None


def _names(entries: Collection[Entry]) -> set[str]:
    return {name for entry in entries for name, _ in entry.files}


def _io(verb: str, path: Path, error: OSError) -> Fault:
    return Fault("E_IO", f"cannot {verb} {path}: {reason(error)}")


# --- pictures beside the notes ----------------------------------------------------------------------------------


_CODES = dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL), "E_MISSING")
_CODES |= {errno.EXDEV: "E_PATH", errno.EFBIG: "E_SIZE"}


def local_picture(path: str, notes_folder: Path, project: Path, max_bytes: int) -> tuple[Path, bytes]:
    """The file that a relative path in the notes means (`/…` counts from the project's folder), and its bytes.

    Raises Fault E_MISSING, E_PATH (it lies, or a link leads, outside the project), E_SIZE or E_IO.
    """
    start = project if path.startswith("/") else notes_folder
    try:
        # As addresses are read: `..` undoes the part before it, whatever a link of that name leads to.
        real = real_path(Path(os.path.normpath(start / path.lstrip("/"))), project)
        return real, read_file(real, inside=project, limit=max_bytes)
    except OSError as error:
        raise Fault(_CODES.get(error.errno or 0, "E_IO"), f"{path}: {reason(error)}") from None


class Drawings:
    """The drawings of one folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, url: str) -> Picture | None:
        """The drawing for a URL, None when there is none.  Raises Fault E_SVG or E_PATH."""
        known = self._entries.get(normal(url) or url, {})
        name = known.get("file") or f"{PurePosixPath(unquote(urlsplit(normal(url) or url).path)).stem}.svg"
        path = self.folder / name
        if PurePosixPath(name).name != name or "\\" in name or not os.path.lexists(path):
            return None
        return drawing_of(path)._replace(alt=known.get("alt", ""), caption=known.get("caption", ""))

    @cached_property
    def _entries(self) -> dict[str, dict[str, str]]:
        import tomllib  # noqa: PLC0415  # only where a picture is missing

        try:
            tables = tomllib.loads(read_file(self.folder / INDEX, follow=False).decode()).get("diagram", [])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise Fault("E_SVG", f"{INDEX} of the drawings cannot be read: {reason(error)}") from None
        texts = ({k: v for k, v in table.items() if isinstance(v, str)} for table in tables if isinstance(table, dict))
        return {normal(table["url"]) or table["url"]: table for table in texts if "url" in table}


def drawing_of(path: Path, inside: Path | None = None) -> Picture:
    """The drawing in a file, which must be no link, or lie `inside`.  Raises Fault E_SVG or E_PATH.

    It becomes part of a page, where HTML's rules hold and not XML's: nothing active may be in it.
    """
    from .svg import cleaned  # noqa: PLC0415  # an XML parser is loaded only for SVG

    try:
        data = read_file(path, inside=inside, follow=inside is not None)
        drawing = cleaned(data, Limits())
        text = data.decode("utf-8-sig")
    except Fault as fault:
        raise Fault(fault.code, f"the drawing {path.name}: {fault.message}") from None
    except OSError as error:
        code = "E_PATH" if error.errno in (errno.ELOOP, errno.EXDEV) else "E_SVG"
        raise Fault(code, f"the drawing {path.name} cannot be read: {reason(error)}") from None
    except UnicodeDecodeError:
        raise Fault("E_SVG", f"the drawing {path.name} is no UTF-8 text") from None
    if active := drawing.taken or ("foreignObject" if "foreignObject" in text else ""):
        raise Fault("E_SVG", f"the drawing {path.name}: SVG with active content refused: {active}")
    svg = text[max(text.find("<svg"), 0) :].strip()
    return Picture("", drawing.width, drawing.height, "", svg=svg)
