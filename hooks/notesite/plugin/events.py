"""MkDocs' events.  One object serves as this project's hook and as the plugin `notesite` of any other project."""

from __future__ import annotations

import os
import pickle
import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import urljoin

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException, PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from mkdocs.utils.templates import TemplateContext

from ..build import BLOCK_CODES, NOTES_CODES
from ..diagnostics.diagnostic import Diagnostic, NotesError
from ..extras.command_list import is_real, with_rows
from ..extras.decorate import around, decorate_other
from ..extras.marks import marks_of
from ..lib.files import end_on_sigterm
from ..lib.kept import private_cache
from ..output.machine_files import markdown_path
from ..project.repository import read_epoch
from ..site.redirects import forwarding_html
from . import additions, appearance, navigation, pages, serving
from .finish import NO_DATE, book_of, finish, keep_addresses, learn_scripts
from .kept_pages import KeptPages, is_alone
from .run import Run, SiteFolder, begin, check_document, ended, lines_of, versions

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

    from ..output.bundle.book import Book

NO_CONTENTS = get_toc([])
_TITLE_AND_CONTENTS = 2  # headings of a home page that holds nothing else


class NotesPlugin(BasePlugin):  # type: ignore[type-arg,no-untyped-call]  # no options: settings are `extra.notes`
    """Turns the notes file into pages."""

    book: ClassVar[Book | None] = None  # of the offline copy that was built last: `notesite bundle` takes it from here

    def __init__(self) -> None:
        self._folder = SiteFolder()
        self._run: Run
        self._strangers: dict[str, Diagnostic] = {}  # what lies in docs/ and is not to be published

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Learn whether a preview begins.  MkDocs keeps this object while one runs, so nothing else is kept in it."""
        end_on_sigterm()
        self._folder = SiteFolder(beside=not dirty, is_preview=command == "serve")

    @event_priority(100)  # before the theme's search asks its templates for words
    def _prepare(self, config: MkDocsConfig) -> MkDocsConfig:
        appearance.prepare(config.theme)
        return config

    def _begin(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read and check the notes, and report what was found."""
        if self._is_hook_as_well(config):
            for name, methods in config.plugins.events.items():
                config.plugins.events[name] = [m for m in methods if getattr(m, "__self__", None) is not self]
            return config
        self._strangers = pages.look(config)
        appearance.for_a_folder(config)
        self._run = run = begin(config, self._folder)
        build = run.build
        appearance.bring(config, build.project.config, build.notes.language)
        additions.leave_search_to_us(config)
        own_palette = appearance.has_own_palette(config)
        folder = private_cache("templates") if build.project.keeps else None
        appearance.prepare(config.theme, folder, own_palette=own_palette)
        if not is_real(urljoin(config.repo_url or "", config.edit_uri or "")):
            config.edit_uri = None  # no pencil that leads nowhere
        run.bridge.decorate = decorate_other
        config.markdown_extensions.append(run.bridge)  # type: ignore[arg-type]  # MkDocs hands instances on as they are
        config.watch += map(str, build.project.files)
        try:
            run.report(build.structure, NOTES_CODES)
            run.report(build.pictures.report, ("E",))
            found = run.report(build.blocks.report, BLOCK_CODES)
            if build.project.settings.snippets.marks:
                run.marks = marks_of(build.blocks, found)
            del build.blocks  # what they hold is more than the pages
            run.tidy()
            epoch = read_epoch(os.environ.get("SOURCE_DATE_EPOCH"))  # without it no date: equal notes give equal pages
            config.extra["build_stamp"] = build.stamp(versions(), epoch)
        except NotesError as error:
            raise PluginError(lines_of(error)) from None
        return config

    on_config = CombinedEvent(_prepare, _begin)

    def _is_hook_as_well(self, config: MkDocsConfig) -> bool:
        """Whether the project names this plugin twice, as a plugin and as a hook: the hook does the work then."""
        owners = [getattr(getattr(other, "on_files", None), "__self__", None) for other in config.plugins.values()]
        return self in config.plugins.values() and any(isinstance(o, NotesPlugin) and o is not self for o in owners)

    @event_priority(-100)  # before the folder is emptied
    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Build into a new folder."""
        self._folder.open(config)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Publish the pages, and what belongs to them."""
        run, build = self._run, self._run.build
        pages.leave_out(run, files, self._strangers)
        pages.check_pages(run, files, config)
        # First, so that the page of commands is in the navigation.
        try:
            run.additions = additions.add(run, files)
        except NotesError as error:
            raise PluginError(lines_of(error)) from None
        run.extras = additions.extras_of(run)
        run.copy_icon = Markup(additions.icon(config, "material/content-copy"))  # noqa: S704  # a file of the theme
        pages.add_pages(build, files, config)
        pages.add_redirects(build, files, config)
        pages.add_pictures(build, files, config)
        pages.clean_drawings(run, files, config)
        appearance.add_assets(files, config)
        card = files.get_file_from_path(str(config.extra.get("social_card") or ""))
        if config.extra.get("offline") and card is not None:
            files.remove(card)  # only links to a hosted site show it
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:  # MkDocs' names
        """Learn the addresses of all pages, and the order of reading; titles of groups are text."""
        navigation.name_items(nav.items)
        found = files.documentation_pages()
        self._run.urls = {file.src_uri: "" if file.url in {".", "./"} else file.url for file in found}
        self._run.in_order = tuple(nav.pages)
        self._run.alone = is_alone(config)
        self._run.kept = KeptPages(self._run, nav)
        if self._run.alone and self._folder.is_preview:
            pages.leave_what_is_there(self._run, files, config)
        return nav

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002  # MkDocs' names
        """Tell the bridge which page comes next, and describe the page for search engines."""
        run = self._run
        plan, added = run.plan_of(page), run.additions
        run.bridge.context = pages.context_of(run, plan, page, files) if plan else None
        if plan is None:
            check_document(markdown, page.file.src_uri)
        description = plan.settings.description if plan else ""
        changed = added.changed(plan) if plan else None
        page.update_date = changed.isoformat() if changed else NO_DATE
        if page.file is added.command_page:
            page.meta["search"] = {"exclude": True}  # the commands are found on their own pages
            page.meta["hide"] = ["toc"]
            description = run.build.project.settings.commands.description
        elif plan:
            description = description or added.descriptions.get(plan.uri, "")
            if plan.is_home and len(plan.headings) <= _TITLE_AND_CONTENTS and len(run.plans) > 1:  # cards follow
                page.meta.setdefault("hide", ["toc"])
        if description:
            page.meta.setdefault("description", description)
        if plan:
            run.kept.look(page, plan, files)
        return markdown

    def _lead_on(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002  # MkDocs' names
        """Give a page the table that leads old anchors to their new places, and the page of commands its rows."""
        run = self._run
        run.kept.rendered(page)
        is_sheet, plan = page.file is run.additions.command_page, run.plan_of(page)
        if not is_sheet and not (plan and (plan.is_home or plan.uri in run.build.site.moved)):
            return html
        urls = {file.src_uri: file.url_relative_to(page.file) for file in files.documentation_pages()}
        if is_sheet:
            return str(with_rows(html, run.additions.commands, lambda own: f"{urls[own.page.uri]}#{own.id}"))
        # As `str`: what another plugin adds to it is HTML, which Markup would escape.
        return html + str(forwarding_html(run.build.site, plan, urls.__getitem__)) if plan else html

    @event_priority(-1000)  # after whoever else changes it
    def _put_aside(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002  # MkDocs' names
        """Put the page aside until the theme is put around it: all pages as HTML are more than all else that a build holds."""
        if not self._run.alone or config.extra.get("offline"):
            return html
        links, ids = page.links_to_anchors or {}, page.present_anchor_ids or ()
        # What a page links to on itself is there, mostly: MkDocs asks for it when all pages are written.
        links[page.file] = {to: link for to, link in links.get(page.file, {}).items() if to not in ids}
        self._run.aside[page.file.src_uri] = pickle.dumps((page.toc, html))
        page.markdown, page.toc = "", NO_CONTENTS
        self._run.tidy(len(self._run.aside))
        return ""

    on_page_content = CombinedEvent(_lead_on, _put_aside)

    @event_priority(100)  # before anyone uses a title
    def _escape(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:  # noqa: ARG002  # MkDocs' names
        env.autoescape = navigation.is_escaped
        for file in files.documentation_pages():
            if file.page is not None:
                navigation.name_page(file.page)
        return env

    @event_priority(-50)  # when others have left the pages' content; the theme is put around it next
    def _keep_for_books(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        if config.extra.get("offline"):
            NotesPlugin.book = book_of(self._run, files)
        return env

    @event_priority(-1000)  # with all that plugins have done to the templates
    def _learn_scripts(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:  # noqa: ARG002  # MkDocs' names
        learn_scripts(self._run, env, files)
        env.globals["notes_kept"] = self._run.kept.html
        self._run.tidy()
        return env

    on_env = CombinedEvent(_escape, _keep_for_books, _learn_scripts)

    @event_priority(-1000)  # after whoever else changes the page's words
    def on_page_context(
        self,
        context: TemplateContext,
        *,
        page: Page,
        config: MkDocsConfig,
        nav: Navigation,  # noqa: ARG002  # MkDocs' name
    ) -> TemplateContext:
        """Let the search read the page; put the copy button and the date around its words."""
        run = self._run
        plan = run.plan_of(page)
        if aside := run.aside.pop(page.file.src_uri, b""):
            page.toc, page.content = pickle.loads(aside)  # noqa: S301  # of this very build
            navigation.name_entries(page.toc)
        page.content = Markup(page.content or "")  # noqa: S704  # sanitised by the bridge
        known = run.kept.documents.get(page.file.src_uri)
        run.additions.read(page, plan, known)
        if plan is not None and known is None:
            changed = run.additions.changed(plan)
            offline = config.extra.get("offline")
            source = run.additions.source_of(run.build, plan, run.marks) if offline else ""
            file = "" if offline else posixpath.basename(markdown_path(page.url))
            page.content = around(page.content, file=file, source=source, changed=changed, icon=run.copy_icon)
        return context

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG002  # MkDocs' names
        """Let the page load the styles and scripts that it needs and others do not."""
        output = appearance.loading(output, page)
        self._run.kept.keep(page, output)
        if self._run.alone:  # nobody asks for them any more
            page.content, page.toc = None, NO_CONTENTS
            self._run.tidy(len(self._run.aside))
        return output

    @event_priority(-50)  # after the search has written its index, before it becomes a script in an offline copy
    def _finish(self, *, config: MkDocsConfig) -> None:  # noqa: ARG002  # MkDocs' name
        finish(self._run)

    @event_priority(-1000)  # after everybody who writes into the folder
    def _place(self, *, config: MkDocsConfig) -> None:
        if self._folder.place():
            self._run.kept.renew()
            self._folder.pages, self._folder.stamp = self._run.pages, config.extra["build_stamp"]
        if not self._folder.is_preview:
            keep_addresses(self._run)

    on_post_build = CombinedEvent(_finish, _place)

    def on_serve(
        self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Callable[..., None]
    ) -> LiveReloadServer:
        """Let the preview see edits soon, and outlive what goes wrong."""
        serving.prepare(server, config.docs_dir, builder)
        return server

    def on_build_error(self, *, error: Exception) -> None:
        """Keep the previous site; what MkDocs would end with a traceback, a full disk for one, ends with a line."""
        target = self._folder.target
        self._folder.give_back()
        if not isinstance(error, MkDocsException) and not os.environ.get("NOTES_DEBUG"):
            raise ended(error, target) from None
