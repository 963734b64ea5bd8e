"""The drawings that stand in for remote images: complete, well-formed, and legible as Chromium paints them."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import draw_diagrams
from drawing import Box, Drawing, palette_css

HERE = Path(__file__).parent
FOLDER = draw_diagrams.FOLDER
NOTES = HERE / "cases" / "kubernates-notes-as-given.md"
ENTRIES: list[dict[str, str]] = tomllib.loads((FOLDER / "diagrams.toml").read_text(encoding="utf-8"))["diagram"]
DRAWN = {entry["file"]: (FOLDER / entry["file"]).read_text(encoding="utf-8") for entry in ENTRIES}
SVG = "{http://www.w3.org/2000/svg}"
PHONE, COLUMN = 343, 700  # pixels: the text column of a 375 px phone, and of a desktop page

each_drawing = pytest.mark.parametrize("file", sorted(DRAWN))


def test_every_remote_image_of_the_notes_has_one_drawing() -> None:
    images = re.findall(r"!\[[^]]*]\((https?://[^)\s]+)", NOTES.read_text(encoding="utf-8"))
    assert [entry["url"] for entry in ENTRIES] == images
    assert len(set(DRAWN)) == len(images) == 11


def test_every_drawing_in_the_folder_is_used() -> None:
    assert {path.name for path in FOLDER.glob("*.svg")} == set(DRAWN)


def test_every_entry_has_its_own_words() -> None:
    for key, longest in (("alt", 80), ("caption", 120), ("description", 450)):
        words = [entry[key] for entry in ENTRIES]
        assert len(set(words)) == len(words)
        assert [text for text in words if not 20 <= len(text) <= longest] == []


def test_committed_files_are_what_the_script_draws(capsys: pytest.CaptureFixture[str]) -> None:
    assert draw_diagrams.main(["--check"]) == 0, capsys.readouterr().out


def test_the_script_writes_what_is_missing_and_then_rests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "diagrams.toml").write_bytes((FOLDER / "diagrams.toml").read_bytes())
    here = ["--folder", str(tmp_path)]
    assert draw_diagrams.main([*here, "--check"]) == 1
    assert list(tmp_path.glob("*.svg")) == []
    assert draw_diagrams.main(here) == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.svg")} == DRAWN
    capsys.readouterr()
    assert draw_diagrams.main(here) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (None, "No such file"),
        ("[[diagram", "diagrams.toml: Expected"),
        ("diagram = [1]", "diagrams.toml: 'int'"),
        ("", "no drawing or no key called 'diagram'"),
        ("[[diagram]]\nfile = 'x.svg'", "no drawing or no key called 'x'"),
    ],
)
def test_a_bad_list_of_drawings_is_an_error_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str | None, complaint: str
) -> None:
    if words is not None:
        (tmp_path / "diagrams.toml").write_text(words, encoding="utf-8")
    assert draw_diagrams.main(["--folder", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


@each_drawing
def test_a_drawing_names_and_describes_itself(file: str) -> None:
    root = ET.fromstring(DRAWN[file])  # noqa: S314 -- our own file
    entry = next(entry for entry in ENTRIES if entry["file"] == file)
    texts = {node.get("id"): node.text for node in root if node.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert root.get("role") == "img"
    assert texts == {root.get("aria-labelledby"): entry["alt"], root.get("aria-describedby"): entry["description"]}


@each_drawing
def test_a_drawing_is_small_and_stands_alone(file: str) -> None:
    text = DRAWN[file]
    assert len(text.encode()) < 8000
    values = [value for node in ET.fromstring(text).iter() for value in node.attrib.values()]  # noqa: S314 -- ours
    assert [value for value in values if "//" in value] == []
    assert not re.search(
        r"(?i)<script|<image|<use|<foreignObject|\bhref=|\bon\w+=|url\(|@import|prefers-color-scheme", text
    )


@each_drawing
def test_a_drawing_can_be_inlined_into_markdown(file: str) -> None:
    """A blank line would end the block of HTML."""
    assert "\n\n" not in DRAWN[file]
    assert all(line.startswith("<") for line in DRAWN[file].splitlines())


def test_ids_are_unique_over_all_drawings() -> None:
    ids = Counter(re.findall(r'\bid="([^"]+)"', "".join(DRAWN.values())))
    assert [name for name, count in ids.items() if count > 1] == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def show(page: Page, *drawings: str, width: int = PHONE, scheme: str = "default", css: str = "") -> None:
    """Put the drawings into a page as the site does, each as wide as given."""
    figures = "".join(f'<div style="width:{width}px">{text}</div>' for text in drawings)
    style = f"<style>{palette_css()} svg {{ display: block; width: 100% }} {css}</style>"
    page.set_content(f'<!doctype html><title>t</title>{style}<body data-md-color-scheme="{scheme}">{figures}')


def problems(page: Page) -> list[str]:
    """What the measurements in Chromium find wrong."""
    found: list[str] = page.evaluate((HERE / "diagram_geometry.js").read_text(encoding="utf-8"))
    return found


@pytest.mark.browser
@pytest.mark.parametrize("font", ["DejaVu Sans", "Liberation Sans"])  # one of the widest, and one as wide as Arial
@pytest.mark.parametrize("scheme", ["default", "slate"])
@pytest.mark.parametrize("width", [PHONE, COLUMN])
def test_labels_are_legible_and_touch_nothing(page: Page, width: int, scheme: str, font: str) -> None:
    mono = font.replace("Sans", "Mono") if font.startswith("Liberation") else f"{font} Mono"
    css = f":root {{ --diagram-font: '{font}'; --diagram-code-font: '{mono}' }}"
    show(page, *DRAWN.values(), width=width, scheme=scheme, css=css)
    assert page.locator("svg.diagram").count() == len(DRAWN)
    assert problems(page) == []


@pytest.mark.browser
def test_drawings_follow_the_palette(page: Page) -> None:
    script = "[...document.querySelectorAll('svg *')].map(n => getComputedStyle(n).fill + getComputedStyle(n).stroke)"
    seen = []
    for scheme in ("default", "slate"):
        show(page, *DRAWN.values(), scheme=scheme)
        seen.append(page.evaluate(script))
    light, dark = seen
    painted = [one for one in zip(light, dark, strict=True) if one[0] != "rgb(0, 0, 0)none"]
    assert painted
    assert [one for one, other in painted if one == other] == []


@pytest.mark.browser
@pytest.mark.parametrize(("column", "expected"), [(PHONE, PHONE), (COLUMN, 520)])
def test_a_drawing_keeps_its_width_in_a_figure_that_shrinks(page: Page, column: int, expected: int) -> None:
    """Material's figures fit their content, and an SVG without a width would fall to 300 px."""
    figure = f'<figure style="width:fit-content;max-width:100%;margin:0 auto">{DRAWN["pod.svg"]}</figure>'
    style = f"<style>html {{ font-size: 20px }} {palette_css()}</style>"
    page.set_content(f'<!doctype html>{style}<div class="md-typeset" style="width:{column}px">{figure}</div>')
    assert page.locator("svg").evaluate("node => node.getBoundingClientRect().width") == expected


