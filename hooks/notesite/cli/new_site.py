"""Make a site project of its own from any notes file: a configuration, the notes, their local pictures, a workflow.

The new project needs no settings. Findings that the notes have today are accepted into its baseline, so that the first
check passes and every later mistake shows.  `pip install --upgrade` of its requirements is the upgrade.
"""

from __future__ import annotations

import contextlib
import errno
import json
import mimetypes
import os
import posixpath
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .. import VERSION
from ..build import BLOCK_CODES, NOTES_CODES, Build
from ..diagnostics.diagnostic import Severity, failure, finding, merged
from ..diagnostics.reporters.text import one_line
from ..lib.files import PathError, read_file, reason, write_inside
from ..lib.folders import made_folder
from ..lib.light import bundled_text
from ..net.urls import shown
from ..notes.reader import outline
from ..project.config import open_project, source_of
from ..project.note_files import SUFFIXES
from ..project.repository import git
from ..project.suppressions import Baseline, baseline_of
from ..site.ledger import LEDGER, hold, ledger_text
from . import common

CODES = (*NOTES_CODES, *BLOCK_CODES)
IGNORED = "/.cache/\n/.venv/\n/dist/\n/site/\n"
_FILMS = (".mp4", ".webm", ".mov", ".ogv")
_MOST = 1000  # files that are taken along
_ACTIVE = frozenset({".html", ".htm", ".xhtml", ".xht", ".shtml"})  # would run in the site's name


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the project was made (or nothing was found with --check-only), 1 findings, 2 could not run."""
    parser = common.parser_of("new", str(__doc__))
    args = parser.parse_args(argv)
    files = [*args.files, *([args.notes] if args.notes else [])]
    if not files:
        parser.error("which notes file?")
    given = Build(common.with_files(files))
    if args.check_only:
        return common.show([(given, common.everything(given))], args, tool="new_site", codes=CODES)
    output = args.output or files[0].absolute().parent / f"{files[0].stem.lower()}-site"
    _make(given, output)
    _explain(given, output, " ".join(map(str, files)))
    return 0


def _make(given: Build, output: Path) -> None:
    """Make the project in a folder beside `output`, which takes that name once it is whole."""
    if os.path.lexists(output) and (output.is_symlink() or not output.is_dir() or any(output.iterdir())):
        message = f"{output} is there already; choose another folder with --output"
        raise failure("N_PATH", message, output.name, help="Nothing was written.")
    with made_folder(output) as new:
        for name, data in _files(given):
            write_inside(new, name, data)
        made = Build(open_project(new / "mkdocs.yml"))
        write_inside(new, LEDGER, ledger_text(hold(made.notes, made.site).addresses).encode())
        report = made.settled(merged([common.everything(made), made.pictures.report]), (*CODES, "E"))
        known = [d for d in report.diagnostics if d.severity is not Severity.INFO]
        baseline = baseline_of(known, made.notes, Baseline())
        write_inside(new, made.project.settings.baseline, baseline.to_json().encode())


def _files(given: Build) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of the project but the baseline."""
    files = _names(given)
    source = json.dumps(source_of(given.project, list(files)), ensure_ascii=False)
    title = json.dumps(given.site.title, ensure_ascii=False)
    origin = json.dumps(given.notes.origin.page if given.notes.origin else "", ensure_ascii=False)
    settings = bundled_text(__name__, "mkdocs.yml").replace("{origin}", origin)
    if given.project.others:
        settings = settings.replace("source: notes.md", f"source: {source}")
    yield "mkdocs.yml", settings.replace("{title}", title).encode()
    yield from ((f"docs/{name}", read_file(path)) for name, path in files.items())
    extras = "site,draw" if given.notes.drawn else "site"
    yield "requirements.txt", f"{_requirement(extras)}\n".encode()
    yield ".github/workflows/site.yml", bundled_text(__name__, "site.yml").encode()
    yield ".gitignore", IGNORED.encode()
    yield from _taken_along(given, list(files))


