"""MkDocs hook: what helps readers besides the pages themselves.

The home page's cards, the page of all commands, manifests as files, dates, terms, and a search that knows all of these.
"""

from __future__ import annotations

import functools
import json
from datetime import date
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

import current
from notesite.extras.command_list import Command, by_line, commands_of, commands_source
from notesite.extras.copy_and_date import around, around_commands
from notesite.extras.decorate import Extras, contents_id, decorate
from notesite.extras.descriptions import description_of
from notesite.extras.home import Card, Home, grouped, unknown_members
from notesite.extras.manifests import manifests_of
from notesite.extras.search import Document, documents, found
from notesite.lib.files import write_atomically
from notesite.project.history import last_changed, line_dates
from notesite.site import plan
from notesite.site.section_names import names_of
from notesite.snippets.language.classify import is_shell

COMMANDS = "commands.md"
INDEX = "search/search_index.json"
_TITLE_AND_CONTENTS = 2  # headings of a home page that holds nothing else
COPY_ICON = "material/content-copy"


class _Run:
    """The build that is going on."""

    commands: list[Command]
    descriptions: dict[str, str]
    dates: tuple[date | None, ...]
    command_page: File | None
    documents: list[Document]  # of the search


@event_priority(50)  # before the pages' hook makes the navigation, so that the page of all commands is in it
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Publish the page of all commands and the manifests; tell the pages' hook what to add to pages."""
    run = current.of(config)
    loaded, site = run.build.loaded, run.build.site
    settings, notes = loaded.project.settings, loaded.notes
    hosted = bool(config.site_url) and "material/offline" not in config.plugins
    _Run.commands = commands_of(notes, site, is_shell)
    _Run.descriptions = {page.uri: description_of(notes, site, page) for page in site.pages}
    _Run.dates = line_dates(loaded.project.notes_path)
    _Run.command_page, _Run.documents = None, []
    if settings.commands.title and _Run.commands and files.get_file_from_path(COMMANDS) is None:
        source = commands_source(_Run.commands, settings.commands.title)
        _Run.command_page = File.generated(config, COMMANDS, content=source)
        files.append(_Run.command_page)
    manifests = manifests_of(notes.fences) if settings.manifests.folder else []
    for manifest in manifests:
        files.append(File.generated(config, f"{settings.manifests.folder}/{manifest.name}", content=manifest.text))
    own = settings.commands
    more = (Card(own.title, COMMANDS),) if _Run.command_page else ()
    for name in unknown_members(site, settings.groups):
        current.log.warning("extra.notes.groups: %r is no section of the notes", name)
    icons = {page.settings.icon: _icon(config, page.settings.icon) for page in site.pages}
    picture = Path(config.docs_dir, settings.home.picture)
    home = Home(
        about=settings.home.about or config.site_description or "",
        groups=grouped(site, settings.groups, _Run.descriptions, icons),
        picture=picture.read_text("utf-8") if settings.home.picture and picture.is_file() else "",
        download=settings.home.download if hosted else "",
        more=more,
    )
    extras = Extras(
        home=home,
        contents_id=contents_id(notes),
        commands=by_line(_Run.commands),
        manifests={manifest.line: manifest for manifest in manifests},
        names=names_of(site, settings.synonyms),
        glossary=settings.glossary,
        manifest_folder=settings.manifests.folder,
        apply=settings.manifests.apply if hosted else "",
        site_url=config.site_url or "",
    )
    run.decorate = functools.partial(decorate, extras=extras)
    return files


def _icon(config: MkDocsConfig, name: str) -> str:
    """The theme's SVG of this name, "" with a warning when it has none."""
    if not name:
        return ""
    for folder in config.theme.dirs:
        path = Path(folder, ".icons", f"{name}.svg")
        if path.is_file():
            return path.read_text("utf-8")
    current.log.warning("extra.notes.pages: the theme has no icon %r", name)
    return ""


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  # MkDocs' names
    """Describe the page for search engines; the commands are found on their own pages."""
    if page.file is _Run.command_page:
        page.meta["search"] = {"exclude": True}
        page.meta.setdefault("description", current.of(config).build.loaded.project.settings.commands.description)
    elif description := _Run.descriptions.get(page.file.src_uri):
        page.meta.setdefault("description", description)
    site = current.of(config).build.site
    if page.file.src_uri == site.home.uri and len(site.pages) > 1 and len(site.home.headings) <= _TITLE_AND_CONTENTS:
        page.meta.setdefault("hide", ["toc"])  # the cards are the contents
    return markdown


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  # MkDocs' names
    """Put the filter on the page of commands."""
    return around_commands(html) if page.file is _Run.command_page else html


@event_priority(-50)  # after the other hooks and plugins have written into the page
def on_page_context(context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation) -> TemplateContext:  # noqa: ARG001  # MkDocs' names
    """Let the search read the page; put the copy button and the date around its words."""
    own = _plan_of(page, config)
    if not (page.meta.get("search") or {}).get("exclude"):
        commands = [command for command in _Run.commands if own is not None and command.page.uri == own.uri]
        about = str(page.meta.get("description") or "")
        _Run.documents += documents(page.content or "", page.url.lstrip("./"), str(page.title or ""), about, commands)
    if own is not None:
        changed = last_changed(_Run.dates, own.first, own.last)
        notes, site = current.of(config).build.loaded.notes, current.of(config).build.site
        page.content = around(page.content or "", notes, site, own, changed=changed, icon=_icon(config, COPY_ICON))
    return context


def _plan_of(page: Page, config: MkDocsConfig) -> plan.Page | None:
    return next((own for own in current.of(config).build.site.pages if own.uri == page.file.src_uri), None)


@event_priority(-50)  # after the theme has written its index, before the offline form and the move of the folder
def on_post_build(config: MkDocsConfig) -> None:
    """Write the index of the site's own search in the place of the theme's."""
    path = Path(config.site_dir, INDEX)
    if not path.is_file():
        return
    settings = current.of(config).build.loaded.project.settings
    index = json.loads(path.read_text("utf-8"))
    if _Run.command_page:
        _Run.documents.append(found(_Run.command_page.url, settings.commands.title, ""))
    index["config"]["synonyms"] = [[word, *others] for word, others in settings.synonyms.items()]
    index["docs"] = _Run.documents
    write_atomically(path, json.dumps(index, ensure_ascii=False, separators=(",", ":")).encode())
