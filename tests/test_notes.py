"""What the parse finds, and that every place points at its token in the text."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence

import comrak
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from site_tools import NOTES

from cases_io import CASES, Case, read_cases
from notesite.diagnostics.diagnostic import Span
from notesite.notes import pieces as pieces_module
from notesite.notes.document import Kind, walk
from notesite.notes.model import Fence, Notes, in_lines
from notesite.notes.parser import leaves, read_blocks, weight
from notesite.notes.pieces import weight_of
from notesite.notes.reader import check_notes, front_matter_lines, outline, parse, without_front_matter


def quoted(notes: Notes, span: Span) -> str:
    """The text that a span covers; line breaks shown as ⏎."""
    lines = [*notes.lines][span.start.line - 1 : span.end.line]
    lines[-1] = lines[-1][: span.end.column - 1]
    lines[0] = lines[0][span.start.column - 1 :]
    return "⏎".join(lines)


def described(notes: Notes) -> Iterator[str]:
    """One line for everything found: kind, place, its text at that place, and what was understood."""
    for heading in notes.headings:
        section = "" if heading.starts_section else ", inside"
        text = quoted(notes, heading.span)
        yield f"heading {heading.span.start} {text} = {heading.level} #{heading.id}{section}"
    for image in notes.images:
        yield f"image {image.span.start} {quoted(notes, image.span)} = {image.url} {image.alt!r} {image.origin}"
    for link in notes.links:
        yield f"link {link.span.start} {quoted(notes, link.span)} = {link.target} {link.text!r} {link.origin}"
    for fence in notes.fences:
        places = " ".join(map(str, fence.origins))
        opening = quoted(notes, fence.span).split("⏎")[0]
        yield f"code {fence.span.start}-{fence.span.end} {opening} = {fence.label!r} {fence.text!r} at {places}".rstrip()
    for directive in notes.directives:
        text = quoted(notes, directive.span)
        yield f"directive {directive.span.start} {text} = {directive.verb} {directive.arguments!r} {directive.target}"
    for note in notes.footnotes:
        yield f"footnote {note.label} = {note.number}, lines {note.first}-{note.last}, used on {note.references}"
    for name, line in notes.anchors:
        yield f"anchor {name} = line {line}"


@pytest.mark.parametrize("case", read_cases("notes/places.txt"), ids=str)
def test_places(case: Case) -> None:
    assert "".join(f"{line}\n" for line in described(parse(case.input))) == case.expected


def test_places_of_the_notes_themselves() -> None:
    notes = parse(NOTES.read_text(encoding="utf-8"))
    assert (len(notes.headings), len(notes.fences), len(notes.images)) == (65, 63, 11)
    assert all(quoted(notes, heading.span).startswith("#") for heading in notes.headings)
    assert all(quoted(notes, fence.span).startswith("```") for fence in notes.fences)
    assert all(quoted(notes, image.span).endswith(f"({image.url})") for image in notes.images)
    assert all(quoted(notes, link.span).endswith(f"({link.target})") for link in notes.links)
    assert [d for d in check_notes(notes) if d.code == "N_FENCE"] == []


# --- Places inside code


def characters(fence: Fence, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each visible character of the content, and the character at its place in the notes."""
    for number, line in enumerate(fence.text.split("\n"), 1):
        for column, char in enumerate(line, 1):
            if char not in " \t":
                place = fence.position(number, column)
                yield char, lines[place.line - 1][place.column - 1]


def test_every_character_of_the_notes_code_is_found_again() -> None:
    notes = parse(NOTES.read_text(encoding="utf-8"))
    pairs = [pair for fence in notes.fences for pair in characters(fence, notes.lines)]
    assert len(pairs) > 2500
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


CONTENT = st.lists(st.text("ab :\t-#>|é🚀", max_size=12), min_size=1, max_size=5).filter(lambda c: c[0].strip() != "")
CONTAINERS = st.lists(st.sampled_from(["- ", "1. ", "> ", "*   ", "10) "]), max_size=3)
MARK = st.sampled_from(["```", "~~~~"])


