"""Folders that are made beside their place and then put into it whole: a site, a new project.

At no moment is there half a folder, and where the system can exchange two names, at no moment none.  What is being
made is held by a lock of the kernel, so that the next run knows what the dead left behind and removes it.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from .files import end_on_sigterm, held, named, strays, try_hold

_AT_FDCWD = -100  # Linux: paths count from the working folder
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_held: dict[Path, int | None] = {}  # folders being made -> the handle that holds them


def new_folder_beside(target: Path) -> Path:
    """An empty folder next to `target`, to be filled and handed to `replace_folder`, `place_folder` or `remove_folder`.

    What killed runs left beside the target is removed or, where it is the only whole copy, put back.
    """
    with named(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        for stray in strays(target.parent, f".{target.name}.new-"):
            _remove(stray)
        for stray in strays(target.parent, f".{target.name}.old-"):
            if not os.path.lexists(target) and (stray / target.name).is_dir():
                (stray / target.name).rename(target)
            _remove(stray)
        return _new_held(target, "new")


def _new_held(target: Path, kind: str) -> Path:
    while True:
        path = target.with_name(f".{target.name}.{kind}-{os.urandom(4).hex()}")
        if not _held:
            atexit.register(_remove_all)
        _held[path] = None  # before it is there, so that no interrupt comes between
        path.mkdir()
        with contextlib.suppress(FileNotFoundError):
            _held[path] = handle = os.open(path, os.O_RDONLY)
            if try_hold(handle) and path.exists():
                return path
        _release(path)  # another run took it for a stray before it was held


def replace_folder(new: Path, target: Path) -> None:
    """Put the folder `new` in the place of `target`; readers see the old one or the new one."""
    with named(target):
        if _exchange(new, target):
            _remove(new)
        else:
            with held(target.parent):
                _swap(new, target)
    _release(new)


def place_folder(new: Path, target: Path) -> None:
    """Put the folder `new` where there is nothing, or an empty folder.  Raises OSError when there is something."""
    with named(target):
        new.rename(target)
    _release(new)


def remove_folder(path: Path) -> None:
    """Remove a folder that was made by `new_folder_beside`; nothing happens when it is gone."""
    _remove(path)
    _release(path)


@contextlib.contextmanager
def work_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target` for what is made on the way to it, removed at the end."""
    folder = new_folder_beside(target)
    try:
        yield folder
    finally:
        remove_folder(folder)


@contextlib.contextmanager
def made_folder(target: Path) -> Iterator[Path]:
    """A new folder to fill, which takes the place of `target` (nothing, or an empty folder) when all went well."""
    end_on_sigterm()
    target = Path(os.path.normpath(target.absolute()))
    with work_folder(target) as new:
        yield new
        place_folder(new, target)


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step; False where the system cannot."""
    library = ctypes.CDLL(None)
    first, second = os.fsencode(one), os.fsencode(other)
    with contextlib.suppress(AttributeError):
        return int(library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _EXCHANGE)) == 0
    with contextlib.suppress(AttributeError):
        return int(library.renamex_np(first, second, _EXCHANGE)) == 0
    return False


def _swap(new: Path, target: Path) -> None:
    """In two steps; a run that is killed between them is mended by the next one."""
    if not os.path.lexists(target):
        new.rename(target)
        return
    old = _new_held(target, "old")
    try:
        target.rename(old / target.name)
    except OSError:  # a mount point cannot be renamed: its content is replaced instead
        remove_folder(old)
        for entry in list(target.iterdir()):
            _remove(entry)
        shutil.copytree(new, target, dirs_exist_ok=True)
        _remove(new)
        return
    new.rename(target)
    remove_folder(old)


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)
        for folder, _, _ in os.walk(path):  # what is left: folders that nobody may write to
            with contextlib.suppress(OSError):
                Path(folder).chmod(stat.S_IRWXU)
        shutil.rmtree(path, ignore_errors=True)


def _release(path: Path) -> None:
    handle = _held.pop(path, None)
    if handle is not None:
        os.close(handle)


def _remove_all() -> None:
    for path in list(_held):
        remove_folder(path)
