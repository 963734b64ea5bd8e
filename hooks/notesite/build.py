"""One run over one project: from its files to the plan of the site and everything that was found on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from .diagnostics.codes import Severity
from .diagnostics.diagnostic import Diagnostic, NotesError, Report, finding
from .notes.model import Notes
from .notes.reader import check_notes, parse
from .notes.source import Source
from .project.config import Project, load_baseline, open_project, read_config_text, read_source
from .project.settings import place
from .project.suppressions import settle
from .render.sanitize import check_html
from .site.plan import Site, check_links, plan, unused_page_settings

NOTES_CODES = ("N", "I", "L_ANCHOR")  # what the codes that `check` can give begin with


class Loaded(NamedTuple):
    """The notes of a project, read and planned."""

    project: Project
    source: Source
    notes: Notes
    site: Site

    @property
    def shown_path(self) -> str:
        """The notes file as findings name it."""
        return self.project.shown(self.project.notes_path)


def load(project: Project, site_name: str = "") -> Loaded:
    """Read and plan.  Raises NotesError, naming the notes file, when they cannot be read."""
    source = read_source(project)
    notes = parse(source.text)
    return Loaded(project, source, notes, plan(notes, project.settings, site_name))


def check(loaded: Loaded) -> Report:
    """Findings of the notes as such: encoding, contents list, structure, links inside the file.  Not yet settled."""
    notes, site = loaded.notes, loaded.site
    found = [*check_notes(notes), *site.findings, *check_links(notes, site), *check_html(notes), *_settings(loaded)]
    checked = len(notes.contents.entries if notes.contents else ()) + len(notes.headings) + len(notes.links)
    return Report(diagnostics=(*loaded.source.findings, *found), checked=checked)


def _settings(loaded: Loaded) -> Iterator[Diagnostic]:
    """Settings of sections that the notes do not have: harmless, and most likely a slip of the pen.

    Of another file than the configured one nothing is expected.
    """
    project = loaded.project
    unused = unused_page_settings(loaded.site, project.settings)
    if not unused or not project.is_own:
        return
    text = read_config_text(project)
    for key, meant in unused.items():
        hint = f"; did you mean {meant!r}?" if meant else ""
        span = place(text, ("extra", "notes", "pages", key), at_key=True)
        message = f"extra.notes.pages: the notes have no section {key!r}{hint}"
        yield finding("I_CONFIG", message, span, severity=Severity.INFO, path=project.shown(project.config_path))


class Build(NamedTuple):
    """What a build of the site needs to know."""

    loaded: Loaded
    report: Report  # settled, in file columns

    @property
    def site(self) -> Site:
        """The plan."""
        return self.loaded.site


def prepare(config_path: Path, site_name: str = "") -> Build:
    """Everything up to the plan, for a build.

    Raises NotesError when no honest site can be made: the configuration or the notes cannot be read, or an entry of
    the contents list has no section (and the finding was neither accepted nor made less severe).
    """
    project = open_project(config_path)
    loaded = load(project, site_name)
    report = settled(loaded, check(loaded), NOTES_CODES)
    fatal = [d for d in report.diagnostics if d.code == "N_ENTRY" and d.severity is Severity.ERROR]
    if fatal:
        raise NotesError(*(d._replace(path=d.path or loaded.shown_path) for d in fatal))
    return Build(loaded, report)


def stand_in(config_path: Path) -> Build:
    """A site of one page for a preview whose notes cannot be shown yet.

    Raises NotesError when the configuration is wrong: then there is nothing to watch.
    """
    text = "# The notes cannot be shown\n\nThe terminal says why.\n"
    project = open_project(config_path)
    notes = parse(text)
    return Build(Loaded(project, Source(text), notes, plan(notes, project.settings)), Report())


def settled(loaded: Loaded, report: Report, codes: Collection[str]) -> Report:
    """The report after rules, ignore comments and the project's baseline, in file columns."""
    project = loaded.project
    result = settle(
        report,
        rules=project.settings.severities,
        directives=loaded.notes.directives,
        notes=loaded.notes,
        baseline=load_baseline(project.root / project.settings.baseline),
        own_codes=codes,
    )
    return loaded.source.report_in_file(result)
