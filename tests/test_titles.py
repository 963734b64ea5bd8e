"""Titles, and all else that notes and settings say, are text in every place of the built site."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from site_tools import ROOT, Site, build, write_project

from notesite.site.redirects import digest

LINES = (ROOT / "tests" / "cases" / "site" / "titles.tsv").read_text("utf-8").splitlines()[1:]
TITLES = dict(line.split("\t") for line in LINES)  # Markdown -> words
SITE_NAME = "A & <b> <script>ran('name')</script>"
ATTACK = "\"'><script>ran('setting')</script>"
SETTINGS = f"""\
site_name: {json.dumps(SITE_NAME)}
site_description: {json.dumps(ATTACK)}
site_author: {json.dumps(ATTACK)}
copyright: {json.dumps(ATTACK)}
"""


def notes() -> str:
    """Notes with a section under each heading; its first sentence is an attack on the description."""
    sections = (
        f'## {heading}\n\n"><script>ran({number})</script> is where `</script>` begins the sentence.\n\n### {heading}\n'
        for number, heading in enumerate(TITLES, 100)
    )
    ids = '[by link](#__config) <a id="__toc"></a> [to an id](#__toc) <span id="__notes_anchors">x</span>\n\n'
    return "# `<img src=x onerror=ran(0)>`\n\n" + ids + "\n".join(sections)


@pytest.fixture(scope="session")
def site(once_for_all: Callable[[str, Callable[[Path], None]], Path]) -> Site:
    def make(folder: Path) -> None:
        other = f"---\ntitle: {json.dumps(ATTACK)}\n---\n\n# Other\n\n## \\_\\_config\n"
        write_project(
            folder,
            notes(),
            extra="extra: {notes: {split_level: 2}}\n",
            files={"other.md": other, "rendered.md": "# &lt;b> `<i>`\n"},
        )
        config = folder / "mkdocs.yml"
        text = config.read_text("utf-8").replace("site_name: Test Notes\n", SETTINGS)
        text = text.replace("[content.action.edit,", "[navigation.footer, navigation.path, content.action.edit,")
        config.write_text(text, encoding="utf-8")
        done = build(folder)
        assert done.returncode == 0, done.text

    return Site(once_for_all("titles", make) / "site")


def _pages(site: Site) -> Iterator[LexborHTMLParser]:
    return (LexborHTMLParser(path.read_bytes()) for path in sorted(site.folder.rglob("*.html")))


def _words(page: LexborHTMLParser, selector: str) -> set[str]:
    return {" ".join(node.text().replace("¶", "").split()) for node in page.css(selector)}


def test_no_page_has_a_script_or_handler_of_the_notes(site: Site) -> None:
    for page in _pages(site):
        for node in page.css("*"):
            assert not [name for name in node.attributes if name.startswith("on")], node.html
            assert node.tag != "script" or "ran(" not in node.text().replace("\\u003c", "") or node.id, node.html
        assert len(page.css("article")) == 1
        assert [node.attributes["type"] for node in page.css("#__config")] == ["application/json"]


def test_ids_of_the_site_are_its_own(site: Site) -> None:
    own_parts = {"__notes_anchors", "__notes_source"}
    for page in _pages(site):
        ids = [node.attributes["id"] or "" for node in page.css("[id]")]
        assert sorted(set(ids)) == sorted(ids)
        assert {own for node in page.css("article [id^=__]") if (own := node.attributes["id"])} <= own_parts
    page = LexborHTMLParser((site.folder / "config" / "index.html").read_bytes())
    assert page.css("article h1#user-content-__config")
    assert LexborHTMLParser((site.folder / "other" / "index.html").read_bytes()).css("h2#user-content-__config")
    home = LexborHTMLParser((site.folder / "index.html").read_bytes())
    links = {node.text(): node.attributes["href"] for node in home.css("article p a")}
    assert links["by link"] == "config/#user-content-__config"
    assert links["to an id"] == "#user-content-__toc"
    assert site.anchors["__config"] == "config/#user-content-__config"


def test_titles_are_whole_in_every_place(site: Site) -> None:
    words = set(TITLES.values())
    home = LexborHTMLParser((site.folder / "index.html").read_bytes())
    assert words <= _words(home, ".md-nav--primary .md-nav__link .md-ellipsis")
    assert words <= _words(home, ".notes-card__title")
    assert words <= _words(LexborHTMLParser((site.folder / "404.html").read_bytes()), "article a")
    found: dict[str, set[str]] = {}
    for page in _pages(site):
        own = {meta.attributes.get("property"): meta.attributes.get("content") for meta in page.css("meta[property]")}
        found.setdefault("og", set()).add(own.get("og:title") or "")
        found.setdefault("title", set()).update(t.removesuffix(f" - {SITE_NAME}") for t in _words(page, "title"))
        found.setdefault("h1", set()).update(_words(page, "article h1"))
        found.setdefault("contents", set()).update(_words(page, ".md-nav--secondary .md-ellipsis"))
        found.setdefault("header", set()).update(_words(page, "[data-md-component=header-topic] .md-ellipsis"))
        found.setdefault("footer", set()).update(_words(page, ".md-footer__title .md-ellipsis"))
        labels = {(link.attributes["aria-label"] or "").partition(": ")[2] for link in page.css(".md-footer__link")}
        found.setdefault("label", set()).update(" ".join(label.split()) for label in labels)
    assert {place: words - shown for place, shown in found.items()} == {place: set() for place in found}


def test_markdown_lies_beside_its_page_whatever_its_name(site: Site) -> None:
    beside = {path.parent.name for path in site.folder.rglob("index.md")}
    assert "日本-ruby" in beside
    assert not [name for name in beside if "%" in name]
    assert "(https://notes.example/%E6%97%A5%E6%9C%AC-ruby/index.md)" in (site.folder / "llms.txt").read_text("utf-8")


def test_settings_are_shown_as_written(site: Site) -> None:
    page = LexborHTMLParser((site.folder / "other" / "index.html").read_bytes())
    assert _words(page, "title") == {f"{ATTACK} - {SITE_NAME}"}
    metas = {node.attributes.get("name"): node.attributes.get("content") for node in page.css("meta")}
    assert metas["description"] == metas["author"] == ATTACK
    assert _words(page, ".md-copyright__highlight") == {ATTACK}
    assert "<b> <i>" in _words(page, ".md-nav--primary .md-ellipsis")


def test_the_search_index_is_html_of_those_words(site: Site) -> None:
    documents = json.loads((site.folder / "search" / "search_index.json").read_text("utf-8"))["docs"]
    shown = set()
    for document in documents:
        for value in (document["title"], document["text"]):
            assert not LexborHTMLParser(value).css("script, img, svg, b")
        shown.add(LexborHTMLParser(f"<p>{document['title']}").text().strip())
    assert set(TITLES.values()) <= shown


INJECTED = """\
def on_page_content(html, **_):
    return html + "<script>ran(1)</script>" if INJECT else html


