"""Write the pages as Markdown to go on writing in, with pictures and a plain mkdocs.yml, for MkDocs and its successors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ..build import BLOCK_CODES, Build
from ..extras.marks import marks_of
from ..lib.files import read_file, write_inside
from ..lib.folders import made_folder
from ..output.export import Export
from ..snippets.language.classify import highlighter
from . import common


def main(argv: Sequence[str] | None = None) -> int:
    """0 when all was written, 1 when a report that was asked for has findings, 2 when it cannot run."""
    args = common.parser_of("export", str(__doc__)).parse_args(argv)
    if args.out.exists() and any(args.out.iterdir()):
        print(f"error: {args.out} is not empty", file=sys.stderr)
        return common.COULD_NOT_RUN
    build = Build(common.project_of(args))
    project, blocks = build.project, build.blocks
    marks = marks_of(blocks, build.settled(blocks.report, BLOCK_CODES)) if project.settings.snippets.marks else {}
    docs = project.docs_dir
    export = Export(build.notes, build.site, build.pictures, marks, highlighter, ids=args.ids != "none")
    export.notes_uri = os.path.relpath(project.notes_path, docs).replace(os.sep, "/")
    export.has_file = lambda uri: not uri.startswith("../") and (docs / uri).is_file()
    files = export.files(str(project.config.get("site_name") or build.site.title))
    files |= {f"docs/{uri}": read_file(docs / uri, inside=docs) for uri in sorted(export.used)}
    with made_folder(args.out) as new:
        for name, data in files.items():
            write_inside(new, name, data)
    if not args.quiet and not args.format:
        print(f"{len(build.site.pages)} pages and {len(files)} files in {args.out}")
    return common.show_all(build, args, tool="export")
