"""What a check reads of a project: its configuration, its notes, its baseline."""

from __future__ import annotations

import errno
import functools
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..diagnostics.diagnostic import NotesError, finding
from ..diagnostics.place import Span
from ..lib.files import read_file, reason, text_of
from ..lib.safe_yaml import SafeLoader, load_all
from ..notes import source
from ..notes.limits import DEFAULT, Limits
from .settings import Settings, as_diagnostics
from .settings import read as read_settings
from .suppressions import Baseline, read_baseline

_EVERYBODYS = frozenset({"doc", "docs", "documentation", "notes", "src", "source", "content"})  # names of folders
MAX_CONFIG = 2**20  # bytes of a mkdocs.yml


class Project(NamedTuple):
    """A checkout: where its configuration and its notes are, and what its settings say."""

    root: Path  # the folder of mkdocs.yml
    config_path: Path
    notes_path: Path
    docs_dir: Path
    settings: Settings
    config: dict[str, Any]  # mkdocs.yml as plain data, inherited files merged in

    @property
    def name(self) -> str:
        """What to call notes without a title: as mkdocs.yml does, else after their folder, as people would write it."""
        folder = next((f for f in self.notes_path.parents if f.name.lower() not in _EVERYBODYS), self.root).name
        words = re.sub(r"[-_.\s]+", " ", folder).strip()
        return str(self.config.get("site_name") or words[:1].upper() + words[1:])

    @property
    def is_own(self) -> bool:
        """Whether the notes are those that the configuration is about, not another file that was named instead."""
        return self.notes_path == Path(os.path.normpath(self.docs_dir / self.settings.source))

    def shown(self, path: Path) -> str:
        """The path as findings name it: relative to the repository, outside of one to the working folder."""
        base = _base(self.notes_path.parent, self.root, Path.cwd())
        return os.path.relpath(path, base).replace(os.sep, "/") if path.is_relative_to(base) else str(path)


@functools.cache
def _base(folder: Path, root: Path, working: Path) -> Path:
    """Where the paths of findings begin; the project where the work is done elsewhere."""
    repository = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    return repository or (working if folder.is_relative_to(working) else root)


def open_project(config_path: Path, notes: Path | None = None) -> Project:
    """The project of a mkdocs.yml; `notes` overrides the file it names.

    Raises NotesError with I_CONFIG findings when the configuration cannot be read or its settings are wrong.
    """
    config_path = config_path.absolute()
    shown = config_path.name
    text, config = _read_config(config_path)
    extra = config.get("extra")
    settings, problems = read_settings(extra.get("notes") if isinstance(extra, dict) else None)
    if problems:
        raise NotesError(*as_diagnostics(problems, text, shown))
    root = config_path.parent
    docs_dir = root / str(config.get("docs_dir") or "docs")
    notes_path = notes.absolute() if notes else docs_dir / settings.source
    return Project(root, config_path, Path(os.path.normpath(notes_path)), docs_dir, settings, config)


def read_config_text(project: Project) -> str:
    """The text of mkdocs.yml, to place findings about it; "" when it is gone by now."""
    try:
        return text_of(project.config_path, limit=MAX_CONFIG)
    except (OSError, UnicodeDecodeError):
        return ""


class _ConfigLoader(SafeLoader):  # type: ignore[misc]  # the base is chosen at run time
    """Reads mkdocs.yml: its tags (`!ENV`, `!!python/name:…`) name things that only MkDocs needs."""


def _tagged(loader: Any, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):  # !ENV [NAME, default]: the default
        values = loader.construct_sequence(node)
        return values[-1] if values else None
    return None


_ConfigLoader.add_multi_constructor("!", _tagged)
_ConfigLoader.add_multi_constructor("tag:yaml.org,2002:python/", _tagged)


def _read_config(path: Path, depth: int = 0) -> tuple[str, dict[str, Any]]:
    """The text of a configuration, and what it says together with those that it inherits from.  Raises NotesError."""
    try:
        text = text_of(path, limit=MAX_CONFIG)
        config = next(load_all(text, _ConfigLoader), None)
        if not isinstance(config, dict):
            raise yaml.MarkedYAMLError(problem="a mapping of settings is expected")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read {path}: {reason(error)}"
        raise NotesError(finding("I_CONFIG", message, Span.at(1), path=path.name)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        span = Span.at(mark.line + 1, mark.column + 1) if mark else Span.at(1)
        problem = str(getattr(error, "problem", None) or "not readable as YAML")
        raise NotesError(finding("I_CONFIG", problem, span, path=path.name)) from None
    parent = config.pop("INHERIT", None)
    if not parent or depth > 5:
        return text, config
    return text, _merged(_read_config(path.parent / str(parent), depth + 1)[1], config)


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def read_source(project: Project) -> source.Source:
    """The project's notes.  Raises NotesError, naming the file as findings do, when they cannot be read."""
    try:
        return read_notes(project.notes_path, project.root, project.settings.limits)
    except NotesError as error:
        shown = project.shown(project.notes_path)
        raise NotesError(*(d._replace(path=d.path or shown) for d in error.diagnostics)) from None


def read_notes(path: Path, root: Path | None = None, limits: Limits = DEFAULT) -> source.Source:
    """The notes file.  Raises NotesError when it is missing, unreadable, a link out of the project, or no fit text."""
    return source.read(bytes_of(path, root), limits)


def bytes_of(path: Path, root: Path | None) -> bytes:
    """The notes file as it lies on disk.  Raises NotesError when it cannot be read."""
    is_ours = root is not None and path.absolute().is_relative_to(root)
    try:
        return read_file(path, inside=root if is_ours else None)
    except OSError as error:
        code = "N_SIZE" if error.errno == errno.EFBIG else "N_PATH"
        raise NotesError(finding(code, f"cannot read {path}: {reason(error)}", Span.at(1))) from None


def load_baseline(path: Path) -> Baseline:
    """The baseline; an empty one when there is no such file.  Raises NotesError when it is damaged."""
    try:
        return read_baseline(text_of(path), path.name)
    except FileNotFoundError:
        return Baseline(path=path.name)
    except (OSError, ValueError) as error:
        message = f"damaged baseline: {reason(error)}"
        raise NotesError(finding("I_CONFIG", message, Span.at(1), path=path.name)) from None
