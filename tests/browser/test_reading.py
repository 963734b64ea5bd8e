"""What readers do on the site, in a real browser, served over HTTP and opened from the disk."""

from __future__ import annotations

import functools
import gzip
import itertools
import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from patience import IDLE, copied
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

SECTIONS = [
    "Introduction", "Architecture", "Objects", "Pod", "ReplicaSet", "Deployment", "Service", "Environment Variables",
    "Config Maps", "Secrets", "DaemonSet", "Job", "Cron Job", "Kubernates Workflow", "Multi Container Pods", "Commands",
]  # fmt: skip


def test_pages_ask_for_nothing_elsewhere_and_log_no_errors(site: Any, page: Page, notes: Any) -> None:
    pictures = {image.url for image in notes.images}
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
    for name in site.pages:
        page.goto(site.address(name), wait_until="load")
    elsewhere = {url for url in asked if not url.startswith((site.base, "data:", "blob:"))}
    assert elsewhere - pictures == set()
    assert wrong == []


def test_pages_are_small(hosted: Any, page: Page) -> None:
    page.route("**/*", lambda route: route.continue_())  # nothing comes from the cache
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    @functools.cache
    def sent(url: str) -> int:
        path = unquote(urlsplit(url.removeprefix(hosted.base)).path)
        return len(
            gzip.compress((hosted.folder / path / ("" if path[-1:] not in {"", "/"} else "index.html")).read_bytes())
        )

    too_large = {}
    for name in hosted.pages:
        asked.clear()
        page.goto(hosted.address(name), wait_until="load")
        page.evaluate(IDLE)
        own = [url for url in asked if url.startswith(hosted.base)]
        size = sum(map(sent, own))
        if len(own) > 10 or size > 80_000:
            too_large[name] = (len(own), size)
    assert too_large == {}


def test_every_page_has_one_title_and_no_level_is_skipped(hosted: Any, page: Page) -> None:
    for name in hosted.pages:
        page.goto(hosted.address(name))
        levels = page.eval_on_selector_all(
            "article :is(h1,h2,h3,h4,h5,h6)", "all => all.map(one => Number(one.tagName[1]))"
        )
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), name


def test_the_navigation_follows_the_contents_list(hosted: Any, page: Page) -> None:
    page.goto(hosted.address("pod"))
    entries = page.locator(".md-nav--primary > .md-nav__list a.md-nav__link:not(.md-nav--secondary a) .md-ellipsis")
    assert [text.strip() for text in entries.all_inner_texts()][1:] == SECTIONS
    groups = page.locator(".md-nav--primary .md-nav__item--section > label .md-ellipsis").all_inner_texts()
    page.goto(hosted.address(""))
    assert [text.strip() for text in groups] == page.locator(".notes-group__name").all_inner_texts()


def test_the_home_page_has_a_card_for_every_section(site: Any, page: Page) -> None:
    page.goto(site.address(""))
    cards = page.locator("nav.notes-contents[data-added] .notes-card")
    assert sorted(cards.locator(".notes-card__title").all_inner_texts()) == sorted(SECTIONS[:-1])
    for text in cards.locator(".notes-card__text").all_inner_texts():
        assert len(text.split()) >= 4
    assert cards.locator(".notes-card__text").count() == len(SECTIONS) - 1
    page.get_by_role("link", name="Start here: Introduction").click()
    expect(page.locator("h1")).to_contain_text("Introduction")


def test_every_code_block_is_whole_and_can_be_copied(site: Any, context: Any, notes: Any) -> None:
    page = context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    found: list[str] = []
    for name in site.pages:
        if name == "commands":
            continue
        page.goto(site.address(name))
        codes = page.locator("article pre > code:not([data-added] *)").all()
        buttons = page.locator("article .highlight:not([data-added] *) button[data-md-type=copy]")
        refused = page.locator(
            "article .highlight:has(+ .notes-mark[data-copy=''])"
        )  # broken, and no form is known that works
        expect(buttons).to_have_count(len(codes) - refused.count())
        found += [code.evaluate("code => code.textContent") for code in codes]
    assert sorted(found) == sorted(fence.text for fence in notes.fences)


def test_the_clipboard_gets_the_command(site: Any, context: Any) -> None:
    page = context(width=390, permissions=["clipboard-read", "clipboard-write"], has_touch=True).new_page()
    page.goto(site.address("deployment"))
    row = page.locator("#cmd-undo-rollout").locator("xpath=ancestor::ul[1]/following-sibling::div[1]")
    row.locator("button").tap()
    assert copied(page).strip() == "kubectl rollout undo deployment/my-deployment"


