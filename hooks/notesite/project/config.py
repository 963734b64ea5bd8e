"""What a check reads of a project: its configuration, its notes, its baseline."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import yaml

from ..diagnostics.diagnostic import NotesError, Span, failure, finding
from ..lib.files import matching, read_file, real_path, reason, text_of
from ..lib.kept import NO_CACHE
from ..lib.light import Any, NamedTuple, lazy
from ..lib.safe_yaml import SafeLoader, load_all
from ..notes import source
from ..notes.model import Origin, origin_of
from ..notes.reader import outline
from . import note_files
from .settings import Settings, SettingsProblem, as_diagnostics
from .settings import read as read_settings
from .suppressions import Baseline, read_baseline

# Names of files and folders that tell nothing.
_EVERYBODYS = lazy(r"(?i)(?:docs?|documentation|notes|src|source|content|_?index|readme\b.*|\W*)\Z")
MAX_CONFIG = 2**20  # bytes of a mkdocs.yml


class Project(NamedTuple):
    """A checkout: where its configuration and its notes are, and what its settings say."""

    root: Path  # the folder of mkdocs.yml
    config_path: Path
    notes_path: Path
    docs_dir: Path
    settings: Settings
    config: dict[str, Any]  # mkdocs.yml as plain data, inherited files merged in
    others: tuple[Path, ...] = ()  # the other files of the notes, in order
    has_start: bool = True  # the first file is the home page; otherwise one is made

    @property
    def files(self) -> tuple[Path, ...]:
        """All files of the notes."""
        return (self.notes_path, *self.others)

    @property
    def files_folder(self) -> Path:
        """What several files may not lead out of: the project, or the folder of notes that lie elsewhere."""
        return self.root if self.notes_path.is_relative_to(self.root) else self.notes_path.parent

    @property
    def name(self) -> str:
        """What to call notes without a title: as mkdocs.yml does, else after their folder, or the file where it is one of several."""
        several = not self.others and len(matching(self.notes_path.parent, "*.md")) > 1
        names = [self.notes_path.stem] * several + [path.name for path in (*self.notes_path.parents, self.root)]
        words = re.sub(r"[-_.\s]+", " ", next((name for name in names if not _EVERYBODYS.match(name)), "")).strip()
        return str(self.config.get("site_name") or words[:1].upper() + words[1:])

    @property
    def is_own(self) -> bool:
        """Whether the notes are those that the configuration is about, not another file that was named instead."""
        return self.notes_path == Path(os.path.normpath(self.docs_dir / str(self.settings.source)))

    @property
    def keeps(self) -> bool:
        """Whether anything is kept for the next run, in the user's cache folder."""
        return self.settings.cache and not os.environ.get(NO_CACHE)

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
    text, config = _read_config(config_path)
    extra = config.get("extra")
    settings, problems = read_settings(extra.get("notes") if isinstance(extra, dict) else None)
    root = config_path.parent
    docs_dir = root / str(config.get("docs_dir") or "docs")
    sources = (settings.source,) if isinstance(settings.source, str) else settings.source
    named = [note_files.named_files(name, docs_dir) for name in sources]
    for number, name in enumerate(sources):
        if not named[number]:
            keys = ("source", str(number)) if isinstance(settings.source, tuple) else ("source",)
            problems.append(SettingsProblem(keys, f"{name!r} names no Markdown file", at_key=False))
    if problems:
        raise NotesError(*as_diagnostics(problems, text, config_path.name))
    files = note_files.in_order(list(chain.from_iterable(named)) or [docs_dir / "notes.md"])
    settings = settings._replace(source=os.path.relpath(files[0], docs_dir))
    path = Path(os.path.normpath(notes.absolute())) if notes else files[0]
    project = Project(root, config_path, path, docs_dir, settings, config)
    return with_others(project, files[1:]) if path == files[0] else project


def with_others(project: Project, others: Sequence[Path] = ()) -> Project:
    """The project with all its files: `others`, or without any those that the first one lists."""
    first = project.notes_path
    has_start = not others or note_files.is_start(first)
    with contextlib.suppress(NotesError):  # whoever reads the notes will say it
        read = source.read(bytes_of(first, project.root), project.settings.limits)
        if others or note_files.may_list_files(read.lines):
            notes = outline(read.lines)
            listed = [] if others else note_files.listed_files(notes, first, project.files_folder, _origin(project))
            others = listed or (note_files.as_linked([first, *others], notes)[1:] if has_start else others)
    return project._replace(others=tuple(others), has_start=has_start)


