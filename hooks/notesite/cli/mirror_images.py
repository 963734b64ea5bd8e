"""Mirror the remote images of the notes into the project, and lock every byte of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from ..build import Build
from ..images import gallery
from ..images.store import ImageStore
from . import common

_MACHINE = frozenset({"E_IO", "E_BUSY"})  # the run failed, not the images


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script; gives the exit code."""
    args = common.parser_of("mirror", str(__doc__)).parse_args(argv)
    for module in ("PIL", "defusedxml", "requests"):  # now, not at the first picture
        import_module(module)
    project = common.project_of(args)
    build = Build(project)
    own = gallery.options(project, os.environ, mode=args.mode)
    chosen = own._replace(
        store=args.store.absolute() if args.store else own.store,
        allow_hosts=(*own.allow_hosts, *args.allow_host),
        deadline=own.deadline if args.deadline is None else args.deadline,
        accept_changes=args.accept_changes,
    )
    outcome, report = gallery.run(project, build.notes, chosen, progress=common.progress("images", args))
    report, removed = gallery.tidied(project, build.notes, ImageStore(chosen.store), report, prune=args.prune)
    code = common.show([(build, report)], args, tool="mirror_images", codes="E")
    if not args.quiet:
        counts = {"new": len(outcome.new), "changed": len(outcome.changed), "repaired": len(outcome.healed)}
        counts |= {"files removed": removed, "failed": len(outcome.faults)}
        done = [f"{len(outcome.entries)} of {report.checked} images mirrored"]
        print("; ".join([*done, *(f"{count} {word}" for word, count in counts.items() if count)]), file=sys.stderr)
    could_not_run = any(diagnostic.code in _MACHINE for diagnostic in report.diagnostics)
    return common.COULD_NOT_RUN if could_not_run else code
