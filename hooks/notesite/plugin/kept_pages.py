"""Finished pages, kept from build to build: one is made anew when anything that it depends on has changed."""

from __future__ import annotations

import html
import importlib
import json
import logging
import os
import platform
import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import get_toc
from mkdocs.utils import CountHandler

from ..lib.kept import Aside, digest, folder_of, signature
from ..notes.document import Node
from ..output.finished import foreign
from ..project.repository import Stamp
from ..render.bridge import PageContext, tree_options, written
from ..site.plan import Page
from .appearance import PACKAGE, TEMPLATE, is_material
from .navigation import Entries, Entry, children_of
from .run import Run

# What else makes pages; plugins and hooks of others change them in ways that nobody can know.
_LIBRARIES = ("comrak", "jinja2", "markdown", "pygments", "selectolax")
_KNOWN = ("notesite.", "material.plugins.search", "materialx.plugins.search", "mkdocs.contrib.search")
# Of MkDocs' configuration what no page depends on, and what is told in another way.
_APART = {"config_file_path", "docs_dir", "extra", "hooks", "nav", "plugins", "site_dir", "theme", "watch"}
_LOG = logging.getLogger(MkDocsPage.__module__.partition(".")[0])  # of MkDocs, or of the successor that goes on with it
_URL = re.compile(r'\b(?:href|src|poster)="([^"]*)"')
# They stand in a kept page for what every edit of the notes changes: their hash, and the lines of a page.
_HASH, _SHORT, _LINES = "\0hash\0", "\0short\0", "\0lines\0"


