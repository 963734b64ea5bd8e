"""The preview writes what an edit has changed: its folder is always the one that would be made anew."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException
from site_tools import ROPES, change, files_of, write_project

from notesite.plugin import hook
from notesite.render.tree import TreeOptions, tree_of

URL = "http://127.0.0.1:8000/"
EXTRA = """\
extra_css: [own.css]
extra: {notes: {split_level: 2, glossary: {API: A way in}, groups: {First: [One, Two], Second: [Three, Four, Five]}}}
"""
FILES = {
    "other.md": "---\ntitle: Other\n---\n\n# Other\n\nWords.\n",
    "own.css": "a {\n  color: red; /* red */\n}\n",
    "plain.txt": "plain\n",
    "picture.png": "no picture\n",
}


class Preview:
    """What `mkdocs serve` does, in this process: one configuration after the other, built into one folder."""

    def __init__(self, project: Path, site: Path) -> None:
        self.project, self.site = project, site
        config = load_config(str(project / "mkdocs.yml"), site_dir=str(site))
        config.plugins.on_startup(command="serve", dirty=False)
        self.build()

    def build(self) -> None:
        """What follows an edit."""
        config = load_config(str(self.project / "mkdocs.yml"), site_dir=str(self.site))
        config.site_url = URL
        build_site(config, serve_url=URL)

    @property
    def files(self) -> dict[str, bytes]:
        """What is served."""
        return files_of(self.site)

    @property
    def times(self) -> dict[str, tuple[int, int]]:
        """Tells which files were written."""
        found = ((path, path.stat()) for path in self.site.rglob("*") if path.is_file())
        return {path.relative_to(self.site).as_posix(): (s.st_ino, s.st_mtime_ns) for path, s in found}


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    plugin = hook._plugin
    before = plugin._folder
    yield
    plugin._folder = before


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "project", ROPES, extra=EXTRA, files=FILES)
    (folder / "own").mkdir()
    (folder / "own/main.html").write_text('{% extends "base.html" %}\n{% block footer %}hello{% endblock %}\n', "utf-8")
    (folder / "own.py").write_text("def on_page_content(html, **_): return html + '<p>own</p>'\n", "utf-8")
    return folder


@pytest.fixture
def anew(project: Path, tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    """What a preview that begins now would serve."""
    number = iter(range(1000))

    def made() -> dict[str, bytes]:
        plugin = hook._plugin
        state = plugin._folder
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("NOTES_NO_CACHE", "1")
                return Preview(project, tmp_path / f"anew-{next(number)}").files
        finally:
            plugin._folder = state

    return made


def differences(served: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    return sorted(name for name in served.keys() | expected.keys() if served.get(name) != expected.get(name))


# Edits one after the other: the file, what stands there, and what then.
EDITS = (
    ("notes.md", "Last words.", "Other last words."),
    ("notes.md", "Words &amp;", "More words,\n\nover lines, &amp;"),
    ("notes.md", "### Part of two", "### A part of two"),
    ("notes.md", "[a part](#part-of-two)", "[a part](#a-part-of-two)"),
    ("notes.md", "## Four\n", "## Four\n\n### Below four\n\nWords.\n"),
    ("notes.md", "- [Two](#two)\n- [Three](#three)", "- [Three](#three)\n- [Two](#two)"),
    ("notes.md", "[far]:", "## Six\n\nA new section. Another footnote[^2].\n\n[^2]: Of the *second*.\n\n[far]:"),
    ("notes.md", "- [Five](#five)\n", "- [Five](#five)\n- [Six](#six)\n"),
    ("notes.md", "Of the *second*.", "Of the `second`."),
    ("notes.md", "  a: b\n", "  a: b\n a: c\n"),
    ("notes.md", " a: c\n", ""),
    ("notes.md", "https://example.org/", "https://example.com/"),
    ("notes.md", "# Ropes", "---\ntitle: Cords\n---\n# Cords"),
    ("notes.md", "picture.png", "drawing.svg"),
    ("notes.md", '<h3 id="raw">', '<h3   id="raw">'),
    ("notes.md", "| Two | the", "| A part of two | the"),
    ("notes.md", "kubectl get pods --no-such", "kubectl get pods"),
    ("other.md", "# Other", "# Another"),
    ("other.md", "title: Other", "title: Another"),
    ("own.css", "red", "blue"),
    ("plain.txt", "plain", "other"),
    ("picture.png", "no picture", "another"),
    ("../mkdocs.yml", "extra_css: [own.css]", "extra_css: []"),
    ("../mkdocs.yml", "extra_css: []", "extra_css: [own.css]"),
    ("../mkdocs.yml", "A way in", "A way out"),
    ("../mkdocs.yml", "First: [One, Two]", "Beginning: [One, Two]"),
    ("../mkdocs.yml", "split_level: 2", "split_level: 2, redirects: {old: one.md}"),
    ("../mkdocs.yml", "redirects: {old: one.md}", "redirects: {older: one.md}"),
    ("../mkdocs.yml", "split_level: 2", "split_level: 3"),
    ("../mkdocs.yml", "split_level: 3", "split_level: 2"),
    ("../mkdocs.yml", "extra_css:", "exclude_docs: plain.txt\nextra_css:"),
    ("../mkdocs.yml", "exclude_docs: plain.txt\n", ""),
    ("../mkdocs.yml", "extra_css:", "use_directory_urls: false\nextra_css:"),
    ("../mkdocs.yml", "site_name: Test Notes", "site_name: Other Notes"),
    ("../mkdocs.yml", "name: material", "name: material, custom_dir: own"),
    ("../own/main.html", "hello", "good day"),
    ("../mkdocs.yml", ", custom_dir: own", ""),
    ("../mkdocs.yml", "hooks: [", "hooks: [own.py, "),
    ("../mkdocs.yml", "hooks: [own.py, ", "hooks: ["),
    ("notes.md", "- [Six](#six)\n", ""),
    ("notes.md", "## Six\n\nA new section. Another footnote[^2].\n\n[^2]: Of the `second`.\n\n", ""),
)


def test_every_edit_gives_the_folder_that_would_be_made_anew(
    project: Path, tmp_path: Path, anew: Callable[[], dict[str, bytes]]
) -> None:
    preview = Preview(project, tmp_path / "site")
    assert differences(preview.files, anew()) == []
    for name, old, new in EDITS:
        change(project / "docs" / name, old, new)
        preview.build()
        assert differences(preview.files, anew()) == [], (name, old, new)


def test_what_has_not_changed_is_not_written_again(project: Path, tmp_path: Path) -> None:
    preview = Preview(project, tmp_path / "site")
    preview.build()
    before, texts = preview.times, preview.files
    change(project / "docs/notes.md", "Last words.", "Final words.")
    preview.build()
    after = preview.times
    written = {name for name in after if before.get(name) != after[name]}
    assert {"five/index.html", "five/index.md", "search/search_index.json"} <= written
    assert not any(name.startswith(("assets/", "picture", "plain", "own")) for name in written)
    assert not {"one/index.md", "two/index.md", "robots.txt"} & written
    # Of other pages the hash of the notes is new, and nothing else.
    for name in ("two/index.html", "three/index.html"):
        changed = [line for line in preview.files[name].split(b"\n") if line not in texts[name].split(b"\n")]
        assert [b"SHA-256" in line for line in changed] == [True]


def test_only_the_edited_page_is_rendered(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preview = Preview(project, tmp_path / "site")
    rendered: list[str] = []

    def counted(written: str, options: TreeOptions) -> Element:
        rendered.append(options.main_id or options.title)
        return tree_of(written, options)

    monkeypatch.setattr("notesite.render.bridge.tree_of", counted)
    change(project / "docs/notes.md", "Last words.", "Final words.")
    preview.build()
    assert "five" in rendered
    assert not {"one", "two", "three", "four"} & set(rendered)


@pytest.mark.parametrize(
    "broken",
    [
        ("../own/main.html", "{% endblock %}", "{% endblok %}"),
        ("../mkdocs.yml", "extra_css: [own.css]", "extra_css: 5"),
        ("notes.md", "- [One](#one)", "- [Gone](#gone)\n- [One](#one)"),
    ],
    ids=["template", "settings", "notes"],
)
def test_a_build_that_fails_leaves_the_folder_as_it_was(
    project: Path, tmp_path: Path, anew: Callable[[], dict[str, bytes]], broken: tuple[str, str, str]
) -> None:
    name, old, new = broken
    if "main.html" in name:
        change(project / "mkdocs.yml", "name: material", "name: material, custom_dir: own")
    preview = Preview(project, tmp_path / "site")
    before = preview.files
    change(project / "docs/notes.md", "Last words.", "Final words.")
    change(project / "docs" / name, old, new)
    with contextlib.suppress(MkDocsException):
        preview.build()
    assert preview.files == before
    change(project / "docs" / name, new, old)
    preview.build()
    assert differences(preview.files, anew()) == []
    assert b"Final words." in preview.files["five/index.html"]


def test_a_build_that_fails_at_its_end_leaves_the_folder_as_it_was(
    project: Path, tmp_path: Path, anew: Callable[[], dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = Preview(project, tmp_path / "site")
    before = preview.files
    change(project / "docs/notes.md", "Last words.", "Final words.")
    with monkeypatch.context() as patch:
        patch.setattr("notesite.plugin.finish.STEPS", (lambda *_: 1 / 0,))
        with pytest.raises(MkDocsException):
            preview.build()
    assert preview.files == before
    preview.build()
    assert differences(preview.files, anew()) == []


def test_strict_mode_keeps_the_last_site_without_a_warning(project: Path, tmp_path: Path) -> None:
    change(project / "docs/notes.md", "kubectl get pods --no-such", "kubectl get pods")
    change(project / "docs/notes.md", "![A picture](picture.png)", "No picture.")
    (project / "mkdocs.yml").write_text((project / "mkdocs.yml").read_text("utf-8") + "strict: true\n", "utf-8")
    preview = Preview(project, tmp_path / "site")
    before = preview.files
    change(project / "docs/notes.md", "kubectl get pods", "kubectl get pods --no-such")
    with pytest.raises(MkDocsException):
        preview.build()
    assert preview.files == before
