"""The folder of mirrored images and its lock file, on disk; and pictures that the project has itself.

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
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ..lib.files import TEMPORARY, PathError, held, read_file, real_path, reason, strays, write_atomically
from ..net.response import Fault
from ..net.urls import normal
from .lock import NAME, Entry, Lock, read, written
from .picture import Limits, Picture, looks_like_ours

INDEX = "diagrams.toml"


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
            return read(read_file(self.lock_path, follow=False))
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
                self._write(NAME, written(after.values()).encode())
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
                self._write(NAME, written(after.values()).encode())
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


_CODES = {errno.EXDEV: "E_PATH", errno.EFBIG: "E_SIZE"} | dict.fromkeys(
    (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL), "E_MISSING"
)


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
    return Picture("", drawing.width, drawing.height, "", svg=svg, media_type="image/svg+xml")
