"""MkDocs hook: every code block is checked in the build, and its page says what is known of it."""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

import current
from notesite.build import settled
from notesite.diagnostics.diagnostic import NotesError
from notesite.diagnostics.reporters.text import one_line
from notesite.extras.marks import marks_of
from notesite.snippets.blocks import BLOCK_CODES, check_blocks, read_schemas


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Check the blocks, report what was found, and keep the marks for the pages."""
    run = current.of(config)
    loaded = run.build.loaded
    settings = loaded.project.settings.snippets
    try:
        schemas = read_schemas(loaded.project.root / settings.schemas) if settings.schemas else {}
        blocks = check_blocks(loaded.notes, settings, schemas)
    except NotesError as error:
        raise PluginError("\n".join(one_line(d, d.path or "mkdocs.yml") for d in error.diagnostics)) from None
    current.report(loaded, blocks.report, BLOCK_CODES)
    if settings.marks:
        run.marks = marks_of(blocks, settled(loaded, blocks.report, BLOCK_CODES))
    return config
