"""What helps readers besides the notes' own pages: the home page's cards, the page of all commands, manifests as files."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain, groupby
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage

from ..build import Build
from ..extras import command_list
from ..extras.command_list import Command, Manifest, is_real
from ..extras.decorate import Extras, contents_id
from ..extras.home import Card, Home, description_of, grouped
from ..extras.search import documents, found
from ..images.store import drawing_of
from ..lib.files import text_of
from ..lib.kept import Aside
from ..lib.light import NamedTuple
from ..net.response import Fault
from ..notes.model import EMPTY
from ..output.machine_files import page_list, page_markdown
from ..project.repository import line_dates
from ..render.mark import BlockMark
from ..site.plan import Page
from ..site.section_names import names_of, wrong_groups
from ..snippets.language.classify import is_shell
from .run import Run, log

COMMANDS = "commands.md"
INDEX = "search/search_index.json"


class Additions(NamedTuple):
    """What is added, found once for a build."""

    commands: list[Command]
    descriptions: Mapping[str, str]  # by page uri
    dates: Sequence[date | None]  # of the last change of each line; empty for a site without dates
    manifests: list[Manifest]
    commands_on: Mapping[str, list[Command]]  # by page uri
    broken_on: Mapping[str, Mapping[str, BlockMark]]  # other blocks that do not work: by page uri, by their text
    command_page: File | None
    documents: Aside  # of the search, as JSON, by page as they are read

    def changed(self, page: Page) -> date | None:
        """The day of its last change."""
        return max(filter(None, self.dates[page.first - 1 : page.last]), default=None)

    def read(self, page: MkDocsPage, plan: Page | None, known: bytes | None = None) -> None:
        """Let the search read a page, unless it asks to be left out, or is `known` from an earlier build."""
        if known is None and not (page.meta.get("search") or {}).get("exclude"):
            uri = plan.uri if plan is not None else ""
            own, broken = self.commands_on.get(uri, []), self.broken_on.get(uri, EMPTY)
            about = str(page.meta.get("description") or "")
            address, title = page.url.lstrip("./"), str(page.title or "")
            known = _json(documents(page.content or "", address, title, about, own, broken=broken))[1:-1]
        self.documents[page.file.src_uri] = known or b""

    def source_of(self, build: Build, page: Page, marks: Mapping[int, BlockMark]) -> str:
        """What a reader copies of a page."""
        contents = list(page_list(build.site, self.descriptions, lambda own: own.uri))[1:] if page.is_home else ()
        return page_markdown(build.notes, build.site, page, marks, contents=contents).strip("\n")


def add(run: Run, files: Files) -> Additions:
    """Publish the page of all commands and the manifests.  Raises NotesError when dates are asked for and not known."""
    build, config, marks = run.build, run.config, run.marks
    settings, notes, site = build.project.settings, build.notes, build.site
    commands = command_list.commands_of(notes, site, marks)
    page = None
    if settings.commands.title and commands and files.get_file_from_path(COMMANDS) is None:
        source = command_list.commands_source(commands, settings.commands.title)
        page = File.generated(config, COMMANDS, content=source)
        files.append(page)
    folder = settings.manifests.folder
    manifests = command_list.manifests_of(notes.fences) if folder else []
    for manifest in manifests:
        files.append(File.generated(config, f"{folder}/{manifest.name}", content=manifest.text))
    descriptions = {own.uri: description_of(notes, site, own) for own in site.pages}
    # A copy to be handed on says when it was made; its bytes are the same in a clone without history.
    is_dated = settings.dates and not (run.folder.is_preview or config.extra.get("offline"))
    commands_on = {uri: list(own) for uri, own in groupby(commands, key=lambda command: command.page.uri)}
    broken: dict[str, dict[str, BlockMark]] = {}
    for fence in notes.fences:
        line = fence.span.start.line
        if line in marks and marks[line].wrong and not is_shell(fence):
            broken.setdefault(site.page_of_line(line).uri, {})[fence.text.strip()] = marks[line]
    dates = _dates(build) if is_dated else []
    return Additions(commands, descriptions, dates, manifests, commands_on, broken, page, Aside())


def _dates(build: Build) -> list[date | None]:
    """The dates of all lines of all files."""
    parts, found = build.source.parts, [line_dates(path) for path in build.project.files]
    if not parts:
        return found[0]
    ends = [*(part.before for part in parts[1:]), len(build.notes.lines)]
    lines: list[date | None] = [None] * len(build.notes.lines)
    for part, end, dates in zip(parts[-len(found) :], ends[-len(found) :], found, strict=True):
        own = dates[: end - part.before]
        lines[part.before : part.before + len(own)] = own
    return lines


def extras_of(run: Run) -> Extras:
    """What the pages' own elements are extended by; names that lead nowhere are told of."""
    build, added, config = run.build, run.additions, run.config
    settings, site = build.project.settings, build.site
    url = config.site_url or ""
    hosted = bool(url) and not config.extra.get("offline")
    for problem in wrong_groups(site, settings.groups):
        log.warning("extra.notes.groups: %s", problem)
    icons = {page.settings.icon: icon(config, page.settings.icon) for page in site.pages}
    home = Home(
        about=settings.home.about or config.site_description or "",
        groups=grouped(site, settings.groups, added.descriptions, icons),
        picture=_drawing(build, settings.home.picture) if settings.home.picture else "",
        download=settings.home.download if hosted else "",
        more=(Card(settings.commands.title, COMMANDS),) if added.command_page else (),
        asked=tuple(
            Card(own.description, f"{own.page.uri}#{own.id}", own.text.strip())
            for own in command_list.asked_for(added.commands, settings.home.commands)
        ),
    )
    return Extras(
        home=home,
        contents_id=contents_id(build.notes),
        commands={command.line: command for command in added.commands},
        manifests={manifest.line: manifest for manifest in added.manifests},
        marks=run.marks,
        names=names_of(site, settings.synonyms),
        glossary=settings.glossary,
        manifest_folder=settings.manifests.folder,
        apply=settings.manifests.apply.replace("{url}", f"{url.rstrip('/')}/{{url}}") * (hosted and is_real(url)),
    )


