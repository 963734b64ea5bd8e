"""What the search finds, typed into its box in a real browser, served over HTTP and opened from the disk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import warm
from patience import LONGEST, copied
from playwright.sync_api import BrowserContext, Page, expect
from site_tools import ROOT, environment

pytestmark = pytest.mark.browser

CASES = json.loads((Path(__file__).parents[1] / "cases" / "search" / "queries.json").read_text("utf-8"))
OFFLINE = """\
INHERIT: mkdocs.yml
use_directory_urls: false
plugins: [search, notesite, offline]
extra: {offline: true}
"""
# Types a query as an input method does, and gives the visible results once the box shows those of this query: what it says
# of an empty query, with which a page begins, stands between any two.
ASK = """async (query) => {
  const input = document.querySelector('.md-search__input');
  const list = document.getElementById(input.getAttribute('aria-controls'));
  const meta = document.querySelector('.md-search-result__meta');
  const changed = (wanted) => new Promise((done, failed) => {
    const look = () => wanted() && (observer.disconnect(), done());
    const observer = new MutationObserver(look);
    observer.observe(meta.parentElement, {childList: true, subtree: true, characterData: true});
    look();
    setTimeout(failed, LONGEST, new Error(`no answer to ${query}`));
  });
  const type = (text) => { input.value = text; input.dispatchEvent(new InputEvent('input', {bubbles: true})); };
  const none = window.saysOfNone ??= meta.textContent;
  type('');
  await changed(() => meta.textContent === none && !list.querySelector('a'));
  type(query);
  await changed(() => meta.textContent !== none);
  return [...list.querySelectorAll('a')].filter((a) => a.checkVisibility()).map((a) => [a.href, a.innerText]);
}""".replace("LONGEST", str(LONGEST * 1000))


def _built(folder: Path, text: str, config: str = "mkdocs.yml") -> Path:
    """The built site of a new project of these notes."""
    (folder / "notes.md").write_text(text, encoding="utf-8")
    new = [str(ROOT / "scripts" / "new_site.py"), str(folder / "notes.md"), "--output", str(folder / "project")]
    build = ["-m", "mkdocs", "build", "-q", "-f", str(folder / "project" / config), "-d", str(folder / "site")]
    for command in (new, build):
        warm.python(*command, env=environment()).check_returncode()
        if config != "mkdocs.yml":
            (folder / "project" / config).write_text(OFFLINE, encoding="utf-8")
    return folder / "site"


def _open(page: Page, key: str = "/") -> None:
    told = page.locator(".md-search-result__meta")
    loading = str(told.text_content())
    expect(page.locator(".md-search__input")).to_have_attribute("aria-controls", "__notes_results")
    page.keyboard.press(key)
    expect(page.locator(".md-search__input")).to_be_focused()
    expect(told).not_to_have_text(loading)  # afterwards it does not change by itself


def _fits(hits: Sequence[tuple[str, str]], most: int, patterns: Sequence[str]) -> bool:
    for wanted, text in (pattern.split("|", 1) for pattern in patterns if "|" in pattern):
        for address, shown in hits[:most]:
            name = re.sub(r"(?:\.html|/)?(?:\?[^#]*)?(?:#.*)?$", "", address).rpartition("/")[2]
            if wanted in {"*", name} and re.search(text, shown, re.IGNORECASE):
                return True
    return "-" in patterns and not hits


def _missed(page: Page, rows: Sequence[tuple[str, int, Sequence[str]]]) -> list[str]:
    return [query for query, most, patterns in rows if not _fits(page.evaluate(ASK, query), most, patterns)]


def test_queries_find_what_readers_look_for(site: Any, page: Page) -> None:
    page.goto(site.address("pod"))
    _open(page)
    missed = _missed(page, CASES["notes"])
    assert len(missed) <= len(CASES["notes"]) // 50, missed


@pytest.mark.parametrize("form", ["http", "file"])
def test_scripts_without_spaces_and_symbols_are_found(
    page: Page, tmp_path: Path, site_server: Callable[..., str], form: str
) -> None:
    folder = _built(tmp_path, CASES["languages_notes"], "mkdocs.yml" if form == "http" else "mkdocs.offline.yml")
    page.goto(site_server(folder) if form == "http" else (folder / "index.html").as_uri())
    _open(page)
    assert _missed(page, CASES["languages"]) == []


@pytest.mark.parametrize("key", ["/", "Control+k", "Meta+k", "Control+K"])
def test_keys_open_the_search_and_arrows_lead_to_a_result(site: Any, page: Page, key: str) -> None:
    page.goto(site.address("pod"))
    _open(page, key)
    page.locator(".md-search__input").fill("undo rollout")  # one query: later ones would make the list anew
    expect(page.locator("#__notes_results a").first).to_contain_text("Undo Rollout")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#__notes_results a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/deployment.*#cmd-undo-rollout$"))


def test_a_result_shows_what_matched_and_never_a_synonym(hosted: Any, page: Page) -> None:
    page.goto(hosted.address(""))
    _open(page)
    hits = page.evaluate(ASK, "ownerless ssh")
    assert hits
    assert not any("ssh, " in text for _, text in hits)
    (address, text), *_ = page.evaluate(ASK, "-o yaml > nginx-pod.yaml")
    assert "#cmd-" in address
    assert "kubectl run" in text
    assert "-o yaml > nginx-pod.yaml" in text
    (_, text), *_ = page.evaluate(ASK, "statefulset")
    assert "Manages stateful apps" in text


def test_titles_and_texts_are_never_html(page: Page, tmp_path: Path, site_server: Callable[..., str]) -> None:
    attack = "<img src=x onerror=document.title=1>"
    said = attack.replace("<", "&lt;")
    text = f"# N\n\n## One `{attack}`\n\nwords `{attack}`\n\n## Two\n\n- Say {said}\n```sh\necho '{attack}'\n```\n"
    page.goto(site_server(_built(tmp_path, text)))
    _open(page)
    for query in ("one", "words", "img", "echo", "onerror"):
        hits = page.evaluate(ASK, query)
        assert any(attack in text for _, text in hits), query
    assert page.locator("#__notes_results img").count() == 0


def test_nothing_is_loaded_before_someone_turns_to_the_search(hosted: Any, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(hosted.address("pod"), wait_until="networkidle")
    assert not [url for url in asked if "search" in url]
    _open(page)
    page.evaluate(ASK, "pod")
    assert [url for url in asked if url.endswith("/search.js")]


def test_a_broken_block_is_found_with_its_working_form(
    new_context: Callable[..., BrowserContext], tmp_path: Path, site_server: Callable[..., str]
) -> None:
    service = (
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: "<img src=x>"\nspec:\n  ports:\n  - port: 80\n    %s: 8080\n'
    )
    commands = "kubectl get pods\nkubectl delete shop-pod\nkubectl get svc"
    text = f"# N\n\n## Door\n\n```yaml\n{service % 'targetport'}```\n\n## Shop\n\n```sh\n{commands}\n```\n\n## End\n"
    page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(site_server(_built(tmp_path, text)))
    _open(page)
    first = page.locator("#__notes_results > li").first
    page.evaluate(ASK, "targetport: 8080")
    assert first.locator("s").inner_text() == "targetport: 8080"
    expect(first).to_contain_text("unknown field")
    assert first.locator(".notes-hit__fix").inner_text() == "…\n  - port: 80\n    targetPort: 8080"
    first.get_by_role("button", name="copy").click()
    assert copied(page).strip() == (service % "targetPort").strip()
    # What is right in the block is not struck.
    for query, struck in (("kubectl get svc", 0), ("kubectl delete shop-pod", 1)):
        page.evaluate(ASK, query)
        assert first.locator("s").count() == struck, query
        expect(first).to_contain_text("kubectl delete pod shop-pod")
