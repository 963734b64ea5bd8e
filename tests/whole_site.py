"""Two builds of the whole project for browser tests: served over HTTP, and as files on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import warm
from playwright.sync_api import BrowserContext
from serving import served

from notesite.notes.reader import parse

ROOT = Path(__file__).parents[1]
MOUNT = "kubernates-notes"  # the path of site_url, so that absolute addresses of the error page hold


@dataclass(frozen=True)
class Built:
    """A build of the site."""

    folder: Path
    base: str  # address of the home page's folder
    index: str  # what an address needs to name a folder's page

    def address(self, page: str) -> str:
        """The address of a page: "" is home, "pod" or "pod#examples"."""
        name, hash_sign, anchor = page.partition("#")
        if self.index:
            return f"{self.base}{name or 'index'}.html{hash_sign}{anchor}"
        return f"{self.base}{name + '/' if name else ''}{hash_sign}{anchor}"

    @property
    def pages(self) -> list[str]:
        """All pages of the site that a reader gets to."""
        if self.index:
            names = [file.stem for file in self.folder.glob("*.html")]
        else:
            names = [file.parent.name for file in self.folder.glob("*/index.html")] + ["index"]
        forwards = {"demonset", "404"}
        return sorted("" if name == "index" else name for name in names if name not in forwards)


def _build(folder: Path, *options: str) -> None:
    warm.python("-m", "mkdocs", "build", "--quiet", "--site-dir", folder, *options).check_returncode()


@pytest.fixture(scope="session")
def hosted(once_for_all: Callable[[str, Callable[[Path], None]], Path]) -> Iterator[Built]:
    root = once_for_all("hosted", lambda folder: _build(folder / MOUNT))
    with served(root / MOUNT, f"/{MOUNT}/") as base:
        yield Built(root / MOUNT, base, "")


@pytest.fixture(scope="session")
def on_disk(once_for_all: Callable[[str, Callable[[Path], None]], Path]) -> Built:
    options = ("--config-file", str(ROOT / "mkdocs.offline.yml"))
    folder = once_for_all("disk", lambda folder: _build(folder / "site", *options)) / "site"
    return Built(folder, folder.as_uri() + "/", "index.html")


@pytest.fixture(params=["http", "file"])
def site(request: pytest.FixtureRequest) -> Built:
    built: Built = request.getfixturevalue("hosted" if request.param == "http" else "on_disk")
    return built


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Makes contexts of a width; further arguments are Playwright's."""

    def make(width: int = 1280, height: int = 900, **options: Any) -> BrowserContext:
        return new_context(viewport={"width": width, "height": height}, **options)

    return make


@pytest.fixture(scope="session")
def notes() -> Any:
    return parse((ROOT / "docs" / "notes.md").read_text("utf-8"))
