"""MkDocs hook: every page says which notes it was made from, with what, and when (`theme/partials/build-stamp.html`)."""

from __future__ import annotations

import os
from importlib.metadata import version

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

import current
from notesite import VERSION
from notesite.project.stamp import read_epoch, stamp_of

TOOLS = {"MkDocs": "mkdocs", "Material": "mkdocs-material"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Make the stamp of this build; without SOURCE_DATE_EPOCH it has no date, so equal notes give equal pages."""
    notes = current.of(config).build.loaded.project.notes_path
    versions = {"notesite": VERSION} | {name: version(package) for name, package in TOOLS.items()}
    try:
        epoch = read_epoch(os.environ.get("SOURCE_DATE_EPOCH"))
        config.extra["build_stamp"] = stamp_of(notes.read_bytes(), versions, epoch)
    except (OSError, ValueError) as error:
        raise PluginError(str(error)) from None
    return config
