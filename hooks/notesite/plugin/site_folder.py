"""A failed build leaves the previous site whole.

MkDocs empties the site folder first and fills it page by page, so a build that fails or is killed half-way leaves a
torn site.  Here it fills a new folder, which takes the place of the old one once all went well, strictness included.
In a preview the new folder holds only what has changed, and what is in it takes its place in the old one.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.utils import CountHandler

from ..lib.files import reason
from ..lib.folders import new_folder_beside, remove_folder, replace_folder

_NEW = ".new"  # in the folder of a preview, which MkDocs removes at its end


@dataclass(slots=True)
class SiteFolder:
    """Where the site is built, and where it goes."""

    beside: bool = True  # dirty builds write in place: they need what is in it
    is_preview: bool = False
    config: MkDocsConfig | None = None
    target: Path | None = None
    new: Path | None = None
    # The files of the site by name, and what they are made of where that is known: of this build, and of the one before.
    made: dict[str, object] = field(default_factory=dict)
    _before: dict[str, object] = field(default_factory=dict)

    def open(self, config: MkDocsConfig) -> None:
        """Build into a new folder."""
        if self.beside:
            self.config, self.target, self.made = config, Path(config.site_dir), {}
            try:
                self.new = self.target / _NEW if self.is_preview else new_folder_beside(self.target)
            except OSError as error:
                raise PluginError(f"{error.filename}:1:1: I_MACHINE error: {reason(error)}") from None
            config.site_dir = str(self.new)

    def is_there(self, name: str, made_of: object) -> bool:
        """Whether the file of this name is there from the build before, made of the same; if not, it is to be made."""
        self.made[name] = made_of if self.is_preview else None  # which nobody else asks for
        return self.is_preview and self._before.get(name) == made_of

    def place(self, log: logging.Logger) -> bool:
        """Put the new folder in its place, unless strict mode is about to fail the build."""
        counted = (handler.get_counts() for handler in _handlers(log) if isinstance(handler, CountHandler))
        is_right = not any(counted)
        if self.new is not None and self.target is not None and is_right:
            (self._merge if self.is_preview else replace_folder)(self.new, self.target)
            if not self.is_preview:  # MkDocs has named the new folder
                log.info("The site is in %s", os.path.relpath(self.target))
            self.new = None
        self.give_back()
        return is_right

    def _merge(self, new: Path, target: Path) -> None:
        """Move the new files to their places, and take out what this build has not made."""
        written = [Path(folder, name).relative_to(new) for folder, _, names in os.walk(new) for name in names]
        made = {**dict.fromkeys(map(Path.as_posix, written)), **self.made}
        for name in self._before.keys() - made.keys():
            (target / name).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # not empty
                os.removedirs((target / name).parent)
        for path in written:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).replace(target / path)
        remove_folder(new)
        self._before = made

    def give_back(self) -> None:
        """Throw away what has found no place; the previous site stays."""
        if self.new is not None:
            remove_folder(self.new)
        if self.config is not None and self.target is not None:
            self.config.site_dir = str(self.target)
        self.config = self.target = self.new = None


def _handlers(log: logging.Logger | None) -> Iterator[logging.Handler]:
    """Of the logger and those above it: MkDocs' successors count at loggers of other names."""
    while log is not None:
        yield from log.handlers
        log = log.parent
