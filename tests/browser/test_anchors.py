"""Every anchor of the single file still lands, in a real browser, however the site is published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page
from site_tools import NOTES, Site, build, write_project

from notesite.notes.reader import parse

pytestmark = pytest.mark.browser
HEADINGS = [(h.id, h.text) for h in parse(NOTES.read_text(encoding="utf-8")).headings]

# The heading that the address names: its text without the permalink, whether it is in view, and the page's path.
_LANDED = """() => {
  const element = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!element) return null;
  const text = [...element.childNodes].filter(n => !n.classList?.contains("headerlink")).map(n => n.textContent).join("");
  const top = element.getBoundingClientRect().top;
  return {text: text.trim(), visible: top >= -1 && top < innerHeight, path: location.pathname, search: location.search};
}"""


def landed(page: Page, address: str, *, forwards: bool) -> dict[str, object]:
    """Open an address as from a link elsewhere, and tell where one ends up."""
    page.goto("about:blank")
    page.goto(address)
    if forwards:
        home = urlsplit(address).path
        page.wait_for_function("home => location.pathname !== home && document.readyState === 'complete'", arg=home)
    page.wait_for_function(f"() => ({_LANDED})()?.visible")
    found: dict[str, object] = page.evaluate(_LANDED)
    return found


def check_some(page: Page, home: str, query: str = "", every: int = 8) -> None:
    own = {"kubernates-notes", "table-of-contents"}  # what stands on the home page
    chosen = HEADINGS[::every]
    for anchor, text in chosen:
        found = landed(page, f"{home}{query}#{quote(anchor)}", forwards=anchor not in own)
        assert found["text"] == text
        assert found["search"] == query
    assert len(chosen) >= 5


def test_anchors_land(page: Page, built_site: Path, site_server: Callable[..., str]) -> None:
    check_some(page, site_server(built_site))


def test_anchors_land_in_a_folder_of_a_host_and_with_a_query(
    page: Page, built_site: Path, site_server: Callable[..., str]
) -> None:
    check_some(page, site_server(built_site, "/me/notes/"), "?from=a&b=c", every=13)


def test_anchors_land_from_the_disk(page: Page, offline_site: Path) -> None:
    check_some(page, (offline_site / "index.html").as_uri())


@pytest.mark.parametrize("form", ["hosted", "on_disk"])
def test_all_65_anchors_are_where_the_home_page_says(request: pytest.FixtureRequest, form: str) -> None:
    assert len(HEADINGS) == 65
    built = request.getfixturevalue(form)
    site = Site(built.folder)
    table = site.anchors
    home = site.page("").heading_ids
    assert sorted([*table, *home]) == sorted(anchor for anchor, _ in HEADINGS)
    for anchor, place in table.items():
        name, _, encoded = place.partition("#")
        assert name.endswith(".html" if built.index else "/")
        text = (built.folder / name / ("" if built.index else "index.html")).read_text(encoding="utf-8")
        assert unquote(encoded) == anchor
        assert f'id="{anchor}"' in text


def test_anchors_land_from_the_disk_with_a_query(page: Page, offline_site: Path) -> None:
    check_some(page, (offline_site / "index.html").as_uri(), "?from=a", every=11)


@pytest.mark.parametrize("written", ["#user-content-why-pods", "#Why-Pods", "#%77hy-pods"])
def test_other_ways_to_write_an_anchor(
    page: Page, built_site: Path, site_server: Callable[..., str], written: str
) -> None:
    assert landed(page, site_server(built_site) + written, forwards=True)["text"] == "Why Pods?"


def test_an_anchor_typed_on_the_home_page_forwards(
    page: Page, built_site: Path, site_server: Callable[..., str]
) -> None:
    page.goto(site_server(built_site))
    page.evaluate("location.hash = 'why-pods'")
    page.wait_for_url("**/pod/#why-pods")


@pytest.mark.parametrize("anchor", ["nothing-of-that-name", "", "%E0%A4%A", "__proto__", "constructor"])
def test_an_unknown_anchor_stays_on_the_home_page(
    page: Page, built_site: Path, site_server: Callable[..., str], anchor: str
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    home = site_server(built_site)
    page.goto(f"{home}#{anchor}")
    page.wait_for_load_state("load")
    assert page.evaluate("location.pathname") == "/"
    # The theme decodes fragments itself and may complain about a broken one; the site's own script must not.
    assert [problem for problem in problems if "URI malformed" not in problem] == []


def test_without_javascript_the_home_page_links_every_section(
    new_context: Callable[..., BrowserContext], built_site: Path, site_server: Callable[..., str]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    home = site_server(built_site)
    page.goto(home)
    links = page.locator("article nav.notes-contents a")
    sections = [heading.id for heading in parse(NOTES.read_text(encoding="utf-8")).headings if heading.level == 3]
    sections.remove("table-of-contents")
    assert links.count() == len(sections) == 15
    assert all(links.nth(n).is_visible() for n in range(15))
    links.nth(3).click()
    assert page.locator("h1").inner_text().strip("¶ ") == "Pod"


def test_old_addresses_lead_on(
    new_context: Callable[..., BrowserContext], tmp_path: Path, site_server: Callable[..., str]
) -> None:
    settings = "extra: {notes: {pages: {One: {slug: uno}}, redirects: {old/deep: two#part}}}\n"
    write_project(tmp_path, "# T\n\n## One\n\n## Two\n\n### Part\n\n## Three\n", extra=settings)
    assert build(tmp_path, "--strict").returncode == 0
    home = site_server(tmp_path / "site", "/sub/")
    page = new_context().new_page()
    page.goto(f"{home}one/?from=1#one")
    page.wait_for_url("**/sub/uno/?from=1#one")
    page.goto(f"{home}old/deep/")
    page.wait_for_url("**/sub/two/#part")
    plain = new_context(java_script_enabled=False).new_page()
    plain.goto(f"{home}one/")
    plain.wait_for_url("**/sub/uno/")
