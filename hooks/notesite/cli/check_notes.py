"""Check the notes file itself: encoding, contents list, headings, links inside the file.  Builds nothing."""

from __future__ import annotations

from collections.abc import Sequence

from ..build import NOTES_CODES, Build
from . import common

EXAMPLES = (
    "scripts/check_notes.py",
    "scripts/check_notes.py ~/notes/README.md --strict",
    "scripts/check_notes.py --format json --report sarif=notes.sarif",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Check and report; the exit codes are those of `common`."""
    args = common.options(__doc__ or "", EXAMPLES).parse_args(argv)
    build = Build(common.project_of(args))
    return common.show(build.structure, args, build, tool="check_notes", codes=NOTES_CODES)
