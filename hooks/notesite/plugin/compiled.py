"""The theme's templates, found and compiled with as little work as they need."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import jinja2
import mkdocs
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from jinja2.filters import FILTERS
from jinja2.tests import TESTS
from mkdocs.theme import Theme

from ..extras.theme import amended, squeezed_html
from ..lib.folders import private_cache
from .kept_pages import TEMPLATE
from .navigation import AMENDED, Entries

_KNOWN = {id(function) for function in (*FILTERS.values(), *TESTS.values())}
_PACKAGES = ("mkdocs.", "properdocs.")


def prepare(theme: Theme, *, keep: bool, own_palette: bool = False) -> None:
    """Let the theme give environments that list no icons and, with `keep`, find templates compiled by earlier builds."""
    folder = private_cache("templates") if keep else None
    made = theme.get_env

    def get_env() -> jinja2.Environment:
        env = made()
        if type(env.loader) is jinja2.FileSystemLoader:
            env.loader = _Templates(theme.dirs, own_palette=own_palette)
            entries = Entries()
            env.globals |= {"notes_entry": entries, "notes_near": entries.near}
            env.bytecode_cache = _Compiled(str(folder), "%s.cache") if folder else None
        return env

    theme.get_env = get_env  # type: ignore[method-assign]  # of this one theme


class _Templates(jinja2.FileSystemLoader):
    """Templates without what is hidden: MkDocs would list the theme's 14,500 icons, and then leave them out one by one."""

    def __init__(self, folders: Sequence[str], *, own_palette: bool) -> None:
        super().__init__(folders)
        self._own_palette = own_palette

    def list_templates(self) -> list[str]:
        found: set[str] = set()
        for top in self.searchpath:
            for folder, below, names in os.walk(top, followlinks=self.followlinks):
                below[:] = [name for name in below if not name.startswith(".")]
                found.update(Path(folder, name).relative_to(top).as_posix() for name in names)
        return sorted(found)

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """A template as it stands in its file, but that elements have names and the navigation is written with little work."""
        if template == TEMPLATE:
            return "{{ notes_kept(page) }}", "", lambda: True
        source, path, is_current = super().get_source(environment, template)
        for theirs, ours in AMENDED.get(template, ()):
            source = source.replace(theirs, ours)
        source = amended(source, own_palette=self._own_palette)
        return squeezed_html(source) if template.endswith(".html") else source, path, is_current


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, in the user's own folder: a cache in the project could bring code with the notes."""

    def get_bucket(self, environment: jinja2.Environment, name: str, filename: str | None, source: str) -> Bucket:
        """What is kept of a template; nothing when anything that its code depends on has changed since."""
        escaped = environment.autoescape
        depends = (
            jinja2.__version__,
            mkdocs.__version__,
            escaped(name) if callable(escaped) else escaped,
            sorted(environment.extensions),
            (environment.trim_blocks, environment.lstrip_blocks, environment.keep_trailing_newline),
            environment.undefined.__name__,
        )
        bucket = super().get_bucket(environment, name, filename, f"{depends}\n{source}")
        if not _is_plain(environment):
            bucket.reset()
            bucket.key = ""
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):  # a full disk, a folder that was removed: the next build compiles again
            if bucket.key:
                super().dump_bytecode(bucket)


def _is_plain(environment: jinja2.Environment) -> bool:
    """Whether only Jinja's and MkDocs' filters are there: what others do to constants is compiled in, and may change."""
    functions = (*environment.filters.values(), *environment.tests.values())
    return all(id(f) in _KNOWN or str(getattr(f, "__module__", "")).startswith(_PACKAGES) for f in functions)
