"""What the package brings for the look of a site: templates, styles, scripts, an icon.  The project's own win."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.theme import Theme
from mkdocs.utils import get_relative_url

from ..diagnostics.diagnostic import failure
from ..lib.light import bundled_json, bundled_text

PACKAGE = Path(__file__).parent.parent
STYLES = ("assets/stylesheets/notes.css",)  # one file is one request
SCRIPTS = ("assets/javascripts/notes.js",)
# Styles and scripts that not every page loads: those with one of these signs do, or templates name them.
WHERE_NEEDED: Mapping[str, Sequence[str]] = bundled_json(__name__, "where_needed.json")
# For a copy that is read from a folder.
OFFLINE = "NOTES_OFFLINE"  # set by `notesite bundle`
OFFLINE_STYLE = "assets/stylesheets/offline.css"
SHIM = "assets/vendor/iframe-worker/iframe-worker.js"  # for the web worker of the search, which file:// refuses
ONE_FILE_SCRIPTS = ("assets/javascripts/enlarge.js",)  # what the one-file form takes along: needs nothing of the theme


def for_a_folder(config: MkDocsConfig) -> None:
    """Make the site one for reading without a server, when `notesite bundle` or the project asks for that.

    A folder has no address: no canonical link, no sitemap, no "edit this page"; a browser does not open `pod/` by itself.
    """
    if os.environ.get(OFFLINE):
        config.extra["offline"] = True
    if config.extra.get("offline"):
        config.site_url = config.repo_url = config.edit_uri = None
        config.use_directory_urls = False


def bring(config: MkDocsConfig, written: Mapping[str, Any], language: str = "") -> None:
    """Put the package's templates, styles, scripts and choices below the project's and above the theme's.

    `written` is mkdocs.yml as plain data: what it names stays as it is.  `language` is that of the notes.
    """
    if is_material(config.theme):
        _choose(config, written, language)
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(PACKAGE / "theme"))
    if not all(isinstance(style, str) for style in config.extra_css):
        raise failure("I_CONFIG", "extra_css: a list of addresses is expected")
    config.extra_css[:0] = [style for style in STYLES if style not in config.extra_css]
    scripts = {str(script) for script in config.extra_javascript}
    config.extra_javascript[:0] = [script for script in SCRIPTS if script not in scripts]
    if config.extra.get("offline"):
        config.extra_css.append(OFFLINE_STYLE)
        # The theme's plugin names a shim on a host of its own, unless the project has named one.
        named = config.extra.get("polyfills") or ()
        others = [name for name in named if "iframe-worker" not in name or "//" not in name]
        own = any("iframe-worker" in name for name in others)
        config.extra["polyfills"] = others if own else [*others, SHIM]


def is_material(theme: Theme) -> bool:
    """Whether the theme has the blocks that the package's templates extend, under whatever name."""
    return any(Path(folder, "partials", "source.html").is_file() for folder in theme.dirs)


def _choose(config: MkDocsConfig, written: Mapping[str, Any], language: str) -> None:
    named = written.get("theme")
    choices = yaml.safe_load(bundled_text(__name__, "theme.yml"))
    if any(Path(folder, f"partials/languages/{language}.html").is_file() for folder in config.theme.dirs):
        choices["language"] = language
    for key, value in choices.items():
        if not (isinstance(named, Mapping) and key in named):
            config.theme[key] = value
    if "toc" not in str(written.get("markdown_extensions")):
        config.mdx_configs.setdefault("toc", {})["permalink"] = True


def needed(content: str) -> list[str]:
    """The styles and scripts that a page with this content loads besides those of every page."""
    return [name for name, signs in WHERE_NEEDED.items() if any(sign in content for sign in signs)]


def loading(html: str, page: Page) -> str:
    """The finished page with what it needs."""
    forms = {".js": '<script src="{}" defer></script>\n', "css": '<link rel="stylesheet" href="{}">\n'}
    names = needed(page.content or "")
    written = "".join(forms[name[-3:]].format(get_relative_url(name, page.url)) for name in names)
    return html.replace("</head>", f"{written}</head>", 1)


def has_own_palette(config: MkDocsConfig) -> bool:
    """Whether every palette takes its colours from the site's own style."""
    palette = config.theme.get("palette") or []
    options = [palette] if isinstance(palette, dict) else palette
    return bool(options) and all(option.get("primary") == option.get("accent") == "custom" for option in options)


def add_assets(files: Files, config: MkDocsConfig) -> None:
    """Publish the package's assets, but for those of which the project has a file of its own."""
    offline = bool(config.extra.get("offline"))
    for folder, _, names in os.walk(PACKAGE / "assets"):
        for name in sorted(names):
            uri = Path(folder, name).relative_to(PACKAGE).as_posix()
            is_wanted = offline or not (uri == OFFLINE_STYLE or uri.startswith("assets/vendor/iframe-worker/"))
            if is_wanted and files.get_file_from_path(uri) is None:
                files.append(File(uri, str(PACKAGE), config.site_dir, config.use_directory_urls))
