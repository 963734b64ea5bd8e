"""No word is lost: what the pages show is what the notes hold, less the contents list."""

from __future__ import annotations

from collections import Counter

import fidelity
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from markdown import Markdown
from site_tools import NOTES
from site_tools import Site as BuiltSite

from notesite.notes.model import Notes
from notesite.notes.reader import parse
from notesite.project.settings import Settings
from notesite.render.bridge import Bridge, PageContext
from notesite.site.page_text import page_lines, page_source
from notesite.site.plan import Site, plan


def page_words(notes: Notes, site: Site) -> Counter[str]:
    """The visible words of all pages as the bridge renders them, without what the site adds."""
    found: Counter[str] = Counter()
    for page in site.pages:
        bridge = Bridge()
        bridge.context = PageContext(notes, site, page)
        found += fidelity.words(Markdown(extensions=[bridge]).convert(page_source(notes, site, page)))
    return found


def author_words(notes: Notes, site: Site) -> Counter[str]:
    """The visible words of the notes as GitHub shows them, less the contents list that the site replaces."""
    hidden = [number for first, last in site.hidden_lines for number in range(first, last + 1)]
    contents = "\n".join(notes.lines[number - 1] for number in hidden)
    return fidelity.words_by_github("\n".join(notes.lines)) - fidelity.words_by_github(contents)


def lost_and_added(text: str, level: int | None = None) -> tuple[Counter[str], Counter[str]]:
    notes = parse(text)
    site = plan(notes, Settings(split_level=level))
    wanted, found = author_words(notes, site), page_words(notes, site)
    return wanted - found, found - wanted


def test_the_notes_lose_no_word() -> None:
    assert lost_and_added(NOTES.read_text(encoding="utf-8")) == (Counter(), Counter())


def test_the_built_pages_lose_no_word(shipped_site: BuiltSite) -> None:
    notes = parse(NOTES.read_text(encoding="utf-8"))
    wanted = author_words(notes, plan(notes, Settings()))
    found = sum((shipped_site.page(slug).words for slug in shipped_site.search_pages), Counter[str]())
    assert sum(wanted.values()) > 3000
    assert (wanted - found, found - wanted) == (Counter(), Counter())


# --- Generated notes

WORD = st.sampled_from(
    [
        *[
            "alpha",
            "β-test",
            "日本語",
            "<NodeIP>",
            "http://<host>:80",
            "`a|b`",
            "**bold**",
            "_it_",
            "~~x~~",
            "&amp;",
            "<br>",
        ],
        *["https://x.example/a_b", "[link](#one)", "[r][ref]", "![alt](x.png)", ":rocket:", "1.", "-", "#tag", "a < b"],
        *[
            "<b>h</b>",
            "</oops>",
            "<your name>",
            "\\*",
            "*",
            "`",
            "|",
            "<!-- gone -->",
            "“q”",
            "x^2",
            "$a$",
            "me@x.example",
        ],
    ]
)
LINE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
CODE = st.lists(
    st.sampled_from(["kubectl get <pod>", "# comment", "a: 1", "", "    deep", "\tx", "</pre>"]), max_size=4
)
BLOCK = st.one_of(
    LINE,
    st.lists(LINE, min_size=1, max_size=4).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    st.lists(LINE, min_size=2, max_size=4).map(lambda x: f"1. {x[0]}\n" + "\n".join(f"   - {line}" for line in x[1:])),
    st.tuples(LINE, LINE).map(lambda x: f"- {x[0]}\n    - {x[1]}\n        - deep\n- last"),
    LINE.map(lambda line: f"> {line}\n> > inner {line}"),
    LINE.map(lambda line: f"> [!TIP]\n> so {line}"),
    LINE.map(lambda line: f"- [ ] so {line}\n- [x] done"),
    st.tuples(CODE, st.sampled_from(["yaml", "cmd", "", "sh", "nope"])).map(
        lambda x: f"```{x[1]}\n" + "".join(f"{line}\n" for line in x[0]) + "```"
    ),
    CODE.map(lambda lines: "text\n\n" + "\n".join(f"    {line}" for line in ["code", *lines]) + "\n"),
    LINE.map(lambda line: f"<details>\n<summary>{line.replace('|', '')}</summary>\n\n{line}\n\n</details>"),
    LINE.map(lambda line: f"<div>\n{line}\n</div>"),
    st.just("| a | b |\n|---|---|\n| <x> | `c\\|d` |\n| e |"),
    st.just("- item\n| a | b |\n|---|---|\n| 1 | 2 |"),
    st.just("![p](p.png)\n- under a picture"),
    st.just("[ref]: https://ref.example 'title'"),
    st.just("Setext\n------\nunder it"),
    st.just("***"),
    st.just("line one  \nline two\\\nline three"),
)
NAME = st.sampled_from(["One", "Two", "Pod", "🚀 Go", "index", "C++ & C#", "<T>", "`kubectl`", "Equal", "Equal", "!!!"])
SECTION = st.tuples(st.integers(2, 4), NAME, st.lists(BLOCK, max_size=3))


@st.composite
def notes_text(draw: st.DrawFn) -> str:
    """A notes file: a title or none, a contents list or none, sections of any level."""
    sections = draw(st.lists(SECTION, max_size=7))
    parts = draw(st.sampled_from([["# Title"], ["# Title", "intro words"], ["words before any heading"], []]))
    if draw(st.booleans()):
        parts += ["## Contents", "\n".join(f"- [{name}](#{name.lower()})" for _, name, _ in sections)]
    for level, name, blocks in sections:
        parts += [f"{'#' * level} {name}", *blocks]
    return "\n\n".join(parts) + "\n"


@hypothesis_settings(max_examples=150, deadline=None)
@given(notes_text(), st.sampled_from([None, None, 2, 3]))
def test_generated_notes_lose_no_word(text: str, level: int | None) -> None:
    assert lost_and_added(text, level) == (Counter(), Counter())


@hypothesis_settings(max_examples=100, deadline=None)
@given(notes_text(), st.sampled_from([None, 2, 3]))
def test_every_line_is_on_exactly_one_page(text: str, level: int | None) -> None:
    notes = parse(text)
    site = plan(notes, Settings(split_level=level))
    hidden = {number for first, last in site.hidden_lines for number in range(first, last + 1)}
    shown = [
        line
        for page in sorted(site.pages, key=lambda p: (p.first, p.last))
        for line in page_lines(notes, site, page).split("\n")
        if page.last >= page.first
    ]
    assert shown == ["" if number in hidden else line for number, line in enumerate(notes.lines, 1)]


def test_a_footnote_is_shown_on_every_page_that_refers_to_it() -> None:
    text = "# T\n\n## One\na[^n]\n## Two\nb[^n] c[^m]\n## Three\n[^n]: Noted.\n[^m]: Also.\n"
    notes = parse(text)
    site = plan(notes, Settings())
    shown = {}
    for page in site.pages:
        bridge = Bridge()
        bridge.context = PageContext(notes, site, page)
        words = fidelity.words(Markdown(extensions=[bridge]).convert(page_source(notes, site, page)))
        shown[page.slug] = [word for word in ("Noted.", "Also.") if words[word]]
    assert shown == {"": [], "one": ["Noted."], "two": ["Noted.", "Also."], "three": []}


def test_first_lines_that_look_like_metadata_are_text() -> None:
    text = "Title: x\nAuthor: me\n\n## One\nkey: value\n\n## Two\nb\n## Three\nc\n"
    assert lost_and_added(text) == (Counter(), Counter())
