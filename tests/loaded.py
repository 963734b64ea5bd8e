"""What `warm` loads before it forks: the modules of a build and of every check; none of them keeps anything of a run."""

from __future__ import annotations

import gc
import pkgutil
from importlib import import_module

import notesite

# What MkDocs loads by name while it builds.
BY_NAME = (
    *("mkdocs.commands.build", "mkdocs.contrib.search.search_index", "material.plugins.search.plugin", "backrefs.bre"),
    *("markdown.extensions.toc", "markdown.extensions.tables", "markdown.extensions.fenced_code", "material.templates"),
    *("markdown.extensions.codehilite", "markdown.extensions.attr_list", "colorama", "encodings.utf_8_sig"),
)
OURS = [found.name for found in pkgutil.walk_packages(notesite.__path__, "notesite.")]

for name in (*BY_NAME, *(name for name in OURS if not name.endswith("__main__"))):
    import_module(name)
gc.freeze()  # the collector of a fork need not look at what was there before
