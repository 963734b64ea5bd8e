"""Files as MkDocs has them: the notes' pages, redirects and pictures, and what lies in docs/ beside the notes.

What lies there is looked at before MkDocs follows links, some of which never end.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import itertools
import os
import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_relative_url

from ..build import Build
from ..diagnostics.diagnostic import Diagnostic, Report, Severity, Span, finding
from ..diagnostics.reporters.text import one_line
from ..extras.decorate import decorate
from ..images.gallery import limits_of
from ..lib.files import read_file, reason, strangers, text_of
from ..lib.safe_yaml import HostileYamlError, load_all
from ..net.response import Fault
from ..project.config import Project
from ..render.bridge import PageContext
from ..site.page_text import page_source
from ..site.plan import Page
from ..site.redirects import edit_place, redirect_html
from ..site.section_names import runs
from .additions import INDEX
from .run import Run, log

_MAX_TEMPLATE = 2**20  # bytes
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)  # as MkDocs finds it


class _Section(File):
    """A page of the notes.  Its text is made when it is read: all of them are the notes once more."""

    @property
    def _content(self) -> str | bytes | None:  # where MkDocs looks for it
        return self._text()

    @_content.setter
    def _content(self, value: Any) -> None:
        self._text: Callable[[], str | bytes | None] = value if callable(value) else lambda: value


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
        text: Any = functools.partial(page_source, build.notes, build.site, page)
        file = _Section.generated(config, page.uri, content=text)
        file.edit_uri = edit_place(page, own, build.notes)
        files.append(file)
    if config.nav is None:
        uris = {page.uri for page in build.site.pages}
        others = [file.src_uri for file in files.documentation_pages() if file.src_uri not in uris]
        entries = iter(build.site.navigation())
        groups = [(name, len(own)) for name, own in runs(build.site, build.project.settings.groups)]
        cut = [(name, list(itertools.islice(entries, length))) for name, length in groups]
        config.nav = [entry for name, own in cut for entry in ([{name: own}] if name else own)] + others


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
    context.decorate = lambda root: decorate(root, plan, run.extras)
    return context


def look(config: MkDocsConfig) -> dict[str, Diagnostic]:
    """What is to be left out, by its path.  Raises PluginError for a folder, because MkDocs would go into it."""
    root, found = Path(config.config_file_path).parent, {}
    own = str(config.theme.custom_dir or "")
    for folder in (config.docs_dir, own):
        top = Path(folder)
        for path, why, is_folder in strangers(top, root if top.is_relative_to(root) else top) if folder else ():
            said = finding("N_STRANGER", why, Span.at(1), path=os.path.relpath(path, root).replace(os.sep, "/"))
            if is_folder or folder != config.docs_dir:
                raise PluginError(one_line(said, said.path or ""))
            found[str(path)] = said
    for path in sorted(Path(own).rglob("*.html")) if own else ():
        wrong = _unreadable(path, _MAX_TEMPLATE)
        if wrong and path.is_file():
            raise PluginError(one_line(wrong, os.path.relpath(path, root).replace(os.sep, "/")))
    return found


def _unreadable(path: Path, limit: int) -> Diagnostic | None:
    """Why the text of a file cannot be read."""
    try:
        text_of(path, limit=limit)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return finding("N_ENCODING", "no UTF-8 text", Span.at(line))
    except OSError as error:
        return finding("N_SIZE" if error.errno == errno.EFBIG else "I_MACHINE", reason(error), Span.at(1))
    return None


def leave_out(run: Run, files: Files, found: dict[str, Diagnostic]) -> None:
    """Publish nothing of what was found, and say so where it would have been published."""
    for file in list(files):
        said = found.get(file.abs_src_path or "")
        if said is not None:
            files.remove(file)
            if file.inclusion is not InclusionLevel.EXCLUDED:
                run.report(Report((said,)), ("N",))


def check_pages(run: Run, files: Files, config: MkDocsConfig) -> None:
    """Raise PluginError for a page beside the notes that MkDocs cannot read, or cannot survive."""
    project, limit = run.build.project, run.build.project.settings.limits.bytes
    for file in files.documentation_pages():
        path = Path(file.abs_src_path or "")
        if file.src_dir != config.docs_dir or path == project.notes_path:
            continue
        said = _unreadable(path, limit)
        try:
            head = None if said else _FRONT_MATTER.match(text_of(path))
            list(load_all(head[1]) if head else ())
        except HostileYamlError as error:
            mark = error.problem_mark
            span = Span.at(mark.line + 2, mark.column + 1) if mark else Span.at(1)
            said = finding("I_CONFIG", str(error.problem), span)
        except yaml.YAMLError:
            continue  # no front matter, and text for MkDocs
        if said:
            raise PluginError(one_line(said, project.shown(path)))


def clean_drawings(run: Run, files: Files, config: MkDocsConfig) -> None:
    """Publish drawings that the notes do not show without what is active in them, too."""
    for file in list(files):
        is_drawing = file.src_uri.lower().endswith((".svg", ".svgz")) and file.src_dir == config.docs_dir
        if is_drawing and file.inclusion is not InclusionLevel.EXCLUDED:
            data, said = _drawing(run.build.project, Path(file.abs_src_path or ""))
            files.remove(file)
            if data is not None:
                files.append(File.generated(config, file.src_uri, content=data))
            if said is not None:
                run.report(Report((said,)), ("E",))


def _drawing(project: Project, path: Path) -> tuple[bytes | None, Diagnostic | None]:
    """What is published of an SVG file of the site that the notes need not show (None: nothing), and what is said."""
    from ..images.svg import cleaned  # noqa: PLC0415  # parsers of XML and CSS are loaded only for SVG

    said = functools.partial(finding, span=Span.at(1), path=project.shown(path))
    try:
        data = read_file(path, inside=project.root, limit=project.settings.images.max_bytes)
        drawing = cleaned(data, limits_of(project.settings.images))
    except OSError as error:
        return None, said("E_IO", f"not published: {reason(error)}")
    except Fault as fault:
        return None, said(fault.code, f"not published: {fault.message}", severity=Severity.WARNING)
    return drawing.cleaned or data, said("E_ACTIVE", drawing.taken) if drawing.taken else None
