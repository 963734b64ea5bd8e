"""Pages that are kept from build to build: the site is the same, byte for byte, whatever was kept."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
from pathlib import Path

import pytest
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from mkdocs.structure.pages import Page
from site_tools import ROOT, ROPES, change, command, environment, files_of, write_project

import bench_build
from notesite.lib.kept import NO_CACHE, Aside, Kept, signature
from notesite.plugin import appearance, finish, kept_pages
from notesite.plugin.kept_pages import KeptPages

EXTRA = "extra: {notes: {split_level: 2, glossary: {API: A way in}, groups: {First: [One, Two], Second: [Three, Four, Five]}}}\n"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pages are kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/notesite/pages"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", ROPES, extra=EXTRA, files={"other.md": "# Other\n\nWords.\n"})


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were made anew."""
    pages: list[str] = []
    keep = KeptPages.keep

    def counted(self: KeptPages, page: Page, output: str) -> None:
        if page is page.file.page and page.file.src_uri in self._keys and page.file.src_uri not in self.documents:
            pages.append(page.file.src_uri)
        keep(self, page, output)

    monkeypatch.setattr(KeptPages, "keep", counted)
    return pages


def test_much_that_is_put_aside_is_not_held() -> None:
    aside, pages = Aside(), {f"{number}.md": bytes([number]) * 2**16 for number in range(40)}
    tracemalloc.start()
    for name, page in pages.items():
        aside[name] = page
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < sum(map(len, pages.values())) // 2
    assert aside["7.md"] == aside.get("7.md") == pages["7.md"]
    assert aside.pop("8.md", b"") == pages.pop("8.md")
    assert (aside.pop("8.md", b"none"), "8.md" in aside, len(aside)) == (b"none", False, 39)
    aside["9.md"] = pages["9.md"] = b"later"
    assert list(aside.items()) == list(pages.items())


def built(project: Path) -> dict[str, bytes]:
    build_site(load_config(str(project / "mkdocs.yml")))
    return files_of(project / "site")


def built_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    with monkeypatch.context() as context:
        context.setenv(NO_CACHE, "1")
        return built(project)


def test_the_last_look_passes_over_no_page_that_is_made_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[bytes] = []

    def looked(page: bytes, _own: object) -> tuple[()]:
        looked_at.append(page)
        return ()

    monkeypatch.setattr(finish, "foreign", looked)
    first = built(project)
    assert {first["one/index.html"], first["two/index.html"], first["index.html"]} <= set(looked_at)
    looked_at.clear()
    second = built(project)
    assert second["index.html"] in looked_at
    assert second["one/index.html"] not in looked_at


def test_a_page_that_the_last_look_refuses_is_not_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loading = appearance.loading

    def hostile(html: str, page: Page) -> str:
        is_one = page is page.file.page and page.file.src_uri == "one.md"
        return loading(html, page).replace("</body>", "<script>alert(1)</script></body>" if is_one else "</body>")

    with monkeypatch.context() as patch:
        patch.setattr(appearance, "loading", hostile)
        with pytest.raises(Abort):
            built(project)
    assert b"alert(1)" not in built(project)["one/index.html"]


