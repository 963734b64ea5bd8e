"""Make a site project of its own from any notes file: copies the machinery, the notes and their local pictures.

The new project needs no settings. Findings that the notes have today are accepted into its baseline, so that the first
build passes and every later mistake shows.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..build import BLOCK_CODES, NOTES_CODES, Build
from ..diagnostics.diagnostic import NotesError, Report, finding, merged
from ..diagnostics.place import Span
from ..lib.files import write_atomically
from ..notes.model import Notes
from ..project.config import open_project
from ..project.suppressions import Baseline, baseline_of
from . import common

ROOT = Path(__file__).resolve().parents[3]
MACHINERY = (
    "hooks", "scripts", "docs/assets", "docs/developer", ".github", ".gitlab-ci.yml", ".pre-commit-hooks.yaml",
    ".gitignore", ".editorconfig", "Makefile", "pyproject.toml", "requirements.in", "requirements.txt",
    "requirements-dev.in", "requirements-dev.txt", "mkdocs.offline.yml", "LICENSE",
)  # fmt: skip
OF_THESE_NOTES = (
    "docs/assets/diagrams", "docs/assets/social-card.png", "tools/draw_diagrams.py", "tools/drawing.py",
)  # fmt: skip
EXAMPLES = ("scripts/new_site.py ~/notes/README.md --output ~/my-site", "scripts/new_site.py README.md --check-only")


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the project was made (or nothing was found with --check-only), 1 findings, 2 could not run."""
    parser = common.options(__doc__ or "", EXAMPLES)
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="the new project; default: NAME-site beside the notes"
    )
    parser.add_argument("--check-only", action="store_true", help="show what would be found, write nothing")
    args = parser.parse_args(argv)
    if args.file is None:
        parser.error("which notes file?")
    args.config = args.file.absolute().parent / "no-mkdocs.yml"  # the notes' own folder is no project of ours
    project = common.alone(args.file)
    loaded = Build(project)
    if args.check_only:
        return common.show(_everything(loaded), args, loaded, tool="new_site", codes=_codes())
    output = args.output or args.file.absolute().parent / f"{args.file.stem.lower()}-site"
    _make(loaded, output.absolute())
    _explain(loaded, output, args)
    return 0


def _codes() -> tuple[str, ...]:
    return (*NOTES_CODES, *BLOCK_CODES)


def _everything(loaded: Build) -> Report:
    return merged([loaded.structure, loaded.blocks.report])


def _make(loaded: Build, output: Path) -> None:
    if output.exists() and any(output.iterdir()):
        message = f"{output} is not empty; choose another folder with --output"
        raise NotesError(finding("N_PATH", message, Span.at(1), help="Nothing was written.", path=output.name))
    for name in MACHINERY:
        source, target = ROOT / name, output / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for name in OF_THESE_NOTES:
        path = output / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    write_atomically(output / "mkdocs.yml", _configuration(loaded.site.title).encode())
    write_atomically(output / "docs" / "notes.md", loaded.project.notes_path.read_bytes())
    for picture in _local_pictures(loaded.notes, loaded.project.notes_path.parent):
        target = output / "docs" / picture
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(loaded.project.notes_path.parent / picture, target)
    made = Build(open_project(output / "mkdocs.yml"))
    report = made.settled(_everything(made), _codes())
    known = [d for d in report.diagnostics if d.severity.rank < 2]
    baseline = baseline_of(known, made.notes, Baseline())
    write_atomically(output / "notes-baseline.json", baseline.to_json().encode())


def _configuration(title: str) -> str:
    """This project's mkdocs.yml without what is about its own notes."""
    lines = []
    skipping = False
    for line in (ROOT / "mkdocs.yml").read_text("utf-8").splitlines():
        if skipping and (line.startswith("    ") or not line.strip() or line.lstrip().startswith("#")):
            continue
        skipping = line == "  notes:"
        if skipping:
            lines += [line, "    source: notes.md"]
        elif not any(path.removeprefix("docs/") in line for path in OF_THESE_NOTES):
            lines.append(line)
    text = "\n".join(lines) + "\n"
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    replacements = {
        r"^site_name:.*$": f"site_name: {quoted}",
        r"^site_description:.*\n": "",
        r"https://example\.github\.io/[\w-]+/": "https://example.github.io/notes/",
        r"https://github\.com/example/[\w-]+": "https://github.com/example/notes",
    }
    for pattern, replacement in replacements.items():
        text = re.sub(pattern, lambda _match, words=replacement: words, text, flags=re.MULTILINE)  # type: ignore[misc]  # the default binds the loop's value
    return text


def _local_pictures(notes: Notes, folder: Path) -> Iterator[Path]:
    """Pictures that lie beside the notes, inside their folder."""
    for image in notes.images:
        path = Path(image.url.split("?")[0].split("#")[0])
        if "://" in image.url or path.is_absolute() or image.url.startswith(("#", "data:", "//")):
            continue
        found = (folder / path).resolve()
        if found.is_file() and found.is_relative_to(folder.resolve()):
            yield path


def _explain(loaded: Build, output: Path, args: argparse.Namespace) -> None:
    site = loaded.site
    level = f"headings of level {site.split_level}" if site.split_level else "one page, nothing to split"
    print(f"{args.file} -> {output}: {len(site.pages)} pages ({level})")
    print(f"\n  cd {output}\n  make serve\n")
    print("Then set site_name, site_url and edit_uri in mkdocs.yml; `make check` shows what the checks find.")