def test_a_page_can_be_copied_as_markdown(site: Any, context: Any, notes: Any) -> None:
    page = context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(site.address("job"))
    page.get_by_role("button", name="Copy this page as Markdown").click()
    words = copied(page, "# Job").partition("\n")[2]
    if site.base.startswith("http"):  # the file beside the page, whose links lead to the other pages
        assert words.strip() == (site.folder / "job" / "index.md").read_text().partition("\n")[2].strip()
    else:
        assert words.strip() in "\n".join(notes.lines)


def test_every_command_has_an_address(site: Any, page: Page) -> None:
    page.goto(site.address("commands"))
    links = page.locator(".notes-sheet .notes-row__what")
    targets = links.evaluate_all("all => all.map(one => one.href)")
    assert len(targets) == len(set(targets)) > 40
    places: dict[str, set[str]] = {}
    for target in targets:
        address, _, anchor = target.partition("#")
        places.setdefault(address, set()).add(anchor)
    for address, anchors in places.items():
        page.goto(address)
        ids = page.eval_on_selector_all("article [id]", "all => all.map(one => one.id)")
        assert anchors <= set(ids), address
        assert len(ids) == len(set(ids)), address


def test_the_commands_can_be_filtered(site: Any, page: Page) -> None:
    page.goto(site.address("commands"))
    page.get_by_label("Filter commands").press_sequentially("undo roll")
    expect(page.get_by_role("status").first).to_contain_text("1 of")
    visible = page.locator(".notes-row:visible .notes-row__what")
    assert visible.all_inner_texts() == ["Undo Rollout"]
    assert page.locator(".notes-sheet h2:visible").count() == 1
    page.get_by_label("Filter commands").fill("")
    assert visible.count() > 40