def _origin(project: Project) -> Origin | None:
    """Where the notes lie at a code host, as far as it is known without the settings of MkDocs."""
    if project.settings.origin:
        return origin_of(project.settings.origin, path=project.notes_path.name)
    from .repository import in_git_at  # noqa: PLC0415  # most notes list no files

    return (in_git_at(project.notes_path) or (None, None))[1]


def source_of(project: Project, names: Sequence[str]) -> str | list[str]:
    """`extra.notes.source` for the project's files under these names: the first brings those that it lists."""
    listed = with_others(project._replace(others=())).others == project.others
    return names[0] if listed else list(names)


class _ConfigLoader(SafeLoader):  # type: ignore[misc]  # the base is chosen at run time
    """Reads mkdocs.yml: its tags, such as `!!python/name:…`, name things that only MkDocs needs; but for `!ENV`."""


def _of_environment(loader: Any, node: yaml.Node) -> Any:
    """`!ENV NAME` or `!ENV [NAME, …, default]`: the first variable that is set, read as YAML, as MkDocs does."""
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    names, default = (nodes[:-1], nodes[-1]) if len(nodes) > 1 else (nodes, None)
    for name in names:
        value = os.environ.get(loader.construct_scalar(name))
        if value is not None:
            tag = loader.resolve(yaml.ScalarNode, value, (True, False))
            return loader.construct_object(yaml.ScalarNode(tag, value, node.start_mark, node.end_mark))
    return loader.construct_object(default, deep=True) if default else None


_ConfigLoader.add_constructor("!ENV", _of_environment)
for _prefix in ("!", "tag:yaml.org,2002:python/"):
    _ConfigLoader.add_multi_constructor(_prefix, lambda _loader, _suffix, _node: None)


def _read_config(path: Path, depth: int = 0) -> tuple[str, dict[str, Any]]:
    """The text of a configuration, and what it says together with those that it inherits from.  Raises NotesError."""
    try:
        text = text_of(path, limit=MAX_CONFIG)
        config = next(load_all(text, _ConfigLoader), None)
        if not isinstance(config, dict):
            raise yaml.MarkedYAMLError(problem="a mapping of settings is expected")
    except (OSError, UnicodeDecodeError) as error:
        raise failure("I_CONFIG", f"cannot read {path}: {reason(error)}", path.name) from None
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
    limits, top = project.settings.limits, project.notes_path.parent
    parts = [] if project.has_start else [(source.Part("", project.shown(project.notes_path)), source.Source())]
    for path in project.files:
        try:
            if project.others:  # those beside the first lie in the project, or in its folder
                real_path(path, project.files_folder)
            read = source.read(bytes_of(path, project.root), limits)
        except OSError as error:
            raise failure("N_PATH", f"cannot read {path}: {reason(error)}", project.shown(path)) from None
        except NotesError as error:
            raise NotesError(*(d._replace(path=d.path or project.shown(path)) for d in error.diagnostics)) from None
        if not project.others:
            return read
        # The limits count over all files.
        left = limits.bytes - len(read.text.encode()), limits.lines - len(read.lines)
        limits = limits._replace(bytes=left[0], lines=left[1])
        name = os.path.relpath(path, top).replace(os.sep, "/")
        parts.append((source.Part(name, project.shown(path)), read))
    return source.joined(parts)


def bytes_of(path: Path, root: Path | None) -> bytes:
    """The notes file as it lies on disk.  Raises NotesError when it cannot be read."""
    is_ours = root is not None and path.absolute().is_relative_to(root)
    try:
        return read_file(path, inside=root if is_ours else None)
    except OSError as error:
        code = "N_SIZE" if error.errno == errno.EFBIG else "N_PATH"
        raise failure(code, f"cannot read {path}: {reason(error)}") from None


def load_baseline(path: Path) -> Baseline:
    """The baseline; an empty one when there is no such file.  Raises NotesError when it is damaged."""
    try:
        return read_baseline(text_of(path), path.name)
    except FileNotFoundError:
        return Baseline(path=path.name)
    except (OSError, ValueError) as error:
        raise failure("I_CONFIG", f"damaged baseline: {reason(error)}", path.name) from None