@settings(max_examples=200, deadline=None)
@given(CONTENT, CONTAINERS, MARK)
def test_every_character_of_any_code_is_found_again(content: list[str], containers: list[str], mark: str) -> None:
    first = "".join(containers)
    rest = "".join(c if c == "> " else " " * len(c) for c in containers)
    text = f"before\n\n{first}{mark}yaml\n" + "".join(f"{rest}{line}\n" for line in content) + f"{rest}{mark}\n"
    (fence,) = parse(text).fences
    assert [line.strip() for line in fence.text.split("\n")[:-1]] == [line.strip() for line in content]
    assert [pair for pair in characters(fence, text.split("\n")) if pair[0] != pair[1]] == []


def test_a_place_past_the_end_of_the_content_is_in_the_block() -> None:
    (fence,) = parse("```yaml\na: 1\n```\n").fences
    assert str(fence.position(2, 1)) == "3:1"
    assert str(fence.position(1, 1)) == "2:1"
    (empty,) = parse("- ```\n  ```\n").fences
    assert str(empty.position(1, 1)) == "1:3"


# --- What surrounds a code block


def test_a_code_block_knows_its_headings_and_its_lead() -> None:
    text = "# A\n\n## B\n\n- run *this*:\n\n  ```sh\n  x\n  ```\n\n## C\n\ntext\n\nmore\n\n```\ny\n```\n\n```\nz\n```\n"
    one, two, three = parse(text).fences
    assert [h.text for h in one.trail] == ["A", "B"]
    assert (one.lead, two.lead, three.lead) == ("run this:", "more", "")
    assert [h.text for h in two.trail] == ["A", "C"]


# --- Findings of the parse


@pytest.mark.parametrize("case", read_cases("notes/findings.txt"), ids=str)
def test_findings(case: Case) -> None:
    found = [f"{d.span.start} {d.code} {d.message}\n" for d in check_notes(parse(case.input))]
    assert "".join(found) == case.expected


# --- Front matter


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("---\ntitle: x\n---\n# A\n", 3),
        ("---\ntitle: x\n...\n# A\n", 3),
        ("---\n# A\n---\n", 0),
        ('---\n{\n  "title": "x"\n}\n---\n# A\n', 5),
        ('---\n"title": x\n---\n# A\n', 3),
        ("---\n{x} is a set\n", 0),
        ("---\n\ntext: y\n---\n", 0),
        ("Title: x\n\n# A\n", 0),
        ("# A\n---\ntitle: x\n---\n", 0),
        ("---\ntitle: x\n", 0),
    ],
)
def test_front_matter(text: str, lines: int) -> None:
    assert front_matter_lines(text) == lines
    blanked = without_front_matter(text)
    assert blanked.count("\n") == text.count("\n")
    assert blanked.split("\n")[lines:] == text.split("\n")[lines:]
    assert not "".join(blanked.split("\n")[:lines])


@settings(max_examples=150, deadline=None)
@given(st.text('ab#*_[]()!<>`~|-+.1:&;/=" \n\t', max_size=120))
def test_any_text_is_read_and_every_place_is_in_it(text: str) -> None:
    notes = parse(text)
    lines = text.split("\n")
    spans = [
        x.span for found in (notes.headings, notes.images, notes.links, notes.fences, notes.directives) for x in found
    ]
    for span in spans:
        for place in (span.start, span.end):
            assert 1 <= place.line <= len(lines)
            assert 1 <= place.column <= len(lines[place.line - 1]) + 1
        assert span.start <= span.end


# --- Places of everything, whatever it stands in

MARKS = {
    Kind.LINK: ("[", "<", "http", "www.", "me@"), Kind.IMAGE: ("![",), Kind.CODE_SPAN: ("`",), Kind.EMPHASIS: ("*", "_"),
    Kind.STRONG: ("**",), Kind.STRIKE: ("~",), Kind.HTML_SPAN: ("<",), Kind.FOOTNOTE_LINK: ("[^",), Kind.HTML: ("<",),
    Kind.QUOTE: (">",), Kind.ALERT: (">",), Kind.RULE: ("*",), Kind.FOOTNOTE: ("[^",),
}  # fmt: skip
INLINE = st.sampled_from(
    [
        "*a*", "**b**", "_c `d`_", "~~e~~", "[f](g)", "[f *g*][r]", "[x][r\ns]", "[y](z 'a\nb')", "![h](i)", "<b>", "</b>",
        "`j|k`".replace("|", "\\|"), "\\|", "https://l.example", "[me@m.example]", "<http://n>", "é", "日本", "🚀", "\t", " ",
        "\n", "  \n", "\\\n", "&amp;", "\\*", "text", "<!-- c\nd -->", "[^1]",
    ]
)  # fmt: skip
PARAGRAPH = st.lists(INLINE, min_size=1, max_size=12).map(lambda pieces: " ".join(pieces).strip())


