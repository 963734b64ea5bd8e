"""Benchmark pieces for builds: notes of any size, as a project of this package and as bare MkDocs with the same pages."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from notesite.cli import export_pages

ROOT = Path(__file__).resolve().parent.parent
_CONFIG = """\
site_name: Bench
site_url: https://notes.example/
theme: {{name: material, font: false}}
hooks: [{hooks}/notes_site.py]
plugins: [search]
markdown_extensions: [{{toc: {{permalink: true}}}}]
extra: {{notes: {{split_level: 2, images: {{mode: frozen}}, limits: {{parts: 1000000}}, cache: {cache}}}}}
"""


def notes_of(pages: int) -> str:
    """Notes of so many sections: the project's own, again and again, under titles of their own."""
    text = (ROOT / "docs" / "notes.md").read_text("utf-8")
    sections = [part for part in re.split(r"(?m)^(?=### )", text) if part.startswith("### ")][1:]
    names = [f"Topic {number}" for number in range(pages)]
    contents = "".join(f"- [{name}](#{name.lower().replace(' ', '-')})\n" for name in names)
    bodies = [sections[number % len(sections)].partition("\n")[2] for number in range(pages)]
    body = "\n".join(f"## {name}\n{text}" for name, text in zip(names, bodies, strict=True))
    return f"# Bench\n\n{contents}\n{body}"


def commands(folder: Path, pages: int) -> tuple[dict[str, list[str]], dict[str, Path]]:
    """The builds by name, each as a command, and the site that each makes.

    "bare" is MkDocs with its theme on the exported pages; "cold" keeps nothing between builds, "warm" does.
    """
    built, sites = {}, {}
    for name in ("cold", "warm"):
        project = folder / name
        (project / "docs").mkdir(parents=True)
        (project / "docs" / "notes.md").write_text(notes_of(pages), "utf-8")
        config = _CONFIG.format(hooks=ROOT / "hooks", cache=str(name == "warm").lower())
        (project / "mkdocs.yml").write_text(config, "utf-8")
        built[name], sites[name] = _build(project), project / "site"
    if export_pages.main([str(folder / "bare"), "--config", str(folder / "cold" / "mkdocs.yml")]):
        raise SystemExit("the pages cannot be exported")
    return {"bare": _build(folder / "bare"), **built}, {"bare": folder / "bare" / "site", **sites}


def _build(project: Path) -> list[str]:
    return [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(project / "mkdocs.yml")]


def size_of(site: Path) -> int:
    """The bytes of a built site; ends the run when there is none."""
    if not (site / "index.html").is_file():
        raise SystemExit(f"nothing was built: {site}")
    return sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
