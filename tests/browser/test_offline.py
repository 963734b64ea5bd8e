"""The offline copy as readers open it: from a folder, in Chromium, with the network cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import bundled
import pytest
from patience import BROWSER, IDLE
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

pytestmark = pytest.mark.browser

FOLDER = "Meine Notizen – ünïcödé 日本 (50 %)"
COPY = "button[data-md-type='copy'], button.md-clipboard, .md-code__button[data-md-type='copy']"
# What readers type, and the page that answers it.
QUERIES = (
    ("etcd", "architecture"),
    ("nodeport", "service"),
    ("base64", "secrets"),
    ("rollout undo", "deployment"),
    ("init container", "multi-container-pods"),
    ("cron", "cron-job"),
    ("configmap", "config-maps"),
    ("loadbalancer", "service"),
)


class Watch:
    """What a page asked for, and what it complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self.external: list[str] = []
        self.failed: list[str] = []
        self.errors: list[str] = []
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("console", lambda message: self._said(message.type, message.text))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).scheme not in {"file", "data", "blob", "about"}:
            self.external.append(request.url)

    def _failed(self, request: Request) -> None:
        # What a page was still asking for when the test left it is aborted, not failed.
        if request.failure != "net::ERR_ABORTED":
            self.failed.append(request.url)

    def _said(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.errors.append(text)

    def assert_silent(self) -> None:
        """Nothing was asked of a network, nothing failed, nothing was wrong."""
        assert (self.external, self.failed, self.errors) == ([], [], [])


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled.shipped().unpack(tmp_path_factory.mktemp("offline") / FOLDER)


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("single") / f"{FOLDER}.html"
    path.write_bytes(bundled.shipped().single.read_bytes())
    return path


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True, permissions=["clipboard-read", "clipboard-write"])
    context.route(lambda url: urlsplit(url).scheme in {"http", "https", "ws", "wss"}, lambda route: route.abort())
    context.set_default_timeout(BROWSER)
    yield context
    context.close()


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    return Watch(context)


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    assert not watch.external
    return context.new_page()


def fences(first: int = 1, last: int = 10**9) -> list[str]:
    """The code of the notes between two lines, as it is to be copied: without the last line's end."""
    found = [f for f in bundled.shipped_notes().notes.fences if first <= f.span.start.line <= last]
    return [fence.text.removesuffix("\n") for fence in found]


def all_pages(copy: Path) -> list[Path]:
    """Every page of the copy; those that only lead on to another are tried by a test of their own."""
    return sorted(path for path in copy.rglob("*.html") if 'http-equiv="refresh"' not in path.read_text("utf-8"))


def test_an_old_address_leads_on_with_its_anchor(page: Page, copy: Path, watch: Watch) -> None:
    page.goto(f"{(copy / 'demonset.html').as_uri()}?a=b#creating-demonset")
    page.wait_for_url("**/daemonset.html?a=b#creating-demonset")
    watch.assert_silent()


def test_every_page_loads_without_a_request_a_failure_or_an_error(page: Page, copy: Path, watch: Watch) -> None:
    names = {path.stem for path in copy.glob("*.html")}
    assert names >= {own.slug or "index" for own in bundled.shipped_notes().site.pages}
    for path in all_pages(copy):
        page.goto(path.as_uri(), wait_until="load")
        page.evaluate(IDLE)
        assert page.locator("h1").count() == 1, path.name
        broken = page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)")
        assert broken == [], path.name
    watch.assert_silent()


def test_every_link_of_every_page_stays_in_the_copy_or_says_that_it_leaves(page: Page, copy: Path) -> None:
    for path in all_pages(copy):
        page.goto(path.as_uri())
        links: list[list[str]] = page.evaluate(
            "[...document.querySelectorAll('a[href]')].map(a => [a.href, String('external' in a.dataset)])"
        )
        for address, external in links:
            parts = urlsplit(address)
            assert (parts.scheme in {"http", "https"}) == (external == "true"), address
            if parts.scheme == "file":
                assert Path(unquote(parts.path)).is_file(), f"{path.name}: {address}"


