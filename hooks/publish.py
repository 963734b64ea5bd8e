"""MkDocs hook: Markdown beside every page, llms.txt, robots.txt and headers, for the machines that read the site.

And the last look at the finished pages: nothing runs on them but what the templates have written.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.toc import get_toc

import current
from notesite.lib.files import write_atomically
from notesite.output.finished import digest, foreign, hashes_of, own_scripts
from notesite.output.machine_files import Publication, headers
from notesite.site.redirects import FORWARD


class _Run:
    """The build that is going on."""

    urls: dict[str, str]
    own: frozenset[str]  # scripts
    by_hand: frozenset[str]  # HTML files that lie in docs/ as they are published


@event_priority(-100)  # when all files are known
def on_files(files: Files, config: MkDocsConfig) -> None:  # noqa: ARG001  # MkDocs' names
    """Learn the addresses of the pages."""
    _Run.urls = {file.src_uri: "" if file.url in {".", "./"} else file.url for file in files.documentation_pages()}


@event_priority(-1000)  # with all that plugins have done to the templates
def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Learn which scripts the templates write."""
    _Run.own = own_scripts(_shells(env, config, files)) | {digest(FORWARD)}
    _Run.by_hand = frozenset(
        file.dest_uri for file in files if file.abs_src_path and file.page is None and file.dest_uri.endswith(".html")
    )


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
            template = str(file.page.meta.get("template", "main.html"))
            kinds[template, file.page.url.count("/"), file.page.is_homepage] = file.page
    for (template, _, _), page in kinds.items():
        bare = copy.copy(page)
        bare.title, bare.content, bare.toc, bare.meta = Markup(), Markup(), get_toc([]), {}
        bare.parent = bare.previous_page = bare.next_page = bare.canonical_url = bare.edit_url = None
        shell = env.get_template(template).render(get_context(empty, [], config, bare))
        yield config.plugins.on_post_page(shell, page=bare, config=config)


@event_priority(50)  # before the folder is put in its place
def on_post_build(config: MkDocsConfig) -> None:
    """Write the files that are no pages."""
    run = current.of(config)
    pictures = run.gallery.pictures if run.gallery else {}
    publication = Publication(
        run.build.loaded.notes,
        run.build.site,
        lambda page: _Run.urls[page.uri],
        config.site_url or "",
        config.site_description or "",
        {url: picture.src for url, picture in pictures.items() if picture.src},
    )
    folder = Path(config.site_dir)
    _check(folder)
    policy = headers(hashes_of(_Run.own), config.site_url or "")
    for path, text in {**publication.files(), "_headers": policy}.items():
        if not (folder / path).exists():  # a file of docs/ of that name wins
            write_atomically(folder / path, text.encode())


def _check(folder: Path) -> None:
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        for fault in foreign(path.read_bytes(), _Run.own) if name not in _Run.by_hand else ():
            raise PluginError(f"{name}: would run {fault}. Nothing is published, the previous site stays.")
