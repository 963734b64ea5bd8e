"""Repair text that was decoded with the wrong codec once: shows what would change, or rewrites the file.

Only the wrongly decoded characters change; line ends and everything else stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..diagnostics.diagnostic import NotesError
from ..lib.files import read_file, write_atomically
from ..notes.source import read, repair
from ..project.config import bytes_of
from . import common


def main(argv: Sequence[str] | None = None) -> int:
    """0 when nothing is to be repaired or all was written, 1 when repairs are only shown, 2 when it cannot run."""
    args = common.parser_of("repair", str(__doc__)).parse_args(argv)
    try:
        repairs = read(bytes_of(args.file, None)).repairs
    except NotesError as error:
        raise NotesError(*(d._replace(path=d.path or str(args.file)) for d in error.diagnostics)) from None
    for entry in repairs:
        print(f"{args.file}:{entry.position}: {entry.found} -> {entry.meant} (read as {entry.codec})")
    if repairs and args.write:
        # The bytes are read anew: the source has normalised line ends, the file keeps its own.
        data = read_file(args.file)
        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        write_atomically(args.file, mark + repair(data.decode("utf-8-sig"))[0].encode())
    if args.quiet and not repairs:
        return common.NOTHING_FOUND
    written = " written" if args.write and repairs else ""
    print(f"{len(repairs)} repair{'s' * (len(repairs) != 1)}{written}")
    return int(bool(repairs) and not args.write)