@pytest.mark.parametrize("start", ["index.html", "service.html"])
def test_search_answers_at_once_from_any_page(page: Page, copy: Path, watch: Watch, start: str) -> None:
    for query, wanted in QUERIES:
        page.goto((copy / start).as_uri())
        page.locator("input[data-md-component='search-query']").click()
        # The theme listens to keys, not to the field's value.
        page.locator("input[data-md-component='search-query']").press_sequentially(query, delay=5)
        first = page.locator(".md-search-result__item a").first
        # Until the last letter is answered, an earlier one's results stand there.
        expect(first, query).to_have_attribute("href", re.compile(rf"/{wanted}\.html"))
    page.locator(".md-search-result__item a").first.click()
    page.wait_for_url("**/service.html*")
    watch.assert_silent()


def test_every_code_block_has_a_button_that_copies_exactly_its_text(page: Page, copy: Path) -> None:
    copied: list[str] = []
    for own in bundled.shipped_notes().site.pages:
        page.goto((copy / f"{own.slug or 'index'}.html").as_uri())
        expected = fences(own.first, own.last)
        buttons = page.locator("article .highlight:not([data-added] *)").locator(COPY)
        expect(buttons).to_have_count(len(expected))
        for number in range(buttons.count()):
            buttons.nth(number).scroll_into_view_if_needed()
            buttons.nth(number).click(force=True)
            text = page.evaluate("navigator.clipboard.readText()")
            corrected = buttons.nth(number).evaluate(
                "one => one.closest('.highlight').nextElementSibling?.dataset.copy"
            )
            assert text == (corrected or expected[number]).rstrip()  # the theme leaves white space at the end out
            copied.append(text)
    assert len(copied) == len(fences()) > 0


def test_the_chosen_palette_stays_on_the_next_page(page: Page, copy: Path) -> None:
    page.goto((copy / "index.html").as_uri())
    before = page.locator("body").get_attribute("data-md-color-scheme")
    page.locator("label[for^='__palette']:visible").click()
    after = page.locator("body").get_attribute("data-md-color-scheme")
    assert {before, after} == {"default", "slate"}
    page.goto((copy / "pod.html").as_uri())
    assert page.locator("body").get_attribute("data-md-color-scheme") == after


def test_every_anchor_of_the_single_notes_file_is_known_to_the_home_page(page: Page, copy: Path) -> None:
    page.goto((copy / "index.html").as_uri())
    table: dict[str, str] = page.evaluate("JSON.parse(document.getElementById('__notes_anchors').textContent)")
    places = {anchor: place for anchor, place in bundled.shipped_notes().site.anchors.items() if not place.page.is_home}
    assert {anchor: unquote(address) for anchor, address in table.items()} == {
        anchor: f"{place.page.slug}.html#{place.id}" for anchor, place in places.items()
    }
    assert len(table) > 40
    for anchor in sorted(table)[::8]:
        page.goto("about:blank")
        page.goto(f"{(copy / 'index.html').as_uri()}#{anchor}")
        page.wait_for_url(f"**/{table[anchor]}")
        assert page.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null")


def test_every_picture_can_be_enlarged(page: Page, copy: Path, watch: Watch) -> None:
    seen = 0
    for path in all_pages(copy):
        page.goto(path.as_uri())
        buttons = page.locator("article .notes-enlarge")
        assert buttons.count() == page.locator("article [data-enlarge]").count(), path.name
        for number in range(buttons.count()):
            buttons.nth(number).click()
            assert page.locator("dialog[open] :is(svg, img)").first.is_visible()
            page.keyboard.press("Escape")
            assert page.locator("dialog[open]").count() == 0
            assert buttons.nth(number).evaluate("button => button === document.activeElement")
        seen += buttons.count()
    assert seen == len(bundled.shipped_notes().notes.images)
    watch.assert_silent()


def test_every_page_says_which_notes_it_was_made_from(page: Page, copy: Path) -> None:
    digest = (copy / "BUILD.txt").read_text(encoding="utf-8").split("notes-sha256: ")[1][:12]
    for path in all_pages(copy):
        page.goto(path.as_uri())
        stamp = page.locator(".build-stamp").inner_text()
        assert digest in stamp
        assert "2023-11-14" in stamp


# --- One file


