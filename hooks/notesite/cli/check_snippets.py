"""Check every code block of the notes: YAML, Kubernetes manifests and fragments, commands.  Builds nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..build import BLOCK_CODES, Build
from ..snippets.blocks import Blocks
from . import common

EXAMPLES = (
    "scripts/check_snippets.py",
    "scripts/check_snippets.py ~/notes/README.md --kubernetes 1.31,1.37",
    "scripts/check_snippets.py --list",
    "scripts/check_snippets.py --format json --report sarif=snippets.sarif",
    "scripts/check_snippets.py --write-baseline",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Check and report; the exit codes are those of `common`."""
    parser = common.options(__doc__ or "", EXAMPLES)
    parser.add_argument(
        "--kubernetes", metavar="VERSIONS", help="versions to check against, such as 1.31,1.37; default: all bundled"
    )
    parser.add_argument("--list", action="store_true", help="list every block with its label, content and verdict")
    args = parser.parse_args(argv)
    project = common.project_of(args)
    if args.kubernetes:
        versions = tuple(version.strip().removeprefix("v") for version in args.kubernetes.split(",") if version.strip())
        snippets = project.settings.snippets._replace(kubernetes=versions)
        project = project._replace(settings=project.settings._replace(snippets=snippets))
    build = Build(project)
    if args.list:
        print("\n".join(listed(build.blocks)))
        return 0
    return common.show(build.blocks.report, args, build, tool="check_snippets", codes=BLOCK_CODES)


def listed(blocks: Blocks) -> Iterator[str]:
    """A table of all blocks: line, label, what it holds, verdict, and the words that readers see or the reason."""
    commands = {verdict.fence.span.start: verdict for verdict in blocks.commands}
    for verdict in blocks.snippets:
        fence = verdict.fence
        shell = commands.get(fence.span.start) if verdict.status is None else None
        status = shell.status if shell else verdict.status or "-"
        words = shell.mark if shell else verdict.reason or verdict.mark
        row = f"{fence.span.start.line:>5}  {fence.label or '(none)':<12} {verdict.kind:<12} {status:<8} {words}"
        yield row.rstrip()
