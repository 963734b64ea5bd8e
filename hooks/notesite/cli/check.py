"""Check notes: the text itself, its code blocks and its commands.  Builds nothing and opens no connection.

PATHS are files, folders (all Markdown files in them) and `-` for standard input; without any, the notes that mkdocs.yml
names.  All of them make one report.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..build import BLOCK_CODES, NOTES_CODES, Build
from ..diagnostics.diagnostic import NotesError, Report, failure, merged
from ..lib.files import NOT_WRITTEN
from ..lib.light import TYPE_CHECKING
from ..notes.limits import DEFAULT
from ..notes.source import read
from ..project.config import Project
from ..project.note_files import SUFFIXES
from . import common

if TYPE_CHECKING:
    from ..snippets.blocks import Blocks


def main(argv: Sequence[str] | None = None) -> int:
    """Check and report; the exit codes are those of `common`."""
    return _run(argv, "check", str(__doc__), structure=True, blocks=True)


def check_notes(argv: Sequence[str] | None = None) -> int:
    """The text itself: encoding, contents list, headings, links inside the file."""
    return _run(argv, "check_notes", str(check_notes.__doc__), structure=True, blocks=False)


def check_snippets(argv: Sequence[str] | None = None) -> int:
    """Every code block: YAML, Kubernetes manifests and fragments, commands."""
    return _run(argv, "check_snippets", str(check_snippets.__doc__), structure=False, blocks=True)


def _run(argv: Sequence[str] | None, tool: str, about: str, *, structure: bool, blocks: bool) -> int:
    args = common.parser_of(tool, about).parse_args(argv)
    parts: list[tuple[Build, Report]] = []
    broken: list[NotesError] = []
    codes = (*(NOTES_CODES if structure else ()), *(BLOCK_CODES if blocks else ()))
    builds = list(_builds(args))
    progress = common.progress("files", args)
    for number, build in enumerate(builds, 1):
        progress(number, len(builds))
        try:
            if blocks and args.list:
                print("\n".join(_listed(build.blocks)))
                continue
            reports = [*([build.structure] if structure else ()), *([build.found_in_blocks] if blocks else ())]
            parts.append((build, merged(reports)))
        except NotesError as error:  # the others are checked all the same
            if len(builds) == 1:
                raise
            broken.append(error)
    code = common.show(parts, args, tool=tool, codes=codes) if parts else common.NOTHING_FOUND
    if broken:
        raise NotesError(*(diagnostic for error in broken for diagnostic in error.diagnostics))
    return code


def _builds(args: argparse.Namespace) -> Iterator[Build]:
    """A run for each file that the arguments name, each file once."""
    named = [*args.paths, *([str(args.notes)] if args.notes else [])]
    if not named:
        yield Build(_with_versions(common.project_of(args), args))
    seen = set()
    for name in named:
        for path in ["-"] if name == "-" else _files(Path(name)):
            if os.path.realpath(path) not in seen:
                seen.add(os.path.realpath(path))
                project = _with_versions(common.project_of(args, Path(path)), args)
                yield Build(project, source=read(sys.stdin.buffer.read(DEFAULT.bytes + 1)) if name == "-" else None)


def _with_versions(project: Project, args: argparse.Namespace) -> Project:
    settings = project.settings
    if getattr(args, "no_cache", False):
        settings = settings._replace(cache=False)
    if wanted := getattr(args, "kubernetes", None):
        versions = tuple(version.strip().removeprefix("v") for version in wanted.split(",") if version.strip())
        settings = settings._replace(snippets=settings.snippets._replace(kubernetes=versions))
    return project._replace(settings=settings)


def _files(path: Path) -> list[str]:
    """The file, or the Markdown files in the folder; what a build has written is not read again."""
    if not path.is_dir():
        return [str(path)]
    found = []
    for folder, folders, names in os.walk(path):
        inside = [name for name in folders if not name.startswith(".") and name not in NOT_WRITTEN]
        folders[:] = sorted(name for name in inside if not Path(folder, name, "sitemap.xml").is_file())
        found += [str(Path(folder, name)) for name in sorted(names) if name.lower().endswith(SUFFIXES)]
    if not found:
        raise failure("N_PATH", f"the directory {path} holds no Markdown files", str(path))
    return found


def _listed(blocks: Blocks) -> Iterator[str]:
    """A table of all blocks: line, label, what it holds, verdict, and the words that readers see or the reason."""
    commands = {verdict.fence.span.start: verdict for verdict in blocks.commands}
    for verdict in blocks.snippets:
        fence = verdict.fence
        shell = commands.get(fence.span.start) if verdict.status is None else None
        status = shell.status if shell else verdict.status or "-"
        words = "; ".join(filter(None, (shell.mark, shell.skipped))) if shell else verdict.reason or verdict.mark
        row = f"{fence.span.start.line:>5}  {fence.label or '(none)':<12} {verdict.kind:<12} {status:<8} {words}"
        yield row.rstrip()
