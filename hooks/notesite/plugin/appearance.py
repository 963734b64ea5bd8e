"""What the package brings for the look of a site: templates, styles, scripts, an icon.  The project's own win."""

from __future__ import annotations

import os
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PACKAGE = Path(__file__).parent.parent
STYLES = tuple(f"assets/stylesheets/{name}.css" for name in ("notes", "pictures", "marks"))
SCRIPTS = tuple(f"assets/javascripts/{name}.js" for name in ("notes", "enlarge", "reading"))
FAVICON = "assets/images/favicon.svg"
# For a copy that is read from a folder.
OFFLINE_STYLE = "assets/stylesheets/offline.css"
SHIM = "assets/vendor/iframe-worker/iframe-worker.js"  # for the web worker of the search, which file:// refuses
ONE_FILE_SCRIPTS = ("assets/javascripts/enlarge.js",)  # what the one-file form takes along: needs nothing of the theme


def bring(config: MkDocsConfig) -> None:
    """Put the package's templates below the project's and above the theme's, and its styles before the project's."""
    config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(PACKAGE / "theme"))
    config.extra_css[:0] = [style for style in STYLES if style not in config.extra_css]
    named = {str(script) for script in config.extra_javascript}
    config.extra_javascript[:0] = [script for script in SCRIPTS if script not in named]
    if config.theme.get("favicon") == "assets/images/favicon.png":  # the theme's own
        config.theme["favicon"] = FAVICON
    if config.extra.get("offline"):
        config.extra_css.append(OFFLINE_STYLE)
        # The theme's plugin names a shim on a host of its own, unless the project has named one.
        others = [
            name for name in config.extra.get("polyfills") or () if "iframe-worker" not in name or "//" not in name
        ]
        own = any("iframe-worker" in name for name in others)
        config.extra["polyfills"] = others if own else [*others, SHIM]


def add_assets(files: Files, config: MkDocsConfig) -> None:
    """Publish the package's assets, but for those of which the project has a file of its own."""
    offline = bool(config.extra.get("offline"))
    for folder, _, names in os.walk(PACKAGE / "assets"):
        for name in sorted(names):
            uri = Path(folder, name).relative_to(PACKAGE).as_posix()
            if files.get_file_from_path(uri) is None and (offline or not _for_offline(uri)):
                files.append(File(uri, str(PACKAGE), config.site_dir, config.use_directory_urls))


def _for_offline(uri: str) -> bool:
    return uri == OFFLINE_STYLE or uri.startswith("assets/vendor/iframe-worker/")