def test_an_edit_of_one_section_makes_one_page(project: Path, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    built(project)
    assert sorted(made) == ["five.md", "four.md", "one.md", "three.md", "two.md"]
    made.clear()
    change(project / "docs/notes.md", "Words &amp;", "More words,\n\nover lines, &amp;")
    assert built(project) == built_anew(project, monkeypatch)
    assert made == ["three.md"]


# What is changed -> pages that need not be made anew.
EDITS = {
    "words": ("Last words.", "Other last words.", {"one.md", "two.md", "three.md", "four.md"}),
    "a link's heading": ("### Part of two", "### A part of two", set()),
    "a heading": ("### Part of one", "### A part of one", {"two.md", "three.md", "four.md", "five.md"}),
    "an address": ("https://example.org/", "https://example.com/", {"two.md", "three.md", "four.md", "five.md"}),
    "a footnote": ("Of the first.", "Of the second.", {"two.md", "three.md", "four.md", "five.md"}),
    "an earlier footnote": (
        "Words about",
        "One[^2]\n\n[^2]: More\n\nWords about",
        {"two.md", "three.md", "four.md", "five.md"},
    ),
    "a command": ("kubectl get pod\n", "kubectl get pods -A\n", {"one.md", "three.md", "four.md", "five.md"}),
    "a label": ("* Get all Pods", "* Get all the Pods", {"one.md", "three.md", "four.md", "five.md"}),
    "a manifest": ("  name: web", "  name: other", {"one.md", "three.md", "four.md", "five.md"}),
    "a picture": ("picture.png", "other.png", {"two.md", "three.md", "four.md", "five.md"}),
    "a row": ("| Part of two | a", "| Part of one | a", {"two.md", "three.md", "four.md", "five.md"}),
    "the order": ("- [One](#one)\n- [Two](#two)", "- [Two](#two)\n- [One](#one)", set()),
    "a section more": ("## Four", "## Three and a half\n\nMore.\n\n## Four", set()),
    "front": ("# Ropes", "# Cords", set()),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_gives_the_site_that_it_would_give_anew(
    project: Path, made: list[str], monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    old, new, spared = EDITS[edit]
    built(project)
    made.clear()
    change(project / "docs/notes.md", old, new)
    assert built(project) == built_anew(project, monkeypatch)
    assert not spared & set(made)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("API: A way in", "API: A way out"),
        ("First: [One, Two]", "Beginning: [One, Two]"),
        ("split_level: 2", "split_level: 2, pages: {Two: {title: Second}}"),
        ("split_level: 2", "split_level: 2, pages: {Two: {description: Of the second}}"),
        ("split_level: 2", "split_level: 2, snippets: {marks: false}"),
        ("split_level: 2", "split_level: 2, synonyms: {Part of two: [the second]}"),
        ("font: false", "font: false, language: de"),
        ("features: [", "features: [navigation.tabs, navigation.footer, navigation.path, content.action.view, "),
        ("site_name: Test", "site_name: Best"),
        ("edit_uri: blob/HEAD/docs/", "edit_uri: edit/main/docs/"),
        ("permalink: true", "permalink: false"),
        ("site_url: https://notes.example/", "site_url: https://notes.example/below/"),
        ("repo_url: https://git.example/me/notes\n", "repo_url: https://git.example/me/notes\ncopyright: Somebody\n"),
        (
            "repo_url: https://git.example/me/notes\n",
            "repo_url: https://git.example/me/notes\nuse_directory_urls: false\n",
        ),
    ],
)
def test_every_setting_gives_the_site_that_it_would_give_anew(
    project: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    before = built(project)
    change(project / "mkdocs.yml", old, new)
    after = built(project)
    assert after == built_anew(project, monkeypatch)
    assert after != before


def test_a_page_beside_the_notes_and_its_title_in_the_menu(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(project)
    change(project / "docs/other.md", "# Other", "# Another")
    assert built(project) == built_anew(project, monkeypatch)
    (project / "docs/other.md").unlink()
    assert built(project) == built_anew(project, monkeypatch)


def test_a_page_of_which_something_is_said_says_it_in_every_build(project: Path) -> None:
    """MkDocs names a link into a folder that is there and holds no page."""
    (project / "docs/draft").mkdir()
    (project / "docs/draft/x.md").write_text("# X\n")
    change(project / "docs/notes.md", "Last words.", "Last [words](draft/x.md).")
    (project / "mkdocs.yml").write_text((project / "mkdocs.yml").read_text("utf-8") + "exclude_docs: draft/\n", "utf-8")
    said = [
        subprocess.run(command("build"), cwd=project, env=environment(), capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    told = [[line for line in result.stderr.splitlines() if "draft/x.md" in line] for result in said]
    assert told[0] == told[1]
    assert told[0]


def test_a_damaged_entry_is_none(project: Path, kept: Path) -> None:
    first = built(project)
    for number, path in enumerate(sorted(kept.iterdir())):
        data = path.read_bytes()
        path.write_bytes([b"", data[:-9], data[:40], data.replace(b"Words", b"Swords")][number % 4])
    assert built(project) == first
    assert built(project) == first


def test_what_made_the_pages_makes_them_anew_when_it_changes(
    project: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = built(project)
    made.clear()
    monkeypatch.setattr(kept_pages, "signature", lambda _folders: "another state of the package")
    assert built(project) == first
    assert len(made) == 5


@pytest.mark.parametrize("why", ["setting", "environment", "hook", "templates"])
def test_nothing_is_kept(project: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    config = project / "mkdocs.yml"
    if why == "setting":
        change(config, "split_level: 2", "split_level: 2, cache: false")
    elif why == "environment":
        monkeypatch.setenv(NO_CACHE, "1")
    elif why == "hook":
        (project / "own.py").write_text("def on_page_content(html, **_): return html + '<p>own</p>'\n")
        change(config, "hooks: [", "hooks: [own.py, ")
    else:
        (project / "own").mkdir()
        change(config, "name: material", "name: material, custom_dir: own")
    assert built(project) == built(project)
    assert not kept.exists()


def test_two_builds_at_once(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = built_anew(project, monkeypatch)
    for _ in range(2):
        folders = [tmp_path / name for name in ("a", "b")]
        running = [
            subprocess.Popen(command("build", "--site-dir", str(folder)), cwd=project, env=environment())
            for folder in folders
        ]
        assert [process.wait() for process in running] == [0, 0]
        for folder in folders:
            assert files_of(folder) == expected


def test_a_large_site_is_the_same(tmp_path: Path, made: list[str]) -> None:
    """150 pages with a short navigation, after an edit, with and without what was kept."""
    bench_build.commands(tmp_path, 150)
    warm, cold = tmp_path / "warm", tmp_path / "cold"
    built(warm)
    made.clear()
    for folder in (warm, cold):
        change(folder / "docs/notes.md", "## Topic 70\n", "## Topic 70\n\nAn edit.\n")
    assert built(warm) == built(cold)
    assert made == ["topic-70.md"]


def test_the_project_itself_is_the_same(tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    sites = []
    for keeps in (True, True, False):
        if not keeps:
            monkeypatch.setenv(NO_CACHE, "1")
        config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
        build_site(config)
        sites.append(files_of(tmp_path / "site"))
    assert sites[0] == sites[1] == sites[2]
    assert len(made) == len(set(made))


def test_the_oldest_entries_go_first(tmp_path: Path) -> None:
    store = Kept(tmp_path)
    for name in "abc":
        store.put(name, name.encode() * 100)
    (tmp_path / "taken").symlink_to("away")  # an entry that another run takes away after it was listed
    for path in tmp_path.glob("[!t]*"):
        age = path.read_bytes()[-1]  # "a" is the oldest
        os.utime(path, (age, age))
    assert store.get("a") == b"a" * 100  # and now the newest
    store.trim(300)
    assert (store.get("b"), store.get("c"), store.get("a")) == (None, b"c" * 100, b"a" * 100)
    assert store.get("d") is None
    assert len(list(tmp_path.iterdir())) == 3


def test_a_changed_file_changes_the_signature(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.html").write_text("1")
    first = signature([str(tmp_path)])
    (tmp_path / ".hidden").write_text("1")
    assert signature([str(tmp_path)]) == first
    (tmp_path / "a/b.html").write_text("12")
    assert signature([str(tmp_path)]) != first
