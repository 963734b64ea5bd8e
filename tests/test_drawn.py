"""Formulas and diagrams as GitHub draws them, pictures for a palette, films, directions of text."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser, LexborNode
from site_tools import command, environment, write_project

from cases_io import Case, read_cases
from notesite.diagnostics.diagnostic import Severity
from notesite.extras.home import description_of
from notesite.images.picture import Limits, Picture
from notesite.images.svg import cleaned
from notesite.notes.document import LEAVES, Kind, Node, walk
from notesite.notes.parser import read_blocks
from notesite.notes.reader import parse
from notesite.project.settings import Settings
from notesite.render.bridge import Bridge, PageContext
from notesite.render.drawn import FOLDER, Drawn, draw
from notesite.site.page_text import page_source
from notesite.site.plan import plan

GRAPH = "graph TD\n  A[Quay] --> B{Storm?}\n  B -->|yes| C[Stay]\n"


def shown(text: str, *, pictures: dict[str, Picture] | None = None) -> LexborHTMLParser:
    """The page that a site has for notes of one page."""
    notes = parse(text)
    site = plan(notes, Settings())
    bridge = Bridge()
    bridge.context = PageContext(notes, site, site.home, pictures=pictures or {}, drawn=draw(notes))
    made = Markdown(extensions=["toc", bridge]).convert(page_source(notes, site, site.home))
    return LexborHTMLParser(f"<article>{made}</article>")


def only(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    (node,) = tree.css(selector)
    return node


def fence(label: str, text: str) -> str:
    return f"```{label}\n{text}```\n"


def leaf_text(leaf: Node) -> str:
    def pieces() -> Iterator[str]:
        for node in walk(leaf.children):
            if node.kind is Kind.MATH:
                yield f"<<{node.text}>>" if node.flag else f"<{node.text}>"
            elif node.kind in {Kind.SOFT_BREAK, Kind.TEXT, Kind.CODE_SPAN}:
                yield node.text or " "

    return " ".join("".join(pieces()).split())


@pytest.mark.parametrize("case", read_cases("notes/dollars.txt"), ids=str)
def test_formulas_are_where_github_has_them(case: Case) -> None:
    found = [leaf_text(node) for node in walk(read_blocks(case.input)) if node.kind in LEAVES]
    assert found == case.expected.splitlines()


def test_stray_dollars_move_no_place() -> None:
    text = "ä $5 [b](http://x.example/$y) über $x:$y *c* $z$"
    for node in walk(read_blocks(text)):
        if node.kind is Kind.LINK:
            assert node.url == "http://x.example/$y"
        if node.kind is Kind.EMPHASIS:
            start, end = node.span
            assert text[start.column - 1 : end.column - 1] == "*c*"
        if node.kind is Kind.MATH:
            assert text[node.span.start.column - 1 :] == "$z$"


@pytest.mark.parametrize(
    "text", [r"$a_1 < \{b\}$", r"$`a_1 < \{b\}`$", "$$\na_1 < \\{b\\}\n$$", fence("math", "a_1 < \\{b\\}\n")]
)
def test_a_formula_is_mathml_with_its_source(text: str) -> None:
    page = shown(text)
    (formula,) = page.css("math")
    assert only(formula, "annotation").text().strip() == r"a_1 < \{b\}"
    assert formula.css("msub")
    assert (formula.attributes.get("display") == "block") == text.startswith(("$$", "```"))
    assert "$" not in page.text()
    assert not page.css("script, [data-stash]")


def test_a_heading_with_a_formula_has_githubs_anchor_and_a_plain_title() -> None:
    notes = parse("# N\n\n## On $n^2$ steps\n")
    assert [(heading.id, heading.text) for heading in notes.headings][1] == ("on-n2-steps", "On n^2 steps")
    bridge = Bridge()
    site = plan(notes, Settings())
    bridge.context = PageContext(notes, site, site.home, drawn=draw(notes))
    reader = Markdown(extensions=["toc", bridge])
    assert "<math" in reader.convert(page_source(notes, site, site.home))
    (title,) = reader.toc_tokens  # type: ignore[attr-defined]  # of the extension `toc`
    assert title["children"][0]["name"] == "On n^2 steps"


def test_what_github_draws_besides_is_drawn() -> None:
    assert "if y=1" in draw(parse("$\\mbox{if y=1}$\n")).formulas[r"\mbox{if y=1}", False]
    assert not draw(parse("$\\text{gain_ratio & co} = \\mbox{a_b}$\n")).findings
    assert not draw(parse("the words (_$1_, _$#_, _$@_)\n")).findings  # of a shell
    assert not draw(parse("if $\\begin{align}&x\\\\&y\\end{align}$\n")).findings


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a\n\nb $\\foo$ c\n", 3, r"Unsupported function name: \foo"),
        ("$$\n\\frac{a\n$$\n", 1, "Unexpected end of input"),
        ("$$\nc =\n- d\n$$\n(at $t=0$)\n$$\ne\n$$\n", 4, "a dollar sign stands in it; one is missing"),
        ("$\\def\\a{\\a}\\a$\n", 1, "Too many expansions"),
        ("$\\includegraphics{http://x.example/a.png}$\n", 1, "not trusted"),
        (fence("math", "{" * 30_000 + "\n"), 1, "characters; the limit is"),
        ("a\n\n- x\n\n  ```mermaid\n  graph TD\n    A[ --> B\n  ```\n", 5, "Unterminated node label"),
        (fence("mermaid", "what is this\n"), 1, "No Mermaid diagram type"),
    ],
)
def test_what_cannot_be_drawn_is_reported_and_shown_as_written(text: str, line: int, reason: str) -> None:
    notes = parse(text)
    (found,) = draw(notes).findings
    assert (found.code, found.severity, found.span.start.line) == ("N_DRAW", Severity.WARNING, line)
    assert reason in found.message
    page = shown(text)
    assert not page.css("math, img")
    words = text.replace("```mermaid", "").replace("```math", "").replace("```", "").replace("- ", "", 1).split()
    assert [word for word in words if word not in page.text()] == []


@pytest.mark.parametrize("label", ["geojson", "topojson", "stl"])
def test_what_only_github_draws_is_said(label: str) -> None:
    (found,) = draw(parse(fence(label, "{}\n"))).findings
    assert (found.severity, found.message.split()[0]) == (Severity.INFO, label)
    assert not shown(fence(label, "{}\n")).css("img")


def test_a_formula_names_no_place_of_the_page() -> None:
    page = shown("$$a\\label{x}\\tag{1}$$\n")
    assert page.css("math")
    assert not page.css("math [id], math [href]")


def test_a_diagram_is_a_picture_for_each_palette_above_its_source() -> None:
    drawn = draw(parse(fence("mermaid", GRAPH)))
    page = shown(fence("mermaid", GRAPH))
    pictures = [picture.attributes for picture in page.css("figure > img[data-added]")]
    files, palettes = zip(*[(p["src"] or "").split("#") for p in pictures], strict=True)
    assert palettes == ("only-light", "only-dark")
    assert sorted(files) == sorted(drawn.files)
    assert {p["alt"] for p in pictures} == {"Diagram: yes, Quay, Storm?, Stay"}
    assert all(name.startswith(f"{FOLDER}/") for name in files)
    source = only(page, "figure > details:not([open]) code")
    assert source.text() == GRAPH


@pytest.mark.parametrize("front", ["", "---\ntitle: Harbour\nconfig:\n  look: classic\n---\n"])
def test_the_files_of_a_diagram_are_drawings_that_stand_alone(front: str) -> None:
    files = draw(parse(fence("mermaid", front + GRAPH))).files
    assert len(set(files.values())) == 2
    assert draw(parse(fence("mermaid", front + GRAPH))).files == files
    for data in files.values():
        assert not cleaned(data, Limits()).taken
        assert b"Quay" in data
        assert (b"Harbour" in data) == bool(front)


@pytest.mark.parametrize(
    ("style", "color"),
    [
        ("style A fill:#f9f,stroke:#333", "#333"),
        ("style A stroke:#333,fill: navy;", "#fff"),
        ("classDef dark fill:#222\n class A dark", "#fff"),
        ("style A fill:#f9f,color:#123456", "#123456"),
        ("style A fill:#ffffff80", "#ccc"),
        ("style A fill:what", "#ccc"),
        ("style A stroke:#333", "#ccc"),
    ],
)
def test_words_show_on_the_fill_that_the_author_chose(style: str, color: str) -> None:
    files = draw(parse(fence("mermaid", f"graph TD\n A[Quay] --> B\n {style}\n"))).files
    (dark,) = (data.decode() for name, data in files.items() if name.endswith("-dark.svg"))
    assert re.findall(r'<text[^>]* fill="([^"]*)"[^>]*>(?:<[^>]*>)*Quay', dark) == [color]


def test_active_parts_of_a_diagram_are_not_drawn() -> None:
    text = 'graph TD\n A["<script>alert(1)</script>x"] --> B\n click A "javascript:alert(1)"\n'
    for data in draw(parse(fence("mermaid", text))).files.values():
        assert not cleaned(data, Limits()).taken
        assert b"javascript:" not in data


def test_without_the_libraries_all_is_shown_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from notesite.render import drawn as module  # noqa: PLC0415  # its cache is emptied

    for name in ("quickjs", "mmdr"):
        monkeypatch.setitem(sys.modules, name, None)
    module._temml.cache_clear()
    text = f"$a$ and $b$\n\n{fence('mermaid', GRAPH)}"
    found = draw(parse(text)).findings
    assert [(d.severity, d.span.start.line, d.message.split(":")[0]) for d in found] == [
        (Severity.INFO, 1, "formulas are shown as they are written"),
        (Severity.INFO, 3, "diagrams are shown as they are written"),
    ]
    page = shown(text)
    assert "$a$ and $b$" in page.text()
    assert "A[Quay]" in page.text()
    assert not page.css("math, img")


def test_notes_without_formulas_and_diagrams_ask_for_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("quickjs", "mmdr"):
        monkeypatch.setitem(sys.modules, name, None)
    assert draw(parse(f"It costs $5 or $10.\n\n{fence('sh', 'echo $HOME')}")) == Drawn()


def test_a_description_shows_no_tex() -> None:
    notes = parse("# N\n\nLet $a + b$ and $\\sqrt{2}$ be numbers of this page.\n")
    site = plan(notes, Settings())
    assert description_of(notes, site, site.home) == "Let a + b and … be numbers of this page."


# --- Pictures for a palette


def pictures(*names: str) -> dict[str, Picture]:
    return {name: Picture(name.partition("#")[0], 40, 12, "x") for name in names}


@pytest.mark.parametrize(
    ("written", "palette"), [("gh-dark-mode-only", "dark"), ("gh-light-mode-only", "light"), ("only-dark", "dark")]
)
def test_the_fragment_of_a_palette_is_kept(written: str, palette: str) -> None:
    url = f"a.png#{written}"
    assert only(shown(f"![a]({url})", pictures=pictures(url)), "img").attributes["src"] == f"a.png#only-{palette}"


@pytest.mark.parametrize(
    ("sources", "light", "dark"),
    [
        ('<source media="(prefers-color-scheme: dark)" srcset="d.png">', "a.png", "d.png"),
        ('<source media="(prefers-color-scheme: light)" srcset="l.png 1x">', "l.png", "a.png"),
        (
            '<source media="( Prefers-Color-Scheme:dark )" srcset="d.png"><source media="(prefers-color-scheme: light)" srcset="l.png">',
            "l.png",
            "d.png",
        ),
    ],
)
def test_a_picture_with_sources_for_palettes_becomes_two(sources: str, light: str, dark: str) -> None:
    page = shown(
        f'<picture>{sources}<img alt="A" src="a.png"></picture>\n', pictures=pictures("a.png", "d.png", "l.png")
    )
    assert {p.attributes["src"] for p in page.css("img")} == {f"{light}#only-light", f"{dark}#only-dark"}
    assert len({p.attributes["alt"] for p in page.css("img")}) == 1
    assert not page.css("picture, source")


def test_a_picture_with_other_sources_stays_one() -> None:
    text = '<picture><source media="(min-width: 40em)" srcset="d.png"><img alt="A" src="a.png"></picture>\n'
    page = shown(text, pictures=pictures("a.png", "d.png"))
    assert [p.attributes["src"] for p in page.css("picture > img")] == ["a.png"]
    assert len(page.css("picture > source")) == 1


# --- Films


@pytest.mark.parametrize(
    "text", ['<video src="m/a b.mp4" autoplay></video>', '<video controls><source src="m/a b.mp4"></video>']
)
def test_a_film_of_the_project_is_played_when_asked(text: str) -> None:
    (film,) = shown(text).css("video")
    assert film.attributes["src"] == "m/a%20b.mp4"
    assert film.attributes["preload"] == "none"
    assert "controls" in film.attributes
    assert "autoplay" not in film.attributes


@pytest.mark.parametrize(
    ("text", "is_film"),
    [
        ("https://github.com/user-attachments/assets/0a1b2c3d-0000-4000-8000-000000000002", True),
        ("https://user-images.githubusercontent.com/1/2-3.mp4", True),
        ("https://user-images.githubusercontent.com/1/2-3.png", False),
        ("![A picture](https://github.com/user-attachments/assets/0a1b)", False),
        ("[words](https://github.com/user-attachments/assets/0a1b)", False),
        ("See https://github.com/user-attachments/assets/0a1b", False),
        ("https://github.com/me/kit", False),
    ],
)
def test_the_address_of_a_film_that_stands_alone_says_so(text: str, is_film: bool) -> None:
    html = shown(text)
    assert [mark.text() for mark in html.css("p > span[data-added]")] == (["▶ Video: "] if is_film else [])
    assert not is_film or [link.attributes["href"] for link in html.css("p > a")] == [text]


def test_a_film_elsewhere_is_a_link() -> None:
    page = shown(
        '<video src="https://x.example/a"></video>\n\nafter <video> <picture><source srcset="b.png"><img src="c.png"></picture>'
    )
    assert only(page, "a").attributes["href"] == "https://x.example/a"
    assert not page.css("video")
    assert page.css("picture > img")


@pytest.mark.parametrize(
    "url", ["javascript:a()", "data:text/html,x", "data:image/png;base64,x", "mailto:a@b.example", "http://["]
)
def test_no_other_address_is_a_film(url: str) -> None:
    assert not shown(f'x <video src="{url}"></video>').css("video, a")


# --- What has no words of its own


def test_tasks_and_pictures_that_are_missing_have_words_for_whoever_does_not_see() -> None:
    picture = Picture(src="", width=None, height=None, alt="", note="Missing")
    page = shown(
        "- [x] a\n- [ ] b\n\n" + '<img src="a.png" alt=""> <img src="b.png" alt="B">',
        pictures={"a.png": picture, "b.png": picture._replace(alt="B")},
    )
    assert [box.attributes["aria-label"] for box in page.css("input")] == ["Completed task", "Incomplete task"]
    assert [(p.attributes.get("role"), p.attributes.get("aria-label")) for p in page.css(".notes-missing")] == [
        (None, None),
        ("img", "B"),
    ]


# --- Direction


def test_blocks_run_as_their_first_letter_does() -> None:
    page = shown('# ملاحظات\n\nabc (docker).\n\n- هذا\n\n  x\n\n> x\n\n<p dir="ltr">y</p>\n')
    assert [node.attributes.get("dir") for node in page.css("h1, :not(li) > p, ul, blockquote")] == [
        *["auto"] * 5,
        "ltr",
    ]
    assert not page.css("li[dir], li [dir]")  # a list runs as one, so that all its marks are at one side


def test_pages_without_such_letters_say_nothing_of_direction() -> None:
    assert not shown("# Notes\n\nabc – déjà 日本\n\n- x\n").css("[dir]")


def test_a_build_with_a_diagram_ends_without_a_word(tmp_path: Path) -> None:
    write_project(tmp_path / "p", f"# T\n\n{fence('mermaid', GRAPH)}")
    done = subprocess.run(
        command("build", "-q"), cwd=tmp_path / "p", env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout + done.stderr == ""