def _taken_along(given: Build, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each: pictures and films where the pages look for them, linked files when no code host has them.

    `names` are those of the notes in docs/.  What cannot be taken is named.
    """
    folder = given.project.notes_path.parent
    top, seen = _top(folder), {f"docs/{name}" for name in names}
    docs = os.path.normpath(f"docs/{posixpath.dirname(names[0])}")
    films = [(link.target, link.span) for link in given.notes.links if link.target.lower().endswith(_FILMS)]
    for url, span in [*((image.url, image.span) for image in given.notes.images), *films]:
        address = urlsplit(url)
        path = unquote(address.path)  # from the project's folder when it begins with a slash, as code hosts read it
        name = os.path.normpath(path.lstrip("/") if path.startswith("/") else f"{docs}/{path}").replace(os.sep, "/")
        is_shown = (mimetypes.guess_type(name)[0] or "").startswith(("image/", "video/", "audio/"))
        if address.scheme or address.netloc or name in seen or not is_shown:
            continue  # a name alone makes no picture: everything in docs/ is published
        seen.add(name)
        try:
            if name.startswith(("../", "/")):
                raise PathError("the new project has no place for it", folder / path, errno.EXDEV)
            start = top if path.startswith("/") else folder
            yield name, read_file(Path(os.path.normpath(start / path.lstrip("/"))), inside=top)
        except OSError as error:
            code = "E_PATH" if error.errno == errno.EXDEV else "E_MISSING"
            said = finding(code, f"not copied: {shown(url)}: {reason(error)}", span)
            print(one_line(given.source.in_file(said), given.shown_path), file=sys.stderr)
    if not (given.notes.origin and given.notes.origin.repository):
        yield from _linked(given, top, docs, seen)


def _linked(given: Build, top: Path, docs: str, seen: set[str]) -> Iterator[tuple[str, bytes]]:
    """Files that the notes link to, and those that Markdown among them links to; nothing hidden, and no page of HTML."""
    start = given.project.notes_path
    waiting = [(start, link.target) for link in given.notes.links]
    while waiting and len(seen) < _MOST:
        file, target = waiting.pop()
        try:
            parts = urlsplit(target)
            base = top if parts.path.startswith("/") else file.parent
            path = Path(os.path.normpath(base / unquote(parts.path).lstrip("/")))
            inside = path.relative_to(top).as_posix()
        except ValueError:
            continue
        own = path.relative_to(start.parent).as_posix() if path.is_relative_to(start.parent) else inside
        name = f"{docs}/{own}"
        is_hidden = any(part.startswith(".") for part in Path(inside).parts)
        is_known = name in seen or path in given.project.files
        if parts.scheme or parts.netloc or not parts.path or is_known or is_hidden:
            continue
        if path.suffix.lower() in _ACTIVE or not path.is_file():
            continue
        seen.add(name)
        with contextlib.suppress(OSError):
            data = read_file(path, inside=top)
            yield name, data
            if path.suffix.lower() in SUFFIXES:
                further = outline(data.decode("utf-8", "replace").split("\n"))
                waiting += [(path, link.target) for link in further.links]
                waiting += [(path, image.url) for image in further.images]


def _top(folder: Path) -> Path:
    """The folder that pictures may not lie outside of: the repository, else that of the notes, or the one above `docs`."""
    repository = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    return repository or (folder.parent if folder.name in {"docs", "doc"} else folder)


def _names(given: Build) -> dict[str, Path]:
    """Where each file of the notes lies in docs/: several lie to each other as they did."""
    project = given.project
    if not project.others:
        return {"notes.md": project.notes_path}
    top = os.path.commonpath([path.parent for path in project.files])
    return {os.path.relpath(path, top).replace(os.sep, "/"): path for path in project.files}


def _requirement(extras: str) -> str:
    """This program, as pip finds it again: where it was installed from, the repository of a checkout included."""
    try:
        origin = json.loads(distribution("notesite").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        origin = {}
    address, revision = str(origin.get("url", "")), origin.get("vcs_info", {}).get("commit_id")
    if address.startswith("file://"):
        inside = Path(unquote(urlsplit(address).path), "pyproject.toml")
        address = (git(inside, "remote", "get-url", "origin") or "").strip()
        revision = (git(inside, "rev-parse", "HEAD") or "").strip()
    parts = urlsplit(address)
    if revision and parts.scheme == "https":
        public = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()  # no name, no password
        return f"notesite[{extras}] @ git+{public}@{revision}"
    return f"# or where you have it from: notesite[{extras}] @ git+https://…\nnotesite[{extras}]~={'.'.join(VERSION.split('.')[:2])}"


def _explain(given: Build, output: Path, named: str) -> None:
    """What was chosen, why, and how to choose otherwise."""
    site, contents = given.site, given.notes.contents
    print(f"{named} -> {output}: {len(site.pages)} page{'s' * (len(site.pages) > 1)}")
    if given.project.others:
        why = f"{len(given.project.files)} files; each is a page, those with several longer sections are split further"
    elif site.split_level is None:
        why = next((d.message for d in site.findings if d.code == "N_SPLIT"), "there are no headings to split at")
    elif contents and contents.lines:
        why = f"the contents list on line {contents.lines[0][0]} names sections of level {site.split_level}"
    else:
        why = f"headings of level {site.split_level} are the first that divide the text into several sections"
    print(f"  why: {why}")
    other = 2 if site.split_level == 3 else 3
    print(f"  to split elsewhere: `split_level: {other}`, say, in mkdocs.yml under extra.notes")
    print(f"\n  cd {output}\n  notesite serve\n")
    print("`notesite check` shows what the checks find; settings stand in mkdocs.yml, under extra.notes.")
