"""The end of a build, in the order of `STEPS`: each step takes the site as the one before has left it.

First comes the last look at the finished pages: nothing runs on them but what the templates and plugins have written.
"""

from __future__ import annotations

import contextlib
import copy
import gzip
import os
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.toc import get_toc

from ..lib.files import read_file, reason, text_of, write_atomically, write_inside
from ..output.finished import foreign, hashes_of, own_scripts
from ..output.machine_files import Publication, headers
from ..site.ledger import LEDGER, ledger_text
from ..site.redirects import FORWARD, digest
from .additions import INDEX, search_index
from .appearance import OFFLINE_STYLE, ONE_FILE_SCRIPTS, TEMPLATE, WHERE_NEEDED, needed, squeezed_css, squeezed_js
from .run import Run, log

if TYPE_CHECKING:
    from ..output.bundle.book import Book, BookPage

MAIN = "main.html"  # the template of a page


def learn_scripts(run: Run, env: Environment, files: Files) -> None:
    """Learn which scripts the templates write, and which pages are made; what others write by themselves is theirs."""
    run.scripts = own_scripts(_shells(env, run.config, files)) | {digest(FORWARD)}
    made = {file.dest_uri for file in files if file.page is not None or not file.abs_src_path}
    run.made = frozenset(name for name in made | set(run.config.theme.static_templates) if name.endswith(".html"))


def _shells(env: Environment, config: MkDocsConfig, files: Files) -> Iterator[str]:
    """A page of each kind as the templates and plugins make it, without a word of the notes."""
    empty = Navigation([], [])
    for name in config.theme.static_templates:
        if name.endswith(".html"):
            base = (config.site_url or "/") if name == "404.html" else "."
            shell = env.get_template(name).render(get_context(empty, [], config, base_url=urlsplit(base).path))
            yield config.plugins.on_post_template(shell, template_name=name, config=config)
    kinds = {}
    for file in files.documentation_pages():
        if file.page is not None:
            template = str(file.page.meta.get("template", MAIN)).replace(TEMPLATE, MAIN)
            kinds[template, file.page.url.count("/"), file.page.is_homepage] = file.page
    for (template, _, _), page in kinds.items():
        bare = copy.copy(page)
        bare.title, bare.toc, bare.meta = Markup(), get_toc([]), {}
        bare.content = Markup().join(chain.from_iterable(WHERE_NEEDED.values()))
        bare.parent = bare.previous_page = bare.next_page = bare.canonical_url = bare.edit_url = None
        shell = env.get_template(template).render(get_context(empty, [], config, bare))
        yield config.plugins.on_post_page(shell, page=bare, config=config)


def check_pages(run: Run, folder: Path) -> None:
    """Raise PluginError when a page would run anything else."""
    proven = {
        page.file.dest_uri for page in run.in_order if page.meta.get("template") == TEMPLATE
    }  # in an earlier build
    for name in sorted(run.made - proven):
        path = folder / name
        for fault in foreign(read_file(path, inside=folder), run.scripts) if path.is_file() else ():
            raise PluginError(f"{name}: would run {fault}. Nothing is published, the previous site stays.")


SITEMAP = "sitemap.xml"
NO_DATE = "1980-01-01"  # MkDocs wants one of every page; this one is taken out again


def _write_search_index(run: Run, folder: Path) -> None:
    if (folder / INDEX).is_file():
        data = search_index(text_of(folder / INDEX, inside=folder), run.build, run.additions)
        write_inside(folder, INDEX, data, replace=True)
        if run.config.extra.get("offline"):  # file:// refuses to fetch JSON
            write_inside(folder, INDEX.removesuffix("on"), b"var __index = " + data, replace=True)


def _write_machine_files(run: Run, folder: Path) -> None:
    """A file of docs/ of the same name wins."""
    config, build = run.config, run.build
    publication = Publication(
        build.notes,
        build.site,
        lambda page: unquote(run.urls[page.uri]),  # paths; `Publication` writes addresses itself
        config.site_url or "",
        config.site_description or "",
        {url: picture.src for url, picture in build.pictures.pictures.items() if picture.src},
        run.marks,
        run.additions.descriptions,
    )
    policy = headers(hashes_of(run.scripts), config.site_url or "")
    for name, data in chain(publication.files(), [("_headers", policy.encode())]):
        if not (folder / name).exists() and name not in run.folder.made and not run.folder.is_there(name, data):
            write_inside(folder, name, data)