def _drawing(build: Build, name: str) -> str:
    """The SVG file of this name in docs/, to become part of a page; "" with a warning when it cannot."""
    try:
        return drawing_of(build.project.docs_dir / name, build.project.root).svg or ""
    except Fault as fault:
        log.warning("extra.notes.home: the picture %r: %s", name, fault.message)
        return ""


def icon(config: MkDocsConfig, name: str) -> str:
    """The theme's SVG of this name, "" with a warning when it has none."""
    if not name:
        return ""
    for folder in config.theme.dirs if ".." not in name.split("/") and not name.startswith("/") else ():
        with contextlib.suppress(OSError):
            return text_of(Path(folder, ".icons", f"{name}.svg"))
    log.warning("extra.notes.pages: the theme has no icon %r", name)
    return ""


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def leave_search_to_us(config: MkDocsConfig) -> None:
    """Spare the theme's search the reading of every page: `search_index` takes the place of all that it would find."""
    theirs = [plugin for name, plugin in config.plugins.items() if name.rpartition("/")[2] == "search"]
    readers = config.plugins.events["page_context"]
    config.plugins.events["page_context"] = [m for m in readers if getattr(m, "__self__", None) not in theirs]


def search_index(text: str, build: Build, added: Additions) -> bytes:
    """The index of the site's own search, in the place of the theme's that `text` is."""
    settings = build.project.settings
    index = json.loads(text)
    page = _json(found(added.command_page.url, settings.commands.title, "")) if added.command_page else b""
    index["config"]["synonyms"] = [[word, *others] for word, others in settings.synonyms.items()]
    index["docs"] = []
    before, start, behind = _json(index).partition(b'"docs":[')
    documents = filter(None, chain(added.documents.values(), [page]))
    whole = io.BytesIO()  # one after the other: together they are as much again
    whole.writelines(chain([before, start, next(documents, b"")], (b"," + one for one in documents), [behind]))
    return whole.getvalue()
