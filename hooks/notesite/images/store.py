"""The folder of mirrored images and its lock file, on disk.

A file is written beside its place, flushed to the disk and renamed; the image comes before the entry that names it.
So whatever is killed whenever, each entry of the lock names a whole file.  Writers take turns by a lock of the kernel
on the folder, which no crash leaves behind; whoever holds it may remove every temporary file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from ..net.fault import Fault
from .lock import NAME, Entry, Lock, read, written
from .picture_names import looks_like_ours

_TEMPORARY = ".tmp-"
_RETRY = 1.0  # seconds that a rename is retried on Windows, where virus scanners hold new files open
_POLL = 0.02  # seconds
_MAX_READ = 64 * 2**20  # bytes; more than any image or lock may have


class ImageStore:
    """Images and images.lock in one folder.

    `patience`: seconds to wait for another process that writes.
    """

    def __init__(self, folder: Path, *, patience: float = 10.0) -> None:
        self.folder = folder
        self.patience = patience

    @property
    def lock_path(self) -> Path:
        """The lock file."""
        return self.folder / NAME

    def lock(self) -> dict[str, Entry]:
        """The lock's entries, none when there is no lock file.  Raises Fault E_LOCK or E_IO."""
        try:
            return read(_read_regular(self.lock_path))
        except FileNotFoundError:
            if self.lock_path.is_symlink():
                raise Fault("E_LOCK", "it is a symbolic link", line=1) from None
            return {}
        except _NotRegularError as error:
            raise Fault("E_LOCK", str(error), line=1) from None
        except OSError as error:
            raise _io("read", self.lock_path, error) from None

    def content(self, name: str, digest: str) -> bytes:
        """The bytes of a stored file, which hash to `digest`.  Raises Fault E_MIRROR."""
        path = self.folder / name
        try:
            data = _read_regular(path)
        except FileNotFoundError:
            is_link = path.is_symlink()
            raise Fault("E_MIRROR", f"mirrored file {name} is {'a symbolic link' if is_link else 'missing'}") from None
        except (_NotRegularError, OSError) as error:
            reason = str(error) if isinstance(error, _NotRegularError) else (error.strerror or "unreadable").lower()
            raise Fault("E_MIRROR", f"mirrored file {name} cannot be used: {reason}") from None
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

    def commit(self, make: Callable[[Lock], tuple[Entry, Mapping[str, bytes]]]) -> Entry:
        """Store the files, then the entry, that `make` gives for the lock as it is now.

        Raises what `make` raises, and Fault E_LOCK, E_BUSY or E_IO.
        """
        with self._alone():
            lock = self.lock()
            entry, files = make(lock)
            for name, data in files.items():
                if not self._holds(name, data):
                    self._write(name, data)
            if lock.get(entry.url) != entry:
                after = {**lock, entry.url: entry}
                self._write(NAME, written(after.values()).encode())
                self._drop(_names(lock.values()) - _names(after.values()))
            return entry

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
        with contextlib.suppress(Fault, OSError):
            if any(path.name.startswith(_TEMPORARY) for path in self.folder.iterdir()):
                with self._alone():
                    pass

    def _holds(self, name: str, data: bytes) -> bool:
        try:
            return _read_regular(self.folder / name) == data
        except (OSError, _NotRegularError):
            return False

    def _strays(self, named: Collection[str]) -> set[str]:
        try:
            names = [
                path.name for path in self.folder.iterdir() if path.name not in named and looks_like_ours(path.name)
            ]
        except OSError:
            return set()
        return {name for name in names if self._is_ours(name)}

    def _is_ours(self, name: str) -> bool:
        try:
            digest = hashlib.sha256(_read_regular(self.folder / name)).hexdigest()
        except (OSError, _NotRegularError):
            return False
        return digest.startswith(looks_like_ours(name) or "-")

    def _drop(self, names: Collection[str]) -> list[str]:
        for name in names:
            with contextlib.suppress(OSError):  # an unused file that stays does no harm
                (self.folder / name).unlink()
        return sorted(names)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against other processes, and clean it of temporary files."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _io("create", self.folder, error) from None
        if self.folder.is_symlink():
            raise Fault("E_PATH", f"the folder {self.folder.name} is a symbolic link")
        with _held(self.folder, self.patience):
            with contextlib.suppress(OSError):
                for path in list(self.folder.iterdir()):
                    if path.name.startswith(_TEMPORARY):
                        path.unlink()
            yield

    def _write(self, name: str, data: bytes) -> None:
        path, temporary = self.folder / name, self.folder / f"{_TEMPORARY}{secrets.token_hex(8)}"
        try:
            _write_new(temporary, data)
            _replace(temporary, path)
            _sync_folder(self.folder)
        except OSError as error:
            raise _io("write", path, error) from None
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _names(entries: Collection[Entry]) -> set[str]:
    return {name for entry in entries for name, _ in entry.files}


