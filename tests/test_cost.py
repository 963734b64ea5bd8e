"""Work that a build is spared: each is looked for by what was done, never by a clock."""

from __future__ import annotations

import gc
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from jinja2 import Environment
from markdown import Markdown
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.files import Files
from mkdocs.theme import Theme
from pymdownx.highlight import Highlight
from site_tools import ROOT

import bench_build
import bench_preview
import timing
from notesite.build import Build
from notesite.lib.kept import NO_CACHE, private_cache
from notesite.plugin import appearance as templates
from notesite.plugin.additions import leave_search_to_us
from notesite.plugin.appearance import prepare, prepare_all
from notesite.plugin.events import NotesPlugin
from notesite.project.config import open_project
from notesite.render.bridge import highlighted
from notesite.render.elements import TEMPLATES


def test_the_search_of_the_theme_reads_no_page() -> None:
    """It would read the HTML of every page for an index that ours takes the place of."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    methods = config.plugins.events["page_context"]
    theirs = config.plugins["material/search"]
    assert any(getattr(method, "__self__", None) is theirs for method in methods)
    leave_search_to_us(config)
    left = config.plugins.events["page_context"]
    assert not any(getattr(method, "__self__", None) is theirs for method in left)
    assert len(left) == len(methods) - 1


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where compiled templates are kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/notesite/templates"


def theme_of(folder: Path, *, keep: bool = True) -> Theme:
    """A theme with one template and one icon."""
    for name, text in {"a.html": "{{ x }}{{ '<' }}", ".icons/b.svg": "", "c/d.css": "", "c/.e/f.svg": ""}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    theme = Theme(custom_dir=str(folder))
    prepare(theme, private_cache("templates") if keep else None)
    return theme


def compiled(theme: Theme, change: Callable[[Environment], object] = lambda _env: None) -> tuple[str, bool]:
    """What the template writes, and whether it was compiled for that."""
    env, done = theme.get_env(), []
    compile_template = env.compile
    env.compile = lambda *args, **options: done.append(1) or compile_template(*args, **options)  # type: ignore[method-assign,assignment,func-returns-value]  # counts
    change(env)
    return env.get_template("a.html").render(x="&"), bool(done)


def test_icons_are_not_listed(tmp_path: Path) -> None:
    names = theme_of(tmp_path).get_env().list_templates()
    assert {"a.html", "c/d.css", "sitemap.xml"} <= set(names)
    assert not [name for name in names if "/." in f"/{name}"]


def test_a_template_is_compiled_once_for_all_builds(tmp_path: Path, kept: Path) -> None:
    assert compiled(theme_of(tmp_path / "theme")) == ("&<", True)
    assert compiled(theme_of(tmp_path / "theme")) == ("&<", False)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert not (tmp_path / "theme/.cache").exists()


def test_what_a_compiled_template_depends_on_makes_it_anew(tmp_path: Path, kept: Path) -> None:
    theme = theme_of(tmp_path / "theme")
    compiled(theme)
    escaping: Callable[[Environment], object] = lambda env: setattr(env, "autoescape", lambda _name: True)  # noqa: E731
    assert compiled(theme, escaping) == ("&amp;&lt;", True)
    assert compiled(theme, escaping) == ("&amp;&lt;", False)
    assert compiled(theme) == ("&<", True)
    (tmp_path / "theme/a.html").write_text("{{ x }}!", "utf-8")
    assert compiled(theme) == ("&!", True)
    for path in kept.iterdir():
        path.write_bytes(path.read_bytes()[:-9])
    assert compiled(theme) == ("&!", True)


def test_filters_of_others_are_compiled_in_and_so_nothing_is_kept(tmp_path: Path, kept: Path) -> None:
    theme = theme_of(tmp_path / "theme")
    (tmp_path / "theme/a.html").write_text("{{ 'a' | upper }}", "utf-8")
    for result in "bc":
        assert compiled(theme, lambda env, result=result: env.filters.update(upper=lambda _: result)) == (result, True)  # type: ignore[misc]
    assert not list(kept.iterdir())


@pytest.mark.parametrize("why", ["setting", "others write", "a file", "no folder"])
def test_nothing_is_kept(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    if why == "others write":
        kept.mkdir(parents=True)
        kept.chmod(0o777)
    elif why == "a file":
        kept.parent.mkdir(parents=True)
        kept.write_text("")
    elif why == "no folder":
        monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    for _ in range(2):
        assert compiled(theme_of(tmp_path / "theme", keep=why != "setting")) == ("&<", True)
    assert not kept.is_dir() or not list(kept.iterdir())


def test_what_is_compiled_at_installation_no_build_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "PREPARED", tmp_path / "prepared")
    monkeypatch.setattr(templates, "_loaded", {})  # what other tests have compiled
    monkeypatch.setenv(NO_CACHE, "1")
    done: list[str | None] = []
    compile_template = Environment.compile

    def counted(self: Environment, source: str, name: str | None = None, *rest: Any) -> Any:
        done.append(name)
        return compile_template(self, source, name, *rest)

    monkeypatch.setattr(Environment, "compile", counted)
    bench_build.commands(tmp_path, 3)
    for prepared in (False, True):
        cast("Any", TEMPLATES.cache).clear()
        if prepared:
            prepare_all(tmp_path / "prepared")
        cast("Any", TEMPLATES.cache).clear()
        done.clear()
        build_site(load_config(str(tmp_path / "cold/mkdocs.yml")))
        assert [name in done for name in ("main.html", "notesite.extras")] == [not prepared] * 2
    assert not done


@pytest.mark.parametrize("language", ["yaml", "bash", "console", "text", "docker", "YAML", "html+jinja", "no-such", ""])
@pytest.mark.parametrize("code", ["", "\n\na: <b> &\n", "$ ls | x\ny 'z'\n\n", '{"a": [1]}'])
def test_code_is_coloured_as_pymdownx_does_it(language: str, code: str) -> None:
    """By one formatter for all blocks; theirs makes one for each."""
    theirs = Highlight(Markdown(), pygments_lang_class=True, stripnl=False)
    for classes in ("highlight", 'a "& b'):
        assert highlighted(code, language, classes) == theirs.highlight(code, language, css_class=classes)


@pytest.mark.parametrize(("pages", "least"), [(15, 0), (210, 15)])
def test_a_large_build_gives_free_memory_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int, least: int
) -> None:
    """It holds none of the files that it has written, and small ones do not even load what is needed for that."""
    given: list[None] = []
    monkeypatch.setattr("notesite.plugin.run.give_back", lambda: given.append(None))
    monkeypatch.setattr(gc, "set_threshold", lambda *_: given.append(None))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/notes.md").write_text("# Notes\n" + "".join(f"\n## Topic {n}\n\nWords.\n" for n in range(pages)))
    text = "site_name: Notes\ntheme: {name: material, font: false}\nextra: {notes: {split_level: 2, cache: false}}\n"
    (tmp_path / "mkdocs.yml").write_text(f"{text}hooks: [{ROOT}/hooks/notes_site.py]\n")
    config = load_config(str(tmp_path / "mkdocs.yml"))
    config.plugins.on_startup(command="build", dirty=False)
    made = next(m.__self__ for m in config.plugins.events["pre_build"])._folder  # type: ignore[attr-defined]  # a method
    build_site(config)
    assert (tmp_path / "site/llms-full.txt").is_file()
    assert "llms-full.txt" in made.made
    assert not any(made.made.values())
    assert (len(given) >= 2 * least) if least else not given


def test_between_its_reading_and_its_writing_nothing_of_a_page_is_held(tmp_path: Path) -> None:
    """Neither its text nor its HTML nor its contents, of which the theme makes use later."""
    found: list[tuple[object, ...]] = []

    class Known:
        """Of a package whose ways are known."""

        __module__ = "notesite.test"

        def on_files(self, files: Files, **_: object) -> None:
            other = files.get_file_from_path("topic-2.md")
            assert other is not None
            assert "Words 2" in other.content_string
            other.content_string = "## Topic 2\n\nOf another plugin.\n"

        def on_env(self, _: Environment, files: Files, **__: object) -> None:
            for page in (file.page for file in files.documentation_pages()):
                assert page is not None
                links = {file.src_uri: list(links) for file, links in (page.links_to_anchors or {}).items() if links}
                found.append((page.file.src_uri, page.markdown, page.content, len(page.toc), links))

    (tmp_path / "docs").mkdir()
    topics = "".join(f"\n## Topic {n}\n\n[Up](#topic-0) Words {n}.\n\n### Part {n}\n" for n in range(4))
    (tmp_path / "docs/notes.md").write_text(f"# Notes\n{topics}")
    text = "site_name: Notes\ntheme: {name: material, font: false}\nextra: {notes: {split_level: 2, cache: false}}\n"
    text += "markdown_extensions: [{toc: {permalink: true}}]\n"
    (tmp_path / "mkdocs.yml").write_text(f"{text}hooks: [{ROOT}/hooks/notes_site.py]\n")
    config = load_config(str(tmp_path / "mkdocs.yml"))
    config.plugins.events["files"].append(Known().on_files)
    config.plugins.events["env"].insert(0, Known().on_env)
    config.plugins.on_startup(command="build", dirty=False)
    build_site(config)
    assert found[1:] == [
        (f"topic-{n}.md", "", "", 0, {} if n in {0, 2} else {"topic-0.md": ["topic-0"]}) for n in range(4)
    ]
    for n in range(4):
        page = (tmp_path / f"site/topic-{n}/index.html").read_text()
        assert ("Of another plugin." in page, f"</a> Words {n}." in page) == (n == 2, n != 2)
        assert (page.count(f'href="#part-{n}"') > 1) == (n != 2)  # in the contents, too


def test_the_benchmark_counts_the_memory_of_a_command_alone(tmp_path: Path) -> None:
    """The system counts that of whoever starts a process as the process's own."""
    held = b"x" * 2**26
    cost = timing.measure({"small": [sys.executable, "-S", "-c", "pass"]}, tmp_path, 1)["small"]
    assert 2**20 < cost.peak < len(held)