@settings(max_examples=400, deadline=None)
@given(st.lists(PARAGRAPH, min_size=1, max_size=3), st.lists(st.sampled_from(["- ", "> ", "1. ", "*  "]), max_size=3))
def test_every_place_begins_with_its_mark(paragraphs: list[str], containers: list[str]) -> None:
    text = "\n\n".join([*paragraphs, "```yaml\na: 1\n```", "<div>", "***", "> [!NOTE]\n> x", "[^1]: y"])
    for mark in containers:
        rest = mark if mark == "> " else " " * len(mark)
        text = "\n".join(f"{rest if number else mark}{line}" for number, line in enumerate(text.split("\n")))
    lines = (text + "\n\n[r]: s\n[r s]: t\n").split("\n")
    for node in walk(parse("\n".join(lines)).blocks):
        start = node.span.start
        found = lines[start.line - 1][start.column - 1 :]
        assert found.startswith(MARKS.get(node.kind, "")), (node.kind, start)
        if node.kind is Kind.TEXT and found[:1] not in "\\&":
            assert node.text[:1] == found[:1], (node.text, start)


CELL = st.lists(INLINE, min_size=1, max_size=5).map(lambda pieces: " ".join(" ".join(pieces).split("\n")).strip())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=4))
def test_every_place_in_a_table_begins_with_its_mark(rows: list[list[str]]) -> None:
    text = "| a | b |\n|---|:-:|\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows) + "\n[r]: s\n"
    lines = text.split("\n")
    for node in walk(parse(text).blocks):
        start = node.span.start
        found = lines[start.line - 1][start.column - 1 :]
        assert found.startswith(MARKS.get(node.kind, "")), (node.kind, start)


def test_of_two_footnotes_of_one_name_the_first_counts() -> None:
    text = "a[^n] b[^m]\n\n[^n]: first\n\n[^m]: other\n\n[^N]: second\n"
    assert [(note.label, note.number, note.first) for note in parse(text).footnotes] == [("n", 1, 3), ("m", 2, 5)]


@pytest.mark.parametrize("text", ["[me@x.example]", "a [b c me@x.example] d", "[me@x.example](u) [me@x.example"])
def test_mail_behind_a_bracket_is_a_link(text: str) -> None:
    (link,) = [link for link in parse(text).links if link.origin == "autolink"]
    assert (link.target, quoted(parse(text), link.span)) == ("mailto:me@x.example", "me@x.example")


def test_an_address_is_as_the_page_has_it() -> None:
    links = parse("[a](<b c>) [d](é%zz) [e](f\\_g&amp;h)").links
    assert [link.target for link in links] == ["b%20c", "%C3%A9%zz", "f_g&h"]


# --- The outline: the same blocks in less time

