"""The last look at the finished pages: nothing runs on them but what the templates and plugins have written."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.toc import get_toc

from ..lib.files import read_file
from ..output.finished import foreign, own_scripts
from ..site.redirects import FORWARD, digest
from .appearance import WHERE_NEEDED
from .kept_pages import TEMPLATE
from .run import Run

MAIN = "main.html"  # the template of a page


def learn(run: Run, env: Environment, files: Files) -> None:
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
    for name in sorted(run.made - run.kept.proven):
        path = folder / name
        for fault in foreign(read_file(path, inside=folder), run.scripts) if path.is_file() else ():
            raise PluginError(f"{name}: would run {fault}. Nothing is published, the previous site stays.")
