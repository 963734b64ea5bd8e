"""The exported pages, built by MkDocs without any hook, say the same as the site does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import fidelity
import pytest
from selectolax.lexbor import LexborHTMLParser

from notesite.cli import export_pages

ROOT = Path(__file__).resolve().parent.parent
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

## Third_one

<details><summary>More</summary>

Text **bold**[^1]

</details>

[^1]: note
"""


def built_articles(folder: Path) -> dict[str, str]:
    """Page folder -> HTML of its article, for a site built by MkDocs alone."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(folder / "mkdocs.yml")]
    subprocess.run(command, check=True, capture_output=True)
    pages = (folder / "site").glob("**/index.html")
    return {
        page.parent.relative_to(folder / "site").as_posix(): re.search(
            r"<article.*?>(.*)</article>", page.read_text(), re.DOTALL
        )[1]  # type: ignore[index]  # every page has an article
        for page in pages
    }


def text_blocks(html: str) -> list[fidelity.Block]:
    """Blocks without the pictures' words, which the site words otherwise."""
    return [block for block in fidelity.from_html(html) if "data-enlarge" not in block.content]


def without_addresses(blocks: list[fidelity.Block]) -> list[str]:
    """What the blocks say; links lead elsewhere on a site of several pages."""
    return [re.sub(r"\]\([^)]*\)", "]", block.content) for block in blocks if block.content]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.md").write_text(STRANGE)
    (tmp_path / "mkdocs.yml").write_text("site_name: Strange\n")
    return tmp_path


def test_exported_pages_say_what_the_notes_say(project: Path) -> None:
    out = project / "out"
    assert export_pages.main([str(out), "--config", str(project / "mkdocs.yml")]) == 0
    pages = built_articles(out)
    assert set(pages) == {".", "first-one-1-ab", "second", "third_one"}
    found = [block for name in (".", "first-one-1-ab", "second", "third_one") for block in text_blocks(pages[name])]
    expected = list(fidelity.by_github(STRANGE))
    assert without_addresses(found) == without_addresses(expected)


def test_the_notes_export_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export_pages.main([str(out), "--config", str(ROOT / "mkdocs.yml")]) == 0
    pages = built_articles(out)
    assert len(pages) == 16
    notes = (ROOT / "docs" / "notes.md").read_text()
    found = {block.content for html in pages.values() for block in text_blocks(html) if block.kind == "pre"}
    assert {block.content for block in fidelity.by_github(notes) if block.kind == "pre"} == found


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    assert export_pages.main([str(tmp_path), "--config", str(ROOT / "mkdocs.yml")]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_titles_are_words_for_other_generators(project: Path) -> None:
    (project / "docs" / "notes.md").write_text('# A\n\n## The `<script>` "tag" \\\\\n\nb\n\n## C\n\nc\n\n## D\n\nd\n')
    out = project / "out"
    assert export_pages.main([str(out), "--config", str(project / "mkdocs.yml")]) == 0
    assert len(built_articles(out)) == 4
    menu = LexborHTMLParser((out / "site" / "index.html").read_text()).css(".md-nav--primary .md-nav__link")
    assert {" ".join(link.text().split()) for link in menu} >= {'The <script> "tag" \\', "C"}