class KeptPages:
    """The pages of one build that are there from an earlier one, and those that are to be kept."""

    def __init__(self, run: Run, nav: Navigation) -> None:
        self._run, self._nav, self._entries = run, nav, Entries()
        theme = run.config.theme
        own = is_material(theme) and not theme.custom_dir and not run.config.extra.get("offline")
        # None where nothing may be kept, or where a page depends on more than is known here.
        self._store = folder_of("pages") if run.alone and own and run.build.project.keeps else None
        # What pages depend on, and are kept under, by the address of their source.
        self._keys: dict[str, tuple[object, str]] = {}
        self._found: dict[str, Mapping[str, Any]] = {}  # likewise, what is known of pages that are there
        self._html, self.documents = Aside(), Aside()  # likewise, of those that are to be written, and of the search
        self._stay: list[str] = []  # the files of the others, which a preview has in their places
        self._sources: dict[str, str] = {}  # text of pages that have no title before they are read
        self._heard = CountHandler()
        self._stamp: Stamp = run.config.extra["build_stamp"]
        self._parents = {page.parent for page in run.build.site.pages}

    def look(self, page: MkDocsPage, plan: Page, files: Files) -> None:
        """Take a page as it was kept, so that it is not rendered again."""
        context, uri = self._run.bridge.context, page.file.src_uri
        site = self._run.build.site
        if self._store is None or context is None or plan.is_home or uri in self._parents or uri in site.moved:
            return
        words = self._words(context)
        if words is None:
            return
        key, name = (self._site, words, *self._around(page, plan)), ""
        before, kept = self._run.folder.pages.get(uri, (None, None))
        if before == (key, page.edit_url):
            self._run.folder.made[page.file.dest_uri] = key
            self._stay.append(page.file.dest_uri)
            page.file.abs_dest_path = os.devnull  # where MkDocs writes it: the page in its place stays
        else:
            name = digest(key)
            told, _, self._html[uri] = (self._store.get(name) or b"").partition(b"\n")
            kept = json.loads(told or b"null")  # JSON of 30 kB takes longer to read than the file
        self._keys[uri] = key if self._run.folder.is_preview else None, name  # a build would hold all pages with them
        if kept is None:
            self._heard = CountHandler(level=logging.INFO)
            _LOG.addHandler(self._heard)
            return
        self._found[uri] = kept if self._run.folder.is_preview else {}
        self.documents[uri] = kept["documents"].encode()

        def fill(_config: MkDocsConfig, _files: Files) -> None:
            page.content, page.toc = "", get_toc([])
            page._title_from_render = kept["title"]  # noqa: SLF001  # what `render` sets
            page.present_anchor_ids = set(kept["ids"])
            targets = {files.get_file_from_path(uri): links for uri, links in kept["links"].items()}
            page.links_to_anchors = {file: links for file, links in targets.items() if file is not None}

        page.render = fill  # type: ignore[method-assign,assignment]  # of this page
        page.meta["template"] = TEMPLATE

    def rendered(self, page: MkDocsPage) -> None:
        """A page of which something was said is rendered, and said, in every build."""
        vars(page).pop("render", None)  # with what it knows
        _LOG.removeHandler(self._heard)
        if self._heard.counts:
            self._keys.pop(page.file.src_uri, None)

    def html(self, page: MkDocsPage) -> Markup:
        """The page that was kept."""
        text = self._html.get(page.file.src_uri, b"in its place").decode()
        for there, here in self._places(page):
            text = text.replace(there, here)
        return Markup(text)  # noqa: S704  # as the templates have written it

    def keep(self, page: MkDocsPage, output: str) -> None:
        """Keep a finished page, but for what changes with every edit."""
        uri, places = page.file.src_uri, self._places(page)
        key, name = self._keys.get(uri, (None, ""))
        if self._store is None or uri not in self._keys or page is not page.file.page or "\0" in output:
            return  # a copy of a page shows what the templates write by themselves
        if uri not in self._found:
            if any(here in (page.content or "") for _, here in places):
                return
            if any(foreign(output.encode(), self._run.scripts)):
                return  # the last look ends this build, and shall end the next one
            for there, here in places:
                output = output.replace(here, there)
            kept = {
                "documents": self._run.additions.documents[uri].decode(),
                "title": page._title_from_render,  # noqa: SLF001  # what `look` sets
                "ids": sorted(filter(None, page.present_anchor_ids or ())),  # `<a id>` has none
                "links": {file.src_uri: dict(links) for file, links in (page.links_to_anchors or {}).items()},
            }
            self._found[uri] = kept if self._run.folder.is_preview else {}
            self._store.put(name, f"{json.dumps(kept, ensure_ascii=False)}\n{output}".encode())
        if self._run.folder.is_preview:
            self._run.pages[uri] = (key, page.edit_url), self._found[uri]
        del self._keys[uri]

    def renew(self) -> None:
        """Write into the pages that stay in their places which notes they are of now; let what is kept not grow without end."""
        if self._store and self._run.folder.stamp is None:  # no rebuild, which shall not wait for that
            self._store.trim()
        old, new = self._run.folder.stamp or self._stamp, self._stamp
        for name in self._stay if old != new else ():
            with Path(self._run.config.site_dir, name).open("r+b") as file:
                data = file.read()
                file.seek(0)
                for before, now in ((old.notes, new.notes), (old.short, new.short)):
                    data = data.replace(before.encode(), now.encode())
                file.write(data)

    def _places(self, page: MkDocsPage) -> list[tuple[str, str]]:
        _, mark, lines = (page.edit_url or "").partition("?plain=1#")
        edit = [(_LINES, f'{escape(mark + lines)}"')] if lines else []
        return [(_HASH, self._stamp.notes), (_SHORT, self._stamp.short), *edit]

    @cached_property
    def _site(self) -> str:
        """All that is the same for every page."""
        run, config = self._run, self._run.config
        stamp = self._stamp
        settings = {name: value for name, value in config.items() if name not in _APART}
        settings["markdown_extensions"] = [e for e in config.markdown_extensions if isinstance(e, str)]
        extra = {name: value for name, value in config.extra.items() if name != "build_stamp"}
        libraries = [getattr(importlib.import_module(name), "__version__", "") for name in _LIBRARIES]
        home = self._nav.homepage.url if self._nav.homepage else ""
        told = [settings, extra, dict(config.theme), stamp.versions, stamp.date, libraries, platform.python_version()]
        told += [signature([str(PACKAGE), *config.theme.dirs]), home, run.build.notes.language]
        return digest((told, _LOG.getEffectiveLevel()))

    @cached_property
    def _names(self) -> str:
        """What cells of tables are looked up in."""
        return digest([(name, place.page.uri, place.id) for name, place in self._run.extras.names.items()])

    def _words(self, context: PageContext) -> object:
        """The author's words as they were read, and all that they lead to; None where more would have to be known."""
        blocks: list[object] = []
        drawn: list[str] = []

        def code(block: Node) -> str:
            blocks.append((block.info, block.text, context.marks.get(block.line)))
            drawn.extend(["diagram"] if context.drawn.diagram(block) else [context.drawn.formula(block)])
            return f"\0{len(blocks)}\0"

        def formula(node: Node) -> str:
            drawn.append(context.drawn.formula(node))
            return ""

        text = written(context, code, formula)
        if any(drawn) or "srcset" in text:
            return None
        options = tree_options(context, str)
        leads, pictures = options.leads or str, options.pictures
        urls = [leads(html.unescape(url)) for url in _URL.findall(text)]
        shown = [(pictures.by_url.get(url), pictures.alts.get(url)) for url in urls] if pictures else []
        names = self._names if "<table" in text else ""
        return text, blocks, [options.resolve_link(url) for url in urls], shown, options.main_id, options.title, names

    def _around(self, page: MkDocsPage, plan: Page) -> Iterator[object]:
        """What the templates and the decoration put around and into the author's words."""
        run, added = self._run, self._run.additions
        yield page.file.src_uri, page.url, plan.title, plan.settings, plan.heading and plan.heading[:3]
        yield dict(page.meta), (page.edit_url or "").partition("#")[0], page.update_date
        first = plan.first
        yield [(c.id, c.description, c.text, c.line - first, c.mark) for c in added.commands_on.get(plan.uri, ())]
        start, end = (bisect(added.manifests, line, key=lambda own: own.line) for line in (first - 1, plan.last))
        yield [(m.name, m.line - first) for m in added.manifests[start:end]]
        page.active = True
        tabs = "navigation.tabs" in (run.config.theme.get("features") or ())
        shown = self._nav.items if tabs else self._entries.near(self._nav, page)
        yield [self._told(item) for item in shown]
        page.active = False
        yield [self._told(other) if other else None for other in (page.previous_page, page.next_page)]

    def _told(self, item: Entry) -> object:
        address = str(getattr(item, "url", ""))
        if isinstance(item, MkDocsPage) and "title" not in vars(item):
            if address not in self._sources:
                self._sources[address] = item.file.content_string
            return address, self._sources[address]
        return address, str(item.title), [self._told(child) for child in children_of(item)]


def is_alone(config: MkDocsConfig) -> bool:
    """Whether no other plugin or hook takes part than those whose ways are known."""
    owners = [type(getattr(m, "__self__", m)) for found in config.plugins.events.values() for m in found]
    return all(f"{owner.__module__}.".startswith(_KNOWN) for owner in owners)
