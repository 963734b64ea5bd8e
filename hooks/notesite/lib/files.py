"""Files and folders that are written whole: a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no flock; replacing a folder is then guarded by the rename alone
    fcntl = None  # type: ignore[assignment]


def write_atomically(path: Path, data: bytes) -> None:
    """Write the file so that every reader sees the old content or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock file, so that two processes that replace the same folder take turns."""
    with path.open("a") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    with contextlib.suppress(OSError):
        path.unlink()


def new_folder_beside(target: Path) -> Path:
    """An empty folder next to `target`, to be filled and then handed to `replace_folder`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for stale in target.parent.glob(f".{target.name}.new-*"):
        with contextlib.suppress(OSError):
            if time.time() - stale.stat().st_mtime > 3600:  # left behind by a build that was killed
                shutil.rmtree(stale)
    return Path(tempfile.mkdtemp(prefix=f".{target.name}.new-", dir=target.parent))


def replace_folder(new: Path, target: Path) -> None:
    """Put the folder `new` in the place of `target`; readers see the old one or the new one."""
    new.chmod(0o755)
    with _alone(target.parent / f".{target.name}.lock"):
        old = None
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old-", dir=target.parent)) / target.name
            try:
                target.rename(old)
            except OSError:  # a mount point cannot be renamed: its content is replaced instead
                old.parent.rmdir()
                _replace_content(new, target)
                return
        new.rename(target)
        if old is not None:
            shutil.rmtree(old.parent, ignore_errors=True)


def _replace_content(new: Path, target: Path) -> None:
    for entry in target.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    shutil.copytree(new, target, dirs_exist_ok=True)
    shutil.rmtree(new)


def remove_folder(path: Path) -> None:
    """Remove a folder that was made by `new_folder_beside`; nothing happens when it is gone."""
    shutil.rmtree(path, ignore_errors=True)
