"""Files that notes, settings or a command line name: the one way to read and to write them.

Reading takes regular files only, whole, up to a limit, and never waits for a pipe or opens a device.  Writing is whole
or not at all: a reader sees the old content or the new one.  What data names stays in its folder, whatever links lie
there.  Everything raises OSError with the path in `filename` and plain words in `strerror`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

TEMPORARY = ".tmp-"  # what the names of files begin with that are not whole yet
LARGEST = 64 * 2**20  # bytes; more than any input may have
_TRIES = 3  # for a file that an editor is saving
_POLL = 0.02  # seconds between two looks whether a folder is free
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK


class PathError(OSError):
    """A path that is not to be used, and why, in words that follow "cannot read …:"."""

    def __init__(self, reason: str, path: Path | str, number: int = errno.EINVAL) -> None:
        super().__init__(number, reason, str(path))


def reason(error: Exception) -> str:
    """What went wrong, in lower case, to stand behind a colon."""
    text = (getattr(error, "strerror", None) or str(error)).partition("\n")[0]
    return text[:1].lower() + text[1:]


def real_path(path: Path, inside: Path | None = None) -> Path:
    """Where the path leads once all links are followed; it must exist, and lie in `inside` when that is given."""
    outside = PathError("it, or a link on its way, leaves the project", path, errno.EXDEV)
    whole = inside and Path(os.path.realpath(inside))
    written = Path(os.path.normpath(path.absolute()))
    if inside and whole and not (written.is_relative_to(inside) or written.is_relative_to(whole)):
        raise outside  # first, so that nobody learns what exists there
    try:
        real = Path(os.path.realpath(path, strict=True))
    except ValueError:
        raise PathError("its name holds a NUL", path) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise PathError("its links run in a circle", path, errno.ELOOP) from None
        raise
    if whole and not real.is_relative_to(whole):
        raise outside
    return real


def read_file(path: Path, *, inside: Path | None = None, follow: bool = True, limit: int = LARGEST) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    `inside`: the folder that links may not lead out of; without `follow` the file is no link at all.
    """
    if not follow and path.is_symlink():
        raise PathError("it is a symbolic link", path, errno.ELOOP)
    real = real_path(path, inside) if follow else path
    for _ in range(_TRIES):
        _check_regular(real.stat(), path, limit)  # before opening: opening a device can do things
        handle = os.open(real, _READ)  # not blocking, because a pipe may have been put there since
        try:
            before = os.fstat(handle)
            _check_regular(before, path, limit)
            with os.fdopen(handle, "rb", closefd=False) as file:
                data = file.read(before.st_size + 1)
            after = os.fstat(handle)
        finally:
            os.close(handle)
        if before.st_mtime_ns == after.st_mtime_ns and len(data) == before.st_size == after.st_size:
            return data
    raise PathError("it changes while it is read", path)


def text_of(path: Path, *, inside: Path | None = None, limit: int = LARGEST) -> str:
    """The same as text.  Raises UnicodeDecodeError too."""
    return read_file(path, inside=inside, limit=limit).removeprefix(BOM_UTF8).decode()


def lenient_text(path: Path) -> str | None:
    """The same with wrong bytes replaced; None where it cannot be read."""
    try:
        return read_file(path).removeprefix(BOM_UTF8).decode("utf-8", "replace")
    except OSError:
        return None