def test_rows_of_the_objects_lead_to_their_sections(site: Any, page: Page) -> None:
    page.goto(site.address("objects"))
    names = page.locator("article .notes-row-link").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label'))"
    )
    expected = ["Pod", "Deployment", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Service", "ConfigMap", "Secret"]
    assert names == [f"Section {name}" for name in expected]
    page.get_by_role("link", name="Section CronJob").click()
    expect(page.locator("h1")).to_contain_text("Cron Job")


def test_whole_manifests_can_be_downloaded(site: Any, page: Page, notes: Any) -> None:
    page.goto(site.address("config-maps"))
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download configmap-app-config.yaml").click()
    text = waiting.value.path().read_text("utf-8")
    assert text in {fence.text for fence in notes.fences}
    assert "name: app-config" in text
    applied = page.locator(".notes-apply code")
    assert applied.count() == 0  # neither a copy on disk nor a stand-in has an address that kubectl could read


def test_terms_are_explained_by_keyboard_and_by_touch(site: Any, context: Any) -> None:
    page = context(width=390, has_touch=True).new_page()
    page.goto(site.address("architecture"))
    term = page.locator("abbr.notes-term", has_text=re.compile("^etcd$")).first
    tip = page.get_by_role("tooltip")
    term.focus()
    expect(tip).to_contain_text("key-value store")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    term.evaluate("one => one.blur()")
    term.tap()
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_the_palette_is_kept_on_the_next_page(site: Any, page: Page) -> None:
    page.goto(site.address("pod"))
    before = page.locator("body").get_attribute("data-md-color-scheme")
    page.locator("label[for^=__palette]:visible").click()
    expect(page.locator("body")).not_to_have_attribute("data-md-color-scheme", str(before))
    after = page.locator("body").get_attribute("data-md-color-scheme")
    page.goto(site.address("job"))
    assert {before, after} == {"default", "slate"}
    assert page.locator("body").get_attribute("data-md-color-scheme") == after


def test_keys_lead_through_the_pages(site: Any, page: Page) -> None:
    page.goto(site.address("pod"))
    page.keyboard.press("n")
    expect(page.locator("h1")).to_contain_text("ReplicaSet")
    page.wait_for_load_state("load")  # the theme listens for keys once its script has run
    page.keyboard.press("p")
    expect(page.locator("h1")).to_contain_text("Pod")


@pytest.mark.parametrize(
    ("old", "new"), [("pod-lifecycle", "Pod Lifecycle"), ("nodeport", "NodePort"), ("demonset", "DaemonSet")]
)
def test_anchors_of_the_single_file_still_land(site: Any, page: Page, old: str, new: str) -> None:
    page.goto(site.address(f"#{old}"))
    expect(page.locator(f"#{old}")).to_contain_text(new)


def test_a_corrected_title_keeps_the_old_address_and_the_author_s_word(hosted: Any, page: Page) -> None:
    page.goto(hosted.address("demonset"))
    page.wait_for_url("**/daemonset/")
    assert page.title().startswith("DaemonSet")
    assert page.locator("h1").inner_text().startswith("DaemonSet")
    assert page.locator("h1").get_attribute("id") == "demonset"


def _search(page: Page, words: str) -> None:
    page.keyboard.press("/")
    expect(page.locator(".md-search__input")).to_be_focused()
    page.locator(".md-search__input").fill(words)  # at once, so that no results of half a word are shown first
    expect(page.locator(".md-search-result__item").first).to_be_visible()


QUERIES = {
    "undo rollout": "deployment/",
    "rollout undo": "deployment/",
    "daemonset": "daemonset/",
    "kubernetes workflow": "kubernates-workflow/",
    "configmap": "config-maps/",
    "cronjob": "cron-job/",
    "nodeport": "service/",
    "replicaset": "replicaset/",
}


@pytest.mark.parametrize("words", QUERIES)
def test_the_search_finds_the_page_first(hosted: Any, page: Page, words: str) -> None:
    page.goto(hosted.address(""))
    _search(page, words)
    links = page.locator(".md-search-result__item").first.locator("a.md-search-result__link")
    # Until the last letter is answered, an earlier one's results stand there.
    expect(links.first).to_have_attribute("href", re.compile(f"(^|/){QUERIES[words]}"))
    if "undo" in words:
        assert any(
            "#cmd-undo-rollout" in link for link in links.evaluate_all("all => all.slice(0, 2).map(one => one.href)")
        )


def test_enter_opens_the_command_and_escape_gives_the_focus_back(hosted: Any, page: Page) -> None:
    page.goto(hosted.address(""))
    page.get_by_role("button", name="Search").last.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Search").last).to_be_focused()
    _search(page, "undo rollout")
    page.locator(".md-search-result__link[href*='cmd-undo-rollout']").first.press("Enter")
    page.wait_for_url("**/deployment/**cmd-undo-rollout")


def test_pages_can_be_read_without_scripts(site: Any, context: Any) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto(site.address(""))
    assert page.locator("nav.notes-contents .notes-card__title").count() == len(SECTIONS) - 1
    assert page.locator(".notes-copy-page, [data-notes-search]").locator("visible=true").count() == 0
    page.locator(".notes-card__title", has_text="Pod").first.click()
    assert page.locator("h1").inner_text().startswith("Pod")
    page.locator(".md-footer__link--next").click()
    assert page.locator("h1").inner_text().startswith("ReplicaSet")
    page.goto(site.address("commands"))
    assert page.locator(".notes-filter").is_hidden()


def test_nothing_moves_for_who_wants_no_motion(hosted: Any, context: Any) -> None:
    page = context(reduced_motion="reduce").new_page()
    page.goto(hosted.address("pod"))
    moving = page.eval_on_selector_all(
        "*",
        "all => all.filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0"
        " || parseFloat(getComputedStyle(one).animationDuration) > 0).length",
    )
    assert moving == 0


def test_print_leaves_out_what_paper_cannot_do(hosted: Any, page: Page) -> None:
    page.goto(hosted.address("pod"))
    page.emulate_media(media="print")
    for selector in (".md-header", ".md-sidebar", ".md-code__nav", ".notes-copy-page", ".md-footer"):
        assert page.locator(selector).locator("visible=true").count() == 0, selector
    label = page.locator(".notes-lead").first
    assert label.evaluate("one => getComputedStyle(one).breakAfter") == "avoid"
    assert page.locator("h2").first.evaluate("one => getComputedStyle(one).breakAfter") == "avoid"


def test_the_search_index_keeps_the_site_s_own_words_apart(hosted: Any) -> None:
    index = json.loads((hosted.folder / "search" / "search_index.json").read_text("utf-8"))
    locations = [doc["location"] for doc in index["docs"]]
    assert len(locations) == len(set(locations))
    assert [place for place in locations if place.startswith("commands/")] == ["commands/"]
    assert not any("Start here" in doc["text"] or "Copy this page" in doc["text"] for doc in index["docs"])


PICTURES = "**/*.{png,jpg,webp,gif}"
# A hundredth of what is called good: pictures that come late move far more, and what moves less (a word by a pixel, once in
# many runs of a busy machine) nobody sees.
SHIFTS = """new PerformanceObserver(list => {
  for (const {value, sources} of list.getEntries())
    if (value > 0.001) (window.shifts ??= []).push([value, sources.map(s => s.node?.outerHTML ?? s.node?.textContent)])
}).observe({type: 'layout-shift', buffered: true})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_a_page_loads(hosted: Any, context: Any, width: int) -> None:
    page = context(width=width).new_page()
    page.add_init_script(SHIFTS)
    held: list[Route] = []
    moved = {}
    for name in hosted.pages:
        page.route(PICTURES, lambda route: held.append(route))  # noqa: PLW0108  # a bound built-in takes no mark of Playwright
        page.goto(hosted.address(name), wait_until="domcontentloaded")
        page.evaluate(IDLE)
        page.unroute(PICTURES)
        while held:  # pictures come when all else is there
            held.pop().continue_()
        page.wait_for_load_state("load")
        page.evaluate(IDLE)
        if shifts := page.evaluate("window.shifts || []"):
            moved[name] = shifts
    assert moved == {}
