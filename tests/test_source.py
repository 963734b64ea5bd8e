"""From bytes to text: strict decoding, repair of text that was decoded with the wrong codec, places in the file."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from site_tools import AS_GIVEN, NOTES

from cases_io import CASES
from notesite.diagnostics.diagnostic import NotesError, Position, Span, finding
from notesite.notes.limits import Limits
from notesite.notes.source import read, repair

RIGHT = (CASES / "source" / "right.txt").read_text(encoding="utf-8").split("\n")
MARKS = ["✅", "→", "’", "–", "—", "…", "“", "”", "•", "🚀", "🛡️", "☁️", "₿", "✓", "⚠️", "1️⃣"]
CODECS = {"Mac Roman": "mac_roman", "Windows-1252": "cp1252", "Latin-1": "latin-1"}


def wrongly_decoded(text: str, codec: str) -> str:
    """What a program shows that reads UTF-8 as `codec`; bytes that the codec leaves out pass as they are."""
    return "".join(bytes([b]).decode(codec, "ignore") or chr(b) for b in text.encode())


def refused(data: bytes) -> tuple[str, str, str]:
    with pytest.raises(NotesError) as caught:
        read(data)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic.code, str(diagnostic.span.start), diagnostic.message


# --- Repair


def test_the_given_file_is_repaired_exactly() -> None:
    source = read(AS_GIVEN.read_bytes())
    assert source.text == NOTES.read_text(encoding="utf-8")
    assert len(source.repairs) == 25
    assert {repair.codec for repair in source.repairs} == {"Mac Roman"}


def test_every_repair_points_at_its_characters_in_the_file() -> None:
    lines = AS_GIVEN.read_text(encoding="utf-8").split("\n")
    for entry in read(AS_GIVEN.read_bytes()).repairs:
        place = entry.position
        assert lines[place.line - 1].startswith(entry.found, place.column - 1)
        assert entry.diagnostic.span == Span.at(place.line, place.column, len(entry.found))


def test_the_repaired_file_needs_no_repair() -> None:
    assert read(NOTES.read_bytes()).repairs == ()


@pytest.mark.parametrize("line", [line for line in RIGHT if line.strip()])
def test_text_that_is_right_stays(line: str) -> None:
    assert repair(line) == (line, ())


def test_right_texts_of_all_languages_in_one_file_stay() -> None:
    text = "\n".join(RIGHT)
    assert repair(text) == (text, ())


def test_right_text_beside_wrong_text_stays() -> None:
    wrong = wrongly_decoded("✅ done – it’s fine", "mac_roman")
    text = "\n".join([*RIGHT, wrong])
    assert repair(text)[0] == "\n".join([*RIGHT, "✅ done – it’s fine"])


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("mark", MARKS)
def test_a_single_mark_is_repaired(mark: str, codec: str) -> None:
    wrong = f"Some text {wrongly_decoded(mark, CODECS[codec])} and more"
    assert repair(wrong)[0] == f"Some text {mark} and more"


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    "text",
    [
        "Le café est près de l’école, à côté du théâtre — déjà vu à Noël",
        "Größe, Straße, Übung und Äpfel – schön “so”",
        "El niño comió piñas mañana… ¿qué pasó?",
        "Привет, мир! Как дела?",
        "日本語の文章です。テスト、です。",
        "مرحبا بالعالم",
        "Zażółć gęślą jaźń",
        "✅ Ready → go; it’s “done” – 20 °C",
    ],
)
def test_prose_is_repaired(text: str, codec: str) -> None:
    assert repair(wrongly_decoded(text, CODECS[codec]))[0] == text


def test_what_is_shown_to_go_wrong_stays() -> None:
    shown = f"<title>鲸鱼</title> is printed as <title>{wrongly_decoded('鲸鱼', 'latin-1')}</title>"
    assert repair(shown) == (shown, ())
    assert repair(shown[shown.index("is") :])[0] == "is printed as <title>鲸鱼</title>"


# Words of some languages with the marks that people type between them.
_WORDS = st.sampled_from(
    ["the", "Pod", "runs", "naïve", "café", "für", "größer", "señor", "it’s", "“so”", "–", "—", "→", "✅", "a…b", "🚀"]
)
_PROSE = st.lists(_WORDS, min_size=3, max_size=12).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(_PROSE, st.sampled_from(sorted(CODECS)))
def test_any_prose_survives_the_way_there_and_back(text: str, codec: str) -> None:
    file = "✅ It’s ready → “go”\n" + text  # what one mark alone leaves open, the rest of a file decides
    assert repair(wrongly_decoded(file, CODECS[codec]))[0] == file


@settings(max_examples=150, deadline=None)
@given(_PROSE)
def test_any_right_prose_stays(text: str) -> None:
    assert repair(text) == (text, ())


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_repair_keeps_lines_and_ascii_whatever_comes(text: str) -> None:
    repaired, repairs = repair(text)
    assert repaired.count("\n") == text.count("\n")
    assert [c for c in repaired if c.isascii()] == [c for c in text if c.isascii()]
    lengths = sum(len(r.found) - len(r.meant) for r in repairs)
    assert len(text) - len(repaired) == lengths
    assert all(unicodedata.category(c) not in {"Cn", "Co", "Cc"} for r in repairs for c in r.meant)


# --- Decoding


def test_line_ends_and_byte_order_marks_do_not_matter() -> None:
    text = "# Title\n\nOne\nTwo é\n"
    expected = read(text.encode()).text
    for end in ("\r\n", "\r"):
        assert read(text.replace("\n", end).encode()).text == expected
    assert read(b"\xef\xbb\xbf" + text.encode()).text == expected


@pytest.mark.parametrize(
    ("data", "code", "place", "words"),
    [
        (b"", "N_EMPTY", "1:1", "empty"),
        (b" \n\t\n", "N_EMPTY", "1:1", "empty"),
        (b"\xef\xbb\xbf", "N_EMPTY", "1:1", "empty"),
        (b"<!-- only\na comment -->\n<!-- two -->", "N_EMPTY", "1:1", "empty"),
        ("# Title".encode("utf-16"), "N_ENCODING", "1:1", "UTF-16"),
        (b"\xfe\xff" + "# Title".encode("utf-16-be"), "N_ENCODING", "1:1", "UTF-16"),
        ("# Title".encode("utf-16-le"), "N_ENCODING", "1:2", "UTF-16"),
        ("# Title".encode("utf-16-be"), "N_ENCODING", "1:1", "UTF-16"),
        ("# Title".encode("utf-32"), "N_ENCODING", "1:1", "UTF-32"),
        (b"\x00\x00\xfe\xff" + "# Title".encode("utf-32-be"), "N_ENCODING", "1:1", "UTF-32"),
        ("# Café\n\nvoilà é".encode("latin-1"), "N_ENCODING", "1:6", "0xe9"),
        (b"one\r\ntwo \xc3\xa9 \xff", "N_ENCODING", "2:7", "0xff"),
        (b"\xef\xbb\xbfa\xff", "N_ENCODING", "1:2", "0xff"),
        (b"cut short \xe2\x82", "N_ENCODING", "1:11", "0xe2"),
        (b"a surrogate \xed\xa0\x80", "N_ENCODING", "1:13", "0xed"),
        (b"one\ntwo\x00", "N_CHAR", "2:4", "NUL"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "N_CHAR", "3:1", "binary"),
        (b"%PDF-1.4\n\x01", "N_CHAR", "2:1", "U+0001"),
        (b"a\x1b[31mred", "N_CHAR", "1:2", "U+001B"),
        (b"a\x02wzxhzdk:0\x03", "N_CHAR", "1:2", "U+0002"),
        (b"a\x7f", "N_CHAR", "1:2", "U+007F"),
        ("one\u2028two".encode(), "N_CHAR", "1:4", "U+2028"),
        ("one\ufefftwo".encode(), "N_CHAR", "1:4", "U+FEFF"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(data: bytes, code: str, place: str, words: str) -> None:
    found = refused(data)
    assert found[:2] == (code, place)
    assert words in found[2]


@pytest.mark.parametrize("char", "\u202a\u202e\u2066\u2069")
def test_a_mark_that_turns_the_direction_of_text_is_named(char: str) -> None:
    (found,) = read(f"one\nabc{char}def".encode()).findings
    assert (found.code, str(found.span.start)) == ("N_BIDI", "2:4")


def test_right_to_left_text_passes() -> None:
    assert read("# مرحبا\n\nשלום עולם\n".encode()).findings == ()


# --- Limits


LIMITS = Limits()
HOSTILE = {  # text -> the code that refuses it; each ends the parser's process, or takes it minutes, without a limit
    "quotes": (">" * 80_000 + "x", "N_NEST"),
    "quotes in a list": ("- " + ">" * 80_000 + "x", "N_NEST"),
    "quotes with blanks": ("text\n1. " + "> " * 80_000 + "x", "N_NEST"),
    "emphasis": ("*a **b " * 20_000 + "c** d* " * 20_000, "N_DENSE"),
    "emphasis over lines": ("*a\n_b\n" * 20_000 + "c_\nd*\n" * 20_000, "N_DENSE"),
    "emphasis in a quote": ("> " + "*a **b " * 20_000 + "c** d* " * 20_000, "N_DENSE"),
    "emphasis in a table": ("| a |\n|---|\n| " + "*a **b " * 20_000 + "c** d* " * 20_000 + "|", "N_DENSE"),
    "emphasis behind what looks like HTML": ("<x\n" + "*a **b " * 20_000 + "c** d* " * 20_000, "N_DENSE"),
    "a run of stars": ("a " + "*" * 80_000 + "a" + "*" * 80_000, "N_DENSE"),
    "strokes": ("~a ~~b " * 20_000 + "c~~ d~ " * 20_000, "N_DENSE"),
    "pictures": ("![" * 80_000 + "a" + "](u)" * 80_000, "N_DENSE"),
    "linked pictures": ("[![a](b)](c)" * 20_000, "N_DENSE"),
    "footnotes": ("[^a] " * 20_000 + "\n\n[^a]: x", "N_DENSE"),
    "footnotes in paragraphs": ("[^a]\n\n" * 20_000 + "[^a]: x", "N_DENSE"),
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" * (LIMITS.bytes + 1), "N_SIZE"),
        ("x\n" * (LIMITS.lines + 1), "N_LINES"),
        ("ok\n" + "a" * (LIMITS.line + 1), "N_LINE"),
        ("| a | b |\n|---|---|\n" + "| c | d |\n" * (LIMITS.parts // 5 + 1), "N_SIZE"),
        ("```yaml\na\n```\n\n" * (LIMITS.parts // 13 + 1), "N_SIZE"),
        ("```yaml\n" + "a: b\n" * (LIMITS.parts // 3) + "```\n", "N_SIZE"),
        ("```sh\n" + "ls\n" * (LIMITS.parts // 6) + "```\n", "N_SIZE"),
        ("<div>\n" + "<b>a</b>\n" * (LIMITS.parts // 4) + "</div>\n", "N_SIZE"),
        ("<b>a</b>\n\n" * (LIMITS.lines // 2 - 1), "N_SIZE"),
        ("cafÃ© " * (LIMITS.repairs + 1), "N_SIZE"),
        ("x\n\n" + "<!-- notes: skip x -->\n\n" * (LIMITS.instructions + 1), "N_DENSE"),
        *HOSTILE.values(),
    ],
    ids=[
        "bytes",
        "lines",
        "line",
        "cells",
        "code",
        "lines of code",
        "commands",
        "tags",
        "HTML",
        "repairs",
        "instructions",
        *HOSTILE,
    ],
)
def test_a_file_beyond_the_limits_is_refused(text: str, code: str) -> None:
    assert refused(text.encode())[0] == code


HONEST = {
    "a line": "a" * LIMITS.line,
    "quotes": "> " * LIMITS.quotes + "x",
    "headings": "# h\n" * 20_000,
    "code blocks": "```\na\n```\n" * 20_000,
    "marks in code": "```\n" + "*a **b _c_ a[0](b) **\n" * 20_000 + "```\n",
    "bold in a table": "| a | b |\n|---|---|\n" + "| **a** | [b](c) |\n" * 40_000,
    "bold in a list": "- **a** [b](c) _d_\n" * 20_000,
    "names with underscores": "some_long_name another_name\n" * 20_000,
    "a log": "[INFO] *x; call(a[1]) 2 * 3_4\n" * 20_000,
    "brackets": "[" * 20_000 + "]" * 20_000,
    "patterns that are no footnotes": "```\n[^a-z]\n```\n" * 20_000,
    "long paragraphs": ("*some* words **and** [links](x) " * 400 + "\n\n") * 40,
}


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST)
def test_an_honest_file_passes_however_long_it_is(text: str) -> None:
    assert read(text.encode()).findings == ()


def test_limits_are_settings() -> None:
    with pytest.raises(NotesError):
        read(b"> > > x", Limits(quotes=2))
    assert read(b"> > > x", Limits(quotes=3)).findings == ()


# --- Places in the file


def test_columns_map_back_to_the_file() -> None:
    given_line = f"{wrongly_decoded('✅', 'mac_roman')} It{wrongly_decoded('’', 'mac_roman')}s [here](#x)"
    source = read(given_line.encode())
    assert source.text == "✅ It’s [here](#x)"
    start = source.text.index("[") + 1
    moved = source.in_file(finding("L_ANCHOR", "", Span.at(1, start, 10)))
    assert moved.span == Span.at(1, given_line.index("[") + 1, 10)
    first = source.in_file(finding("L_ANCHOR", "", Span.at(1, 1)))
    assert first.span.start == Position(1, 1)


def test_findings_about_other_files_are_not_moved() -> None:
    source = read(wrongly_decoded("✅ x", "mac_roman").encode())
    other = finding("I_CONFIG", "", Span.at(1, 5), path="mkdocs.yml")
    assert source.in_file(other) is other


@pytest.mark.parametrize(("char", "code"), [("\u202e", "N_BIDI"), ("\x07", "N_CHAR")])
def test_findings_after_a_repair_are_in_file_columns(char: str, code: str) -> None:
    line = f"{wrongly_decoded('✅', 'mac_roman')} abc{char}def"
    try:
        source = read(line.encode())
        (found,) = [source.in_file(found) for found in source.findings if found.code == code]
    except NotesError as error:
        (found,) = error.diagnostics
    assert (found.code, found.span.start.column) == (code, line.index(char) + 1)