PIECES = st.lists(
    st.sampled_from(
        [
            "# A & *b*", "Title\n===", "## `x` [l](#a)", "text *of* a paragraph", "text right above:", "- item\n- more",
            "```yaml\na: 1\n```", "> ```\n> x\n> ```", "    indented: 1", "<!-- notes: ignore Y_TAG why -->",
            "words <!-- notes: kind=Pod --> words", "<h2>In *HTML*</h2>", "<h3>\n\nover *lines*\n\n</h3>",
            "<div>\n\n# inside\n\n</div>", "see[^1]", "[^1]: note\n\n    ```yaml\n    b: 2\n    ```", "[^2]: unused",
            "| a | b |\n|---|---|\n| c <!-- notes: skip x --> | d |", "1. one\n   ```sh\n   ls\n   ```", "> [!NOTE]\n> text",
            "---", "\\# no heading", "<a name=x></a>", ":rocket: **x**",
        ]
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(PIECES, st.sampled_from(["\n\n", "\n"]))
def test_the_outline_is_that_of_the_whole_parse(pieces: list[str], between: str) -> None:
    text = between.join(pieces) + "\n"
    notes, quick = parse(text), outline(text.split("\n"))
    assert list(quick.blocks) == list(notes.blocks)
    assert quick._replace(lines=notes.lines, blocks=notes.blocks) == notes._replace(contents=None, language="")


def _in_pieces(monkeypatch: pytest.MonkeyPatch, lines: int) -> None:
    monkeypatch.setattr(pieces_module, "LARGE", 0)
    monkeypatch.setattr(pieces_module, "_PIECE", lines)


LONG = st.lists(PIECES.map("\n\n".join), min_size=2, max_size=5).map("\n\n# Next\n\n".join)
OPEN = st.sampled_from(
    [
        "```\n\n# in code",
        "<!--\n\n# in a comment",
        "[a]: b\n\n[a]",
        "- one\n\n# out",
        "$a\n\n# b$ c",
        "> q\n# h",
        "[a]",
        "ä [x] 😀",
    ]
)


@settings(max_examples=300, deadline=None)
@given(LONG, OPEN, LONG, st.integers(1, 12))
def test_the_blocks_of_pieces_are_those_of_the_whole(before: str, between: str, behind: str, lines: int) -> None:
    text = f"{before}\n\n{between}\n\n{behind}"
    whole = parse(text)
    with pytest.MonkeyPatch.context() as patch:
        _in_pieces(patch, lines)
        parts = parse(text)
    assert list(parts.blocks) == list(whole.blocks)
    assert [parts.blocks[n] for n in range(len(parts.blocks))][::-1] == list(whole.blocks)[::-1]
    assert list(parts.lines) == list(whole.lines)
    assert parts._replace(lines=whole.lines, blocks=whole.blocks) == whole


def test_the_notes_are_read_in_pieces_and_as_a_whole_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    text = NOTES.read_text(encoding="utf-8")
    whole = parse(text)
    _in_pieces(monkeypatch, 20)
    parts = parse(text)
    assert list(parts.blocks) == list(whole.blocks)
    assert weight_of(parts.lines) == weight(text)
    assert not isinstance(parts.lines, tuple)


def test_the_outline_of_the_notes_is_that_of_the_whole_parse() -> None:
    text = NOTES.read_text(encoding="utf-8")
    notes = parse(text)
    assert outline(notes.lines)._replace(blocks=notes.blocks) == notes._replace(contents=None, language="")


def test_what_footnotes_hold_stands_in_the_order_of_the_file() -> None:
    notes = parse(
        "[^a]:\n    [one](#b) ![one](a.png)\n\n    ```\n    a\n    ```\n\nA[^a] [two](#b) ![two](b.png)\n\n```\nb\n```\n"
    )
    for items in (notes.links, notes.images, notes.fences):
        lines = [item.span.start.line for item in items]
        assert len(lines) == 2
        assert lines == sorted(lines)
    assert [link.text for link in in_lines(notes.links, 1, 7)] == ["one"]
    assert [link.text for link in in_lines(notes.links, 8, 8)] == ["two"]
    assert not in_lines(notes.links, 9, 12)


@pytest.mark.parametrize("row", (CASES / "notes/languages.tsv").read_text("utf-8").splitlines())
def test_the_language_is_found_from_words_or_script(row: str) -> None:
    language, text = row.split("\t")
    assert parse(f"# T\n\n{text}\n\n```sh\nthe and of to is in that\n```\n").language == language


ALL_KINDS = """# T $a$ ([b@c.example

> [!NOTE]
> *word*[^1]

> [!TIP]
>
> - [ ] word

| a | b |
|---|---|
| `c` | [d](e "f
g") |

[^1]: word
"""


@pytest.mark.parametrize("function", [read_blocks, weight, lambda text: list(leaves(text))])
def test_nothing_of_the_parser_is_kept(function: Callable[[str], object]) -> None:
    """Its nodes refer to each other in a way that Python cannot free: megabytes of each reading would stay."""

    def alive() -> int:
        gc.collect()
        return sum(type(thing) is comrak.AstNode for thing in gc.get_objects())

    before = alive()
    function(ALL_KINDS)
    assert alive() == before
