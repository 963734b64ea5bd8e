"""MkDocs hook: a failed build leaves the previous site whole.

MkDocs empties the site folder first and fills it page by page, so a build that fails or is killed half-way leaves a
torn site.  Here it fills a new folder, which takes the place of the old one once all went well, strictness included.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.utils import CountHandler

from notesite.lib.folders import new_folder_beside, remove_folder, replace_folder


class _Run:
    """The build that is going on."""

    beside = True  # `mkdocs serve` and dirty builds write in place: they own their folder or need what is in it
    target: Path | None = None
    new: Path | None = None
    config: MkDocsConfig | None = None


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Learn which command runs."""
    _Run.beside = command != "serve" and not dirty


@event_priority(-100)
def on_pre_build(config: MkDocsConfig) -> None:
    """Build into a new folder."""
    if _Run.beside:
        _Run.target, _Run.config = Path(config.site_dir), config
        _Run.new = new_folder_beside(_Run.target)
        config.site_dir = str(_Run.new)


@event_priority(-100)
def on_post_build(config: MkDocsConfig) -> None:  # noqa: ARG001  # MkDocs' name
    """Put the new folder in its place, unless strict mode is about to fail the build."""
    if _Run.new is None or _Run.target is None:
        return
    counters = [handler for handler in logging.getLogger("mkdocs").handlers if isinstance(handler, CountHandler)]
    if not any(counter.get_counts() for counter in counters):
        replace_folder(_Run.new, _Run.target)
        _Run.new = None
    _give_back()


def on_build_error(error: Exception) -> None:  # noqa: ARG001  # MkDocs' name
    """Throw the new folder away; the previous site stays."""
    _give_back()


def _give_back() -> None:
    if _Run.new is not None:
        remove_folder(_Run.new)
    if _Run.config is not None and _Run.target is not None:
        _Run.config.site_dir = str(_Run.target)
    _Run.new = _Run.target = _Run.config = None
