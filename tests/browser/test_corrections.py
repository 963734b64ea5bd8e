"""Commands that do not work: wherever one stands, its working form stands beside it, and that is what is copied."""

from __future__ import annotations

from typing import Any

import pytest
from patience import copied
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FILE = "--image=nginx --dry-run=client -o yaml > deployment.yaml"
BROKEN = {
    "pod": ("kubectl delete nginx-pod", "kubectl delete pod nginx-pod"),
    "deployment": (f"kubectl create deployment {FILE}", f"kubectl create deployment nginx {FILE}"),
}


def _copied(page: Page, button: Any) -> str:
    page.evaluate("navigator.clipboard.writeText('')")
    button.click()
    return copied(page).strip()


@pytest.mark.parametrize("name", [*BROKEN, "commands"])
def test_the_working_form_stands_under_the_broken_one_and_is_copied(site: Any, context: Any, name: str) -> None:
    page = context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(site.address(name))
    for broken, works in [BROKEN[name]] if name in BROKEN else BROKEN.values():
        block = page.locator("article .highlight", has=page.get_by_text(broken, exact=True)).first
        mark = block.locator("xpath=following-sibling::*[1]")
        expect(mark.locator("pre code")).to_have_text(f"{works}\n")
        expect(mark).to_contain_text("Does not work as written")
        fixed = mark.get_by_role("button", name="copy")
        assert _copied(page, fixed) == works
        assert _copied(page, block.locator("button")) == works
        assert block.locator("code").first.evaluate("one => getComputedStyle(one).textDecorationLine") == "line-through"


def test_all_of_a_correction_is_seen(site: Any, page: Page) -> None:
    for name, width in (("service", 1280), ("deployment", 390), ("commands", 390)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(site.address(name))
        hidden = page.locator(".notes-fix code").evaluate_all(
            "all => all.map(one => one.scrollWidth - one.clientWidth)"
        )
        assert hidden
        assert max(hidden) <= 0, name


def test_a_search_result_offers_the_working_form(site: Any, context: Any) -> None:
    page = context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(site.address("job"))
    expect(page.locator(".md-search__input")).to_have_attribute("aria-controls", "__notes_results")
    page.keyboard.press("/")
    page.keyboard.type("kubectl delete nginx-pod")
    first = page.locator("#__notes_results > li").first
    expect(first).to_contain_text("kubectl delete pod nginx-pod")
    assert first.locator("s").inner_text() == "kubectl delete nginx-pod"
    assert _copied(page, first.get_by_role("button", name="copy")) == "kubectl delete pod nginx-pod"
    page.locator(".md-search__input").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(first.get_by_role("button")).to_be_focused()


def test_what_is_right_is_told_once_for_each_section(site: Any, page: Page) -> None:
    told = {}
    for name in site.pages:
        page.goto(site.address(name))
        told[name] = page.locator(".notes-checked").all_inner_texts()
        assert "✓" not in page.locator("article").inner_text()
        for words in ("notes.md", "lines ", "baseline"):
            assert words not in " ".join(page.locator(".notes-mark").all_inner_texts())
    assert told["pod"] == ["12 of 13 commands are valid for kubectl 1.37; 1 is corrected below"]
    assert told["kubernates-workflow"] == ["11 of 12 commands are valid for kubectl 1.37; 1 is marked below"]
    page.goto(site.address("pod"))
    page.get_by_role("link", name="1 is corrected below").click()
    expect(page.locator("#cmd-delete-a-pod")).to_be_in_viewport()


def test_cautions_and_deprecations_stand_on_the_list_too(site: Any, page: Page) -> None:
    page.goto(site.address("commands"))
    rows = page.locator(".notes-row")
    expect(rows.filter(has_text="kubectl delete all --all").last).to_contain_text("Caution")
    expect(rows.filter(has_text="kubectl get endpoints").first).to_contain_text("deprecated")