def _squeeze(run: Run, folder: Path) -> None:
    """The site's own styles and scripts without comments and indentation."""
    for name in map(str, (*run.config.extra_css, *run.config.extra_javascript, *WHERE_NEEDED)):
        squeezed = squeezed_js if name.endswith(".js") else squeezed_css
        if ".min." not in name and ".." not in name and (folder / name).is_file():
            with contextlib.suppress(UnicodeDecodeError):  # of another encoding: published as it is
                text = squeezed(text_of(folder / name, inside=folder))
                write_inside(folder, name, text.encode(), replace=True)


def _drop_unused(run: Run, folder: Path) -> None:  # noqa: ARG001  # a step like the others
    """Take out what no page asks for: source maps of the theme, and its own search with all languages."""
    for path in (folder / "assets").glob("*/*.min.*.map"):
        path.unlink()
    for name in ("lunr", "workers"):
        shutil.rmtree(folder / "assets" / "javascripts" / name, ignore_errors=True)


def _date_sitemap(run: Run, folder: Path) -> None:  # noqa: ARG001  # one form for all steps
    """Without the day of the build: a page that has not changed says so, and the same commit gives the same bytes."""
    if (folder / SITEMAP).is_file():
        text = text_of(folder / SITEMAP, inside=folder).replace(f"<lastmod>{NO_DATE}</lastmod>", "")
        write_inside(folder, SITEMAP, text.encode(), replace=True)
        write_inside(folder, f"{SITEMAP}.gz", gzip.compress(text.encode(), mtime=0), replace=True)


STEPS = (check_pages, _date_sitemap, _write_search_index, _write_machine_files, _squeeze, _drop_unused)


def finish(run: Run) -> None:
    """Do all steps."""
    for step in STEPS:
        step(run, Path(run.config.site_dir))
        run.tidy()


def keep_addresses(run: Run) -> None:
    """Add what is published now to the ledger, where there is one.  In CI it stays as it was committed."""
    build = run.build
    if build.ledger is None or os.environ.get("CI") or build.site.addresses == build.ledger:
        return
    try:
        write_atomically(build.project.root / LEDGER, ledger_text(build.site.addresses).encode(), follow=False)
    except OSError as error:
        log.warning("%s cannot be written: %s", LEDGER, reason(error))


def book_of(run: Run, files: Files) -> Book:
    """The pages' content as every plugin has left it, the theme left out; pages outside the navigation come last."""
    from ..output.bundle.book import Book, BookPage  # noqa: PLC0415  # only a copy to be handed on has one

    def book_page(page: Any) -> BookPage:
        # Groups order the menu; a book has chapters, and below them only the pages that were split from one.
        titles = [_text(section.title) for section in reversed(list(page.ancestors))]
        trail = tuple(title for title in titles if title not in groups)
        html = Markup(page.content or "")  # noqa: S704  # as the bridge has sanitised it
        return BookPage(_text(page.title or page.file.name), page.file.dest_uri, trail, html)

    config, groups = run.config, run.build.project.settings.groups
    own = dict.fromkeys(name for page in run.in_order for name in needed(page.content or "") if name.endswith(".css"))
    others = [file.page for file in files.documentation_pages() if file.page and file.page not in run.in_order]
    return Book(
        title=config.site_name,
        description=config.site_description or "",
        author=config.site_author or "",
        language=str(config.theme.get("language") or "en"),
        styles=(*(style for style in map(str, config.extra_css) if style != OFFLINE_STYLE), *own),
        scripts=ONE_FILE_SCRIPTS,
        stamp=config.extra.get("build_stamp"),
        pages=tuple(book_page(page) for page in (*run.in_order, *others) if page.content),
    )


def _text(title: str | None) -> str:
    """A title as text; `escaping` has made HTML of it for the templates."""
    return Markup(title or "").unescape()  # noqa: S704  # not for a page
