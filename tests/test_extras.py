"""What helps readers beside the pages themselves: descriptions, commands, names, terms, files, dates, the search."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fidelity import from_html
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markupsafe import Markup
from mkdocs.utils import get_theme_dir
from selectolax.lexbor import LexborHTMLParser

from cases_io import read_cases
from notesite.diagnostics.diagnostic import NotesError
from notesite.extras.command_list import asked_for, commands_of, commands_source, is_real, manifests_of, with_rows
from notesite.extras.decorate import Extras, around, decorate, mark_terms
from notesite.extras.home import Card, Home, add_home, description_of, first_sentence, grouped, shortened
from notesite.extras.marks import marks_of
from notesite.extras.search import documents
from notesite.notes.model import Notes
from notesite.notes.reader import parse
from notesite.plugin.appearance import PACKAGE, STYLES, amended, needed, squeezed_css, squeezed_html, squeezed_js
from notesite.project.repository import commit_time, line_dates
from notesite.project.settings import PageSettings, Settings, SnippetSettings
from notesite.project.suppressions import read_baseline, settle
from notesite.render.bridge import Bridge, PageContext, highlighted
from notesite.render.mark import BlockMark, Row, in_words
from notesite.site.page_text import page_source
from notesite.site.plan import Site, plan
from notesite.site.section_names import names_of, places_in, wrong_groups
from notesite.snippets.blocks import check_blocks

CASES = Path(__file__).parent / "cases" / "reading"
GIVEN = Path(__file__).parents[1] / "docs" / "notes.md"


def _planned(text: str, wanted: Settings | None = None) -> tuple[Notes, Site]:
    notes = parse(text)
    return notes, plan(notes, wanted or Settings(split_level=2), "Notes")


def _three(*bodies: str) -> str:
    return "\n".join(f"## Part {number}\n{body}\n" for number, body in enumerate(bodies, 1))


@pytest.mark.parametrize(("title", "given", "expected"), read_cases("reading/descriptions.md"))
def test_descriptions(title: str, given: str, expected: str) -> None:
    notes, site = _planned(given + "\n## Two\n## Three\n")
    assert description_of(notes, site, site.pages[1]) == expected.strip(), title


def test_the_settings_describe_first() -> None:
    wanted = Settings(pages={"Part 1": PageSettings(description="Mine.")})
    notes, site = _planned(_three("The author says this much.", "", ""), wanted)
    assert description_of(notes, site, site.pages[1]) == "Mine."


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_a_description_is_a_beginning_of_the_text(text: str) -> None:
    assert text.startswith(first_sentence(text))
    assert len(shortened(text)) <= 160


@pytest.mark.parametrize(("title", "given", "expected"), read_cases("reading/terms.md"))
def test_terms(title: str, given: str, expected: str) -> None:
    bridge = Bridge()
    glossary = {"etcd": "A store.", "taint": "A mark.", "container": "A box.", "init container": "Comes first."}
    bridge.decorate = lambda root: mark_terms(root, glossary)
    assert Markdown(extensions=[bridge]).convert(given) == expected.strip(), title


def _explained(text: str, wanted: Settings) -> list[str]:
    notes, site = _planned(_three(text, "", ""), wanted)
    html = _html(notes, site, 1, Extras(Home("", ()), glossary=wanted.glossary))
    return re.findall(r'<abbr [^>]*title="([^"]*)"', html)


def test_the_longest_term_wins_and_a_page_may_leave_one_out() -> None:
    glossary = {"namespace": "In a cluster.", "network namespace": "In the kernel."}
    text = "A shared network namespace; another network namespace; the namespace."
    assert _explained(text, Settings(glossary=glossary)) == ["In the kernel.", "In a cluster."]
    only = {"Part 1": PageSettings(glossary={"network namespace": ""})}
    assert _explained(text, Settings(glossary=glossary, pages=only)) == ["In a cluster."]
    other = {"Part 1": PageSettings(glossary={"namespace": "", "shared": "Here."})}
    assert _explained(text, Settings(glossary=glossary, pages=other)) == ["Here.", "In the kernel."]


def test_the_home_page_shows_commands_that_are_right() -> None:
    text = _three(
        "- A\n```sh\nls\n```\n- B\n```sh\nls -l\n```",
        "- C\n```sh\na\nb\n```\n- D\n```sh\nlz\n```",
        "- E\n```sh\npwd\n```",
    )
    notes, site = _planned(text)
    wrong = notes.fences[3].span.start.line
    commands = commands_of(notes, site, marks={wrong: BlockMark(wrong=True)})
    assert asked_for(commands, ()) == []
    assert [command.description for command in asked_for(commands, ("e", "B", "D", "none"))] == ["E", "B"]


def test_commands_have_descriptions_and_unique_addresses() -> None:
    text = _three(
        "#### cmd get pods\n- Get Pods:\n```cmd\nkubectl get pods\n```\n- Get Pods\n```bash\nkubectl get po\n```",
        "#### Testing\n```sh\nmake test\n```\n```yaml\nkind: Pod\n```\n```cmd\nenv:\n- name: A\n```",
        "- Get Pods\n```\nkubectl get pods\n```\n```text\nplain words\n```",
    )
    notes, site = _planned(text)
    found = [(command.page.slug, command.id, command.description) for command in commands_of(notes, site)]
    assert found == [
        ("part-1", "cmd-get-pods-2", "Get Pods"),  # the heading has the plain name
        ("part-1", "cmd-get-pods-3", "Get Pods"),
        ("part-2", "cmd-testing", "Testing"),
        ("part-3", "cmd-get-pods", "Get Pods"),
    ]


def test_the_page_of_commands_shows_their_text_as_it_is() -> None:
    text = _three("- Say *`hi`* <b>\n````sh\necho '```' <x>\n````", "", "- Wrong\n```sh\nlz -l\n```")
    notes, site = _planned(text)
    line = notes.fences[1].span.start.line
    mark = BlockMark("", (Row("known", "no `lz`", "ls -l"),), "ls -l", "ls -l\n", wrong=True, struck=True)
    commands = commands_of(notes, site, marks={line: mark})
    headings = Markdown(extensions=[Bridge()]).convert(commands_source(commands, "All_of *it*"))
    html = with_rows(headings, commands, lambda command: f"../{command.page.slug}/#{command.id}")
    assert html.startswith('<div class="notes-generated" data-added>')
    page = LexborHTMLParser(html)
    assert [told.text() for told in page.css(".notes-filter [role=status]")] == ["2 commands"]
    assert [title.text() for title in page.css("h1")] == ["All_of *it*"]
    first, second = page.css(".notes-sheet > section > ul > li.notes-row")
    assert [code.text() for code in first.css("pre")] == ["echo '```' <x>\n"]
    assert [(link.text(), link.attributes["href"]) for link in first.css("a")] == [("Say hi", "../part-1/#cmd-say-hi")]
    assert [code.text() for code in second.css("pre")] == ["lz -l\n", "ls -l\n"]
    assert [block.attributes["class"] for block in second.css("li > div.highlight")] == [
        "highlight notes-wrong notes-struck"
    ]
    assert [own.attributes["data-copy"] for own in second.css(".notes-mark")] == ["ls -l"]


def test_no_line_tears_a_flag_from_its_hyphens() -> None:
    long = "https://example.org/a-page-with-a-long-name"
    assert in_words(f"run --rm\n {long}<") == (f'run <span class="notes-word">--rm</span>\n {long}&lt;')
    assert 'class="language-bash highlight"' in highlighted("run --rm\n", "bash", "highlight")
    assert 'class="language-bash highlight notes-long"' in highlighted(f"curl {long}\n", "bash", "highlight")


def test_the_search_reads_a_page_line_by_line() -> None:
    notes, site = _planned(_three("- A < B\n```sh\ncat <file> | x\n```", "", ""))
    page = """<h1 id="a">Demonset<a class="headerlink" href="#a">¶</a></h1><p>One &lt;b&gt;
    <code>two</code></p><p data-search-exclude>not</p><svg><title>not</title></svg>
    <h2 id="x">X &amp; <em>Y</em></h2><table><tr><th>Kind</th><th>Use</th></tr><tr><td>Pod</td><td>Runs</td></tr></table>
    <ul class="notes-lead"><li>A &lt; B</li></ul><div class="highlight"><pre><code>cat &lt;file&gt; | x
    </code></pre></div><ul class="notes-lead"><li>Kept</li></ul><pre><code>a:
  b</code></pre>"""
    assert documents(page, "d/", "DaemonSet", "not", commands_of(notes, site)) == [
        {"location": "d/", "title": "DaemonSet", "text": "One &lt;b&gt; two", "also": "Demonset"},
        {"location": "d/#x", "title": "X &amp; Y", "text": "Kind – Use\nPod – Runs\nKept\na:\nb"},
        {"location": "d/#cmd-a-b", "title": "A &lt; B", "text": "cat &lt;file&gt; | x", "kind": "command"},
    ]
    wrong = BlockMark("", (Row("known", "no `cat`"),), corrected="bat\n", wrong=True)
    marked = commands_of(notes, site, marks={notes.fences[0].span.start.line: wrong})
    assert documents("", "", "", "", marked)[1].items() >= {
        "wrong": "yes", "note": "Does not work as written: no cat.", "label": "Works instead", "fix": "bat"
    }.items()  # fmt: skip
    assert documents("<h2 id=b>B</h2>", "", "T", "About")[0]["text"] == "About"


def test_the_search_reads_a_broken_block_as_a_result_of_its_own() -> None:
    page = """<h1 id="a">A</h1><h2 id="x">X</h2><p>Words</p><ul class="notes-lead"><li>Label</li></ul>
    <div class="highlight notes-wrong"><pre><code>a:
 - b
  c: 1