def on_post_page(output, **_):
    return output + "<script>theirs()</script>"


def on_post_build(config):
    with open(config.site_dir + "/theirs.html", "w") as file:
        file.write("<script>elsewhere()</script>")
"""


def test_a_page_with_a_foreign_script_is_not_published(tmp_path: Path) -> None:
    config = (
        write_project(tmp_path, "# A\n\n## B\n\nb\n\n## C\n\nc\n", files={"own.html": "<p onclick=c()>"}) / "mkdocs.yml"
    )
    hook = f"notes_site.py, {tmp_path / 'inject.py'}]"
    config.write_text(config.read_text("utf-8").replace("notes_site.py]", hook), encoding="utf-8")
    (tmp_path / "inject.py").write_text(INJECTED.replace("INJECT ", "False "), encoding="utf-8")
    assert build(tmp_path).returncode == 0
    before = Site(tmp_path / "site").bytes()
    policy = before["_headers"].decode()
    assert digest("theirs()") in policy  # what a plugin adds to every page is the machinery's
    assert digest("ran(1)") not in policy
    assert digest("elsewhere()") not in policy
    assert "theirs.html" in before
    (tmp_path / "inject.py").write_text(INJECTED.replace("INJECT ", "True "), encoding="utf-8")
    done = build(tmp_path)
    assert done.returncode == 1
    [line] = [line for line in done.text.splitlines() if "ERROR" in line]
    assert "index.html: would run a script that is not the site's own: <script>ran(1)</script>" in line
    assert "Traceback" not in done.text
    assert Site(tmp_path / "site").bytes() == before


# An id in HTML or in a script of the package; what footnotes and the files of an e-book have stands in no page's way.
OWN_ID = re.compile(r"""(?:\b(?:id|for|aria-controls)=|\bbyId\(|getElementById\(|\.id = )["']([a-z][\w:-]*)["']""")


def test_ids_of_the_package_are_out_of_reach() -> None:
    package = ROOT / "hooks" / "notesite"
    folders = ("assets", "theme", "extras", "plugin", "output/bundle/data")
    files = [path for folder in folders for path in (package / folder).rglob("*.*") if "vendor" not in path.parts]
    texts = {path.name: path.read_text("utf-8") for path in files if path.suffix in {".py", ".js", ".html"}}
    assert {"notes.js", "main.html", "single.html"} <= set(texts)
    assert [(name, OWN_ID.findall(text)) for name, text in texts.items() if OWN_ID.search(text)] == []
