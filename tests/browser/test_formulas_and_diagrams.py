"""Formulas and diagrams in Chromium: drawn over http and from the disk, without a request, in both palettes."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext
from site_tools import build, write_project

pytestmark = pytest.mark.browser
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
PALETTES = """theme:
  name: material
  font: false
  palette:
    - {scheme: default, toggle: {icon: material/brightness-7, name: Dark}}
    - {scheme: slate, toggle: {icon: material/brightness-4, name: Light}}
use_directory_urls: false
"""
NOTES = """# Notes

## Drawn

```mermaid
graph TD
  A[Quay] --> B{Storm?}
```

Let $a_1$ be, and

$$\\int_0^1 x^2 dx = SUM$$

## Plain

Words.

## Third

> [!NOTE]
> Words.

<details><summary>More</summary>words</details>

$$\\int_0^1 x^2 dx$$

| Flag | Meaning | Default | Since | Notes and more | More columns | Code | Last |
|---|---|---|---|---|---|---|---|
| `--dry-run=client` | print only | `none` | 1.18 | words that wrap around | `--all-namespaces` | `a-b` | 2 |
""".replace("SUM", " + ".join(map(str, range(60))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write_project(
        tmp_path_factory.mktemp("drawn") / "project", NOTES, extra="extra: {notes: {split_level: 2}}\n"
    )
    config = project / "mkdocs.yml"
    kept = [line for line in config.read_text("utf-8").splitlines(keepends=True) if not line.startswith("theme:")]
    config.write_text("".join(kept) + PALETTES, "utf-8")
    built = build(project)
    assert built.returncode == 0, built.text
    return project / "site"


@pytest.fixture(params=["http", "file"])
def base(request: pytest.FixtureRequest, folder: Path, site_server: Callable[..., str]) -> str:
    return site_server(folder) if request.param == "http" else folder.as_uri() + "/"


def test_all_is_drawn_in_both_palettes_without_a_request(base: str, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 1280, "height": 2000}, reduced_motion="reduce").new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{base}drawn.html")
    for palette, scheme in (("light", "default"), ("dark", "slate")):
        page.evaluate(
            "scheme => document.body.setAttribute('data-md-color-scheme', scheme)", scheme
        )  # as the toggle does
        picture = page.locator(f"figure img[src$='#only-{palette}']")
        picture.wait_for(state="visible")
        page.wait_for_function("picture => picture.complete && picture.naturalWidth", arg=picture.element_handle())
        assert page.locator("figure img:visible").count() == page.locator("figure button:visible").count() == 1
        first, second = (page.locator("math").nth(number).bounding_box() for number in (0, 1))
        assert first is not None
        assert second is not None
        assert first["width"] > 5
        assert second["height"] > first["height"]
        page.evaluate(AXE)
        found = page.evaluate("axe.run('article', {resultTypes: ['violations']})")["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    start = urlsplit(base)
    assert [url for url in asked if urlsplit(url).scheme != "data" and urlsplit(url)[:2] != start[:2]] == []


def test_what_folds_and_what_warns_takes_the_palette(base: str, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(color_scheme="dark").new_page()
    page.goto(f"{base}third.html")
    colour = "element => getComputedStyle(element).backgroundColor"
    paper = page.locator("body").evaluate(colour)
    assert [box.evaluate(colour) for box in page.locator(".admonition, details").all()] == [paper, paper]


def test_paper_holds_all_of_a_table_and_has_no_bars(base: str, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 657, "height": 900}).new_page()  # A4 without its margins
    page.emulate_media(media="print")
    page.goto(f"{base}third.html")
    place = "element => [element.getBoundingClientRect().left, element.getBoundingClientRect().right]"
    left, right = page.locator("article").evaluate(place)
    first, last = page.locator("article table").evaluate(place)
    assert left <= first < last <= right
    assert page.locator(".notes-formula").evaluate("element => getComputedStyle(element).overflow") == "visible"


def test_other_pages_pay_nothing(folder: Path) -> None:
    drawn, plain = ((folder / f"{name}.html").read_text("utf-8") for name in ("drawn", "plain"))
    assert "stylesheets/drawn.css" in drawn
    assert "drawn.css" not in plain
    assert "enlarge.js" not in plain  # no picture, nothing to enlarge
    assert drawn.count("<script") == plain.count("<script") + drawn.count("enlarge.js")
