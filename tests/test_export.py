"""The export is Markdown that people go on writing in; MkDocs, ProperDocs and Zensical make the same pages of it as we do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import fidelity
import pytest
import warm
import yaml
from markdown import Markdown
from pictures import png
from pymdownx.superfences import fence_code_format
from selectolax.lexbor import LexborHTMLParser
from site_tools import Site

from cases_io import Case, read_cases
from notesite.cli import export_pages
from notesite.notes.reader import parse
from notesite.output.export import Export
from notesite.project.settings import Settings
from notesite.render.bridge import Bridge, PageContext
from notesite.site.page_text import page_source
from notesite.site.plan import plan

ROOT = Path(__file__).resolve().parent.parent
CASES = read_cases("fidelity/constructs.txt")
# What a generator draws or shows by other means than we do.
OTHERWISE = {"math stays text", "picture"}
STRANGE = """# Strange & "quoted"

Intro with `code`, a [link](#third_one), <NodeIP> and &amp;lt;.

## First *one* (1. a+b)

```yaml
a: 1


b: "<x>"
```

## Second

- a

      code

  b

| a | b |
|---|--:|
| `x\\|y` | 1 \\| 2 |

1. one
   ```sh
   kubectl get pods
   ```
2. two
   - deep
- [x] done

## Third_one

<details><summary>More</summary>

Text **bold**[^1]

</details>

> [!TIP]
> So ~~not~~.

$x_1$ costs $5.

[^1]: note
"""


class _Loader(yaml.SafeLoader):
    """Reads the exported mkdocs.yml."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda *_: fence_code_format)


def _configuration(text: bytes) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506  # a SafeLoader


def reader(config: bytes) -> Markdown:
    """Python-Markdown as the exported configuration sets it up."""
    named = [
        entry if isinstance(entry, dict) else {entry: {}} for entry in _configuration(config)["markdown_extensions"]
    ]
    options = {name: value for entry in named for name, value in entry.items()}
    return Markdown(extensions=list(options), extension_configs=options)


def says(html: str) -> list[str]:
    """What the blocks of a page say; links lead elsewhere on a site of several pages."""
    return [re.sub(r"\]\([^)]*\)", "]", block.content) for block in fidelity.from_html(html) if block.content]


def ids(html: str) -> set[str | None]:
    """Those of the author."""
    found = {element.attributes["id"] for element in LexborHTMLParser(html).css("[id]:not([data-added] *)")}
    return {name for name in found if not re.match(r"fn|__", name or "")}


def exported(folder: Path, *options: str) -> Path:
    """The export of the project in a folder."""
    assert export_pages.main([str(folder / "out"), "--config", str(folder / "mkdocs.yml"), *options]) == 0
    return folder / "out"


def built(folder: Path, *command: str) -> dict[str, str]:
    """Page folder -> HTML of its article, for a site that another generator builds of an export."""
    run = [sys.executable, "-m", *(command or ("mkdocs", "build", "--strict"))]
    done = subprocess.run(run, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    articles = {}
    for page in (folder / "site").glob("**/index.html"):
        if found := re.search(r"<article.*?>(.*)</article>", page.read_text(), re.DOTALL):
            articles[page.parent.relative_to(folder / "site").as_posix()] = found[1]
    return articles


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.md").write_text(STRANGE)
    (tmp_path / "mkdocs.yml").write_text("site_name: Strange\nextra: {notes: {split_level: 2}}\n")
    return tmp_path


@pytest.mark.parametrize("case", [case for case in CASES if str(case) not in OTHERWISE], ids=str)
def test_every_construct_is_read_alike(case: Case) -> None:
    notes = parse(f"# T\n\n{case.input}")
    site = plan(notes, Settings())
    no_pictures = cast(Any, SimpleNamespace(files={}, pictures={}, alts={}))
    files = Export(notes, site, no_pictures).files("T")
    for page in site.pages:
        bridge = Bridge()
        bridge.context = PageContext(notes, site, page)
        ours = Markdown(extensions=[bridge]).convert(page_source(notes, site, page))
        theirs = reader(files["mkdocs.yml"]).convert(files[f"docs/{page.uri}"].decode())
        assert (says(theirs), ids(ours) - ids(theirs)) == (says(ours), set())


def test_the_export_is_markdown(project: Path) -> None:
    docs = exported(project) / "docs"
    text = (docs / "second.md").read_text()
    assert "| `x|y` | 1 \\| 2 |" in text
    assert "1.  one\n\n    ```bash\n    kubectl get pods\n    ```\n\n2.  two\n    -   deep\n" in text
    assert "-   [x] done" in text
    assert '# Third_one {#third_one}\n\n<details markdown="1">' in (docs / "third_one.md").read_text()
    assert "!!! tip\n\n    So ~~not~~.\n\n$x_1$ costs \\$5.\n\n[^1]: note" in (docs / "third_one.md").read_text()
    assert "[link](third_one.md#third_one), &lt;NodeIP> and &amp;lt;." in (docs / "index.md").read_text()
    assert not re.search(r"<(?:p|li|ul|ol|table|pre|code)\b", "".join(page.read_text() for page in docs.glob("*.md")))


def test_anchors_are_left_out_when_asked(project: Path) -> None:
    out = exported(project, "--ids", "none")
    assert not any("{#" in page.read_text() for page in (out / "docs").glob("*.md"))
    assert set(built(out)) >= {".", "first-one-1-ab", "second", "third_one"}


def test_exported_pages_say_what_the_notes_say(project: Path) -> None:
    pages = built(exported(project))
    names = (".", "first-one-1-ab", "second", "third_one")
    assert set(pages) == set(names)
    text = "\n".join(re.sub(r"\\\((.*?)\\\)", r"$\1$", pages[name]) for name in names)
    contents = {f"[{title}]" for title in ("First one (1. a+b)", "Second", "Third_one")}
    expected = [re.sub(r"\]\([^)]*\)", "]", block.content) for block in fidelity.by_github(STRANGE)]
    assert [words for words in says(text) if words not in contents] == expected


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("ours")
    warm.python("-m", "mkdocs", "build", "--quiet", "--site-dir", folder).check_returncode()
    return Site(folder)


@pytest.mark.parametrize(
    "generator", ["mkdocs build --strict", "properdocs build --config-file mkdocs.yml", "zensical build"]
)
def test_the_notes_come_out_alike(generator: str, tmp_path: Path, ours: Site) -> None:
    """Words, anchors, and the colours of code."""
    assert export_pages.main([str(tmp_path / "out"), "--config", str(ROOT / "mkdocs.yml")]) == 0
    pages = built(tmp_path / "out", *generator.split())
    assert len(pages) == 16

    def words(html: str) -> list[str]:  # the site shows pictures as drawings, and cards for the list of pages
        found = (re.sub(r" ?!\[.*?\](?:\(.*?\))?", "", said) for said in says(html))
        return [said for said in found if said and not re.fullmatch(r"\[.*\]", said)]

    def coloured(html: str) -> int:
        tree = LexborHTMLParser(html)
        for added in tree.css("[data-added]"):
            added.decompose()
        return len(tree.css("pre code span[class]"))

    for name, html in pages.items():
        page = ours.page("" if name == "." else name)
        assert words(html) == words(page.article)
        assert set(page.heading_ids) <= ids(html)
        assert coloured(html) == coloured(page.article)


def test_old_addresses_are_kept(project: Path) -> None:
    (project / "mkdocs.yml").write_text(
        "site_name: S\nextra: {notes: {split_level: 2, redirects: {uno: second, dos: 'second#second'}}}\n"
    )
    docs = exported(project) / "docs"
    assert 'href="../second/#second"' in (docs / "dos" / "index.html").read_text()
    assert 'href="../second/"' in (docs / "uno" / "index.html").read_text()
    script = (docs / "assets" / "old-addresses.js").read_text()
    assert '{"": {"first-one-1-ab": "first-one-1-ab/#first-one-1-ab"' in script
    assert (
        "assets/old-addresses.js" in _configuration((project / "out" / "mkdocs.yml").read_bytes())["extra_javascript"]
    )


def test_pictures_and_files_of_the_project_come_along(project: Path) -> None:
    (project / "docs" / "img").mkdir()
    (project / "docs" / "img" / "a b.png").write_bytes(png())
    (project / "docs" / "img" / "dark.png").write_bytes(png())
    (project / "docs" / "more.txt").write_text("more")
    (project / "docs" / "unused.txt").write_text("nobody's")
    (project / "docs" / "notes.md").write_text(
        "# T\n\n![A red square](img/a%20b.png) and [more](more.txt), <img src='img/a%20b.png' width='9'>\n"
        "## A\n\n<picture><source media='(prefers-color-scheme: dark)' srcset='img/dark.png 2x'><img src='img/a%20b.png'></picture>\n"
        "## B\n\nb\n\n## C\n\nc\n"
    )
    docs = exported(project) / "docs"
    assert {path.relative_to(docs).as_posix() for path in docs.rglob("*") if path.is_file()} == {
        *("index.md", "a.md", "b.md", "c.md", "img/a b.png", "img/dark.png", "more.txt", "assets/old-addresses.js")
    }
    text = (docs / "index.md").read_text()
    assert "![A red square](img/a%20b.png) and [more](more.txt), ![" in text
    assert '](img/a%20b.png){width="9"}' in text
    assert 'srcset="../img/dark.png 2x"' in (docs / "a.md").read_text()
    pages = built(project / "out")
    assert 'src="img/a%20b.png"' in pages["."]
    assert 'src="../img/a%20b.png"' in pages["a"]


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    assert export_pages.main([str(tmp_path), "--config", str(ROOT / "mkdocs.yml")]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_titles_are_words_for_other_generators(project: Path) -> None:
    (project / "docs" / "notes.md").write_text('# A\n\n## The `<script>` "tag" \\\\\n\nb\n\n## C\n\nc\n\n## D\n\nd\n')
    out = exported(project)
    assert len(built(out)) == 4
    menu = LexborHTMLParser((out / "site" / "index.html").read_text()).css(".md-nav--primary .md-nav__link")
    assert {" ".join(link.text().split()) for link in menu} >= {'The <script> "tag" \\', "C"}


def test_nothing_of_the_notes_becomes_markup_of_the_target(project: Path) -> None:
    text = """# T

<img src="x.png" width='1" onclick="alert(1)'> <a href="javascript:alert(1)">a</a> [b](<x" onclick="alert(1)>)

*a*{onclick=alert(1)} \\<script>alert(1)\\</script> &lt;script&gt;

{.class} \\[TOC] !!! note

<h2 align='x" onclick="alert(1)'>H {onclick=alert(1)}</h2>

```sh
kubectl get pods --><script>alert(1)</script>
kubectl delete nginx --!><script>alert(1)</script>
```
"""
    (project / "docs" / "notes.md").write_text(text)
    (project / "mkdocs.yml").write_text("site_name: Strange\n")  # one page
    (html,) = built(exported(project), "mkdocs", "build").values()
    tree = LexborHTMLParser(html)
    assert not tree.css("script, [onclick], [href^=javascript], .admonition, .toc")
    assert says(html)[2:4] == [
        "<em>a</em>{onclick=alert(1)} <script>alert(1)</script> <script>",
        "{.class} [TOC] !!! note",
    ]
