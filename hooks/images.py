"""MkDocs hook: the pictures of the notes come from the project itself, byte for byte as they were locked."""

from __future__ import annotations

import os

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import current
from notesite.images.gallery import gallery, options
from notesite.images.mirror import Hosts

# Hosts that failed lately are not asked again at once, not even by the next rebuild under `mkdocs serve`.
HOSTS = Hosts(any_delay=True)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Mirror what is missing, verify what is there, report what was found."""
    run = current.of(config)
    loaded = run.build.loaded
    run.gallery = gallery(loaded.project, loaded.notes, options(loaded.project, os.environ, in_build=True), hosts=HOSTS)
    current.report(loaded, run.gallery.report, ("E",))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Publish the verified bytes, and nothing else of the store: not the lock, nothing damaged, nothing unused."""
    pictures = current.of(config).gallery
    if pictures is None:
        return files
    for file in list(files):
        if file.src_uri.startswith(f"{pictures.store_uri}/") or file.src_uri in pictures.files:
            files.remove(file)
    for uri, data in pictures.files.items():
        files.append(File.generated(config, uri, content=data))
    return files
