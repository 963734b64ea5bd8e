"""Mirrored originals in a real browser: sizes, no layout shift, and the dialog, over HTTP and from the disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pictures
import pytest
import warm
from patience import IDLE, wait_until
from playwright.sync_api import Page, Route, expect
from serving import served

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"a.png": (640, 360), "b.jpg": (320, 200), "c.webp": (300, 300), "d.gif": (200, 120), "e.svg": (400, 300)}
SECTIONS = "".join(
    f"\n## Picture {name[0]}\n\nWords before.\n\n![What {name[0]} shows here]({{host}}/{name})\n\nWords after the picture.\n"
    for name in SIZES
)
# Layout shifts that no input caused, as browsers count them for people.
SHIFTS = """() => new Promise(done => {
  let sum = 0
  const add = entries => { for (const one of entries) if (!one.hadRecentInput) sum += one.value }
  const observer = new PerformanceObserver(list => add(list.getEntries()))
  observer.observe({ type: "layout-shift", buffered: true })
  const told = () => { add(observer.takeRecords()); done(sum) }
  requestAnimationFrame(() => requestIdleCallback(told, { timeout: 2000 }))
})"""


def _bytes_of(name: str) -> bytes:
    kind, (width, height) = name.split(".")[1], SIZES[name]
    if kind == "svg":
        return pictures.svg('<rect width="400" height="300"/>', 'width="400" height="300"')
    return pictures.raster({"jpg": "JPEG"}.get(kind, kind.upper()), width, height)


@pytest.fixture(scope="session")
def project(once_for_all: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """Five originals on a host of our own, mirrored by the script, published by two builds."""
    return once_for_all("originals", _publish)


def _publish(folder: Path) -> None:
    (folder / "host").mkdir()
    for name in SIZES:
        (folder / "host" / name).write_bytes(_bytes_of(name))
    with served(folder / "host") as base:
        _mirror(folder, base.removesuffix("/"))
    for name in ("mkdocs.yml", "disk.yml"):
        warm.python("-m", "mkdocs", "build", "-q", "-f", name, cwd=folder).check_returncode()


def _mirror(folder: Path, host: str) -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "notes.md").write_text("# Pictures\n" + SECTIONS.replace("{host}", host), "utf-8")
    hooks = f"  - {ROOT}/hooks/notes_site.py\n"
    config = f"site_name: Pictures\ntheme: {{name: material, font: false}}\nextra: {{notes: {{split_level: 2}}}}\nhooks:\n{hooks}"
    (folder / "mkdocs.yml").write_text(config, "utf-8")
    (folder / "disk.yml").write_text("INHERIT: mkdocs.yml\nuse_directory_urls: false\nsite_dir: disk\n", "utf-8")
    # In CI the script opens no connection by itself; this one is to our own host.
    script = [str(ROOT / "scripts" / "mirror_images.py"), "--allow-host", "127.0.0.1"]
    warm.python(*script, cwd=folder, env={**os.environ, "CI": ""}).check_returncode()


@pytest.fixture(params=["http", "file"])
def address(request: pytest.FixtureRequest, project: Path, site_server: Callable[..., str]) -> Callable[[str], str]:
    if request.param == "http":
        base = site_server(project / "site")
        return lambda page: f"{base}{page}/"
    return lambda page: (project / "disk" / f"{page}.html").as_uri()


def test_every_original_is_shown_from_the_site_at_its_size(address: Callable[[str], str], page: Page) -> None:
    for name, size in SIZES.items():
        page.goto(address(f"picture-{name[0]}"))
        image = page.locator("figure img")
        image.scroll_into_view_if_needed()
        page.wait_for_function("() => [...document.images].every(one => one.complete && one.naturalWidth)")
        assert image.evaluate("one => [+one.getAttribute('width'), +one.getAttribute('height')]") == list(size), name
        assert image.evaluate("one => [one.naturalWidth, one.naturalHeight]") == list(size), name
        assert "127.0.0.1" not in image.evaluate("one => one.getAttribute('src')")


def test_nothing_moves_when_a_picture_comes_late(project: Path, site_server: Callable[..., str], page: Page) -> None:
    held: list[Route] = []
    base = site_server(project / "site")
    page.route("**/images/**", lambda route: held.append(route))  # noqa: PLW0108  # a bound built-in takes no mark of Playwright
    for name in SIZES:
        page.goto(f"{base}picture-{name[0]}/", wait_until="domcontentloaded")
        wait_until(lambda: page.evaluate(IDLE) or held, "the picture is asked for")
        held.pop().continue_()  # it comes when all else is there
        page.wait_for_load_state("load")
        assert page.evaluate(SHIFTS) < 0.01, name  # a picture whose size is unknown moves what follows by a tenth


def test_a_picture_is_enlarged_by_mouse_and_by_keyboard(address: Callable[[str], str], page: Page) -> None:
    page.goto(address("picture-a"))
    dialog = page.locator("dialog.notes-dialog")
    page.locator("figure img").click()
    expect(dialog).to_be_visible()
    expect(dialog.locator("img")).to_have_js_property("naturalWidth", SIZES["a.png"][0])
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    button = page.get_by_role("button", name="Enlarge: What a shows here")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
