"""The build that is going on, shared by the hooks: read once, whichever hook asks first.

Hook modules outlive rebuilds under `mkdocs serve`, so nothing is kept longer than the configuration it belongs to.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from notesite.codes import Severity
from notesite.diagnostics import NotesError, Report
from notesite.gallery import Gallery
from notesite.pipeline import Build, Loaded, prepare, settled, stand_in
from notesite.render.bridge import Bridge
from notesite.render.marks import BlockMark
from notesite.reporters.text import one_line
from notesite.snippets.classify import highlighter

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


_builds: list[Current] = []
_waiting: set[str] = set()  # holds "serve" until a preview has its first good build


def begin(command: str) -> None:
    """A command of MkDocs starts."""
    _waiting.clear()
    _waiting.update({command} & {"serve"})


def of(config: MkDocsConfig) -> Current:
    """The build with this configuration.

    Raises PluginError, one clean line for each finding, when no honest site can be made.
    """
    if not _builds or _builds[-1].config is not config:
        _builds.clear()
        try:
            build = prepare(Path(config.config_file_path))
            _waiting.clear()
        except NotesError as error:
            build = _while_broken(config, error)
        _builds.append(Current(config, build, Bridge(highlighter)))
    return _builds[-1]


def _while_broken(config: MkDocsConfig, error: NotesError) -> Build:
    """A preview that starts with broken notes shows a page that says so and waits; everything else ends here."""
    problem = "\n".join(one_line(d, d.path or "") for d in error.diagnostics)
    if not _waiting:
        raise PluginError(problem) from None
    try:
        build = stand_in(Path(config.config_file_path))
    except NotesError:
        raise PluginError(problem) from None
    log.warning("%s\nThe preview waits for the repair.", problem)
    return build


def report(loaded: Loaded, found: Report, codes: Collection[str]) -> None:
    """Log what a check has found: warnings and errors as warnings, accepted findings and counts as information."""
    result = settled(loaded, found, codes)
    for diagnostic in result.diagnostics:
        log.log(LEVELS[diagnostic.severity], one_line(diagnostic, diagnostic.path or loaded.shown_path))
    for diagnostic in result.accepted:
        log.info("%s (accepted)", one_line(diagnostic, diagnostic.path or loaded.shown_path))