</code></pre></div><div class="notes-mark" data-search-exclude="">why</div><p>More</p>"""
    mark = BlockMark("", (Row("known", "one space too few"),), "a:\n", "a:\n  - b\n  c: 1\n", wrong=True)
    found = documents(page, "d/", "A", broken={"a:\n - b\n  c: 1": mark})
    assert [(one["location"], one["title"], one["text"]) for one in found] == [
        ("d/", "A", ""),
        ("d/#x", "X", "Words\nLabel\nMore"),
        ("d/#x", "X", "a:\n - b\n  c: 1"),
    ]
    told = {"kind": "block", "wrong": "yes", "fix": "a:\n  - b\n  c: 1", "label": "Works instead"}
    assert found[2].items() >= told.items()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Config Map", ["config-maps"]),
        ("ConfigMap", ["config-maps"]),
        ("Job/CronJob", ["job", "cron-job"]),
        ("DaemonSet", ["daemonset"]),
        ("Demonset", ["daemonset"]),
        ("etcd", ["config-maps#etcd-key-value-store"]),
        ("Examples", []),  # two sections have one
        ("StatefulSet", []),
        ("s", []),
    ],
)
def test_names(cell: str, expected: list[str]) -> None:
    text = "## Config Maps\n### etcd (Key-Value Store)\n### Examples\n## Job\n### Examples\n## Cron Job\n## Demonset\n## S S\n"
    wanted = Settings(pages={"Demonset": PageSettings(title="DaemonSet", slug="daemonset")})
    _, site = _planned(text, wanted)
    places = [place for _, place in places_in(cell, names_of(site, {}))]
    assert [place.page.slug + (f"#{place.id}" if place.id else "") for place in places] == expected


def test_whole_manifests_and_nothing_else_become_files() -> None:
    whole = (
        "```yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    name: wrong\n  name: app\ndata: {}\n```\n"
    )
    others = (
        "```yaml\nkind: Pod\nmetadata:\n  name: x\n```\n"
        "```yaml\napiVersion: v1\nkind: Pod\nspec:\n  name: x\n```\n"
        "```\napiVersion: v1 is the version\nkind words\n```\n"
    )
    fences = parse(whole + others + whole.replace("app", "../../etc/passwd") + whole).fences
    assert [manifest.name for manifest in manifests_of(fences)] == [
        "configmap-app.yaml",
        "configmap-etc-passwd.yaml",
        "configmap-app-2.yaml",
    ]
    assert manifests_of(fences)[0].text == fences[0].text


def test_two_documents_are_whole_when_both_are() -> None:
    one = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"
    assert len(manifests_of(parse(f"```yaml\n{one}---\n{one}```\n").fences)) == 1
    assert manifests_of(parse(f"```yaml\n{one}---\nkind: Pod\n```\n").fences) == []


def test_groups_are_cuts_in_the_contents_list() -> None:
    _, site = _planned(_three("", "", ""))
    groups = {"First": ["Part 1"], "Rest": ["part-3", "part 2"], "Empty": []}
    assert [(group.name, [card.title for card in group.cards]) for group in grouped(site, groups, {}, {})] == [
        ("First", ["Part 1"]),
        ("Rest", ["Part 2", "Part 3"]),
    ]
    assert [group.name for group in grouped(site, {}, {}, {})] == [""]
    apart = grouped(site, {"First": ["Part 3", "Part 1"]}, {}, {})
    assert [(group.name, len(group.cards)) for group in apart] == [("First", 1), ("", 1), ("First", 1)]


@pytest.mark.parametrize(
    ("groups", "problems"),
    [
        ({}, 0),
        ({"A": ["Part 1"], "B": ["part-2", "Part 3"]}, 0),
        ({"A": ["Part 2"]}, 0),
        ({"A": ["Part 9", "part-1"]}, 1),
        ({"A": ["Part 2", "Part 1"]}, 1),
        ({"B": ["Part 3"], "A": ["Part 1"]}, 1),
        ({"A": ["Part 1", "Part 3"]}, 1),
    ],
)
def test_groups_that_would_reorder_are_named(groups: dict[str, list[str]], problems: int) -> None:
    _, site = _planned(_three("", "", ""))
    assert len(list(wrong_groups(site, groups))) == problems


@pytest.mark.parametrize(
    ("address", "real"),
    [
        ("https://me.github.io/notes/", True),
        ("https://git.example/me/notes/blob/HEAD/docs/", True),
        ("https://example.github.io/notes/", False),
        ("https://github.com/example/notes/blob/HEAD/docs/", False),
        ("https://example.org/notes/", False),
        ("blob/HEAD/docs/", False),
        ("https://[/", False),
        ("", False),
    ],
)
def test_stand_ins_are_no_addresses(address: str, real: bool) -> None:  # a value of the table
    assert is_real(address) is real


def test_reading_starts_with_the_first_section() -> None:
    def shown(text: str) -> list[str]:
        _, site = _planned(text)
        root = ET.Element("div")
        asked = (Card("List", "part-1.md#cmd-list", "ls"),)
        add_home(root, Home("", grouped(site, {}, {}, {}), asked=asked), "")
        return [str(one.text) for one in root.iter() if one.tag in {"a", "p"}]

    assert "Start here: Part 1" in shown(_three("", "", ""))
    assert "Start here" in shown(_three("", "", "").replace("Part 1", "A part with a very long title " * 2))
    assert not [text for text in shown("# One") if "Start here" in text]
    assert "Asked for most" in shown("# One")


def _html(notes: Notes, site: Site, number: int, extras: Extras | None) -> str:
    page = site.pages[number]
    bridge = Bridge()
    bridge.context = PageContext(notes, site, page)
    if extras:
        bridge.context.decorate = lambda root: decorate(root, page, extras)
    return Markdown(extensions=[bridge, "toc"]).convert(page_source(notes, site, page))


def _extras(notes: Notes, site: Site) -> Extras:
    return Extras(
        home=Home(
            "About <these> notes", grouped(site, {}, {}, {}), '<svg xmlns="http://www.w3.org/2000/svg"/>', "x.zip"
        ),
        contents_id=notes.contents.heading.id if notes.contents and notes.contents.heading else "",
        commands={command.line: command for command in commands_of(notes, site)},
        manifests={manifest.line: manifest for manifest in manifests_of(notes.fences)},
        names=names_of(site, {}),
        glossary={"etcd": "A store.", "pod": "A group.", "node": "A machine."},
        manifest_folder="manifests",
        apply="kubectl apply -f https://example.org/{url}",
    )


def test_what_is_added_changes_no_block_of_the_notes() -> None:
    notes, site = _planned(GIVEN.read_text("utf-8"))
    extras = _extras(notes, site)
    for number, page in enumerate(site.pages):
        assert from_html(_html(notes, site, number, extras)) == from_html(_html(notes, site, number, None)), page.slug


def test_a_home_page_without_words_has_cards() -> None:
    notes, site = _planned("[TOC]\n\n" + "".join(f"# {name}\n\n{'words ' * 50}\n\n" for name in "ABCD"))
    html = _html(notes, site, 0, _extras(notes, site))
    assert html.count('class="notes-card"') == 3
    assert "<!--" not in html


def test_short_code_in_a_table_is_not_broken() -> None:
    notes, site = _planned(f"# T\n\n| a |\n|---|\n| `apiKey` `{'x' * 30}` |\n\n`apiKey`\n")
    assert _html(notes, site, 0, _extras(notes, site)).count('<code class="notes-word">apiKey</code>') == 1


PIECES = st.lists(
    st.sampled_from(
        [
            "- Get pods\n```sh\nkubectl get pods\n```\n", "- a\n  - b\n\n  ```sh\n  ls\n  ```\n", "1. one\n\n   ```sh\n   ls\n   ```\n",
            "Words of etcd.\n", "| Part 1 | b |\n|---|---|\n| Part 2 | `x` |\n| **etcd** | y |\n", "> quote\n> ```sh\n> ls\n> ```\n",
            "```sh\nls\n```\n", "### Sub\n", "<br />\n", "* x\n* etcd\n", "```yaml\napiVersion: v1\nkind: A\nmetadata:\n  name: b\n```\n",
            "- [ ] task\n```sh\nls\n```\n", "paragraph:\n```sh\nls\n```\n", "    indented\n",
        ]
    ),
    max_size=8,
)  # fmt: skip


@given(PIECES, PIECES, PIECES)
@settings(max_examples=60, deadline=None)
def test_what_is_added_changes_no_block_of_any_notes(one: list[str], two: list[str], three: list[str]) -> None:
    notes, site = _planned(_three(*("\n".join(part) for part in (one, two, three))))
    extras = _extras(notes, site)
    for number in range(len(site.pages)):
        html = _html(notes, site, number, extras)
        assert from_html(html) == from_html(_html(notes, site, number, None))
        ids = re.findall(r' id="([^"]*)"', html)
        assert len(ids) == len(set(ids))


def test_what_works_today_is_not_called_wrong() -> None:
    marks = _marks("```sh\nkubectl apply -f a.yaml --record\n```\n```sh\nkubectl\n```\n```sh\nkubectl get pods\n```\n")
    told = [(mark.right, mark.commands, [row.kind for row in mark.rows]) for mark in marks]
    assert told == [(1, 1, ["hint"]), (0, 1, ["doubt"]), (1, 1, [])]


def test_what_the_baseline_says_works_is_copied_and_does_work() -> None:
    baseline = read_baseline((GIVEN.parents[1] / "notes-baseline.json").read_text("utf-8"), "")
    told = [entry.instead for entry in baseline.entries if entry.instead]
    assert len(told) > 1
    assert [mark.rows for mark in _marks("".join(f"```sh\n{own}\n```\n" for own in told))] == [()] * len(told)
    notes = parse(GIVEN.read_text("utf-8"))
    blocks = check_blocks(notes, SnippetSettings())
    settled = settle(blocks.report, {}, notes, baseline)
    marks = marks_of(blocks, settled).values()
    assert set(told) <= {(mark.copy or "").strip() for mark in marks if mark.struck and mark.fixes}


def _marks(text: str) -> list[BlockMark]:
    blocks = check_blocks(parse(text), SnippetSettings())
    return list(marks_of(blocks, blocks.report).values())


def test_an_embedded_source_cannot_leave_its_script() -> None:
    source = "</script><script>alert(1)</script><!--"
    html = around(Markup("<p></p>"), file="", source=source, changed=None, icon=Markup())
    assert html.count("</script>") == 1
    assert "<!--" not in html


def test_svg_files_become_elements_of_the_page() -> None:
    root = ET.Element("div")
    drawing = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><linearGradient id="a"/><path d="M0 0"/></svg>'
    add_home(root, Home("", (), drawing), "")
    (picture,) = root.iterfind(".//*[@class='notes-hero__picture']")
    assert [(element.tag, element.attrib) for element in picture.iter()][1:] == [
        ("svg", {"viewBox": "0 0 1 1"}),
        ("linearGradient", {"id": "a"}),
        ("path", {"d": "M0 0"}),
    ]
    add_home(root, Home("", ()), "")
    assert len(list(root.iterfind(".//*[@class='notes-hero__picture']"))) == 1


def test_the_theme_s_own_html_is_amended() -> None:
    html = '<link rel="stylesheet" href="{{ \'a/palette.1f2e.min.css\' | url }}"><div class="md-search" data-md-component="search" role="dialog">'
    assert 'role="dialog" aria-label="Search"' in amended(html)
    assert "palette" in amended(html)
    assert "palette" not in amended("\n" + html, own_palette=True)


def test_the_style_sets_what_depends_on_the_palette() -> None:
    """The theme computes these where it knows the light colours only."""
    folder = Path(get_theme_dir("material")) / "assets/stylesheets"
    (style,) = folder.glob("main.*.min.css")
    (rule,) = re.findall(r":root,\[data-md-color-scheme=default\]\{([^}]*)\}", style.read_text("utf-8"))
    depending = set(re.findall(r"(--md-[\w-]+):var\(", rule))
    assert {"--md-admonition-bg-color", "--md-typeset-color"} <= depending
    assert not depending - set(re.findall(r"(--md-[\w-]+):", (PACKAGE / STYLES[0]).read_text("utf-8")))


def test_squeezing_keeps_what_matters() -> None:
    assert squeezed_css('/* x */\na > b {\n  content: "a: b;  c"; /* y */\n}\n') == 'a > b{content:"a: b;  c"}\n'
    assert squeezed_css("/*! MIT, yes */ a {\n  margin: 0 /* x */ 1px;\n}\n") == "/*! MIT, yes */ a{margin:0  1px}\n"
    template = "<p>\n  a\n\n  {% if b %}\n    <b>b</b>\n  {% endif %}\n  c {% if d %}d{% endif %}\n  e\n</p>\n"
    assert squeezed_html(template) == "<p>\na\n{% if b %}<b>b</b>\n{% endif %}c {% if d %}d{% endif %}\ne\n</p>\n"
    assert squeezed_html(f"{template}<pre>\n  x</pre>") == f"{template}<pre>\n  x</pre>"
    assert squeezed_js('// no\n  const a = "// yes";\n') == 'const a = "// yes";\n'


def test_pages_load_what_they_need() -> None:
    assert needed("<p>words</p>") == []
    assert needed('<div class="notes-sheet">') == ["assets/stylesheets/sheet.css", "assets/javascripts/sheet.js"]
    assert needed('<img data-enlarge="" alt="">') == ["assets/javascripts/enlarge.js"]


def _git(folder: Path, *arguments: str, day: str = "2025-01-02") -> None:
    stamp = f"{day}T12:00:00+0000"
    environment = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def test_lines_have_the_day_of_their_last_commit(tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    with pytest.raises(NotesError):
        line_dates(notes)
    _git(tmp_path, "init", "-q")
    notes.write_text("one\ntwo\nthree\n", "utf-8")
    with pytest.raises(NotesError):
        line_dates(notes)
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "a")
    notes.write_text("one\nTWO\nthree\n", "utf-8")
    _git(tmp_path, "commit", "-qam", "b", day="2025-03-04")
    notes.write_text("one\nTWO\nthree\nfour\n", "utf-8")
    days = [day.isoformat() if day else None for day in line_dates(notes)]
    assert days == ["2025-01-02", "2025-03-04", "2025-01-02", None]


def test_a_shallow_clone_does_not_pretend_to_know(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    _git(origin, "init", "-q")
    for number, day in enumerate(("2025-01-02", "2025-03-04")):
        (origin / "notes.md").write_text("one\n" + "two\n" * number, "utf-8")
        _git(origin, "add", ".")
        _git(origin, "commit", "-qm", "x", day=day)
    _git(tmp_path, "clone", "-q", "--depth", "1", origin.as_uri(), "clone")
    clone = tmp_path / "clone" / "notes.md"
    with pytest.raises(NotesError, match="git fetch --unshallow"):
        line_dates(clone)
    assert commit_time(clone) == commit_time(origin / "notes.md") is not None
    clone.write_text("changed", "utf-8")
    assert commit_time(clone) is None


def test_a_description_tells_nothing_that_is_folded_away() -> None:
    notes = parse("# T\n\n## One\n\n<details><summary>Answer</summary>\n\nIt ties a knot of its own.\n\n</details>\n")
    site = plan(notes, Settings(split_level=2))
    assert [description_of(notes, site, page) for page in site.pages] == ["", ""]
