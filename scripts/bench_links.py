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


def measure(site: Path, rounds: int = 7) -> dict[str, float]:
    """Median wall time in seconds of each checker; they take turns, so that a busy machine slows both."""
    times: dict[str, list[float]] = {name: [] for name in commands(site)}
    for _ in range(rounds):
        for name, command in commands(site).items():
            start = time.perf_counter()
            subprocess.run(command, cwd=site.parent, capture_output=True, check=False)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the medians and their ratio."""
    pages = int((argv or sys.argv[1:] or ["150"])[0])
    with tempfile.TemporaryDirectory() as folder:
        found = measure(build_site(Path(folder) / "bench", pages))
    for name, seconds in found.items():
        print(f"{name:12} {seconds:7.3f} s   {seconds / found['lychee']:5.2f} x lychee")
    return 0


if __name__ == "__main__":
    sys.exit(common.guarded(main))
