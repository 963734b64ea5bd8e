"""What the package brings for the look of a site: templates, styles, scripts, an icon.  The project's own win.

The theme's templates are found and compiled with as little work as they need, with small amendments that they offer no
block for.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
import mkdocs
import yaml
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from jinja2.filters import FILTERS
from jinja2.tests import TESTS
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.theme import Theme
from mkdocs.utils import get_relative_url

from .. import extras, render
from ..diagnostics.diagnostic import failure
from ..lib.light import bundled_json, bundled_text
from ..lib.safe_yaml import load_all
from ..render.elements import TEMPLATES
from .generator import theme_name
from .navigation import Entries, is_escaped

PACKAGE = Path(__file__).parent.parent
TEMPLATE = "notes-kept.html"  # of a page that is there already
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


# --- templates --------------------------------------------------------------------------------------------------

# Compiled when the package is installed, beside its byte code and trusted as much.
PREPARED = Path(__file__).with_name("__pycache__") / "templates"
_ICON = re.compile(r"\b(?:fontawesome/\w+|material)/[\w-]+")  # in templates and settings
_KNOWN = {id(function) for function in (*FILTERS.values(), *TESTS.values())}
_PACKAGES = ("mkdocs.", "properdocs.")
_loaded: dict[tuple[str, str], CodeType | None] = {}  # by key and checksum: a preview asks again after every edit
_PALETTE = re.compile(r'\s*<link rel="stylesheet" href="[^"]*/palette\.\w+\.min\.css[^"]*">')
_WORKER = re.compile(r"(?<=assets/javascripts/)workers/search\.\w+\.min\.js")
_BLANKS_MATTER = re.compile(r"<(?:pre|textarea)\b|`|white-space", re.IGNORECASE)
_LINE_END = re.compile(r"\s*\n\s*")
_TAG_LINE = re.compile(r"^(\{%(?:(?!%\}).)*%\})\n", re.MULTILINE)  # the line before keeps its end
# Strings and licences, which stay; blanks and comments around signs; other comments.
_CSS = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|/\*!.*?\*/)|\s*([{};])(?:\s|/\*(?!!).*?\*/)*|([:,])\s+|/\*.*?\*/""",
    re.DOTALL,
)


@cache
def _amendments() -> Mapping[str, Mapping[str, str]]:
    (found,) = load_all(bundled_text(__name__, "amendments.yml"))
    return dict(found)


@lru_cache(maxsize=256)  # here and below: a preview asks again after every edit
def amended(html: str, template: str = "", *, own_palette: bool = False) -> str:
    """A template with the amendments; what the theme no longer writes is passed over.

    The site's own search does the work of the theme's.  With `own_palette` the theme's colours, which the site's own
    style names anew, are not loaded.
    """
    html = _WORKER.sub("search.js", html)
    for name in (template, "all"):
        for theirs, ours in _amendments().get(name, {}).items():
            html = html.replace(theirs, ours)
    return _PALETTE.sub("", html) if own_palette else html


@lru_cache(maxsize=256)
def squeezed_html(template: str) -> str:
    """The template without indentation and empty lines, those of its tags among them, where no blank can matter."""
    return template if _BLANKS_MATTER.search(template) else _TAG_LINE.sub(r"\1", _LINE_END.sub("\n", template))


@lru_cache(maxsize=64)
def squeezed_css(css: str) -> str:
    """The style without comments, line breaks and indentation; what it says of its licence stays."""
    return _CSS.sub(r"\1\2\3", css).replace(";}", "}").strip() + "\n"


