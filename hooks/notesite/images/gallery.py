"""The pictures of a project: mirrored, verified, and described for the pages.

This joins the pure parts of `images` with the disk and, only when something must be fetched, with the network.
The build and the script both start here.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Diagnostic, Report, Severity, Span, finding
from ..lib.light import NamedTuple
from ..net import response as answers
from ..net.response import Fault
from ..net.urls import normal, shown
from ..notes.model import Image, Notes
from ..project.config import Project
from ..project.repository import read_epoch
from ..project.settings import ImageSettings
from .mirror import Fetch, Hosts, Options, Outcome, mirror
from .picture import Limits, Picture, file_name, inspect, slug
from .store import Drawings, Entry, ImageStore, local_picture
from .uses import Mode, Uses, alt_findings, alt_texts, stems, uses

if TYPE_CHECKING:
    from ..net.client import Client

NOTE_DRAWN = "Redrawn for this site; the original was not available"
NOTE_KEPT = "Redrawn for this site"
NOTE_MISSING = "This picture is not available here"
LOCAL_FOLDER = "assets/pictures"  # of published copies of pictures from outside docs_dir

# Faults of the way to an image say nothing about the notes: a build without a network is a good build.
_ON_THE_WAY = frozenset({"E_DNS", "E_CONNECT", "E_TLS", "E_TIMEOUT", "E_PROTOCOL", "E_RATELIMIT", "E_TRUNCATED"})
_ON_THE_WAY |= {"E_UNLOCKED", "E_BUSY", "E_IO"}
# Faults of what is in the project, which are as bad in a build as anywhere.
_AT_HOME = frozenset({"E_MIRROR", "E_LOCK", "E_HASH", "E_PATH", "E_SCHEME", "E_MISSING", "E_URL", "E_CHECK"})

# Endings of files that run something when they are opened: only what was inspected is published under them.
_ACTIVE = frozenset({"svg", "svgz", "xml", "html", "htm", "xhtml", "xht", "shtml", "js", "mjs", "css", "pdf", "swf"})

# In a build, a host gets one try, and without any network the build is delayed by no more than the patience.
BUILD_LIMITS = answers.Limits(tries=1, connect=1.2, read=5.0)
BUILD_PATIENCE = 1.2  # seconds; with loading the network code and giving up, well below 2


class Gallery(NamedTuple):
    """What the pages need."""

    pictures: Mapping[str, Picture]  # by `Image.url`
    alts: Mapping[Span, str]  # alternative text for each place
    files: Mapping[str, bytes]  # path under docs_dir -> exactly the bytes that were verified
    store_uri: str  # folder under docs_dir of which nothing but `files` may be published
    report: Report


def options(
    project: Project,
    environment: Mapping[str, str],
    *,
    mode: str | None = None,
    in_build: bool = False,
) -> Options:
    """The settings of the project, in the mode that was asked for.  Raises NotesError for a date that is none."""
    settings = project.settings.images
    in_ci = environment.get("CI", "").lower() not in ("", "0", "false", "no")
    site = str(project.config.get("repo_url") or project.config.get("site_url") or "")
    printable = site.isascii() and site.isprintable()
    epoch = read_epoch(environment.get("SOURCE_DATE_EPOCH"))
    return Options(
        mode=Mode(mode or settings.mode or (Mode.FROZEN if in_ci else Mode.AUTO)),
        store=project.docs_dir / settings.store,
        allow_hosts=tuple(settings.hosts),
        deadline=settings.deadline,
        in_build=in_build,
        today=datetime.fromtimestamp(time.time() if epoch is None else epoch, UTC).date().isoformat(),
        user_agent=f"notesite/1.0 (+{site})" if site and printable else "",
    )


def run(
    project: Project,
    notes: Notes,
    chosen: Options,
    *,
    hosts: Hosts | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    fetch: Fetch | None = None,
) -> tuple[Outcome, Report]:
    """Mirror the remote images of the notes; the report covers every image, remote or not.

    `fetch` replaces the network; it is not used when the mode forbids to fetch.
    """
    wanted = uses(notes.images)
    chosen = chosen._replace(stems=stems(wanted.remote))
    store, network = ImageStore(chosen.store), _Network(chosen)
    asking = None if chosen.mode is Mode.FROZEN else fetch or network
    outcome, about = Outcome(), list[Diagnostic]()
    try:
        if asking:
            store.tidy()
        known = hosts or Hosts(any_delay=chosen.in_build)
        outcome = mirror(chosen, store, asking, known, progress)
    except Fault as fault:
        about = [_of_lock(fault, project, store)]
    if network.client and network.client.proxy_note:
        about.append(finding("E_PROXY", network.client.proxy_note, Span.at(1)))
    found = [*about, *_findings(wanted, outcome, chosen), *alt_findings(notes.images, project.settings.images.alt)]
    return outcome, Report(diagnostics=_unique(found), checked=len(wanted.remote))


def gallery(project: Project, notes: Notes, chosen: Options, *, hosts: Hosts | None = None) -> Gallery:
    """Mirror what is missing, verify what is there, and say what the pages show for each image."""
    outcome, report = run(project, notes, chosen, hosts=hosts)
    settings, docs = project.settings.images, project.docs_dir
    store_uri = chosen.store.relative_to(docs).as_posix() if chosen.store.is_relative_to(docs) else "images"
    hall = _Hall(project, settings, alt_texts(notes.images, settings.alt))
    store, drawings = ImageStore(chosen.store), Drawings(docs / settings.stand_ins)
    wanted = uses(notes.images)
    for url, places in wanted.remote.items():
        entry = outcome.entries.get(url)
        hall.hang_remote(url, places, entry and hall.stored(entry, store, store_uri, places), drawings)
    for path, places in wanted.local.items():
        picture = None
        with hall.telling(places):
            picture = hall.beside(path, places)
        for image in places:
            hall.hang(image, picture)
    for image, _ in wanted.faults:
        hall.hang(image, None)  # an address that cannot be a picture
    report = report._replace(diagnostics=_unique([*report.diagnostics, *hall.findings]))
    return Gallery(hall.pictures, hall.alts, hall.files, store_uri, report)


def tidied(project: Project, notes: Notes, store: ImageStore, report: Report, *, prune: bool) -> tuple[Report, int]:
    """The report with the copies that the notes no longer show; with `prune`, how many files of such were removed."""
    remote, shown_lock = set(uses(notes.images).remote), project.shown(store.lock_path)
    try:
        if prune:
            return report, len(store.prune(remote))
        unused = [f"no longer used: {shown(name)}" for name in store.orphans(remote)]
        more = [finding("E_ORPHAN", text, Span.at(1), path=shown_lock) for text in unused]
    except Fault as fault:  # the report may say so already
        known = any(diagnostic.code == fault.code for diagnostic in report.diagnostics)
        more = [] if known else [_of_lock(fault, project, store)]
    return report._replace(diagnostics=(*report.diagnostics, *more)), 0


def limits_of(settings: ImageSettings) -> Limits:
    """What an image may measure in this project."""
    return Limits(settings.max_bytes, settings.max_pixels, settings.max_side, settings.max_frames)


class _Network:
    """The network, loaded when it is first asked: a build with nothing to fetch loads none of it."""

    def __init__(self, chosen: Options) -> None:
        self.chosen, self.guard = chosen, threading.Lock()
        self.client: Client | None = None

    def __call__(self, url: str, headers: Mapping[str, str], deadline: float) -> answers.Response:
        """The answer.  Raises Fault."""
        from ..net.client import USER_AGENT, Client  # noqa: PLC0415  # see above

        chosen = self.chosen
        with self.guard:
            self.client = self.client or Client(
                limits=(BUILD_LIMITS if chosen.in_build else answers.Limits())._replace(bytes=chosen.limits.bytes),
                allow_hosts=chosen.allow_hosts,
                user_agent=chosen.user_agent or USER_AGENT,
                patience=BUILD_PATIENCE if chosen.in_build else None,
            )
        return self.client.fetch(url, headers=headers, deadline=deadline)


def _of_lock(fault: Fault, project: Project, store: ImageStore) -> Diagnostic:
    return finding(fault.code, fault.message, Span.at(fault.line or 1), path=project.shown(store.lock_path))


def _findings(wanted: Uses, outcome: Outcome, chosen: Options) -> Iterator[Diagnostic]:
    failed = [(image, fault) for url, fault in outcome.faults.items() for image in wanted.remote.get(url, ())]
    for image, fault in (*wanted.faults, *failed):
        yield _told(image, fault, _severity(fault) if chosen.in_build else None)
    for url, entry in outcome.entries.items():
        for image in wanted.remote.get(url, ()) if entry.taken else ():
            yield _told(image, Fault("E_ACTIVE", entry.taken))


def _told(image: Image, fault: Fault, severity: Severity | None = None) -> Diagnostic:
    return finding(fault.code, f"{shown(image.url)}: {fault.message}", image.span, severity=severity)


def _severity(fault: Fault) -> Severity | None:
    if fault.code in _AT_HOME:
        return None
    return Severity.INFO if fault.code in _ON_THE_WAY else Severity.WARNING


def _unique(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by place, each finding once (a `srcset` may name one image twice)."""
    return tuple(sorted({(d.sort_key, d.severity): d for d in found}.values(), key=lambda d: d.sort_key))


