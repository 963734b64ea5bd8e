"""A failed build leaves the previous site whole.

MkDocs empties the site folder first and fills it page by page, so a build that fails or is killed half-way leaves a
torn site.  Here it fills a new folder, which takes the place of the old one once all went well, strictness included.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.utils import CountHandler

from ..lib.files import reason
from ..lib.folders import new_folder_beside, remove_folder, replace_folder


@dataclass(slots=True)
class SiteFolder:
    """Where the site is built, and where it goes."""

    beside: bool = True  # `mkdocs serve` and dirty builds write in place: they own their folder or need what is in it
    config: MkDocsConfig | None = None
    target: Path | None = None
    new: Path | None = None

    def open(self, config: MkDocsConfig) -> None:
        """Build into a new folder."""
        if self.beside:
            self.config, self.target = config, Path(config.site_dir)
            try:
                self.new = new_folder_beside(self.target)
            except OSError as error:
                raise PluginError(f"{error.filename}:1:1: I_MACHINE error: {reason(error)}") from None
            config.site_dir = str(self.new)

    def place(self, log: logging.Logger) -> None:
        """Put the new folder in its place, unless strict mode is about to fail the build."""
        counted = (handler.get_counts() for handler in _handlers(log) if isinstance(handler, CountHandler))
        if self.new is not None and self.target is not None and not any(counted):
            replace_folder(self.new, self.target)
            self.new = None
        self.give_back()

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
