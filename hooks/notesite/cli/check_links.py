"""Check the links of a built site, and on request those that lead to other sites."""

from __future__ import annotations

import argparse
import os
import posixpath
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from ..build import Build
from ..diagnostics.diagnostic import NotesError, Report, failure, merged
from ..diagnostics.place import Span
from ..lib.files import lenient_text, read_file
from ..links import internal
from ..links.built_pages import public_address
from ..links.internal import BuiltSite, Origin, check, no_origin
from ..notes.source import Source
from ..project.config import Project
from ..project.settings import Settings
from . import common


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script; gives the exit code."""
    args = common.parser_of("links", str(__doc__)).parse_args(argv)
    project = _project(args)
    site = _built_site(args, project)
    loader = _Loader(project, site)
    outcome = check(site, origin=loader.origin, anchor_origin=loader.anchor_origin)
    report = outcome.report
    codes = list(internal.CODES)
    if args.external:
        from . import other_sites  # noqa: PLC0415  # the network and its pools are not needed otherwise

        report = merged([report, other_sites.report(args, project, outcome)])
        codes += other_sites.CODES
    shown = loader.loaded if loader.matters(report, args) else Build(project, source=Source(""))
    return common.show([(shown, report)], args, tool="check_links", codes=codes)


def _project(args: argparse.Namespace) -> Project:
    """The project; a built site anywhere can be checked without one."""
    if args.notes is None and not args.config.exists() and args.config == Path("mkdocs.yml"):
        root = Path.cwd()
        return Project(root, root / "mkdocs.yml", root / "docs" / "notes.md", root / "docs", Settings(), {})
    return common.project_of(args)


def _built_site(args: argparse.Namespace, project: Project) -> BuiltSite:
    root: Path = args.site or project.root / str(project.config.get("site_dir") or "site")
    if root.is_file():
        files, read = _of_zip(root)
    elif root.is_dir():
        files, read = _of_folder(root)
    else:
        raise _no_site(root)
    site_url = args.site_url or (public_address(read("index.html")) if "index.html" in files else "")
    if not site_url and "SITE_URL" not in os.environ:
        site_url = str(project.config.get("site_url") or "")
    shown = project.shown(root.absolute())
    return BuiltSite(files, read, site_url, "" if shown == "." else shown, args.offline_bundle)


def _no_site(path: Path) -> NotesError:
    return failure("N_PATH", f"{path} is not a built site; build it first: `notesite build`", str(path), help="")


def _of_folder(root: Path) -> tuple[list[str], Callable[[str], bytes]]:
    found = []
    for folder, _, names in os.walk(root):  # twice as fast as Path.rglob
        inside = os.path.relpath(folder, root).replace(os.sep, "/")
        found += names if inside == "." else [f"{inside}/{name}" for name in names]
    return sorted(found), lambda uri: read_file(root / uri)


def _of_zip(path: Path) -> tuple[list[str], Callable[[str], bytes]]:
    import zipfile  # noqa: PLC0415  # most sites are folders

    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise _no_site(path) from None
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    top = posixpath.commonpath(names) if len(names) > 1 else ""
    prefix = f"{top}/" if top else ""
    return sorted(name.removeprefix(prefix) for name in names), lambda uri: archive.read(prefix + uri)


class _Loader:
    """Reads the notes when something has to be placed in them: reading takes longer than checking a site."""

    def __init__(self, project: Project, site: BuiltSite) -> None:
        self._project, self._site = project, site

    def matters(self, report: Report, args: argparse.Namespace) -> bool:
        """Whether the report changes with what the notes say (their lines, ignore comments, accepted findings)."""
        if not self._project.notes_path.is_file():
            return False
        said = report.diagnostics or report.skipped or args.write_baseline
        baseline = args.baseline or self._project.root / self._project.settings.baseline
        text, accepted = lenient_text(self._project.notes_path), lenient_text(baseline)
        return bool(said or "notes:" in (text or "") or '"L_' in (accepted or ""))

    @cached_property
    def loaded(self) -> Build:
        """The notes.  Raises NotesError."""
        return Build(self._project)

    def origin(self, page: str, target: str) -> Sequence[Span]:
        """Where the notes have the address `target` of a built page."""
        return self._both[0](page, target)

    def anchor_origin(self, page: str, anchor: str) -> Sequence[Span]:
        """Where the notes have an id of a built page."""
        return self._both[1](page, anchor)

    @cached_property
    def _both(self) -> tuple[Origin, Origin]:
        from ..links.origins import written_anchors, written_links  # noqa: PLC0415  # see above

        if not self._project.notes_path.is_file():
            return no_origin, no_origin
        notes, planned = self.loaded.notes, self.loaded.site
        built = set(self._site.files)
        pages = planned.pages[1:]
        if pages and not any(f"{page.slug}/index.html" in built or f"{page.slug}.html" in built for page in pages):
            return no_origin, no_origin  # the site was built from something else
        return written_links(notes, planned), written_anchors(notes, planned)
