"""The build that is going on, shared by the hooks: read once, whichever hook asks first.

Hook modules outlive rebuilds under `mkdocs serve`, so nothing is kept longer than the configuration it belongs to,
the last good notes of a preview excepted.
"""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from notesite.build import Build, Loaded, prepare, settled, stand_in
from notesite.diagnostics.codes import Severity
from notesite.diagnostics.diagnostic import NotesError, Report
from notesite.diagnostics.reporters.text import one_line
from notesite.images.gallery import Gallery
from notesite.render.bridge import Bridge
from notesite.render.mark import BlockMark
from notesite.site.plan import Page
from notesite.snippets.language.classify import highlighter

# Under "mkdocs.", so that `mkdocs build --strict` counts the warnings.
log = logging.getLogger("mkdocs.hooks.notes")
# Errors do not stop a build: they are warnings that strict mode counts.  What must stop it is a PluginError.
LEVELS = {Severity.ERROR: logging.WARNING, Severity.WARNING: logging.WARNING, Severity.INFO: logging.DEBUG}


@dataclass(slots=True)
class Current:
    """One build: what is known of the notes, and what the hooks add on the way."""

    config: MkDocsConfig
    build: Build
    bridge: Bridge
    gallery: Gallery | None = None
    marks: Mapping[int, BlockMark] = field(default_factory=dict)
    # Adds to the tree of a page of the notes what its author did not write; None: the contents on the home page alone.
    decorate: Callable[[ET.Element, Page], None] | None = None


_builds: list[Current] = []


class _Preview:
    """What `mkdocs serve` shows while the notes are broken."""

    runs = False
    last_good: Build | None = None


def begin(command: str) -> None:
    """A command of MkDocs starts."""
    _Preview.runs, _Preview.last_good = command == "serve", None


def of(config: MkDocsConfig) -> Current:
    """The build with this configuration.

    Raises PluginError, one clean line for each finding, when no honest site can be made.
    """
    if not _builds or _builds[-1].config is not config:
        _builds.clear()
        try:
            build = prepare(Path(config.config_file_path))
            _Preview.last_good = build if _Preview.runs else None
        except NotesError as error:
            build = _while_broken(config, error)
        _builds.append(Current(config, build, Bridge(highlighter)))
    return _builds[-1]


def _while_broken(config: MkDocsConfig, error: NotesError) -> Build:
    """A preview goes on with the notes as they last were, or with a page that says so; any other build ends.

    MkDocs' own way would be to let every request wait for the repair.
    """
    problem = "\n".join(one_line(d, d.path or "") for d in error.diagnostics)
    if not _Preview.runs:
        raise PluginError(problem) from None
    try:
        build = _Preview.last_good or stand_in(Path(config.config_file_path))
    except NotesError:
        raise PluginError(problem) from None
    shown = "the last good pages" if _Preview.last_good else "a page that says so"
    log.warning("%s\nThe preview shows %s and waits for the repair.", problem, shown)
    return build


def report(loaded: Loaded, found: Report, codes: Collection[str]) -> None:
    """Log what a check has found: warnings and errors as warnings, accepted findings and counts as information."""
    result = settled(loaded, found, codes)
    for diagnostic in result.diagnostics:
        log.log(LEVELS[diagnostic.severity], one_line(diagnostic, diagnostic.path or loaded.shown_path))
    for diagnostic in result.accepted:
        log.log(
            logging.DEBUG if diagnostic.severity is Severity.INFO else logging.INFO,
            "%s (accepted)",
            one_line(diagnostic, diagnostic.path or loaded.shown_path),
        )
