"""The navigation in the built pages: the theme's own on a small site, what is near on a large one."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import pytest
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.structure.nav import Link as NavigationLink
from selectolax.lexbor import LexborHTMLParser
from site_tools import write_project

from notesite.plugin import appearance, navigation

NAVIGATION = """
nav:
- index.md
- Group: [one.md, folder/x.md, {Inner: [folder/z.md]}]
- folder/y.md
- two.md
- Elsewhere: https://example.org/
- Near: two/#b
- Up: ../other/
"""


@pytest.mark.parametrize("addresses", ["true", "false"])
def test_the_navigation_is_that_of_the_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, addresses: str) -> None:
    files = {f"folder/{name}.md": f"# {name} & <b>\n\n## Part\n" for name in "xyz"}
    notes = "# N\n\n- [One](#one)\n- [Two](#two)\n\n## One\n\na\n\n## Two\n\n### B\n\nb\n"
    folder = write_project(
        tmp_path,
        notes,
        extra=f"{NAVIGATION}\nextra: {{notes: {{split_level: 2}}}}\nuse_directory_urls: {addresses}\n",
        files=files,
    )
    made: dict[str, dict[str, str]] = {}
    amendments = appearance._amendments()
    for name, amended in {"ours": amendments, "theirs": {"all": amendments["all"]}}.items():
        monkeypatch.setattr(appearance, "_amendments", lambda amended=amended: amended)
        build_site(load_config(str(folder / "mkdocs.yml"), site_dir=str(tmp_path / name)))
        pages = sorted((tmp_path / name).rglob("*.html"))
        texts = {path.relative_to(tmp_path / name).as_posix(): path.read_text("utf-8") for path in pages}
        made[name] = {path: text.replace(' aria-current="page"', "") for path, text in texts.items()}
    assert len(made["ours"]) == 7
    assert made["ours"] == made["theirs"]


def test_an_entry_of_the_navigation_is_written_once_for_each_depth() -> None:
    written: list[tuple[str, str]] = []
    entries: Any = navigation.Entries()
    items = [NavigationLink(f"Page {number}", f"page-{number}/") for number in range(5)]
    for number in range(5):
        page = SimpleNamespace(url=f"page-{number}/")

        def write(_context: object, item: NavigationLink, *_: object, on: str = page.url) -> str:
            written.append((on, item.url))
            return item.url

        assert [entries(None, write, item, "", page, "..", 1) for item in items] == [item.url for item in items]
    own = [(item.url, item.url) for item in items]
    assert sorted(written) == sorted([*own, *(("page-0/", item.url) for item in items[1:]), ("page-1/", "page-0/")])


def large_site(folder: Path, pages: int, groups: Sequence[int] = (), extra: str = "") -> Path:
    """A built site of so many sections, which `groups` cuts into groups of these sizes."""
    names = [f"Topic {number}" for number in range(pages)]
    contents = "".join(f"- [{name}](#{name.lower().replace(' ', '-')})\n" for name in names)
    waiting = iter(names)
    cut = {f"Group {number} & more": [next(waiting) for _ in range(size)] for number, size in enumerate(groups)}
    settings = f"extra: {{notes: {{split_level: 2, groups: {cut}}}}}\n{extra}"
    notes = f"# T\n\n{contents}\n" + "".join(f"## {name}\n\nWords.\n\n### Part of {name}\n\n" for name in names)
    build_site(load_config(str(write_project(folder, notes, extra=settings) / "mkdocs.yml")))
    return folder / "site"


def menu_of(path: Path) -> list[tuple[str, str]]:
    """Words and address of each link in the menu of a page, in order; that to the page itself has "current"."""
    menu = LexborHTMLParser(path.read_bytes()).css_first(".md-nav--primary")
    assert menu is not None
    links = menu.css(".md-nav--primary .md-nav__item > a.md-nav__link")
    own = [link for link in links if not link.attributes.get("href", "").startswith("#")]  # type: ignore[union-attr]  # they have one
    return [
        (
            " ".join(link.text().split()) + " (current)" * (link.attributes.get("aria-current") == "page"),
            link.attributes["href"] or "",
        )
        for link in own
    ]


def words_of(path: Path) -> list[str]:
    return [words for words, _ in menu_of(path)]


def test_a_page_of_a_large_site_shows_the_pages_beside_it(tmp_path: Path) -> None:
    site = large_site(tmp_path, 100)
    near = [f"Topic {number}" for number in range(38, 63)]
    near[12] = "Topic 50 (current)"
    assert words_of(site / "topic-50/index.html") == ["T", "Earlier pages", *near, "Later pages"]
    assert words_of(site / "topic-1/index.html")[:4] == ["T", "Topic 0", "Topic 1 (current)", "Topic 2"]
    assert words_of(site / "topic-99/index.html")[-2:] == ["Topic 98", "Topic 99 (current)"]
    assert words_of(site / "index.html")[0] == "T (current)"
    assert words_of(site / "404.html")[-1] == "Later pages"
    assert dict(menu_of(site / "topic-50/index.html"))["Earlier pages"] == "../topic-37/"
    assert dict(menu_of(site / "topic-50/index.html"))["Later pages"] == "../topic-63/"


def test_a_page_of_a_large_site_with_groups_shows_the_groups_and_its_own(tmp_path: Path) -> None:
    site = large_site(tmp_path, 75, [5, 10, 50, 10])
    assert words_of(site / "topic-6/index.html") == [
        "T",
        "Group 0 & more (5)",
        *["Topic 6 (current)" if number == 6 else f"Topic {number}" for number in range(5, 15)],
        "Group 2 & more (50)",
        "Group 3 & more (10)",
    ]
    labels = LexborHTMLParser((site / "topic-6/index.html").read_bytes()).css("label[for=__nav_3]")
    assert [" ".join(label.text().split()) for label in labels] == ["Group 1 & more"] * 2
    assert dict(menu_of(site / "topic-6/index.html"))["Group 2 & more (50)"] == "../topic-15/"
    middle = words_of(site / "topic-40/index.html")
    assert middle[1:6] == ["Group 0 & more (5)", "Group 1 & more (10)", "Topic 15", "Earlier pages", "Topic 28"]
    assert middle[-3:] == ["Topic 52", "Later pages", "Group 3 & more (10)"]


def test_a_site_of_sixty_pages_has_the_whole_navigation_on_each(tmp_path: Path) -> None:
    site = large_site(tmp_path, 58, [20, 38], "plugins: [search]\n")
    assert len(words_of(site / "topic-7/index.html")) == 59


@pytest.mark.parametrize("groups", [(), (5, 45, 30)])
def test_every_page_of_a_large_site_is_reached_through_the_menu(tmp_path: Path, groups: Sequence[int]) -> None:
    """By links alone, without a script and without a server."""
    site = large_site(tmp_path, 80, groups, "use_directory_urls: false\n")
    waiting, found = ["index.html"], {"index.html"}
    while waiting:
        page = waiting.pop()
        for _, address in menu_of(site / page):
            target = posixpath.normpath(urljoin(page, address))
            if target not in found:
                found.add(target)
                waiting.append(target)
    assert found == {path.name for path in site.glob("*.html")} - {"404.html"}
    home = LexborHTMLParser((site / "index.html").read_bytes())
    assert len(home.css("nav.notes-contents a")) == 80
