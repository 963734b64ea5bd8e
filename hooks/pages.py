"""MkDocs hook: the notes file becomes pages.  Reads, calls the core, hands over to MkDocs."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Literal

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext

import current
import escaping
from notesite.build import NOTES_CODES, check
from notesite.extras.decorate import contents_only, decorate_other
from notesite.render.bridge import PageContext
from notesite.site.page_text import page_source
from notesite.site.redirects import edit_place, forwarding_html, redirect_html, redirect_targets


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:  # noqa: ARG001  # MkDocs' names
    """Learn whether a preview begins."""
    current.begin(command)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the notes, plan the site, report what was found, and put the parser bridge in place."""
    run = current.of(config)
    current.report(run.build.loaded, check(run.build.loaded), NOTES_CODES)
    run.bridge.decorate = decorate_other
    config.markdown_extensions.append(run.bridge)  # type: ignore[arg-type]  # MkDocs hands instances on as they are
    config.watch.append(str(run.build.loaded.project.notes_path))
    return config


def _notes_uri(config: MkDocsConfig) -> str:
    """The notes file, relative to docs_dir; notes outside of it begin with `../`."""
    notes_path = current.of(config).build.loaded.project.notes_path
    return posixpath.relpath(notes_path.as_posix(), Path(config.docs_dir).as_posix())


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Publish one page for every section; the notes file itself is no page."""
    build = current.of(config).build
    loaded, site = build.loaded, build.site
    notes_uri = _notes_uri(config)
    for uri in [notes_uri, *(page.uri for page in site.pages)]:
        if (file := files.get_file_from_path(uri)) is not None:
            if uri != notes_uri:
                current.log.warning("%s is hidden by the page that the notes have at the same address", file.src_uri)
            files.remove(file)
    for page in site.pages:
        file = File.generated(config, page.uri, content=page_source(loaded.notes, site, page))
        file.edit_uri = edit_place(page, notes_uri)
        files.append(file)
    for old, uri, anchor in redirect_targets(site.redirects):
        target = File.generated(config, uri, content="")
        name = f"{old}/index.html" if config.use_directory_urls else f"{old}.html"
        up = posixpath.relpath(target.url or ".", posixpath.dirname(name) or ".")
        address = (up + "/" if target.url.endswith("/") else up) + (f"#{anchor}" if anchor else "")
        files.append(File.generated(config, name, content=redirect_html(address)))
    if config.nav is None:
        others = [f.src_uri for f in files.documentation_pages() if f.src_uri not in {p.uri for p in site.pages}]
        config.nav = [*site.navigation(), *others]
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  # MkDocs' names
    """Tell the bridge which page of the notes comes next."""
    run = current.of(config)
    plan = next((plan for plan in run.build.site.pages if plan.uri == page.file.src_uri), None)
    run.bridge.context = None
    if plan:
        context = PageContext(run.build.loaded.notes, run.build.site, plan, run.marks)
        if run.gallery is not None:
            context.pictures, context.alts = run.gallery.pictures, run.gallery.alts
        context.notes_uri, context.docs_name = _notes_uri(config), Path(config.docs_dir).name
        context.asset_url = lambda path: get_relative_url(path, page.url)
        add = run.decorate or contents_only(run.build.loaded.notes, run.build.site)
        context.decorate = lambda root: add(root, plan)
        run.bridge.context = context
        if plan.settings.description:
            page.meta.setdefault("description", plan.settings.description)
    return markdown


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give the home page the table that leads old anchors to their new pages."""
    site = current.of(config).build.site
    if page.file.src_uri != site.home.uri:
        return html
    urls = {file.src_uri: file.url_relative_to(page.file) for file in files.documentation_pages()}
    return html + forwarding_html(site, urls.__getitem__)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG001  # MkDocs' names
    """Titles of groups are text."""
    escaping.name_items(nav.items)


@event_priority(100)  # before anyone uses a title
def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG001  # MkDocs' names
    """Templates escape what is text; titles, which the theme takes for HTML, become that."""
    env.autoescape = escaping.is_escaped
    for file in files.documentation_pages():
        if file.page is not None:
            escaping.name_page(file.page)


@event_priority(-1000)  # the page's words, as all others have left them
def on_page_context(context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation) -> None:  # noqa: ARG001  # MkDocs' names
    """What stands on the page is HTML."""
    page.content = Markup(page.content or "")  # noqa: S704  # sanitised by the bridge
