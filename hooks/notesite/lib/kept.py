"""What one run keeps for the next: bytes by key, in a folder that nobody but the user writes to.

Nothing in it is needed: an entry that is damaged, or that another run takes away, is none.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections import UserDict
from collections.abc import Iterable
from pathlib import Path

from .light import Any, sha256

NO_CACHE = "NOTES_NO_CACHE"  # an environment variable: nothing is taken from earlier runs, or kept for later ones
_MOST = 256 * 2**20  # bytes of a folder; what was not asked for the longest goes first
_FEW = 2**20  # bytes that are held
_CHECK = 32  # bytes of the hash that an entry begins with


class Kept:
    """The entries of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._grown = False

    def get(self, key: str) -> bytes | None:
        """What was kept under the key."""
        path = self._folder / digest(key)
        with contextlib.suppress(OSError):
            whole = path.read_bytes()
            if whole[:_CHECK] == _check(key, whole[_CHECK:]):
                os.utime(path)
                return whole[_CHECK:]
        return None

    def put(self, key: str, data: bytes) -> None:
        """Keep it, whole or not at all, whoever else does the same."""
        path = self._folder / digest(key)
        # Not `write_atomically`: what a power cut takes is made again, and its syncs take longer than that.
        new = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
        with contextlib.suppress(OSError):  # a full disk, a folder that was removed
            self._grown |= path.name.startswith(("0", "1", "2", "3"))  # to look at thousands of entries takes a while
            try:
                new.write_bytes(_check(key, data) + data)
                new.replace(path)
            except OSError:
                new.unlink(missing_ok=True)

    def trim(self, most: int = _MOST) -> None:
        """Take out the oldest entries when those of this run were too many."""
        if not self._grown:
            return
        found = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:  # the folder may have been removed
            for entry in entries:
                with contextlib.suppress(OSError):  # another run renames and removes entries meanwhile
                    found.append((entry.stat(), entry.path))
        left = sum(status.st_size for status, _ in found)
        for status, path in sorted(found, key=lambda one: one[0].st_mtime_ns):
            if left <= most:
                break
            left -= status.st_size
            with contextlib.suppress(OSError):
                Path(path).unlink()


class Aside(UserDict[str, bytes]):
    """Bytes by key until they are asked for.  Many lie in a file without a name: of a large site they are more than all else."""

    def __init__(self) -> None:
        from tempfile import SpooledTemporaryFile  # noqa: PLC0415  # a check does without

        self._file = SpooledTemporaryFile(_FEW)  # noqa: SIM115  # see `__del__`
        self.data: dict[str, Any] = {}  # where they lie

    def __del__(self) -> None:
        self._file.close()

    def __setitem__(self, key: str, data: bytes) -> None:
        self.data[key] = self._file.seek(0, os.SEEK_END), len(data)
        self._file.write(data)

    def __getitem__(self, key: str) -> bytes:
        start, length = self.data[key]
        self._file.seek(start)
        return self._file.read(length)


def folder_of(name: str) -> Kept | None:
    """What is kept under this name, in a folder that nobody but the user writes to; None where nothing can be."""
    folder = private_cache(name)
    return Kept(folder) if folder else None


def private_cache(name: str) -> Path | None:
    """The folder of this name for what may be thrown away, which nobody but the user writes to; None without one."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
        folder = Path(base, "notesite", name)
        if not folder.is_absolute():
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except (OSError, RuntimeError, ValueError):  # no home, a full or read-only disk
        return None
    is_private = os.name == "posix" and status.st_uid == os.getuid() and status.st_mode == stat.S_IFDIR | 0o700
    return folder if is_private else None


def signature(folders: Iterable[str]) -> str:
    """Tells one state of these folders from another: the names, sizes and times of all files that are not hidden."""
    found, waiting = [], list(folders)
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name.startswith((".", "__pycache__")):
                    continue
                status = entry.stat()
                if entry.is_dir():
                    waiting.append(entry.path)
                else:
                    found.append((entry.path, status.st_size, status.st_mtime_ns))
    return digest(sorted(found))


def digest(value: object) -> str:
    """Tells one value from another, by what Python writes of it."""
    return sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()


def _check(key: str, data: bytes) -> bytes:
    return sha256(digest(key).encode() + data).digest()
