"""How fast the link check is: a site of 150 pages, our check and lychee in turns, whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import common

ROOT = Path(__file__).resolve().parent.parent
_TOOLS = Path(sysconfig.get_path("scripts"))
_CONFIG = """\
site_name: Bench
theme: {name: material, font: false}
plugins: [search]
markdown_extensions: [{toc: {permalink: true}}]
"""


def build_site(folder: Path, pages: int = 150) -> Path:
    """A site of `pages` pages, each with a flat navigation to all of them, as MkDocs and the theme make it."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    for number in range(pages):
        parts = [f"# Page {number}\n"]
        for part in range(12):
            other = (number * 7 + part) % pages
            parts.append(
                f"## Part {part}\n\nWords and [a link](page-{other}.md#part-{part}), [one here](#part-{part}).\n"
            )
            parts.append("```yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n```\n")
        (docs / f"page-{number}.md").write_text("\n".join(parts), "utf-8")
    links = "".join(f"- [Page {number}](page-{number}.md)\n" for number in range(pages))
    (docs / "index.md").write_text(f"# Bench\n\n{links}", "utf-8")
    (folder / "mkdocs.yml").write_text(_CONFIG, "utf-8")
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([_TOOLS / "mkdocs", "build", "-q"], cwd=folder, check=True, env=environment, capture_output=True)
    return folder / "site"


def commands(site: Path) -> dict[str, list[str]]:
    """The checkers by name, each as a command that checks pages, files and anchors of `site`."""
    lychee = [
        str(_TOOLS / "lychee"),
        "--offline",
        "--include-fragments",
        "--no-progress",
        "--root-dir",
        str(site),
        str(site),
    ]
    return {"check_links": [sys.executable, str(ROOT / "scripts/check_links.py"), str(site)], "lychee": lychee}


class Cost(NamedTuple):
    """What one run takes, in seconds."""

    wall: float
    cpu: float  # of all its threads: what counts on a machine that has other work


def measure(site: Path, rounds: int = 7) -> dict[str, Cost]:
    """The medians of each checker; they take turns, so that a busy machine slows both."""
    runs: dict[str, list[Cost]] = {name: [] for name in commands(site)}
    for _ in range(rounds):
        for name, command in commands(site).items():
            start, before = time.perf_counter(), _cpu()
            subprocess.run(command, cwd=site.parent, capture_output=True, check=False)
            runs[name].append(Cost(time.perf_counter() - start, _cpu() - before))
    return {name: Cost(*map(statistics.median, zip(*costs, strict=True))) for name, costs in runs.items()}


def _cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


def main(argv: Sequence[str] | None = None) -> int:
    """Print the medians and their ratios."""
    pages = int((argv or sys.argv[1:] or ["150"])[0])
    with tempfile.TemporaryDirectory() as folder:
        found = measure(build_site(Path(folder) / "bench", pages))
    base = found["lychee"]
    for name, cost in found.items():
        wall, cpu = cost.wall / base.wall, cost.cpu / base.cpu
        print(f"{name:12} wall {cost.wall:.3f} s ({wall:.2f} x lychee)   cpu {cost.cpu:.3f} s ({cpu:.2f} x)")
    return 0


if __name__ == "__main__":
    sys.exit(common.guarded(main))