class _NotRegularError(Exception):
    """A link, a folder, a device, or a file of absurd size."""


def _read_regular(path: Path) -> bytes:
    """The bytes of a regular file; links are not followed.  Raises OSError or _NotRegularError."""
    if path.is_symlink():
        raise _NotRegularError("it is a symbolic link")
    # Not following links is asked for again because one may be put there between the two calls; not blocking, because
    # opening a pipe would wait for its other end.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_READ:
            raise _NotRegularError("it is no regular file of reasonable size")
        return file.read()


def _write_new(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)


def _replace(source: Path, target: Path) -> None:
    end = time.monotonic() + _RETRY
    while True:
        try:
            source.replace(target)
        except PermissionError:
            if os.name != "nt" or time.monotonic() > end:
                raise
            time.sleep(_POLL)
        else:
            return


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut; some systems cannot, and say so by an error."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _held(folder: Path, patience: float) -> Iterator[None]:
    """An exclusive lock of the kernel on the folder; it ends with the process.  Raises Fault E_BUSY or E_IO."""
    try:
        handle = _lock_handle(folder)
    except OSError as error:
        raise _io("open", folder, error) from None
    try:
        end = time.monotonic() + patience
        while not _try_lock(handle, folder):
            if time.monotonic() > end:
                raise Fault("E_BUSY", f"another run is writing to {folder}; waited {patience:g} s")
            time.sleep(_POLL)
        yield
    finally:
        os.close(handle)


def _lock_handle(folder: Path) -> int:
    if os.name == "nt":  # folders cannot be opened there
        return os.open(folder / f"{_TEMPORARY}busy", os.O_RDWR | os.O_CREAT, 0o644)
    return os.open(folder, os.O_RDONLY)


def _try_lock(handle: int, folder: Path) -> bool:
    try:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415  # exists on Windows only

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # as above
        else:
            import fcntl  # noqa: PLC0415  # does not exist on Windows

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return False
        raise _io("lock", folder, error) from None
    return True


def _io(verb: str, path: Path, error: OSError) -> Fault:
    return Fault("E_IO", f"cannot {verb} {path}: {(error.strerror or str(error)).lower()}")


# --- pictures beside the notes ----------------------------------------------------------------------------------


def local_picture(path: str, notes_folder: Path, project: Path, max_bytes: int) -> tuple[Path, bytes]:
    """The file that a relative path in the notes means (`/…` counts from the project's folder), and its bytes.

    Raises Fault E_MISSING, E_PATH (it lies, or a link leads, outside the project), E_SIZE or E_IO.
    """
    start = project if path.startswith("/") else notes_folder
    written_path = Path(os.path.normpath(start / path.lstrip("/")))
    inside = project.resolve()
    if not written_path.is_relative_to(project) and not written_path.is_relative_to(inside):
        raise Fault("E_PATH", f"{path} leads out of the project")
    try:
        real = written_path.resolve(strict=True)
        if not real.is_relative_to(inside):
            raise Fault("E_PATH", f"{path} is a link that leads out of the project")
        if not real.is_file():
            raise Fault("E_MISSING", f"no picture file: {path}")
        if real.stat().st_size > max_bytes:
            raise Fault("E_SIZE", f"{path}: {real.stat().st_size} bytes, limit {max_bytes}")
        return real, _read_regular(real)
    except (FileNotFoundError, NotADirectoryError, RuntimeError):
        raise Fault("E_MISSING", f"no such file: {path}") from None
    except _NotRegularError:
        raise Fault("E_MISSING", f"no picture file: {path}") from None
    except OSError as error:
        raise Fault("E_IO", f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