def _check_regular(status: os.stat_result, path: Path, limit: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a directory", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise PathError("it is not a regular file", path)
    if status.st_size > limit:
        raise PathError(f"{status.st_size} bytes, limit {limit}", path, errno.EFBIG)


# Folders in which nobody writes; those that begin with a dot are passed over as well.
NOT_WRITTEN = frozenset({"node_modules", "site-packages", "venv", "__pycache__"})
MOST = 100_000  # files of a site


def strangers(top: Path, root: Path) -> Iterator[tuple[Path, str, bool]]:
    """What in the folder `top` is not to be published: its path, why, and whether it is a folder to keep out of.

    Links that stay in `root` are followed, as whoever publishes the folder follows them.
    """
    waiting = [(top, frozenset({os.path.realpath(top)}))]
    seen = 0
    while waiting:
        folder, way = waiting.pop()
        try:
            paths = sorted(folder.iterdir())
        except OSError:  # nobody else can look into it either
            continue
        for path in paths:
            seen += 1
            if seen > MOST:
                yield top, f"it holds more than {MOST} files", True
                return
            try:
                real = real_path(path, root)
                mode = real.stat().st_mode
            except OSError as error:
                yield path, reason(error), path.is_dir()
                continue
            if stat.S_ISDIR(mode):
                if str(real) in way:
                    yield path, "its links run in a circle", True
                else:
                    waiting.append((path, way | {str(real)}))
            elif not stat.S_ISREG(mode) or not os.access(real, os.R_OK):
                yield path, "it is not a regular file" if not stat.S_ISREG(mode) else "permission denied", False


# --- writing ----------------------------------------------------------------------------------------------------


def write_atomically(path: Path, data: bytes, *, follow: bool = True) -> None:
    """Write the file that somebody named: a link stays one and its target is written; mode and owner stay, too.

    Without `follow` a link gives way to the file.
    """
    with named(path):
        target = Path(os.path.realpath(path)) if follow else path
        old = target.lstat() if os.path.lexists(target) else None
        if old is not None and stat.S_ISLNK(old.st_mode):
            old = None
        if old is not None and not stat.S_ISREG(old.st_mode):  # /dev/stdout, say: nothing to be replaced
            # Opened without waiting: a pipe that nobody reads is an error.
            handle = os.open(target, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
            os.set_blocking(handle, True)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        prefix = f"{TEMPORARY}{zlib.crc32(os.fsencode(target.name)):08x}-"
        for stray in strays(target.parent, prefix):
            stray.unlink()
        handle, temporary = _new_held(target.parent, prefix)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                _make_alike(handle, old)
                os.fsync(handle)
                temporary.replace(target)  # while it is held, so that nobody takes it for a stray
            _sync_folder(target.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def append_to(path: Path, data: bytes) -> None:
    """Add to a file that others write as well."""
    with named(path), os.fdopen(os.open(path, _APPEND, 0o666), "wb") as file:
        file.write(data)


def write_inside(root: Path, name: str, data: bytes, *, replace: bool = False) -> None:
    """Write the file that data names, in the folder `root`: no way out of it, through no link, over no other file.

    `replace`: over the file of that name, if it is one.
    """
    target = root / name
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts or "\0" in name:
        raise PathError("the name leads out of the folder", target)
    with named(target):
        folder = root
        folder.mkdir(parents=True, exist_ok=True)
        for part in parts[:-1]:
            folder /= part
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
            if folder.is_symlink():
                raise PathError("a link stands where a folder is needed", folder)
        if replace:
            target.unlink(missing_ok=True)
        with os.fdopen(os.open(target, _NEW, 0o666), "wb") as file:
            file.write(data)


@contextlib.contextmanager
def named(path: Path) -> Iterator[None]:
    """Name the path in errors that name none: a full disk, for one."""
    try:
        yield
    except PathError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None
    except ValueError:
        raise PathError("its name holds a NUL", path) from None


def _new_held(folder: Path, prefix: str) -> tuple[int, Path]:
    """A new file, open and held, and its path."""
    while True:
        path = folder / f"{prefix}{os.urandom(8).hex()}"
        handle = os.open(path, _NEW, 0o666)
        if try_hold(handle) and os.path.lexists(path):
            return handle, path
        os.close(handle)  # another run took it for a stray before it was held


def _make_alike(handle: int, old: os.stat_result | None) -> None:
    if old is None:
        return
    with contextlib.suppress(PermissionError):  # only root gives files away
        os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode) & 0o777)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut; some systems cannot, and say so by an error."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- who is at work ---------------------------------------------------------------------------------------------


def try_hold(handle: int) -> bool:
    """Hold an open file or folder by a lock of the kernel, which ends with the process; False when another does."""
    try:
        import fcntl  # noqa: PLC0415  # a check holds nothing
    except ImportError:  # Windows has no flock; nothing is promised there, but a check works
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return False
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EBADF, errno.ENOSYS):  # a disk without locks
            raise
    return True


@contextlib.contextmanager
def held(folder: Path, patience: float = float("inf")) -> Iterator[None]:
    """Hold the folder, so that runs that write into it take turns.  Raises TimeoutError after `patience` seconds."""
    handle, end = os.open(folder, os.O_RDONLY), time.monotonic() + patience
    try:
        while not try_hold(handle):
            if time.monotonic() > end:
                raise TimeoutError(f"another run is writing to {folder}; waited {patience:g} s")
            time.sleep(_POLL)
        yield
    finally:
        os.close(handle)


def strays(folder: Path, prefix: str) -> Iterator[Path]:
    """What dead runs left in the folder under names that begin with `prefix`; what a living run holds is not given."""
    for path in sorted(folder.iterdir()) if os.name == "posix" else ():
        if not path.name.startswith(prefix) or path.is_symlink():
            continue
        with contextlib.suppress(OSError):  # gone already, or somebody else's
            handle = os.open(path, _READ)
            try:
                if try_hold(handle):
                    yield path
            finally:
                os.close(handle)


def end_on_sigterm() -> None:
    """Let a polite request to end the process clean up, as Ctrl-C does."""
    import signal  # noqa: PLC0415  # it takes a while to load, and a check that only reads does without

    def end(_number: int, _frame: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    threading = sys.modules.get("threading")  # where nobody has loaded it, there is one thread
    is_main = threading is None or threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


def matching(folder: Path, pattern: str) -> list[Path]:
    """The regular files in the folder that a pattern names, hidden ones and what programs install left out.

    Links to folders are not followed, and the pattern leads out of the folder only where it says so by `../`.
    """
    found = []
    up = pattern.removeprefix("./")
    while up.startswith("../"):
        folder, up = folder.parent, up.removeprefix("../")
    with contextlib.suppress(ValueError, NotImplementedError, OSError):
        for path in folder.glob(up):
            inside = path.relative_to(folder).parts
            if path.is_file() and not any(part.startswith(".") or part in NOT_WRITTEN for part in inside):
                found.append(path)
    return found
