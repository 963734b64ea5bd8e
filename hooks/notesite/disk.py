"""Files: the notes, the configuration, the baseline, and folders that are replaced whole.

The only module of the core that reads and writes files of the project.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from . import source
from .diagnostics import Diagnostic, NotesError, finding
from .limits import MAX_BYTES
from .model import Span
from .settings import Settings, as_diagnostics
from .settings import read as read_settings
from .suppress import Baseline, read_baseline

try:
    import fcntl
except ImportError:  # Windows has no flock; replacing a folder is then guarded by the rename alone
    fcntl = None  # type: ignore[assignment]

YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Project(NamedTuple):
    """A checkout: where its configuration and its notes are, and what its settings say."""

    root: Path  # the folder of mkdocs.yml
    config_path: Path
    notes_path: Path
    docs_dir: Path
    settings: Settings
    config: dict[str, Any]  # mkdocs.yml as plain data, inherited files merged in

    def shown(self, path: Path) -> str:
        """The path as people see it in findings: relative to the project where it lies inside."""
        return os.path.relpath(path, self.root).replace(os.sep, "/") if path.is_relative_to(self.root) else str(path)


def open_project(config_path: Path, notes: Path | None = None) -> Project:
    """The project of a mkdocs.yml; `notes` overrides the file it names.

    Raises NotesError with I_CONFIG findings when the configuration cannot be read or its settings are wrong.
    """
    config_path = config_path.absolute()
    shown = config_path.name
    try:
        text = config_path.read_text("utf-8")
        config = _read_config(text, config_path)
    except (OSError, UnicodeDecodeError) as error:
        raise NotesError(
            finding("I_CONFIG", f"cannot read {config_path}: {_reason(error)}", Span.at(1), path=shown)
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        span = Span.at(mark.line + 1, mark.column + 1) if mark else Span.at(1)
        problem = getattr(error, "problem", None) or "not readable as YAML"
        raise NotesError(finding("I_CONFIG", str(problem), span, path=shown)) from None
    extra = config.get("extra")
    settings, problems = read_settings(extra.get("notes") if isinstance(extra, dict) else None)
    if problems:
        raise NotesError(*as_diagnostics(problems, text, shown))
    root = config_path.parent
    docs_dir = root / str(config.get("docs_dir") or "docs")
    notes_path = notes.absolute() if notes else docs_dir / settings.source
    return Project(root, config_path, Path(os.path.normpath(notes_path)), docs_dir, settings, config)


class _ConfigLoader(YamlLoader):  # type: ignore[misc]  # the base is chosen at run time
    """Reads mkdocs.yml: its tags (`!ENV`, `!!python/name:…`) name things that only MkDocs needs."""


def _tagged(loader: Any, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):  # !ENV [NAME, default]: the default
        values = loader.construct_sequence(node)
        return values[-1] if values else None
    return None


_ConfigLoader.add_multi_constructor("!", _tagged)
_ConfigLoader.add_multi_constructor("tag:yaml.org,2002:python/", _tagged)


def _read_config(text: str, path: Path, depth: int = 0) -> dict[str, Any]:
    config = yaml.load(text, Loader=_ConfigLoader)  # noqa: S506  # a safe loader with harmless extra tags
    if not isinstance(config, dict):
        raise yaml.MarkedYAMLError(problem="a mapping of settings is expected")
    parent = config.pop("INHERIT", None)
    if not parent or depth > 5:
        return config
    base_path = path.parent / str(parent)
    return _merged(_read_config(base_path.read_text("utf-8"), base_path, depth + 1), config)


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def read_notes(path: Path, root: Path) -> source.Source:
    """The notes file.  Raises NotesError when it is missing, unreadable, a link out of the project, or no fit text."""
    try:
        resolved = path.resolve(strict=True)
        inside = resolved.is_relative_to(root.resolve()) or not path.absolute().is_relative_to(root)
        if not inside:
            raise NotesError(_unreadable(path, "it is a link that leaves the project"))
        with resolved.open("rb") as file:
            return source.read(file.read(MAX_BYTES + 1))
    except RuntimeError:  # a loop of links
        raise NotesError(_unreadable(path, "its links run in a circle")) from None
    except OSError as error:
        raise NotesError(_unreadable(path, _reason(error))) from None


def _unreadable(path: Path, why: str) -> Diagnostic:
    return finding("N_PATH", f"cannot read {path}: {why}", Span.at(1))


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def load_baseline(path: Path) -> Baseline:
    """The baseline; an empty one when there is no such file.  Raises NotesError when it is damaged."""
    try:
        return read_baseline(path.read_text("utf-8"), path.name)
    except FileNotFoundError:
        return Baseline(path=path.name)
    except (OSError, ValueError) as error:
        raise NotesError(
            finding("I_CONFIG", f"damaged baseline: {_reason(error)}", Span.at(1), path=path.name)
        ) from None


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
