"""Benchmark pieces for the link check: a site to check, and the commands that check it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

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
    """The checkers by name, each as a command that checks pages, files and anchors of `site`.

    Cold: nothing is kept.  Warm: nothing has changed since the last check.
    """
    lychee = [
        str(_TOOLS / "lychee"),
        "--offline",
        "--include-fragments",
        "--no-progress",
        "--root-dir",
        str(site),
        str(site),
    ]
    warm = [sys.executable, str(ROOT / "scripts/check_links.py"), str(site)]
    return {"cold": [*warm, "--no-cache"], "warm": warm, "lychee": lychee}