def test_the_benchmark_builds_as_many_pages_as_it_says(tmp_path: Path) -> None:
    _, sites = bench_build.commands(tmp_path, 17)
    project = open_project(tmp_path / "warm" / "mkdocs.yml")
    assert len(Build(project).site.pages) == 1 + 17
    assert set(sites) == {"bare", "cold", "warm"}
    assert len(list((tmp_path / "bare" / "docs").rglob("topic-*.md"))) == 17
    with pytest.raises(SystemExit, match="nothing was built"):
        bench_build.size_of(sites["bare"])


def test_the_benchmark_edits_one_section(tmp_path: Path) -> None:
    bench_build.commands(tmp_path, 17)
    for path in (tmp_path / "warm/docs/notes.md", tmp_path / "bare/docs/topic-3.md"):
        lines = path.read_text("utf-8").count("\n")
        first, second = bench_preview.edit(path), bench_preview.edit(path)
        text = path.read_text("utf-8")
        assert (first in text, text.count(second), text.count("\n")) == (False, 1, lines + 2)


def test_a_preview_looks_for_edits_twenty_times_a_second(tmp_path: Path) -> None:
    """In a project of many folders it looks as often as MkDocs does."""
    paces = []
    for folders in (3, 300):
        docs = tmp_path / str(folders)
        for number in range(folders):
            (docs / f"{number}").mkdir(parents=True)
        server = LiveReloadServer(lambda: None, "127.0.0.1", 0, str(tmp_path))
        server.watch(str(docs))
        NotesPlugin().on_serve(server, config=SimpleNamespace(docs_dir=str(docs)), builder=lambda: None)  # type: ignore[arg-type]  # all that it reads
        assert list(server._watched_paths) == list(server._watch_refs) == [str(docs)]
        paces.append((server.observer.timeout, server.build_delay))
        server.server_close()
    gc.enable()
    gc.unfreeze()  # a preview has a process of its own, and so has what it did there
    assert paces == [(0.05, 0.03), (0.5, 0.03)]
