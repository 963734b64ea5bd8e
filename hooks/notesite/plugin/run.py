"""The build that is going on, the folder that it fills, and what a preview keeps between builds.

A failed build leaves the previous site whole.  MkDocs empties the site folder first and fills it page by page, so a build
that fails or is killed half-way leaves a torn site.  Here it fills a new folder, which takes the place of the old one once
all went well, strictness included.  In a preview the new folder holds only what has changed, and what is in it takes its
place in the old one.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mkdocs
from jinja2 import TemplateSyntaxError
from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import CountHandler

from .. import VERSION
from ..build import STAND_IN, Build
from ..diagnostics.diagnostic import NotesError, Report, Severity
from ..diagnostics.reporters.text import one_line
from ..images.gallery import options
from ..images.mirror import Hosts
from ..lib.files import reason
from ..lib.folders import new_folder_beside, remove_folder, replace_folder
from ..lib.kept import Aside
from ..notes.limits import check_readable
from ..notes.source import give_back
from ..project.config import open_project
from ..project.repository import Stamp
from ..render.bridge import Bridge
from ..render.mark import BlockMark
from ..site.plan import Page
from ..snippets.language.classify import highlighter

if TYPE_CHECKING:
    from ..extras.decorate import Extras
    from .additions import Additions
    from .kept_pages import KeptPages

# Under "mkdocs.", so that `mkdocs build --strict` counts the warnings.
log = logging.getLogger("mkdocs.hooks.notes")
_NEW = ".new"  # in the folder of a preview, which MkDocs removes at its end
NAMES = {"mkdocs": "MkDocs", "properdocs": "ProperDocs"}
# Errors do not stop a build: they are warnings that strict mode counts.  What must stop it is a PluginError.
LEVELS = {Severity.ERROR: logging.WARNING, Severity.WARNING: logging.WARNING, Severity.INFO: logging.DEBUG}
_MANY, _OFTEN = 200, 50  # pages: of a site that is large, and between two times that it is tidied up

# By the address of a page's source: what it depends on, and what is known of it.
Shown = dict[str, tuple[object, Mapping[str, Any]]]


@dataclass(slots=True)
class Run:
    """One build: what is known of the notes, and what is made on the way."""

    config: MkDocsConfig
    build: Build
    folder: SiteFolder
    bridge: Bridge
    plans: Mapping[str, Page]  # pages of the notes by address
    additions: Additions = field(init=False)
    marks: Mapping[int, BlockMark] = field(default_factory=dict)
    extras: Extras = field(init=False)  # what the author did not write
    copy_icon: Markup = field(default_factory=Markup)  # of the button that copies a page
    alone: bool = False  # no other plugin takes part
    aside: Aside = field(default_factory=Aside)  # pages of which the theme is yet to come
    kept: KeptPages = field(init=False)  # pages of earlier builds
    pages: Shown = field(default_factory=dict)  # for the next rebuild
    urls: Mapping[str, str] = field(default_factory=dict)  # of every page, by its source
    in_order: tuple[MkDocsPage, ...] = ()  # pages of the navigation
    scripts: frozenset[str] = frozenset()  # that templates and plugins write
    made: frozenset[str] = frozenset()  # HTML files that are made from Markdown, templates and redirects

    def plan_of(self, page: MkDocsPage) -> Page | None:
        """The page of the notes that this is."""
        return self.plans.get(page.file.src_uri)

    def tidy(self, number: int = 0) -> None:
        """Of a large site, let the system have what is free: after page `number` if it is time, or after much else."""
        if len(self.plans) > _MANY and number % _OFTEN == 0 and not self.folder.is_preview:
            gc.set_threshold(10_000, 10)  # each page leaves circles of objects, and what stays would lie between them
            give_back()

    def report(self, found: Report, codes: Collection[str]) -> Report:
        """Settle and log what a check has found: errors as warnings, accepted findings and counts as information."""
        result = self.build.settled(found, codes)
        shown = self.build.source.report_in_file(result)
        for diagnostic in shown.diagnostics:
            log.log(LEVELS[diagnostic.severity], one_line(diagnostic, diagnostic.path or self.build.shown_path))
        for diagnostic in shown.accepted:
            level = logging.DEBUG if diagnostic.severity is Severity.INFO else logging.INFO
            log.log(level, "%s (accepted)", one_line(diagnostic, diagnostic.path or self.build.shown_path))
        return result


def begin(config: MkDocsConfig, folder: SiteFolder) -> Run:
    """The run with this configuration.

    Raises PluginError, one clean line for each finding, when no honest site can be made.
    """
    project = None
    try:
        project = open_project(Path(config.config_file_path))
        build = Build(project, images=options(project, os.environ, in_build=True), hosts=folder.hosts)
        build.check_plan()
    except NotesError as error:
        if project is None or not folder.is_preview or folder.stamp:  # what was built before stays
            raise PluginError(lines_of(error)) from None
        build = Build(project, source=STAND_IN)
        log.warning("%s\nThe preview shows a page that says so and waits for the repair.", lines_of(error))
    return Run(config, build, folder, Bridge(highlighter), {page.uri: page for page in build.site.pages})


def lines_of(error: NotesError) -> str:
    """The findings that end a build, a line each."""
    return "\n".join(one_line(d, d.path or "mkdocs.yml") for d in error.diagnostics)


def check_document(text: str, path: str) -> None:
    """Raise PluginError when a document beside the notes cannot be read in time."""
    try:
        check_readable(text)
    except NotesError as error:
        raise PluginError(lines_of(NotesError(*(d._replace(path=path) for d in error.diagnostics)))) from None


def ended(error: Exception, target: Path | None) -> PluginError:
    """What ended a build, in a line, where MkDocs would show a traceback: a copy that found no room, for one."""
    if isinstance(error, OSError):
        return PluginError(f"{error.filename2 or error.filename or target}:1:1: I_MACHINE error: {reason(error)}")
    if isinstance(error, TemplateSyntaxError):
        return PluginError(f"{error.filename or error.name}:{error.lineno}:1: I_CONFIG error: {error.message}")
    return PluginError(f"the build failed: {type(error).__name__}: {error} (NOTES_DEBUG=1 shows where)")


def versions() -> dict[str, str]:
    """Name and version of each tool; forks answer to the module names of what they replace."""
    found = {"notesite": VERSION, NAMES.get(mkdocs.__name__, mkdocs.__name__): mkdocs.__version__}
    with contextlib.suppress(ImportError, AttributeError):  # another theme
        found["Material"] = importlib.import_module("material").__version__
    return found


@dataclass(slots=True)
class SiteFolder:
    """Where the site is built, where it goes, and what outlives a rebuild of `mkdocs serve`."""

    beside: bool = True  # dirty builds write in place: they need what is in it
    is_preview: bool = False
    # Hosts that failed lately are not asked again at once.
    hosts: Hosts = field(default_factory=lambda: Hosts(any_delay=True))
    pages: Shown = field(default_factory=dict)  # that are in their places
    stamp: Stamp | None = None  # of these pages
    config: MkDocsConfig | None = None
    target: Path | None = None
    new: Path | None = None
    # The files of the site by name, and what they are made of where that is known: of this build, and of the one before.
    made: dict[str, object] = field(default_factory=dict)
    _before: dict[str, object] = field(default_factory=dict)

    def open(self, config: MkDocsConfig) -> None:
        """Build into a new folder."""
        if self.beside:
            self.config, self.target, self.made = config, Path(config.site_dir), {}
            try:
                self.new = self.target / _NEW if self.is_preview else new_folder_beside(self.target)
            except OSError as error:
                raise PluginError(f"{error.filename}:1:1: I_MACHINE error: {reason(error)}") from None
            config.site_dir = str(self.new)

    def is_there(self, name: str, made_of: object) -> bool:
        """Whether the file of this name is there from the build before, made of the same; if not, it is to be made."""
        self.made[name] = made_of if self.is_preview else None  # which nobody else asks for
        return self.is_preview and self._before.get(name) == made_of

    def place(self) -> bool:
        """Put the new folder in its place, unless strict mode is about to fail the build."""
        counts: list[object] = []
        logger: logging.Logger | None = log
        while logger is not None:  # MkDocs' successors count at loggers of other names
            counts += [handler.get_counts() for handler in logger.handlers if isinstance(handler, CountHandler)]
            logger = logger.parent
        is_right = not any(counts)
        if self.new is not None and self.target is not None and is_right:
            (self._merge if self.is_preview else replace_folder)(self.new, self.target)
            if not self.is_preview:  # MkDocs has named the new folder
                log.info("The site is in %s", os.path.relpath(self.target))
            self.new = None
        self.give_back()
        return is_right

    def _merge(self, new: Path, target: Path) -> None:
        """Move the new files to their places, and take out what this build has not made."""
        written = [Path(folder, name).relative_to(new) for folder, _, names in os.walk(new) for name in names]
        made = {**dict.fromkeys(map(Path.as_posix, written)), **self.made}
        for name in self._before.keys() - made.keys():
            (target / name).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # not empty
                os.removedirs((target / name).parent)
        for path in written:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).replace(target / path)
        remove_folder(new)
        self._before = made

    def give_back(self) -> None:
        """Throw away what has found no place; the previous site stays."""
        if self.new is not None:
            remove_folder(self.new)
        if self.config is not None and self.target is not None:
            self.config.site_dir = str(self.target)
        self.config = self.target = self.new = None
