"""How pages are laid out: on phones, in forced colours, on paper, large, and where a page is missing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["pod", "deployment", "service", "multi-container-pods"])
def test_what_a_thing_is_comes_before_its_drawing(site: Any, page: Page, name: str) -> None:
    page.goto(site.address(name))
    words = page.locator("article :is(p, li):not([data-added] *, .notes-figure *)", has_text="a").first.bounding_box()
    drawing = page.locator("article .notes-drawing").first.bounding_box()
    assert words is not None
    assert drawing is not None
    assert words["y"] + words["height"] <= drawing["y"]


def test_captions_say_what_is_shown_and_lead_to_the_original(hosted: Any, page: Page) -> None:
    page.goto(hosted.address("pod"))
    caption = page.locator("figcaption").first
    expect(caption).not_to_contain_text("not available")
    expect(caption.get_by_role("link", name="Original picture")).to_have_attribute(
        "href", "https://res.cloudinary.com/djgwvmcdl/image/upload/v1752939295/f8416e8e-712a-4c53-8de8-066626d2688a.png"
    )


def test_headings_have_no_marks_where_nothing_hovers(hosted: Any, context: Any) -> None:
    page = context(width=390, height=844, has_touch=True, is_mobile=True).new_page()
    page.goto(hosted.address("pod"))
    marks = page.locator("article .headerlink")
    assert {mark.evaluate("one => getComputedStyle(one).opacity") for mark in marks.all()} == {"0"}


def test_icons_of_copy_buttons_are_seen_in_forced_colours(hosted: Any, context: Any) -> None:
    page = context(forced_colors="active").new_page()
    page.goto(hosted.address("pod"))
    button = page.locator(".md-code__button").first
    expect(button).to_be_attached()
    colours = button.evaluate(
        "one => [getComputedStyle(one, '::after').backgroundColor, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours[0] != colours[1]
    assert colours[0] != "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_enlarging_fits_the_screen_first_and_zooms_second(site: Any, context: Any, width: int, height: int) -> None:
    page = context(width=width, height=height).new_page()
    page.goto(site.address("pod"))
    page.get_by_role("button", name="Enlarge").first.click()
    dialog = page.locator("dialog[open]")
    picture = dialog.locator("svg").bounding_box()
    assert picture is not None
    assert min(picture["x"], picture["y"]) >= 0
    assert picture["x"] + picture["width"] <= width
    assert picture["y"] + picture["height"] <= height
    assert max(picture["width"] / width, picture["height"] / height) > 0.8
    dialog.get_by_role("button", name="Zoom in").click()
    larger = dialog.locator("svg").bounding_box()
    assert larger is not None
    assert larger["width"] > 1.5 * picture["width"]
    dialog.get_by_role("button", name="Fit the screen").click()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize(("asked", "meant"), [("deploymnt", "Deployment"), ("cronjobs", "Cron Job"), ("zzz", "")])
def test_a_missing_page_names_the_nearest(hosted: Any, page: Page, asked: str, meant: str) -> None:
    missing = (hosted.folder / "404.html").read_text("utf-8")
    address = f"{hosted.base}{asked}/"
    page.route(address, lambda route: route.fulfill(status=404, content_type="text/html", body=missing))
    page.goto(address)
    told = page.locator("[data-notes-nearest]")
    expect(page.locator("article li a").first).to_be_visible()
    if meant:
        expect(told.get_by_role("link", name=meant, exact=True)).to_be_visible()
    else:
        expect(told).to_be_hidden()
    page.get_by_role("button", name="Search the notes").click()
    expect(page.locator(".md-search__input")).to_be_focused()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_titles_of_cards_stand_beside_their_icons(hosted: Any, context: Any, width: int) -> None:
    page = context(width=width).new_page()
    page.goto(hosted.address(""))
    for card in page.locator(".notes-card").all():
        icon = card.locator(".notes-card__icon").bounding_box()
        lines = card.locator(".notes-card__title").evaluate("one => [...one.getClientRects()].map(box => box.left)")
        assert icon is not None
        assert all(left >= icon["x"] + icon["width"] for left in lines)


def test_the_home_page_has_no_hole(hosted: Any, context: Any) -> None:
    page = context(width=1440).new_page()
    page.goto(hosted.address(""))
    words, picture = (
        page.locator(".notes-hero__words > *").last.bounding_box(),
        page.locator(".notes-hero").bounding_box(),
    )
    assert words is not None
    assert picture is not None
    assert picture["y"] + picture["height"] - words["y"] - words["height"] < 80


def test_commands_are_a_sheet_of_two_columns_and_two_pages(hosted: Any, context: Any) -> None:
    page = context(width=1440).new_page()
    page.goto(hosted.address("commands"))
    lefts = page.locator(".notes-row").evaluate_all(
        "all => [...new Set(all.map(one => Math.round(one.getBoundingClientRect().left)))]"
    )
    assert len(lefts) == 2
    page.locator(".notes-row").last.scroll_into_view_if_needed()
    expect(page.get_by_label("Filter commands")).to_be_in_viewport()
    assert len(PdfReader(io.BytesIO(page.pdf(format="A4"))).pages) == 2


def test_addresses_that_stand_in_for_others_are_not_offered(hosted: Any, page: Page) -> None:
    page.goto(hosted.address("config-maps"))
    assert page.locator("[title='Edit this page'], .notes-apply").count() == 0
    expect(page.get_by_role("link", name="Download configmap-app-config.yaml")).to_be_visible()