@lru_cache(maxsize=64)
def squeezed_js(script: str) -> str:
    """The script without lines that are only a comment, and without indentation.

    A template literal over several lines would lose its indentation; the site's scripts have none.
    """
    lines = (line.strip() for line in script.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def prepare(theme: Theme, folder: Path | None = None, *, own_palette: bool = False) -> None:
    """Let the theme give environments that list no icons and find compiled templates: also those of builds before, in `folder`."""
    made = theme.get_env
    TEMPLATES.bytecode_cache = _Compiled(str(folder or ""), "%s.cache")

    def get_env() -> jinja2.Environment:
        env = made()
        if type(env.loader) in {jinja2.FileSystemLoader, _Templates}:
            env.loader = _Templates(theme.dirs, own_palette=own_palette)
            entries = Entries()
            env.globals |= {"notes_entry": entries, "notes_near": entries.near}
            env.bytecode_cache = _Compiled(str(folder or ""), "%s.cache")
        return env

    theme.get_env = get_env  # type: ignore[method-assign]  # of this one theme


def prepare_all(folder: Path = PREPARED) -> None:
    """Compile all templates, for whatever site this installation builds."""
    folder.mkdir(parents=True, exist_ok=True)
    theme = Theme(name=theme_name())
    theme.dirs.insert(0, str(PACKAGE / "theme"))
    prepare(theme, folder, own_palette=True)
    env = theme.get_env()
    env.autoescape = is_escaped
    names = [name for name in env.list_templates() if name.endswith((".html", ".xml"))]
    loader = _Templates(theme.dirs, own_palette=True)
    texts = [bundled_text(__name__, "theme.yml"), *(loader.get_source(env, name)[0] for name in names)]
    icons = {f".icons/{name}.svg" for text in texts for name in _ICON.findall(text)}
    for package in (extras, render):
        TEMPLATES.get_template(package.__name__)
    for name in (*names, *icons):
        with contextlib.suppress(jinja2.TemplateError):  # of a plugin that is not there
            env.get_template(name)


class _Templates(jinja2.FileSystemLoader):
    """Templates without what is hidden: MkDocs would list the theme's 14,500 icons, and then leave them out one by one."""

    def __init__(self, folders: Sequence[str], *, own_palette: bool) -> None:
        super().__init__(folders)
        self._own_palette = own_palette

    def list_templates(self) -> list[str]:
        found: set[str] = set()
        for top in self.searchpath:
            for folder, below, names in os.walk(top, followlinks=self.followlinks):
                below[:] = [name for name in below if not name.startswith(".")]
                found.update(Path(folder, name).relative_to(top).as_posix() for name in names)
        return sorted(found)

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """A template as it stands in its file, but that elements have names and the navigation is written with little work."""
        if template == TEMPLATE:
            return "{{ notes_kept(page) }}", "", lambda: True
        source, path, is_current = super().get_source(environment, template)
        source = amended(source, template, own_palette=self._own_palette)
        return squeezed_html(source) if template.endswith(".html") else source, path, is_current


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, of the package or in the user's own folder: a cache in the project could bring code with the notes."""

    def get_bucket(self, environment: jinja2.Environment, name: str, filename: str | None, source: str) -> Bucket:
        """What is kept of a template; nothing when anything that its code depends on has changed since."""
        escaped = environment.autoescape
        depends = (
            jinja2.__version__,
            mkdocs.__version__,
            escaped(name) if callable(escaped) else escaped,
            sorted(environment.extensions),
            (environment.trim_blocks, environment.lstrip_blocks, environment.keep_trailing_newline),
            environment.undefined.__name__,
        )
        bucket = super().get_bucket(environment, name, filename, f"{depends}\n{source}")
        # Only with Jinja's and MkDocs' filters: what others do to constants is compiled in, and may change.
        functions = (*environment.filters.values(), *environment.tests.values())
        if not all(id(f) in _KNOWN or str(getattr(f, "__module__", "")).startswith(_PACKAGES) for f in functions):
            bucket.reset()
            bucket.key = ""
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = _loaded.get((bucket.key, bucket.checksum))
        for folder in filter(None, (str(PREPARED), self.directory)):
            if bucket.code is None:
                with contextlib.suppress(OSError), Path(folder, self.pattern % bucket.key).open("rb") as file:
                    bucket.load_bytecode(file)
                    _loaded[bucket.key, bucket.checksum] = bucket.code

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):  # a full disk, a folder that was removed: the next build compiles again
            if bucket.key and self.directory:
                super().dump_bytecode(bucket)
