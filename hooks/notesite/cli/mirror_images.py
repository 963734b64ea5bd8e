"""Mirror the remote images of the notes into the project, and lock every byte of them."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from ..build import Build
from ..diagnostics.diagnostic import Report
from ..images import gallery
from ..images.mirror import Outcome
from ..images.store import ImageStore
from ..images.uses import Mode, uses
from ..net.fault import Fault
from . import common

EXAMPLES = (
    "{prog}                        fetch what is not mirrored yet",
    "{prog} --frozen               check the copies, open no connection",
    "{prog} --refresh              ask for changes of every image",
    "{prog} --refresh --accept-changes",
    "{prog} --prune                remove copies that the notes no longer show",
    "{prog} --allow-host intranet.example:8080 notes.md",
)
_MACHINE = frozenset({"E_IO", "E_BUSY"})  # the run failed, not the images


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script; gives the exit code."""
    args = _arguments(argv)
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
    report, removed = _orphans(args, build, ImageStore(chosen.store), report)
    code = common.show([(build, report)], args, tool="mirror_images", codes="E")
    if not args.quiet:
        print(_summary(report, outcome, removed), file=sys.stderr)
    could_not_run = any(diagnostic.code in _MACHINE for diagnostic in report.diagnostics)
    return common.COULD_NOT_RUN if could_not_run else code


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = common.options(str(__doc__), EXAMPLES)
    modes = parser.add_mutually_exclusive_group()
    for mode, text in (
        (Mode.FROZEN, "open no connection: report what is missing or damaged (the default when CI is set)"),
        (Mode.REFRESH, "ask for changes of every image; a change is reported, and kept only with --accept-changes"),
    ):
        modes.add_argument(f"--{mode}", dest="mode", action="store_const", const=mode.value, help=text)
    parser.add_argument("--accept-changes", action="store_true", help="take images that have changed upstream")
    parser.add_argument("--prune", action="store_true", help="remove copies that the notes no longer show")
    parser.add_argument("--store", type=Path, metavar="DIR", help="folder of the copies and of images.lock")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="let a loopback or private host through, as its address writes it: HOST or HOST:PORT; repeatable",
    )
    parser.add_argument(
        "--deadline",
        type=_seconds,
        metavar="SECONDS",
        help="for one image, all tries and redirects together; default: 60",
    )
    return parser.parse_args(argv)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def _orphans(args: argparse.Namespace, build: Build, store: ImageStore, report: Report) -> tuple[Report, int]:
    """The report with the copies that are no longer used, or their number when they were to be removed."""
    try:
        if args.prune:
            return report, len(store.prune(set(uses(build.notes.images).remote)))
        return report._replace(
            diagnostics=(*report.diagnostics, *gallery.orphans(build.project, build.notes, store))
        ), 0
    except Fault as fault:
        return gallery.with_store_fault(report, fault, build.project, store), 0


def _summary(report: Report, outcome: Outcome, removed: int) -> str:
    parts = [f"{len(outcome.entries)} of {report.checked} images mirrored"]
    counts = (
        (len(outcome.new), "new"),
        (len(outcome.changed), "changed"),
        (len(outcome.healed), "repaired"),
        (removed, "files removed"),
        (len(outcome.faults), "failed"),
    )
    return "; ".join([*parts, *(f"{count} {word}" for count, word in counts if count)])
