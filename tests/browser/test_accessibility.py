"""WCAG 2.2 AA: what axe sees on every page, and what only a keyboard finds."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

ALL: Sequence[str] = ()
SOME = ("", "pod", "architecture", "commands")  # the kinds of pages: each colour and each width sees all that differs

# Where the focus is, whether it can be seen there, and whether a ring shows it.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const label = one.matches('.md-option') ? one.nextElementSibling : one;
  const ring = getComputedStyle(label);
  const shown = label.getBoundingClientRect();
  return {
    name: (one.id || one.className || one.tagName) + ': ' + (one.textContent || one.ariaLabel || '').trim().slice(0, 40),
    seen: one.checkVisibility({visibilityProperty: true, opacityProperty: label === one})
      && shown.width > 0 && shown.right > 0 && shown.left < innerWidth && shown.bottom > 0 && shown.top < innerHeight,
    ring: ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 1
      || one.matches('.md-search__input, .md-skip'),
  };
}"""

RATIO = """([selector, pseudo]) => {
  const parse = (colour) => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => {
    const c = part / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const one = document.querySelector(selector);
  const ink = parse(getComputedStyle(one, pseudo).backgroundColor);
  let under = one;
  while (parse(getComputedStyle(under).backgroundColor)[3] < 255) under = under.parentElement;
  const [low, high] = [light(ink), light(parse(getComputedStyle(under).backgroundColor))].sort((a, b) => a - b);
  return ink[3] < 255 ? 0 : (high + 0.05) / (low + 0.05);
}"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme", "names"), [(320, "light", ALL), (1280, "dark", ALL), (320, "dark", SOME), (1280, "light", SOME)]
)
def test_axe_finds_nothing(hosted: Any, context: Any, width: int, scheme: str, names: Sequence[str]) -> None:
    opened = context(width=width, color_scheme=scheme, reduced_motion="reduce")
    opened.add_init_script(AXE)
    page, found = opened.new_page(), []
    for name in names or [*hosted.pages, "404.html"]:
        page.goto(hosted.base + name if name.endswith(".html") else hosted.address(name), wait_until="load")
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [(name, v["id"], [node["html"][:120] for node in v["nodes"]]) for v in result["violations"]]
    assert found == []


@pytest.mark.parametrize("state", ["menu", "search", "term"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_what_opens(hosted: Any, context: Any, width: int, state: str) -> None:
    page = context(width=width, reduced_motion="reduce").new_page()
    page.goto(hosted.address("pod"))
    if state == "menu" and width == 320:
        page.get_by_role("button", name="Menu").click()
    elif state == "search":
        page.keyboard.press("/")
        page.locator(".md-search__input").press_sequentially("rollout")
        expect(page.locator(".md-search-result__item").first).to_be_visible()
    elif state == "term":
        page.locator("abbr.notes-term").first.focus()
    page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")  # panels slide in
    page.evaluate(AXE)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in result["violations"]] == []


@pytest.mark.parametrize("name", ["", "pod", "architecture", "commands"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_tab_stop_is_seen(site: Any, context: Any, width: int, name: str) -> None:
    page = context(width=width, reduced_motion="reduce").new_page()
    page.goto(site.address(name))
    wrong, stops = [], 0
    for _ in range(150):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            break
        stops += 1
        if not (focus["seen"] and focus["ring"]):
            wrong.append(focus)
    assert wrong == []
    assert stops > 5


def test_the_menu_is_a_button(site: Any, context: Any) -> None:
    page = context(width=320, reduced_motion="reduce").new_page()
    page.goto(site.address("pod"))
    menu = page.get_by_role("button", name="Menu")
    menu.focus()
    assert menu.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    assert menu.get_attribute("aria-expanded") == "true"
    expect(page.locator(".md-sidebar--primary")).to_be_visible()
    page.wait_for_function("document.activeElement.closest('.md-sidebar--primary') !== null")
    for _ in range(5):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus
        assert focus["seen"], focus
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.locator(".md-sidebar--primary")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 1280])
def test_escape_leaves_the_search_with_the_focus_in_sight(hosted: Any, context: Any, width: int) -> None:
    page = context(width=width, reduced_motion="reduce").new_page()
    page.goto(hosted.address("pod"))
    if width == 320:
        button = page.get_by_role("button", name="Search")
        button.focus()
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("/")
    expect(page.locator(".md-search__input")).to_be_focused()
    page.keyboard.press("Escape")
    if width == 320:
        expect(page.get_by_role("button", name="Search")).to_be_focused()
    expect(page.locator(".md-search__output")).to_be_hidden()
    page.keyboard.press("Tab")
    focus = page.evaluate(FOCUS)
    assert focus
    assert focus["seen"], focus


def test_the_skip_link_moves_the_focus(site: Any, page: Page) -> None:
    page.goto(site.address("pod"))
    page.keyboard.press("Tab")
    expect(page.locator(".md-skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_copy_icon_is_seen_without_pointing_at_it(hosted: Any, context: Any, scheme: str) -> None:
    page = context(color_scheme=scheme).new_page()
    page.goto(hosted.address("pod"))
    assert page.evaluate(RATIO, ["button[data-md-type=copy]", "::after"]) >= 3
    box = page.locator("button[data-md-type=copy]").first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize("width", [320, 390])
def test_pages_do_not_scroll_sideways(site: Any, context: Any, width: int) -> None:
    page = context(width=width).new_page()
    for name in site.pages:
        page.goto(site.address(name), wait_until="load")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        unreachable = page.evaluate(
            """[...document.querySelectorAll('article *')].filter((one) =>
              one.scrollWidth > one.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)
              && one.clientWidth && one.tabIndex < 0).map((one) => one.outerHTML.slice(0, 100))"""
        )
        assert unreachable == [], name


def test_tables_name_their_columns_and_rows(hosted: Any, page: Page) -> None:
    page.goto(hosted.address("architecture"))
    table = page.locator("article table").first
    assert table.locator("thead th[scope=col]").count() == 3
    assert table.locator("tbody th[scope=row]").count() == 5
