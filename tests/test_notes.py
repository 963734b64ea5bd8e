"""What the parse finds, and that every place points at its token in the text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cases_io import Case, read_cases
from hypothesis import given, settings
from hypothesis import strategies as st
from site_tools import NOTES

from notesite.diagnostics.place import Span
from notesite.notes.model import Fence, Notes
from notesite.notes.reader import check_notes, front_matter_lines, outline, parse, without_front_matter


def quoted(text: str, span: Span) -> str:
    """The text that a span covers; line breaks shown as ⏎."""
    lines = text.split("\n")[span.start.line - 1 : span.end.line]
    lines[-1] = lines[-1][: span.end.column - 1]
    lines[0] = lines[0][span.start.column - 1 :]
    return "⏎".join(lines)


def described(notes: Notes) -> Iterator[str]:
    """One line for everything found: kind, place, its text at that place, and what was understood."""
    for heading in notes.headings:
        section = "" if heading.starts_section else ", inside"
        text = quoted(notes.text, heading.span)
        yield f"heading {heading.span.start} {text} = {heading.level} #{heading.id}{section}"
    for image in notes.images:
        yield f"image {image.span.start} {quoted(notes.text, image.span)} = {image.url} {image.alt!r} {image.origin}"
    for link in notes.links:
        yield f"link {link.span.start} {quoted(notes.text, link.span)} = {link.target} {link.text!r} {link.origin}"
    for fence in notes.fences:
        places = " ".join(map(str, fence.origins))
        opening = quoted(notes.text, fence.span).split("⏎")[0]
        yield f"code {fence.span.start}-{fence.span.end} {opening} = {fence.label!r} {fence.text!r} at {places}".rstrip()
    for directive in notes.directives:
        text = quoted(notes.text, directive.span)
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
    assert all(quoted(notes.text, heading.span).startswith("#") for heading in notes.headings)
    assert all(quoted(notes.text, fence.span).startswith("```") for fence in notes.fences)
    assert all(quoted(notes.text, image.span).endswith(f"({image.url})") for image in notes.images)
    assert all(quoted(notes.text, link.span).endswith(f"({link.target})") for link in notes.links)
    assert [d for d in check_notes(notes) if d.code == "N_FENCE"] == []


# --- Places inside code


def characters(fence: Fence, text: str) -> Iterator[tuple[str, str]]:
    """Each visible character of the content, and the character at its place in the notes."""
    lines = text.split("\n")
    for number, line in enumerate(fence.text.split("\n"), 1):
        for column, char in enumerate(line, 1):
            if char not in " \t":
                place = fence.position(number, column)
                yield char, lines[place.line - 1][place.column - 1]


def test_every_character_of_the_notes_code_is_found_again() -> None:
    notes = parse(NOTES.read_text(encoding="utf-8"))
    pairs = [pair for fence in notes.fences for pair in characters(fence, notes.text)]
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
    assert [pair for pair in characters(fence, text) if pair[0] != pair[1]] == []


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
    notes, quick = parse(text), outline(text)
    assert quick == notes._replace(contents=None)


def test_the_outline_of_the_notes_is_that_of_the_whole_parse() -> None:
    text = NOTES.read_text(encoding="utf-8")
    notes = parse(text)
    assert outline(text) == notes._replace(contents=None)