@pytest.mark.browser
def test_screen_readers_hear_name_and_description(page: Page) -> None:
    show(page, *DRAWN.values())
    for entry in ENTRIES:
        image = page.get_by_role("img", name=entry["alt"], exact=True)
        assert image.count() == 1
        assert entry["description"] in page.locator(f"#{image.get_attribute('aria-describedby')}").inner_html()


@pytest.mark.browser
def test_the_measurements_find_what_is_wrong(page: Page) -> None:
    """One drawing with every fault the other tests rely on being found."""
    bad = Drawing(200)
    one = bad.box(Box(12, 12, 60, 40), "pod", "*much too long a label")
    two = bad.box(Box(60, 40, 60, 40), "pod")
    bad.box(Box(12, 150, 60, 40), "pod")
    bad.wire((170, 20), (170, 190))
    bad.wire((42, 100), (42, 170))
    bad.text(170, 100, "crossed")
    bad.text(250, 100, "one over")
    bad.text(255, 102, "another")
    bad.text(350, 60, "outside of it")
    assert one.right > two.x
    show(page, bad.svg("bad", "t", "d"), css=":root { --diagram-quiet: #bbb; --diagram-line: #ccc }", width=300)
    found = "\n".join(problems(page))
    for words in (
        '"much too long a label" touches a box',
        '"much too long a label" is 10.8 px small',
        '"crossed" touches a wire',
        '"one over" overlaps "another"',
        '"outside of it" leaves the drawing',
        '"crossed" has contrast 1.92',
        "boxes 0 and 1 overlap",
        "a wire runs into box 2",
        "a line has contrast 1.61",
    ):
        assert f"bad: {words}" in found
