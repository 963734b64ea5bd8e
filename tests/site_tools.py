"""Projects in temporary folders, real builds of them, and built pages to look at."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import fidelity
import warm

ROOT = Path(__file__).resolve().parent.parent
NOTES = ROOT / "docs" / "notes.md"
AS_GIVEN = ROOT / "tests" / "cases" / "kubernates-notes-as-given.md"
ROPES = (ROOT / "tests/cases/site/ropes.md").read_text("utf-8")  # a little of all that a page can depend on
_ARTICLE = re.compile(r'<article class="md-content__inner[^>]*>(.*?)</article>', re.DOTALL)
_EDIT = re.compile(r'<a href="([^"]*)" title="Edit this page".*?</a>', re.DOTALL)
_CONFIG = """\
site_name: Test Notes
site_url: https://notes.example/
repo_url: https://git.example/me/notes
edit_uri: blob/HEAD/docs/
theme: {{name: material, font: false, features: [content.action.edit, content.code.copy]}}
hooks: [{hooks}/notes_site.py]
plugins: [search]
markdown_extensions: [{{toc: {{permalink: true}}}}]
validation:
  nav: {{omitted_files: warn, not_found: warn, absolute_links: warn}}
  links: {{not_found: warn, anchors: warn, absolute_links: warn, unrecognized_links: warn}}
"""


def write_project(folder: Path, notes: str | bytes, *, extra: str = "", files: Mapping[str, str] | None = None) -> Path:
    """A project around `notes`; `extra` is appended to its mkdocs.yml, `files` are put beside the notes."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    (docs / "notes.md").write_bytes(notes.encode() if isinstance(notes, str) else notes)
    for name, text in (files or {}).items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(text, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(_CONFIG.format(hooks=ROOT / "hooks") + extra, encoding="utf-8")
    return folder


def change(path: Path, old: str, new: str) -> None:
    """Put other words into a file, where the first of the old ones stand."""
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")


def files_of(folder: Path) -> dict[str, bytes]:
    """What the files of a folder hold, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def environment() -> dict[str, str]:
    """The environment of a child process: the theme's notice off, no colours, no bytecode in the project."""
    return {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", "CI": "true"}


def command(*options: str) -> list[str]:
    """The command line of MkDocs."""
    return [sys.executable, "-m", "mkdocs", *options]


class Built(subprocess.CompletedProcess[str]):
    """A finished build: its exit code, and all it said as `text`."""

    @property
    def text(self) -> str:
        """Standard output and standard error."""
        return self.stdout + self.stderr


def build(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Built:
    """Run `mkdocs build` in `folder`."""
    done = warm.python("-m", "mkdocs", "build", *options, cwd=folder, env={**environment(), **(env or {})})
    return Built(done.args, done.returncode, done.stdout, done.stderr)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(text: str) -> list[tuple[str, dict[str, str]]]:
    """Every start tag of an HTML text, with its attributes."""
    reader = _Elements()
    reader.feed(text)
    return reader.found


@dataclass(frozen=True)
class BuiltPage:
    """One HTML file of a built site."""

    name: str  # "pod/index.html"
    html: str

    @cached_property
    def article(self) -> str:
        """The page's own content, without the theme's frame and the edit button."""
        match = _ARTICLE.search(self.html)
        return _EDIT.sub("", match[1]) if match else ""

    @property
    def edit_url(self) -> str:
        """Where "Edit this page" leads."""
        match = _EDIT.search(self.html)
        return html.unescape(match[1]) if match else ""

    @cached_property
    def elements(self) -> list[tuple[str, dict[str, str]]]:
        """The start tags of the page's own content."""
        return elements(self.article)

    @property
    def heading_levels(self) -> list[int]:
        """The levels of its headings in order."""
        return [int(tag[1]) for tag, _ in self.elements if re.fullmatch("h[1-6]", tag)]

    @property
    def ids(self) -> list[str]:
        """Every id of its content, in order."""
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    @property
    def heading_ids(self) -> list[str]:
        """The ids of its headings, in order."""
        return [a.get("id", "") for tag, a in self.elements if re.fullmatch("h[1-6]", tag)]

    @property
    def blocks(self) -> list[fidelity.Block]:
        """Its content block by block, without what the site has added."""
        return fidelity.from_html(self.article)

    @property
    def words(self) -> Counter[str]:
        """Its visible words, without those the site has added."""
        return fidelity.words(self.article)


@dataclass(frozen=True)
class Site:
    """A built site folder."""

    folder: Path

    def page(self, slug: str) -> BuiltPage:
        """The page at this address, "" for the home page."""
        name = f"{slug}/index.html" if slug else "index.html"
        return BuiltPage(name, (self.folder / name).read_text(encoding="utf-8"))

    @property
    def slugs(self) -> set[str]:
        """The addresses of all pages."""
        return {p.parent.relative_to(self.folder).as_posix().removeprefix(".") for p in self.folder.rglob("index.html")}

    @cached_property
    def search_pages(self) -> list[str]:
        """The addresses of the pages in the order of the navigation, from the search index."""
        entries = json.loads((self.folder / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
        return list(dict.fromkeys(entry["location"].split("#")[0].rstrip("/") for entry in entries))

    @property
    def anchors(self) -> dict[str, str]:
        """The home page's table of old anchors."""
        match = re.search(r'id="__notes_anchors">(.*?)</script>', self.page("").html, re.DOTALL)
        table: dict[str, Any] = json.loads(match[1]) if match else {}
        return table

    def bytes(self) -> dict[str, bytes]:
        """Every file of the site."""
        return files_of(self.folder)
