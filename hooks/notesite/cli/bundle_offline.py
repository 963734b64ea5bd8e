"""Build the offline copy of the site: a zip for a folder, one HTML file, a page to print, a PDF, an e-book.

Without an option for a form it writes the zip to dist/.  The same notes, settings and tools give the same bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..build import NOTES_CODES, Build
from ..diagnostics.diagnostic import Report, failure
from ..images.picture import slug
from ..lib.files import read_file, write_atomically, write_inside
from ..lib.folders import work_folder
from ..lib.light import bundled_text
from ..output.bundle.archive import under, with_sums, zip_bytes
from ..output.bundle.book import Book
from ..output.bundle.epub import epub_bytes
from ..output.bundle.offline_site import Files, Source, offline_site
from ..output.bundle.single import dated, page_numbers, print_file, single_file
from ..plugin.generator import run_mkdocs
from ..project.config import Project, open_project
from ..project.repository import commit_time, read_epoch
from . import common
from .preview import configuration

CONFIG = Path("mkdocs.offline.yml")
_SECONDS = 120  # for printing
HOW_TO_OPEN = (
    "Open index.html in a browser; no network is needed.  `sha256sum --check SHA256SUMS` proves the copy whole.\n"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Build and write; the exit codes are those of `common`.  Nothing is written that some system cannot unpack."""
    parser = common.parser_of("bundle", str(__doc__))
    parser.set_defaults(config=CONFIG)
    args = parser.parse_args(argv)
    if args.config == CONFIG and not CONFIG.is_file():
        args.config = Path("mkdocs.yml")
    with configuration(args, Path("site")) as config:
        return _write(args, open_project(config), config.parent / "dist" if config == args.config else Path("dist"))


def _write(args: argparse.Namespace, project: Project, dist: Path) -> int:
    notes = Build(project)
    first = args.output or args.single_file or args.paper or args.pdf or args.epub or dist / "copy"
    with work_folder(first.absolute()) as folder:
        book, built = _build(project, folder / "copy" / "site")  # the folder itself is held by this process
    pairs = [(image.url, image.span) for image in notes.notes.images]
    pairs += [(link.target, link.span) for link in notes.notes.links]
    hosted = project.root / "mkdocs.yml"  # says where the site is published
    url = str(open_project(hosted).config.get("site_url") or "") if hosted.is_file() else ""
    files, findings = offline_site(built, Source(dict(reversed(pairs)), url))  # the first place of each address
    if not any(found.code == "B_NAME" for found in findings):
        for path, data in _forms(args, book, files, dist):
            write_atomically(path, data)
            digest = hashlib.sha256(data).hexdigest()
            print(f"{path}  {len(data) / 1e6:.2f} MB  sha256 {digest}", file=sys.stderr)
    structure = notes.settled(notes.structure, NOTES_CODES)
    known = {found.span for found in structure.accepted if found.code == "L_PAGE"}  # dead links are dead here, too
    new = [found for found in findings if found.path or found.code != "B_MISSING" or found.span not in known]
    report = Report(tuple(new), checked=len(files))
    return common.show([(notes, report)], args, tool="bundle_offline", codes="B")


def _forms(args: argparse.Namespace, book: Book, files: Files, dist: Path) -> Iterator[tuple[Path, bytes]]:
    """Path and content of each form that the options ask for."""
    stamp = book.stamp
    epoch = stamp.epoch if stamp else None
    title = slug(book.title)[:60].strip("-") or "notes"
    name = f"{title}-{stamp.version}" if stamp else title
    default = not (args.single_file or args.paper or args.pdf or args.epub)
    if args.output or default:
        about = HOW_TO_OPEN + "\n" + (stamp.text() if stamp else "")
        whole = under(name, with_sums({**files, "BUILD.txt": about.encode()}))
        yield args.output or dist / f"{name}-offline.zip", zip_bytes(whole, epoch=epoch)
    if args.single_file:
        yield args.single_file, single_file(book, files).encode()
    if args.paper:
        yield args.paper, print_file(book, files).encode()
    if args.pdf:
        first = _pdf(print_file(book, files), args.pdf)  # only a printed page knows its number
        yield args.pdf, dated(_pdf(print_file(book, files, page_numbers(first)), args.pdf), epoch)
    if args.epub:
        yield args.epub, epub_bytes(book, files)


def _pdf(page: str, target: Path) -> bytes:
    with work_folder(target.absolute()) as folder:
        return print_pdf(page, find_chromium(), folder)


def find_chromium() -> Path:
    """The browser that CHROMIUM names, else the first one that the system has: none is downloaded.  Raises NotesError."""
    wanted = os.environ.get("CHROMIUM")
    candidates = [wanted] if wanted else bundled_text(__name__, "chromium_names.txt").splitlines()
    found = next((path for candidate in candidates if (path := shutil.which(candidate))), None)
    if found is None:
        raise failure("B_PDF", f"there is no {wanted!r}" if wanted else "no Chromium, Chrome or Edge is installed")
    return Path(found)


def print_pdf(page: str, browser: Path, folder: Path) -> bytes:
    """The HTML text as a PDF with bookmarks, tags and page numbers, made in an empty folder.  Raises NotesError.

    No request leaves the machine, whatever the page holds, and no service of the browser's own calls home.
    """
    source, target = folder / "print.html", folder / "print.pdf"
    write_inside(folder, source.name, page.encode())
    # Chromium's sandbox does not work for root, which is who one is in most containers.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    command = [
        str(browser),
        *bundled_text(__name__, "chromium_options.txt").splitlines(),
        *(("--no-sandbox",) if root else ()),
        f"--user-data-dir={folder}/profile",
        f"--print-to-pdf={target}",
        source.as_uri(),
    ]
    # What it forgets there is removed.  The name is short: it ends without a word where a socket's would be too long.
    with tempfile.TemporaryDirectory(prefix="notes-") as temporary:
        environment = {**os.environ, "TMPDIR": temporary}
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, env=environment)
        except subprocess.TimeoutExpired:
            raise failure("B_PDF", f"{browser.name} did not finish within {_SECONDS} seconds") from None
    if done.returncode or not target.is_file():
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise failure("B_PDF", f"{browser.name} failed: {lines[-1] if lines else done.returncode}")
    return read_file(target)


def _build(project: Project, folder: Path) -> tuple[Book, dict[str, bytes]]:
    """The pages, and the files of the site as one for a folder.  Raises NotesError when MkDocs fails; it has said why by then."""
    epoch = _epoch(project)
    os.environ |= {"NOTES_OFFLINE": "1"} | ({} if epoch is None else {"SOURCE_DATE_EPOCH": str(epoch)})
    with contextlib.chdir(project.root):
        if run_mkdocs(["build", "--quiet", "--config-file", str(project.config_path), "--site-dir", str(folder)]):
            raise failure("I_CONFIG", f"{project.config_path.name} cannot be built")
    from ..plugin.events import NotesPlugin  # noqa: PLC0415  # what the build has loaded

    if NotesPlugin.book is None:
        raise failure("I_CONFIG", f"{project.config_path.name} does not name the plugin `notesite`")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return NotesPlugin.book, {path.relative_to(folder).as_posix(): read_file(path, inside=folder) for path in paths}


def _epoch(project: Project) -> int | None:
    """The date of the copy: SOURCE_DATE_EPOCH, else that of the commit, unless the notes have changed since."""
    epoch = read_epoch(os.environ.get("SOURCE_DATE_EPOCH"))
    if epoch is not None:
        return epoch
    times = [commit_time(path) for path in project.files]
    return None if None in times else max(filter(None, times))
