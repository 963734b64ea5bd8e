"""The notes' pages, redirects and pictures as files of MkDocs, and what the parser bridge needs to know of each page."""

from __future__ import annotations

import hashlib
import itertools
import posixpath
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_relative_url

from ..build import Build
from ..render.bridge import PageContext
from ..site.page_text import page_source
from ..site.plan import Page
from ..site.redirects import edit_place, redirect_html
from ..site.section_names import runs
from .additions import INDEX
from .run import Run, log


def notes_uri(build: Build, config: MkDocsConfig) -> str:
    """The notes file, relative to docs_dir; notes outside of it begin with `../`."""
    return posixpath.relpath(build.project.notes_path.as_posix(), Path(config.docs_dir).as_posix())


def add_pages(build: Build, files: Files, config: MkDocsConfig) -> None:
    """Publish one page for every section; the notes file itself is no page."""
    own = notes_uri(build, config)
    docs = Path(config.docs_dir).as_posix()
    sources = [posixpath.relpath(path.as_posix(), docs) for path in build.project.files]
    for uri in [*sources, *(page.uri for page in build.site.pages)]:
        if (file := files.get_file_from_path(uri)) is not None:
            if uri not in sources:
                log.warning("%s is hidden by the page that the notes have at the same address", file.src_uri)
            files.remove(file)
    for page in build.site.pages:
        file = File.generated(config, page.uri, content=page_source(build.notes, build.site, page).encode())
        file.edit_uri = edit_place(page, own, build.notes)
        files.append(file)
    if config.nav is None:
        uris = {page.uri for page in build.site.pages}
        others = [file.src_uri for file in files.documentation_pages() if file.src_uri not in uris]
        config.nav = [*_navigation(build), *others]


def _navigation(build: Build) -> Iterator[dict[str, object]]:
    """The pages in their groups, as MkDocs takes them."""
    entries = iter(build.site.navigation())
    for name, run in runs(build.site, build.project.settings.groups):
        own = list(itertools.islice(entries, len(run)))
        grouped: list[dict[str, object]] = [{name: own}]
        yield from grouped if name else own


def add_redirects(build: Build, files: Files, config: MkDocsConfig) -> None:
    """Publish a page that leads on at every old address."""
    for old, new in sorted(build.site.redirects.items()):
        uri, _, anchor = new.partition("#")
        target = File.generated(config, uri, content="")
        name = f"{old}/index.html" if config.use_directory_urls else f"{old}.html"
        up = posixpath.relpath(target.url or ".", posixpath.dirname(name) or ".")
        address = (up + "/" if target.url.endswith("/") else up) + (f"#{anchor}" if anchor else "")
        files.append(File.generated(config, name, content=redirect_html(address)))


def add_pictures(build: Build, files: Files, config: MkDocsConfig) -> None:
    """Publish the verified bytes, and nothing else of the store: not the lock, nothing damaged, nothing unused."""
    pictures = build.pictures
    for file in list(files):
        if file.src_uri.startswith(f"{pictures.store_uri}/") or file.src_uri in pictures.files:
            files.remove(file)
    for uri, data in {**pictures.files, **build.drawn.files}.items():
        files.append(File.generated(config, uri, content=data))


def leave_what_is_there(run: Run, files: Files, config: MkDocsConfig) -> None:
    """Copy nothing that a preview has copied before; what others may write at the same place is copied."""
    by_others = {file.dest_uri for file in files.documentation_pages(inclusion=InclusionLevel.all)} | {INDEX}
    by_others.update(config.theme.static_templates, config.extra_templates)
    squeezed = {str(name) for name in (*config.extra_css, *config.extra_javascript)}
    for file in files:
        is_shown = InclusionLevel.is_in_serve(file.inclusion)  # type: ignore[no-untyped-call]  # of MkDocs
        if is_shown and file.dest_uri not in by_others:
            made_of = (_state(file), file.dest_uri in squeezed)
            if run.folder.is_there(file.dest_uri, made_of):
                file.copy_file = lambda dirty=False: None  # type: ignore[method-assign]  # noqa: ARG005  # of this file


def _state(file: File) -> object:
    if file.abs_src_path is None:
        return hashlib.sha256(file.content_bytes).digest()
    status = Path(file.abs_src_path).stat()
    return file.abs_src_path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def context_of(run: Run, plan: Page, page: MkDocsPage, files: Files) -> PageContext:
    """What the bridge needs to know of a page of the notes."""
    build, config = run.build, run.config
    context = PageContext(build.notes, build.site, plan, run.marks)
    context.pictures, context.alts = build.pictures.pictures, build.pictures.alts
    context.drawn = build.drawn
    context.notes_uri, context.docs_name = notes_uri(build, config), Path(config.docs_dir).name
    # A page of the notes is no file that they name.
    context.has_file = lambda uri: uri not in run.plans and files.get_file_from_path(uri) is not None
    context.asset_url = lambda path: get_relative_url(path, page.url)
    context.decorate = lambda root: run.decorate(root, plan)
    return context