def test_the_single_file_asks_for_nothing(page: Page, single: Path, watch: Watch) -> None:
    page.goto(single.as_uri())
    page.evaluate(IDLE)
    assert page.locator("h1").count() == 1
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0
    watch.assert_silent()


def test_the_single_file_is_found_in(page: Page, single: Path, watch: Watch) -> None:
    titles = {own.slug: own.heading.text for own in bundled.shipped_notes().site.pages if own.heading}
    page.goto(single.as_uri())
    for query, wanted in QUERIES:
        page.keyboard.press("/")
        page.locator("input[type=search]").fill(query)
        first = page.locator(".book-hits a").first
        assert titles[wanted] in first.inner_text(), query
        page.keyboard.press("Enter")
        anchor = page.evaluate("decodeURIComponent(location.hash.slice(1))")
        heading = page.locator(f"[id='{anchor}']")
        assert page.locator("article").filter(has=heading).locator("h1, h2").first.inner_text() == titles[wanted]
        assert page.evaluate("CSS.highlights.get('book-found').size") > 0
        page.keyboard.press("Escape")
        page.locator("main").focus()
    watch.assert_silent()


def test_the_single_file_says_when_nothing_is_found(page: Page, single: Path) -> None:
    page.goto(single.as_uri())
    page.locator("input[type=search]").fill("no such words")
    assert page.locator("[id='__book_count']").inner_text() == "No sections"
    assert page.locator(".book-hits a").count() == 0


def test_the_single_file_copies_exactly(page: Page, single: Path) -> None:
    page.goto(single.as_uri())
    buttons = page.locator(".book-copy")
    assert buttons.count() == page.locator("pre > code").count()
    copied: list[str] = []
    for number in range(buttons.count()):
        buttons.nth(number).click()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    # A page of all commands may repeat some; nothing of the notes is missing but what is corrected.
    shown = {text.strip() for text in page.locator("[data-added] pre > code").all_inner_texts()}
    corrected = page.locator("[data-copy]").evaluate_all("all => all.map(one => one.dataset.copy)")
    assert (Counter(fences()) - Counter(copied)).total() <= len(corrected)
    assert set(copied) <= {line for text in fences() for line in (text, *text.split("\n"))} | set(corrected) | shown


def test_the_single_file_enlarges_its_pictures(page: Page, single: Path, watch: Watch) -> None:
    page.goto(single.as_uri())
    buttons = page.locator(".notes-enlarge")
    assert buttons.count() >= len(bundled.shipped_notes().notes.images)
    buttons.first.click()
    assert page.locator("dialog[open] :is(svg, img)").first.is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    watch.assert_silent()


def test_the_single_file_keeps_its_palette(page: Page, single: Path) -> None:
    page.goto(single.as_uri())
    before = page.locator("html").get_attribute("data-md-color-scheme")
    page.get_by_role("button", name="Dark mode").click()
    after = page.locator("html").get_attribute("data-md-color-scheme")
    assert {before, after} == {"default", "slate"}
    page.reload()
    assert page.locator("html").get_attribute("data-md-color-scheme") == after


def test_every_anchor_of_the_notes_is_in_the_single_file(page: Page, single: Path) -> None:
    page.goto(single.as_uri())
    anchors = sorted(bundled.shipped_notes().site.anchors)
    missing = page.evaluate("(anchors) => anchors.filter(a => !document.getElementById(a))", anchors)
    assert missing == []
    dead = page.evaluate(
        "[...document.querySelectorAll(\"a[href^='#']\")].map(a => decodeURIComponent(a.hash.slice(1)))"
        ".filter(id => !document.getElementById(id))"
    )
    assert dead == []
    twice = page.evaluate(
        "(ids => ids.filter((id, i) => ids.indexOf(id) < i))([...document.querySelectorAll('[id]')].map(e => e.id))"
    )
    assert twice == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_single_file_fits_the_screen(page: Page, single: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(single.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("input[type=search]").fill("pod")
    box = page.locator(".book-hits").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_the_single_file_reads_without_scripts(browser: Browser, single: Path) -> None:
    with browser.new_context(offline=True, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(single.as_uri())
        assert page.get_by_role("navigation", name="Contents of this file").get_by_role("link").first.is_visible()
        assert page.locator("input[type=search]").is_hidden()
        assert page.locator("main h1").is_visible()
