"""MkDocs hook: the pictures of the notes come from the project itself, byte for byte as they were locked."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from notesite.codes import Severity
from notesite.diagnostics import NotesError
from notesite.disk import load_baseline, open_project
from notesite.gallery import Gallery, gallery, options
from notesite.images.mirror import Hosts
from notesite.pipeline import in_file, load
from notesite.reporters.text import one_line
from notesite.suppress import settle

log = logging.getLogger("mkdocs.hooks.images")
LEVELS = {Severity.ERROR: logging.WARNING, Severity.WARNING: logging.WARNING, Severity.INFO: logging.INFO}


class _Run:
    """The pictures of the build that is going on, and the hosts that failed lately (kept between rebuilds)."""

    gallery: Gallery
    hosts = Hosts(any_delay=True)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Mirror what is missing, verify what is there, report what was found."""
    try:
        loaded = load(open_project(Path(config.config_file_path)))
    except NotesError as error:
        raise PluginError("\n".join(one_line(d, d.path or "") for d in error.diagnostics)) from None
    project = loaded.project
    _Run.gallery = gallery(project, loaded.notes, options(project, os.environ, in_build=True), hosts=_Run.hosts)
    report = settle(
        _Run.gallery.report,
        rules=project.settings.severities,
        directives=loaded.notes.directives,
        notes=loaded.notes,
        baseline=load_baseline(project.root / project.settings.baseline),
        own_codes="E",
    )
    for diagnostic in in_file(report, loaded.source).diagnostics:
        log.log(LEVELS[diagnostic.severity], one_line(diagnostic, diagnostic.path or loaded.shown_path))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Publish the verified bytes, and nothing else of the store: not the lock, nothing damaged, nothing unused."""
    pictures = _Run.gallery
    for file in list(files):
        if file.src_uri.startswith(f"{pictures.store_uri}/") or file.src_uri in pictures.files:
            files.remove(file)
    for uri, data in pictures.files.items():
        files.append(File.generated(config, uri, content=data))
    return files
