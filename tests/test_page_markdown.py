"""A page as Markdown of its own: title first, corrections beside the code, contents on the home page."""

from __future__ import annotations

from notesite.notes.reader import parse
from notesite.output.machine_files import page_list, page_markdown
from notesite.project.settings import PageSettings, Settings
from notesite.render.mark import BlockMark, Row
from notesite.site.plan import plan

NOTES = """\
# All

### Contents
- [One](#one)
- [Two](#two)
- [Three](#three)

Words.

### One
- Do it
  ```sh
  lz -l
  ```

##### Deep
### Two
x
### Three
y
"""
MARK = BlockMark("", (Row("known", "no `lz`", "ls -l"),), "ls -l", "ls -l\n", wrong=True)


def test_pages_begin_with_their_title_and_correct_their_code() -> None:
    notes = parse(NOTES)
    site = plan(notes, Settings(pages={"Two": PageSettings(title="Second")}))
    home, one, two, *_ = site.pages
    text = page_markdown(notes, site, one, {notes.fences[0].span.start.line: MARK})
    assert text == (
        "# One\n- Do it\n  ```sh\n  lz -l\n  ```\n\n  **Does not work as written:** no `lz`\n\n"
        "  **Works instead:** `ls -l`\n\n\n## Deep\n"
    )
    assert page_markdown(notes, site, two).startswith("# Second\n")
    contents = list(page_list(site, {"one.md": "The\nfirst."}, lambda page: page.uri))[1:]
    assert contents[0] == "- [One](one.md): The first."
    whole = page_markdown(notes, site, home, contents=contents)
    assert whole.startswith("# All\n\n## Contents\n\n- [One](one.md): The first.\n- [Second](two.md)\n")
    assert whole.count("- [") == len(contents)
    assert whole.endswith("Words.\n")


def test_underlined_headings_get_the_level_of_the_page() -> None:
    notes = parse("# T\n\n## A\n\nOne\nmore\n---\n\nx\n\n## B\n")
    site = plan(notes, Settings(split_level=1))
    text = "\n".join(page_markdown(notes, site, page) for page in site.pages)
    assert "\n## One more\n\n\n\nx\n" in text


def test_a_correction_of_several_lines_is_a_block() -> None:
    notes = parse("# A\n\n## B\n\n```yaml\na:b\n```\n")
    site = plan(notes, Settings())
    mark = BlockMark("", (Row("known", "bad"),), "a: b\nc: d", "a: b\nc: d\n", wrong=True)
    assert "**Works instead:**\n\n```\na: b\nc: d\n```\n" in page_markdown(notes, site, site.pages[0], {5: mark})
