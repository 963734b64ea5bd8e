"""One run over one project: `Build` is its value, for the site and for every command alike.

Each part is made when it is first asked for, and once: a check of the code blocks plans no pages and loads nothing
that would.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from .diagnostics.diagnostic import Diagnostic, NotesError, Position, Report, Severity, Span, failure, finding
from .lib.files import lenient_text, reason, text_of
from .lib.light import TYPE_CHECKING, Any, sha256
from .notes.model import Fence, Notes
from .notes.reader import outline
from .notes.source import Source
from .project.config import Project, bytes_of, load_baseline, read_source
from .project.settings import place
from .project.suppressions import Baseline, settle

if TYPE_CHECKING:
    from .images.gallery import Gallery
    from .images.mirror import Hosts, Options
    from .project.repository import Beside, Stamp
    from .render.drawn import Drawn
    from .site.plan import Meaning, Site
    from .snippets.blocks import Blocks
    from .snippets.yaml.remembered import Memory

NOTES_CODES = ("N", "I", "L_ANCHOR", "L_ADDRESS", "L_PAGE")  # what the codes of `Build.structure` begin with
BLOCK_CODES = ("Y", "K", "S")  # and those of `Build.blocks`
# A preview shows this while the notes cannot be read.
STAND_IN = Source(("# The notes cannot be shown", "", "The terminal says why."))


class Build:
    """One run: a project, and all that is read, planned and found in it.  The parts raise NotesError."""

    def __init__(
        self,
        project: Project,
        *,
        source: Source | None = None,  # notes to take instead of the project's
        images: Options | None = None,  # how to go about pictures; None: with what is there, without a network
        hosts: Hosts | None = None,  # what is known of hosts of pictures from an earlier run
    ) -> None:
        self.project = project
        self._source, self._images, self._hosts = source, images, hosts
        self._signs: Notes | None = None  # what the author says of findings, and under which headings they stand

    @cached_property
    def shown_path(self) -> str:
        """The notes file as findings name it."""
        return self.project.shown(self.project.notes_path)

    @cached_property
    def source(self) -> Source:
        """The text of the notes."""
        return self._source or read_source(self.project)

    @cached_property
    def notes(self) -> Notes:
        """All that the notes hold."""
        from .notes.joined import parse_source  # noqa: PLC0415  # a check of the blocks needs the outline only

        return parse_source(self.source, self.beside.origin)

    @cached_property
    def beside(self) -> Beside:
        """The repository of the notes, and the files beside them."""
        from .project.repository import beside  # noqa: PLC0415  # as above

        return beside(self.project)

    @cached_property
    def outline(self) -> Notes:
        """The notes as far as their code blocks are concerned: quicker, where that is enough."""
        if "notes" in self.__dict__:
            return self.notes
        if not any(self.source.lines):  # notes that do not matter
            return Notes()
        if not self.source.parts:
            return outline(self.source.lines)
        from .notes.joined import outline_source  # noqa: PLC0415  # as above

        return outline_source(self.source)

    @cached_property
    def site(self) -> Site:
        """Which pages there are."""
        from .notes.reader import front_title  # noqa: PLC0415  # as above
        from .site.ledger import LEDGER, hold  # noqa: PLC0415  # as above
        from .site.plan import plan  # noqa: PLC0415  # as above

        name = self.project.config.get("site_name") or front_title(self.notes) or self.project.name
        planned = plan(self.notes, self.project.settings, str(name))
        if self.ledger is None and not planned.redirects:
            return planned
        return hold(self.notes, planned, self.ledger or {}, self.project.shown(self.project.root / LEDGER))

    @cached_property
    def ledger(self) -> dict[str, Meaning] | None:
        """The addresses that were published; None where the project keeps no ledger, or these are not its notes."""
        from .site.ledger import LEDGER, read_ledger  # noqa: PLC0415  # as above

        if self._source or not self.project.is_own:
            return None
        try:
            return read_ledger(text_of(self.project.root / LEDGER, inside=self.project.root))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise failure("I_CONFIG", f"damaged ledger of addresses: {reason(error)}", LEDGER) from None

    @cached_property
    def blocks(self) -> Blocks:
        """What is known of every code block."""
        from .snippets.blocks import check_blocks  # noqa: PLC0415  # the definitions take their time

        return check_blocks(self.outline, self.project.settings.snippets, self._own_types, self._memory("blocks"))

    @cached_property
    def _own_types(self) -> Sequence[Mapping[str, Any]]:
        """The definitions of types that the project has of its own."""
        folder = self.project.settings.snippets.schemas
        if not folder:
            return ()
        from .snippets.custom_types import read_schemas  # noqa: PLC0415  # as above

        return read_schemas(self.project.root / folder)

    def _memory(self, what: str) -> Memory:
        """What earlier runs said of these notes."""
        from .snippets.yaml.remembered import Memory, remembered  # noqa: PLC0415  # as above

        return remembered(self.project.notes_path, what) if self.project.keeps and not self._source else Memory()

    @cached_property
    def found_in_blocks(self) -> Report:
        """The report of `blocks`; of notes that are as they were, that of an earlier run, and nothing is read."""
        if self.source.parts or "outline" in self.__dict__:
            return self.blocks.report
        memory = self._memory("report")
        report, headings, directives = memory.told(
            Fence("", "", Span(Position(0, 0), Position(0, 0)), ()),  # places are counted from the beginning
            (self.source.text, self.project.settings.snippets, self._own_types),
            lambda _: (self.blocks.report, self.outline.headings, self.outline.directives),
        )
        memory.keep()
        self._signs = Notes(self.source.lines, headings=headings, directives=directives)
        return report

    @cached_property
    def pictures(self) -> Gallery:
        """The pictures as pages show them."""
        from .images.gallery import gallery, options  # noqa: PLC0415  # loads the image formats

        chosen = self._images or options(self.project, {}, mode="frozen")
        return gallery(self.project, self.notes, chosen, hosts=self._hosts)

    @cached_property
    def drawn(self) -> Drawn:
        """Formulas and diagrams, drawn."""
        from .render.drawn import draw  # noqa: PLC0415  # as above

        return draw(self.notes)

    @cached_property
    def structure(self) -> Report:
        """Findings of the notes as such: encoding, contents list, headings, links inside the file.  Not yet settled."""
        from .notes.reader import check_notes  # noqa: PLC0415  # as above
        from .project.repository import check_files  # noqa: PLC0415  # as above
        from .render.sanitize import check_html  # noqa: PLC0415  # as above
        from .site.anchor_targets import check_links  # noqa: PLC0415  # as above

        notes, site = self.notes, self.site
        files = check_files(self.project, notes, self.beside)
        found = [*check_notes(notes), *site.findings, *check_links(notes, site), *files.diagnostics]
        found += [*check_html(notes), *self._unused(), *self.drawn.findings]
        checked = len(notes.contents.entries if notes.contents else ()) + len(notes.headings) + len(notes.links)
        return Report((*self.source.findings, *found), files.skipped, checked - len(files.skipped))

    def stamp(self, made_with: Mapping[str, str], epoch: int | None) -> Stamp:
        """What a copy of the site says about itself; `made_with` has the versions of the tools."""
        from .project.repository import Stamp  # noqa: PLC0415  # only sites have one

        root, files = self.project.root, self.project.files
        notes = self._source.text.encode() if self._source else b"".join(bytes_of(file, root) for file in files)
        return Stamp(sha256(notes).hexdigest(), tuple(made_with.items()), epoch)

    def settled(self, report: Report, codes: Collection[str], baseline: Baseline | None = None) -> Report:
        """The report after rules, ignore comments and the baseline; `Source.report_in_file` tells its places.

        `codes` are the first letters of the codes that the report can have; without a `baseline` it is the project's.
        """
        project = self.project
        baseline = baseline or load_baseline(project.root / project.settings.baseline)
        return settle(report, project.settings.severities, self._signs or self.outline, baseline, codes)

    def check_plan(self) -> None:
        """Raise NotesError when no honest site can be made.

        That is when the notes cannot be read, or an entry of the contents list has no section, and the finding was
        neither accepted nor made less severe.
        """
        found = self.source.report_in_file(self.settled(self.structure, NOTES_CODES)).diagnostics
        fatal = [d for d in found if d.code == "N_ENTRY" and d.severity is Severity.ERROR]
        if fatal:
            raise NotesError(*(d._replace(path=d.path or self.shown_path) for d in fatal))

    def _unused(self) -> Iterator[Diagnostic]:
        """Settings of sections and addresses that the notes do not have: most likely a slip of the pen.

        Of another file than the configured one nothing is expected.
        """
        from .site.section_names import unused_page_settings  # noqa: PLC0415  # as above

        project = self.project
        unused = unused_page_settings(self.site, project.settings)
        lost = self.site.lost_redirects(project.settings.redirects)
        if not (unused or lost) or not project.is_own:
            return
        text = lenient_text(project.config_path) or ""
        targets = {key: f"{project.settings.redirects[key]!r} is no page or anchor of the notes" for key in lost}
        hints = {key: f"; did you mean {meant!r}?" if meant else "" for key, meant in unused.items()}
        keys = {key: f"the notes have no section {key!r}{hint}" for key, hint in hints.items()}
        for name, wrong, severity in (("redirects", targets, Severity.WARNING), ("pages", keys, Severity.INFO)):
            for key, message in wrong.items():
                span = place(text, ("extra", "notes", name, key), at_key=name == "pages")
                path = project.shown(project.config_path)
                yield finding("I_CONFIG", f"extra.notes.{name}: {message}", span, severity=severity, path=path)
