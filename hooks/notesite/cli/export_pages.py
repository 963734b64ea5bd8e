"""Write the pages, pictures and a plain mkdocs.yml as ordinary files that any generator of sites builds."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..build import load, settled
from ..extras.marks import marks_of
from ..images.gallery import gallery, options
from ..lib.files import write_atomically
from ..output.export import Export
from ..project.config import open_project
from ..snippets.blocks import BLOCK_CODES, check_blocks
from . import common

EXAMPLES = ("scripts/export_pages.py ../plain-site", "scripts/export_pages.py out --config mkdocs.yml")


def main(argv: Sequence[str] | None = None) -> int:
    """0 when all was written, 2 when it cannot run."""
    epilog = "examples:\n" + "\n".join(f"  {example}" for example in EXAMPLES)
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder to write; it must be new or empty")
    parser.add_argument("--config", type=Path, default=Path("mkdocs.yml"), help="default: mkdocs.yml")
    args = parser.parse_args(argv)
    if args.out.exists() and any(args.out.iterdir()):
        print(f"error: {args.out} is not empty", file=sys.stderr)
        return common.COULD_NOT_RUN
    loaded = load(open_project(args.config))
    project = loaded.project
    blocks = check_blocks(loaded.notes, project.settings.snippets)
    marks = marks_of(blocks, settled(loaded, blocks.report, BLOCK_CODES)) if project.settings.snippets.marks else {}
    pictures = gallery(project, loaded.notes, options(project, os.environ, mode="frozen"))
    export = Export(loaded.notes, loaded.site, pictures, marks)
    files = export.files(str(project.config.get("site_name") or loaded.site.title))
    for name, data in files.items():
        write_atomically(args.out / name, data)
    print(f"{len(loaded.site.pages)} pages and {len(files)} files in {args.out}")
    return 0
