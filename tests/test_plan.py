"""From the notes to a site: the contents list, the level of the sections, pages, addresses, anchors."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from site_tools import NOTES

from cases_io import Case, read_cases
from notesite.build import Build
from notesite.cli import common
from notesite.diagnostics.diagnostic import CODES, Report, Severity, told_once
from notesite.notes.anchors import RESERVED, Slugs, github_anchor
from notesite.notes.contents import in_page_anchor
from notesite.notes.limits import Limits
from notesite.notes.model import origin_of
from notesite.notes.reader import parse
from notesite.project.config import open_project
from notesite.project.settings import PageSettings, Settings
from notesite.site.anchor_targets import check_links
from notesite.site.plan import Place, Site, plan
from notesite.site.section_names import unused_page_settings


def planned(text: str, **settings: Any) -> Site:
    return plan(parse(text), Settings(**settings))


def described(site: Site) -> Iterator[str]:
    """The split, one line a page, and the findings."""
    yield f"split at level {site.split_level}" if site.split_level else "one page"
    for page in site.pages:
        state = "" if page.listed else ", not listed"
        yield f"{page.slug or '/'}: {page.title}, lines {page.first}-{page.last}{state}"
    for found in sorted(site.findings, key=lambda found: found.sort_key):
        yield f"{found.span.start} {found.code} {found.message}"


# --- Contents lists of all shapes


@pytest.mark.parametrize("case", read_cases("contents/shapes.txt"), ids=str)
def test_shapes(case: Case) -> None:
    notes = parse(case.input)
    site = plan(notes, Settings())
    stays = ["the list stays"] if notes.contents and site.split_level and not site.hidden_lines else []
    assert "".join(f"{line}\n" for line in [*described(site), *stays]) == case.expected


def test_the_notes() -> None:
    site = planned(NOTES.read_text(encoding="utf-8"))
    assert [page.slug for page in site.pages] == [
        "",
        *("introduction", "architecture", "objects", "pod", "replicaset", "deployment", "service"),
        *("environment-variables", "config-maps", "secrets", "demonset", "job", "cron-job"),
        *("kubernates-workflow", "multi-container-pods"),
    ]
    assert [page.slug for page in site.pages if not page.listed] == ["replicaset"]
    assert [(found.code, found.span.start.line) for found in site.findings] == [("N_TOC", 297)]
    assert len(site.anchors) == 65


@pytest.mark.parametrize(
    ("target", "anchor"),
    [
        ("#pod", "pod"),
        ("#", ""),
        ("https://github.com/o/r#pod", "pod"),
        ("https://www.github.com/o/r/#pod", "pod"),
        ("https://github.com/o/r/blob/main/README.md#pod", "pod"),
        ("https://github.com/o/r/blob/main/docs/other.md#pod", None),
        ("https://github.com/o/r/issues#pod", None),
        ("https://github.com/O/R#pod", "pod"),
        ("https://github.com/o/other#pod", None),
        ("https://github.com/o/r/blob/main/README.md#L3", None),
        ("README.md#pod", "pod"),
        ("/README.md#pod", "pod"),
        ("https://example.com/o/r#pod", None),
        ("pod.md#pod", None),
        ("https://[broken", None),
    ],
)
def test_in_page_anchor(target: str, anchor: str | None) -> None:
    assert in_page_anchor(target, origin_of("git@github.com:o/r.git", "main", "README.md")) == anchor
    assert in_page_anchor(target) == (anchor if target.startswith("#") else None)


@pytest.mark.parametrize("mark", ["[TOC]", "[[_TOC_]]", "[[toc]]", "{{TOC}}", "* TOC\n{:toc}"])
def test_the_marks_of_other_tools_are_taken_away(mark: str) -> None:
    assert planned(f"# T\n\n{mark}\n\n## A\n## B\n## C\n").hidden_lines[0][0] == 3


# --- Every line on one page


@pytest.mark.parametrize("case", read_cases("contents/shapes.txt"), ids=str)
@pytest.mark.parametrize("level", [None, 1, 2, 3])
def test_every_line_is_on_one_page(case: Case, level: int | None) -> None:
    site = planned(case.input, split_level=level)
    ranges = sorted((page.first, page.last) for page in site.pages if page.last >= page.first)
    assert [n for first, last in ranges for n in range(first, last + 1)] == list(
        range(1, len(case.input.split("\n")) + 1)
    )


@pytest.mark.parametrize("case", read_cases("contents/shapes.txt"), ids=str)
def test_every_heading_and_anchor_is_on_one_page(case: Case) -> None:
    notes = parse(case.input)
    site = plan(notes, Settings())
    assert sorted(h.span for page in site.pages for h in page.headings) == [h.span for h in notes.headings]
    assert {h.id for h in notes.headings if h.id} <= set(site.anchors)


# --- Settings


SMALL = "# T\n\n## One\na\n## Two\nb\n## Three\nc [x](#two)\n"


def test_a_wanted_split_level_is_followed() -> None:
    text = "# T\n\n## A\n### a1\n### a2\n## B\n### b1\n"
    assert [p.slug for p in planned(text, split_level=3).pages][1:] == ["a", "a1", "a2", "b", "b1"]
    assert [p.slug for p in planned(text, split_level=2).pages][1:] == ["a", "b"]
    assert len(planned(text, split_level=1).pages) <= 2


def test_a_page_takes_its_settings_by_text_or_anchor() -> None:
    pages = {"One": PageSettings(title="First", slug="first"), "three": PageSettings(slug="a/b ../C")}
    site = planned(SMALL, pages=pages)
    assert [(p.slug, p.title) for p in site.pages[1:]] == [("first", "First"), ("two", "Two"), ("ab-c", "Three")]
    assert site.redirects == {"one": "first.md", "three": "ab-c.md"}
    assert [found.code for found in site.findings] == ["N_SLUG"]


def test_settings_for_pages_that_do_not_exist_are_named() -> None:
    settings = Settings(pages={"One": PageSettings(), "Gone!": PageSettings(), "Twoo": PageSettings()})
    assert unused_page_settings(plan(parse(SMALL), settings), settings) == {"Gone!": "", "Twoo": "Two"}


def test_what_stands_above_the_contents_list_is_not_missing_in_it() -> None:
    listed = "".join(f"- [{name}](#{name.lower()})\n" for name in ("One", "Two", "Three"))
    sections = "".join(f"## {name}\n\nwords\n\n" for name in ("One", "Two", "Three", "Four"))
    found = planned(f"# T\n\n## For whom\n\nyou\n\n## Contents\n\n{listed}\n{sections}").findings
    assert [d.message for d in found] == ['the contents list misses the section "Four"']


def test_redirects_lead_to_pages_and_anchors() -> None:
    site = planned(SMALL, redirects={"/old/": "one", "older": "two#two", "oldest": "three/", "gone": "nowhere"})
    assert site.redirects == {"old": "one.md", "older": "two.md#two", "oldest": "three.md"}


def test_a_redirect_that_leads_nowhere_is_named_at_its_place(tmp_path: Path) -> None:
    redirects = "{fine: one, gone: nowhere, half: 'two#nowhere', top: 'two#'}"
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.md").write_text(SMALL)
    (tmp_path / "mkdocs.yml").write_text(f"site_name: S\nextra:\n  notes:\n    redirects: {redirects}\n")
    found = Build(open_project(tmp_path / "mkdocs.yml")).structure.diagnostics
    told = [(d.span.start.line, d.span.start.column, d.message) for d in found if d.code == "I_CONFIG"]
    assert told == [
        (4, 34, "extra.notes.redirects: 'nowhere' is no page or anchor of the notes"),
        (4, 49, "extra.notes.redirects: 'two#nowhere' is no page or anchor of the notes"),
    ]


# --- Links inside the notes


def test_links_lead_to_their_pages() -> None:
    site = planned(SMALL)
    place = site.place("#two")
    assert place is not None
    assert place.link_from(site.pages[3]) == "two.md#two"
    assert place.link_from(site.pages[2]) == "#two"
    assert site.place("#user-content-two") == place
    assert site.place("https://example.org/") is None
    top = site.place("#top")
    assert top is not None
    assert top.page is site.home


def test_a_link_that_leads_nowhere_names_the_nearest_anchor() -> None:
    notes = parse(SMALL + "[y](#Thre) [z](#nothing-like-it) [ok](#ONE)\n")
    found = list(check_links(notes, plan(notes, Settings())))
    assert [(d.code, str(d.span.start), d.severity, d.help.split(".")[0]) for d in found] == [
        ("L_ANCHOR", "9:1", Severity.ERROR, "Write (#three)"),
        ("L_ANCHOR", "9:12", Severity.ERROR, CODES["L_ANCHOR"].fix.split(".")[0]),
        ("L_ANCHOR", "9:34", Severity.INFO, "Write (#one)"),  # it leads there all the same
    ]


def test_what_only_shares_a_word_is_no_slip_of_the_pen() -> None:
    notes = parse("# T\n\n## Quantization\n\n[a](#binary-quantization) [b](#quantisation)\n")
    found = list(check_links(notes, plan(notes, Settings())))
    assert [d.help for d in found] == [CODES["L_ANCHOR"].fix, "Write (#quantization)."]


def test_an_anchor_in_braces_is_told_of_in_words_that_are_true_of_github() -> None:
    notes = parse("# T\n\n## Pods {#pods}\n\n[a](#pods)\n")
    (found,) = check_links(notes, plan(notes, Settings()))
    assert found.message == "`{#pods}` after a heading is text on GitHub, and no anchor"


def test_the_names_that_a_robot_writes_for_contributors_are_no_anchors() -> None:
    table = '<table><tr><td><a href="#ideas-ann" title="Ideas">!</a></td></tr></table>\n'
    mark = "<!-- ALL-CONTRIBUTORS-LIST:START - Do not remove or modify this section -->\n"
    for text, count in ((table, 1), (f"{mark}{table}", 0)):
        notes = parse(f"# T\n\n{text}")
        assert len(list(check_links(notes, plan(notes, Settings())))) == count


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a](#no)\n[b](#no)\n", ["#no is not an anchor of these notes"] * 2),
        ("[a](#no)\n" * 4, ["#no is not an anchor of these notes; the same in 3 more places"]),
        (
            "[a](#fn1) [b](#fn2) [c](#fn3) [](#sec-x)\n",
            ["#fn1 is not an anchor of these notes; the same in 2 more places"],
        ),
        (
            "by [a](#T)\n\nby [b](#One)\n\nby [c](#TWO)\n",
            ["#T has other letters than the anchor #t; the same in 2 more places"],
        ),
        (
            "[a](#no)\n[b](#nope)\n[c](#neither)\n",
            [f"#{a} is not an anchor of these notes" for a in ("no", "nope", "neither")],
        ),
    ],
)
def test_of_many_findings_with_one_cause_the_first_tells(text: str, told: list[str]) -> None:
    notes = parse(f"# T\n\n## One\n\n## Two\n\n{text}")
    report = told_once(Report(tuple(check_links(notes, plan(notes, Settings())))))
    assert [d.message for d in report.diagnostics] == told


# --- Large pages


def test_a_section_that_holds_most_of_the_file_is_split_once_more() -> None:
    large = "".join(f"### Part {n}\n" + "nine words of text, all of them on one line\n" * 100 for n in range(1, 6))
    contents = "## Contents\n- [Small](#small)\n- [Large](#large)\n- [Other](#other)\n\n"
    site = planned(f"# T\n\n{contents}## Small\na\n## Large\nintro\n{large}## Other\nb\n")
    assert [p.slug for p in site.pages][1:] == ["small", "large", *(f"part-{n}" for n in range(1, 6)), "other"]
    assert {p.parent for p in site.pages if p.slug.startswith("part")} == {"large.md"}
    assert {"Large": ["large.md", *({f"Part {n}": f"part-{n}.md"} for n in range(1, 6))]} in site.navigation()


def test_1500_sections() -> None:
    site = planned("# T\n\n" + "".join(f"## Section {n % 700}\n{n}{' word' * 40}\n" for n in range(1500)))
    assert len(site.pages) == 1501
    assert len({page.uri.casefold() for page in site.pages}) == 1501


# --- Anchors and addresses


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("What is a Pod?", "what-is-a-pod"),
        ("Control Plane / Master Node", "control-plane--master-node"),
        ("✅ Why Use Kubernetes?", "-why-use-kubernetes"),
        ("etcd (Key-Value Store)", "etcd-key-value-store"),
        ("C++ & C#", "c--c"),
        ("snake_case and-hyphen", "snake_case-and-hyphen"),
        ("Größe", "größe"),
        ("日本語 の 見出し", "日本語-の-見出し"),
        ("مرحبا", "مرحبا"),
        ("1.2.3 Version", "123-version"),
        ("a\tb", "ab"),
        ("½ ² Ⅳ", "--ⅳ"),
        ("🚀", ""),
        ("!!!", ""),
    ],
)
def test_github_anchors(text: str, anchor: str) -> None:
    assert github_anchor(text) == anchor


def test_repeated_anchors_are_numbered_as_on_github() -> None:
    notes = parse("".join(f"# {text}\n" for text in ["a", "a", "a-1", "a", "A", ""]))
    assert [heading.id for heading in notes.headings] == ["a", "a-1", "a-1-1", "a-2", "a-3", ""]


NAMES = [
    *("CON", "con.", "aux ", "index", "404", "..", "../../etc/passwd", "a/b", "a\\b", "C:", "🚀", "!!!", "ﬁle", "file"),
    *("Pod", "pod", "P\u200bod", "\u202eabc", "ＣＯＮ", "İ", "ß", "ss", "e\u0301", "é", "com¹", "nul.md", "search"),
    *("-", "_", ".git", "~", "%2e%2e", "a" * 300, "日" * 200, "pod-2", "assets", "ſ", "K", "section-1", "CON-section"),
]


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=40), st.sampled_from(NAMES)), max_size=12))
@example(NAMES)
@example(NAMES * 2)
def test_addresses_are_safe_and_unique_everywhere(names: list[str]) -> None:
    slugs = Slugs()
    taken = [slugs.take(name, number) for number, name in enumerate(names, 1)]
    folded = [unicodedata.normalize("NFKD", slug).casefold() for slug in taken]
    assert len(set(folded)) == len(names)
    for slug in taken:
        assert slug
        assert not set(slug) & set('/\\:*?"<>|%.#& \x00\u200b\u202e')
        assert unicodedata.normalize("NFKC", slug).casefold() not in RESERVED
        assert len(slug.encode()) <= 90
        assert slug == unicodedata.normalize("NFC", slug)
        assert all(unicodedata.category(char)[0] != "C" for char in slug)
        assert not slug.startswith("-")
    again = Slugs()
    assert taken == [again.take(name, number) for number, name in enumerate(names, 1)]


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from([*NAMES[:20], "Pod", "A", "B"])), max_size=15))
def test_any_headings_make_a_site(headings: list[tuple[int, str]]) -> None:
    text = "".join(f"{'#' * level} {name}\ntext\n\n" for level, name in headings)
    site = planned(text)
    covered = sorted(n for page in site.pages for n in range(page.first, page.last + 1))
    assert covered == list(range(1, len(text.split("\n")) + 1))
    assert len({page.uri.casefold() for page in site.pages}) == len(site.pages)


def test_hundreds_of_sections_without_words_are_no_pages() -> None:
    empty = "".join(f"## Empty {number}\n\n" for number in range(450))
    full = "".join(f"## Full {number}\n\n{'word ' * 80}\n\n" for number in range(3))
    site = plan(parse(f"# T\n\n{full}{empty}"), Settings())
    assert len(site.pages) == 1
    assert site.place_of_anchor("empty-449") == Place(site.pages[-1], "empty-449")


def test_a_few_sections_without_words_are_pages() -> None:
    assert len(plan(parse("# T\n\n## A\n## B\n## C\n"), Settings()).pages) == 4


def test_too_many_sections_are_one_page() -> None:
    text = "# T\n\n" + "## A\n\nwords\n\n" * 6
    assert len(plan(parse(text), Settings(limits=Limits(pages=6))).pages) == 7
    site = plan(parse(text), Settings(limits=Limits(pages=5)))
    assert len(site.pages) == 1
    assert [(d.code, d.message) for d in site.findings] == [
        ("N_SPLIT", "6 sections are too many to split; all of it is one page")
    ]


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("harbour/README.md", "", "Harbour"),
        ("harbour/docs/README.de.md", "", "Harbour"),
        ("harbour/src/index.md", "", "Harbour"),
        ("harbour/pilot_notes.md", "", "Pilot notes"),
        ("harbour/港口.md", "", "港口"),
        ("harbour/pilot.md", '---\nlayout: x\ntitle: "The pilot\'s: notes"\n---\n', "The pilot's: notes"),
        ("harbour/pilot.md", "---\nlayout: x\ntitle: 'The pilot: notes' \n---\n", "The pilot: notes"),
        ("harbour/pilot.md", "---\ntitle: The pilot\n---\n# Heading\n", "Heading"),
        ("harbour/pilot.md", "---\ntitle: >-\n  Pilot 2\n---\n", "Pilot"),
        ("harbour/pilot.md", "---\ntitle:\n---\n", "Pilot"),
    ],
)
def test_notes_without_a_title_have_that_of_their_front_matter_or_name(
    tmp_path: Path, path: str, text: str, title: str
) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text + "Words.\n", "utf-8")
    (file.parent / "other.md").write_text("Others.\n", "utf-8")
    assert Build(common.alone(file)).site.title == title
    (file.parent / "other.md").unlink()  # the folder is about the one file that it holds
    assert Build(common.alone(file)).site.title == (
        title if title not in {"Pilot", "Pilot notes", "港口"} else "Harbour"
    )