@dataclass(slots=True)
class _Hall:
    """A gallery while it is being filled."""

    project: Project
    settings: ImageSettings
    alts: dict[Span, str]
    pictures: dict[str, Picture] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)

    def stored(self, entry: Entry, store: ImageStore, folder: str, places: Sequence[Image]) -> Picture | None:
        """The original, whose files are published in the folder; None where it is damaged."""
        found = []
        for name, digest in entry.files[: 1 + self.settings.webp]:
            with self.telling(places):
                self.files[f"{folder}/{name}"] = store.content(name, digest)
                found.append(f"{folder}/{name}")
            if not found:
                return None
        picture = Picture(found[0], entry.width, entry.height, "", original_url=entry.url)
        return picture._replace(webp=found[1] if found[1:] else None, enlarge=self.settings.enlarge)

    def hang_remote(self, url: str, places: Sequence[Image], original: Picture | None, drawings: Drawings) -> None:
        """The original when it is mirrored, else its drawing, else a placeholder."""
        for image in places:
            picture = None
            with self.telling([image]):
                if original is None or self.settings.keep_drawing:
                    picture = drawings.find(url)
            if picture:
                note = NOTE_KEPT if original else NOTE_DRAWN
                picture = picture._replace(note=note, original_url=url, enlarge=self.settings.enlarge)
            self.hang(image, picture or original)

    def beside(self, path: str, places: Sequence[Image]) -> Picture:
        """A picture beside the notes: published from where it is, or copied into the site.  Raises Fault."""
        project = self.project
        real, data = local_picture(path, project.notes_path.parent, project.files_folder, self.settings.max_bytes)
        width, height, extension = None, None, real.suffix.lstrip(".").lower()
        try:
            facts = inspect(data, limits_of(self.settings))
            width, height, extension, data = facts.width, facts.height, facts.kind.extension, facts.cleaned or data
            if facts.taken:
                self._report(Fault("E_ACTIVE", facts.taken), places, Severity.INFO)
        except Fault as fault:
            if extension in _ACTIVE:
                raise
            self._report(fault, places)  # the author's own file is shown all the same, as any static file is
        docs = project.docs_dir.resolve()
        uri = real.relative_to(docs).as_posix() if real.is_relative_to(docs) else "../"
        if uri.startswith(".") or "/." in uri:  # MkDocs publishes nothing of a folder such as `.github`
            digest = hashlib.sha256(data).hexdigest()
            uri = f"{LOCAL_FOLDER}/{file_name(slug(real.stem) or 'picture', digest, extension)}"
        self.files[uri] = data
        return Picture(uri, width, height, "", enlarge=self.settings.enlarge)

    def hang(self, image: Image, picture: Picture | None) -> None:
        """The picture, or a placeholder."""
        if picture is None:
            remote = image.url if image.url in self.pictures or normal(image.url) else ""
            picture = Picture("", None, None, "", note=NOTE_MISSING, original_url=remote, enlarge=False)
        if picture.alt and image.url not in self.settings.alt:  # a drawing knows what it shows
            self.alts[image.span] = picture.alt
        text = self.alts.get(image.span, image.alt)
        self.pictures.setdefault(image.url, picture._replace(alt=text, caption=image.title or picture.caption))

    @contextlib.contextmanager
    def telling(self, places: Sequence[Image]) -> Iterator[None]:
        """Report a fault at all places of a picture, instead of raising it."""
        try:
            yield
        except Fault as fault:
            self._report(fault, places)

    def _report(self, fault: Fault, places: Iterable[Image], severity: Severity | None = None) -> None:
        severity = severity or (Severity.WARNING if fault.code not in _AT_HOME else None)
        self.findings += [_told(image, fault, severity) for image in places]
