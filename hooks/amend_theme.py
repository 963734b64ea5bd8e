"""MkDocs hook: names for what the theme leaves unnamed, and the project's own style and scripts without comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from notesite.extras.theme import amended, squeezed_css, squeezed_js
from notesite.lib.files import write_atomically
from notesite.plugin import appearance


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Bring the package's templates, styles and scripts."""
    appearance.bring(config)
    return config


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Publish the package's assets."""
    appearance.add_assets(files, config)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001  # MkDocs' names
    """Mend what the theme leaves unnamed."""
    return amended(output, own_palette=_own_palette(config))


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:  # MkDocs' names
    """The same for the page of the error 404."""
    if not template_name.endswith(".html"):
        return output_content
    return amended(output_content, own_palette=_own_palette(config))


def _own_palette(config: MkDocsConfig) -> bool:
    """Whether every palette takes its colours from the site's own style."""
    palette = config.theme.get("palette") or []
    options = [palette] if isinstance(palette, dict) else palette
    return bool(options) and all(option.get("primary") == option.get("accent") == "custom" for option in options)


@event_priority(-50)  # before the folder is put in its place
def on_post_build(config: MkDocsConfig) -> None:
    """Squeeze the project's own style and scripts."""
    for name in config.extra_css:
        _squeeze(Path(config.site_dir, name), squeezed_css)
    for script in config.extra_javascript:
        _squeeze(Path(config.site_dir, str(script)), squeezed_js)


def _squeeze(path: Path, squeezed: Callable[[str], str]) -> None:
    if path.is_file() and ".min." not in path.name:
        write_atomically(path, squeezed(path.read_text("utf-8")).encode())
