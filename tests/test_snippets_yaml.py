"""YAML in code blocks: every fault at its token, in the notes file; hostile YAML is refused, never a crash."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import SOON, processor_seconds
from snippet_cases import Judge, checked, listing

from cases_io import read_cases
from notesite.diagnostics.diagnostic import CODES, Position, Report, Severity, Span
from notesite.notes.model import Fence
from notesite.notes.source import read as read_source
from notesite.snippets.yaml import documents
from notesite.snippets.yaml.check_yaml import check
from notesite.snippets.yaml.documents import Loader, NodeLoader, read
from notesite.snippets.yaml.yaml_fault import Defined, Lines

CASES = read_cases("snippets/yaml.txt")
IDS = [case[0] for case in CASES]


@pytest.mark.parametrize(("title", "text", "expected"), CASES, ids=IDS)
def test_findings_stand_at_their_token(title: str, text: str, expected: str) -> None:
    assert listing(*checked(text)) == expected.removesuffix("\n"), title


# The notes file itself is refused, or mended, for these characters.
PLAIN = [case for case in CASES if not set(case[1]) & set("\u2028\x1b\ufeff")]


@pytest.mark.parametrize(("title", "text", "expected"), PLAIN, ids=[case[0] for case in PLAIN])
def test_other_line_ends_change_nothing(title: str, text: str, expected: str) -> None:
    source = read_source(text.replace("\n", "\r\n").encode())
    assert listing(*checked(source.text)) == expected.removesuffix("\n"), title


# What `bad-inputs` holds, and more of the kind: name, text, the code that must come first.
HOSTILE = {
    "lone surrogate": ("a: \ud800\n", "Y_CHAR"),
    "open brackets": ("[" * 100_000, "Y_DEPTH"),
    "open braces": ("{" * 60_000, "Y_DEPTH"),
    "dashes": ("- " * 25_000, "Y_DEPTH"),
    "question marks": ("? " * 20_000, "Y_DEPTH"),
    "closed brackets": ("[" * 1000 + "]" * 1000, "Y_DEPTH"),
    "levels": ("".join(" " * i + "a:\n" for i in range(500)), "Y_DEPTH"),
    "flow maps": ("{a: " * 1000, "Y_DEPTH"),
    "billion laughs": (
        "\n".join(["a0: &a0 [x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10))]),
        "Y_ALIAS",
    ),
    "merge bomb": (
        "\n".join(["a0: &a0 {k: v}", *(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 8))]),
        "Y_ALIAS",
    ),
    "merges of a large map": (
        "b: &b\n" + "".join(f"  k{i}: 1\n" for i in range(2000)) + "".join(f"m{i}:\n  <<: *b\n" for i in range(2000)),
        "Y_ALIAS",
    ),
    "chain of aliases": (
        "\n".join(["a0: &a0 [x]", *(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 3000))]),
        "Y_DEPTH",
    ),
    "own parent": ("a: &a [*a]\n", "Y_CYCLE"),
    "own parent as a key": ("&a {? *a : b}\n", "Y_CYCLE"),
    "sexagesimal": ("a: 1" + ":59" * 100_000, "Y_SIZE"),
    "short sexagesimal": ("a: 1" + ":59" * 400, "Y_NUMBER"),
    "digits": ("a: " + "9" * 4301, "Y_NUMBER"),
    "no such date": ("a: 2001-99-99\n", "Y_VALUE"),
    "empty integer": ('a: !!int ""\n', "Y_VALUE"),
    "empty float": ('a: !!float ""\n', "Y_VALUE"),
    "no timestamp": ("a: !!timestamp x\n", "Y_VALUE"),
    "no boolean": ("a: !!bool x\n", "Y_VALUE"),
    "no base64": ("a: !!binary 'é'\n", "Y_VALUE"),
    "binary without digits": ("a: 0b_\n", "Y_VALUE"),
    "unknown tag": ("a: !!own b\n", "Y_TAG"),
    "Python tag": ('a: !!python/object/apply:os.system ["id"]\n', "Y_TAG"),
    "NUL": ("a: b\x00\n", "Y_CHAR"),
    "byte order mark in the middle": ("a: 1\n\ufeffb: 2\n", "Y_SYNTAX"),
    "garbage after the end": ("a: 1\n... garbage\n", None),
    "unknown version": ("%YAML 9.9\n---\na: 1\n", "Y_SYNTAX"),
    "many documents": ("---\n" * 50_000, "Y_DOCS"),
    "long": ("---\na: 1\n" * 200_000, "Y_SIZE"),
    "many nodes": ("a: [" + "1," * 60_000, "Y_NODES"),
    "many duplicates": ("a: 1\n" * 5_000, "Y_DUPKEY"),
    "many words": ("- no\n" * 10_000, "Y_IMPLICIT"),
    "many faults": ("---\na: b: c\n" * 500, None),
    "many separators": ("a: x" + "\u2028" * 200_000, "Y_CHAR"),
    "many spaces": ("\u00a0" * 200_000 + "a: x", "Y_SPACE"),
    "many anchors": ("&a " * 50_000, None),
    "many aliases": ("*a " * 60_000, "Y_ALIAS"),
    "tabs": ("\t" * 200_000 + "a", "Y_TAB"),
    "quotes": ('"' * 100_000, None),
    "open quote": ('a: "' + "x\n" * 100_000, "Y_SYNTAX"),
    "percent signs": ("%" * 100_000, "Y_SYNTAX"),
    "exclamation marks": ("!" * 200_000, "Y_TAG"),
    "colons": (": " * 50_000, "Y_SYNTAX"),
    "spaces in a broken line": ("a: 1\nb" + " " * 200_000 + "c\nd: [\n", None),
    "no-break spaces in a line": ("a: b" + "\u00a0 " * 100_000 + "c: d", "Y_SYNTAX"),
    "broken long line": ("a: 'x' " + "b " * 100_000, "Y_SYNTAX"),
    "open brackets in lines": ("a: [\n" * 10_000, "Y_DEPTH"),
    "broken lines": ("a: 1\n  b: 2\n" * 10_000, None),
    "wrong steps": ("".join(" " * (i % 60) + "a:\n" for i in range(4_000)), "Y_DUPKEY"),
    "two mappings as key": ("? {a: 1}\n: b\n", "Y_KEY"),
}


@pytest.mark.parametrize(("text", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_in_time(text: str, code: str | None) -> None:
    lines = text.count("\n") + 1
    origins = tuple(Position(number + 2, 1) for number in range(lines))
    fence = Fence("yaml", text, Span(Position(1, 1), Position(lines + 2, 4)), origins)
    reports: list[Report] = []
    assert processor_seconds(lambda: reports.append(check([fence], judge=Judge())[1])) < SOON
    [report] = reports
    told = {diagnostic.code for diagnostic in report.diagnostics}
    assert (
        told == set() if code is None else report.diagnostics[0].code == code
    )  # None: so much is wrong that it is no YAML
    assert len(report.diagnostics) <= 102


@pytest.mark.parametrize("text", ["", "\n\n", "# x\n", "---\n", "---\n# x\n---\n"])
def test_nothing_is_empty_not_valid(text: str) -> None:
    reading = read(text)
    assert (reading.documents, reading.faults) == ((), ())


def test_documents_keep_their_lines() -> None:
    reading = read("# x\na: 1\n---\n\nb: 2\n...\n---\nc: 3\n")
    assert [node.start_mark.line for node in reading.documents] == [1, 4, 7]


def test_a_broken_document_hides_no_other() -> None:
    reading = read("a: 1\n---\nb: c: d\n---\ne: 1\n")
    assert len(reading.documents) == 2
    assert not reading.complete


def test_merged_keys_stand_in_their_mapping() -> None:
    (node,) = read("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n").documents
    merged = node.value[1][1].value
    assert [(key.value, value.value) for key, value in merged] == [("a", "1"), ("b", "3")]


def test_without_libyaml_the_faults_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "a: [*b]\n",
        "a: 1\na: 2\n",
        "a: b: c\n",
        "a:\n\tb: 1\n",
        "a: !Ref b\n",
        "a: no\n",
        "- a\nb: 1\n",
        "a: 'x\n",
    ]
    fast = [[(f.code, f.line, f.column) for f in read(text).faults] for text in texts]
    monkeypatch.setattr(documents, "Loader", yaml.SafeLoader)
    assert [[(f.code, f.line, f.column) for f in read(text).faults] for text in texts] == fast


_YAMLISH = st.text(
    alphabet=st.sampled_from("ab01 :-#'\"[]{}|>&*!%@`?,.\n\t\r\ufeff\x85\u2028\u00a0é😀\x00~<"), max_size=60
)


@settings(max_examples=300, deadline=1000)
@given(_YAMLISH)
def test_any_text_is_read_or_refused(text: str) -> None:
    reading = read(text)
    lines = Lines(text)
    for fault in reading.faults:
        assert fault.code in CODES
        assert 1 <= fault.line <= len(lines) + 1
        assert 1 <= fault.column <= len(lines.line(fault.line)) + 2
    errors = [f for f in reading.faults if (f.severity or CODES[f.code].severity) is Severity.ERROR]
    assert reading.complete or errors


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\u00a0"), max_size=8)
_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=1000)
@given(_VALUE)
def test_what_a_program_writes_is_right(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    wrong = [fault for fault in read(text).faults if fault.code not in {"Y_IMPLICIT", "Y_CHAR", "Y_SPACE", "Y_TAG"}]
    assert wrong == []


def test_the_given_notes() -> None:
    path = Path(__file__).parent / "cases" / "kubernates-notes-as-given.md"
    source = read_source(path.read_bytes())
    here = Span.at(611)
    created = [  # by the commands of lines 611, 613 and 715
        Defined("ConfigMap", "my-config", frozenset({"APP_MODE", "PORT"}), here),
        Defined("ConfigMap", "my-config", frozenset({"app.properties"}), Span.at(613)),
        Defined("Secret", "config-secret", frozenset({"config.txt"}), Span.at(716)),
    ]
    verdicts, report = checked(source.text, definitions=created)
    found = [(v.fence.span.start.line, v.fence.label, v.status) for v in verdicts if v.status]
    labels = {423: "yaml", 570: "yaml", 583: "yaml", 597: "yaml", 687: "yaml", 699: "yaml"}
    lines = (423, 432, 441, 448, 505, 512, 526, 570, 583, 597, 687, 699)
    assert found == [(line, labels.get(line, "cmd"), "valid") for line in lines]
    no_such = (
        "these notes define no Secret `db-secret`; they define `my-secret` (line 691) and `config-secret` (line 716)"
    )
    no_key = "the ConfigMap `my-config` (lines 611 and 613) has no key `port`; it has `PORT`, `APP_MODE` and `app.properties`"
    assert [(str(d.span.start), d.message) for d in report.diagnostics if d.code == "K_REFERENCE"] == [
        ("522:12", no_key),
        ("704:13", no_such),
        ("709:13", no_such),
    ]
    assert {d.code for d in report.diagnostics} == {"Y_LABEL", "K_REFERENCE"}
    assert [d.span.start.line for d in report.diagnostics if d.code == "Y_LABEL"] == [432, 441, 448, 505, 512, 526]
    assert len(verdicts) == 63
    assert sum(v.kind == "shell" for v in verdicts) == 51


def tags(nodes: Iterable[yaml.Node | None]) -> list[tuple[str, str]]:
    """The tag and the text of every scalar, and the tags of what holds them, in order."""
    found: list[tuple[str, str]] = []
    for node in nodes:
        if isinstance(node, yaml.ScalarNode):
            found.append((node.tag, node.value))
        elif node is not None:
            inner = (
                node.value if isinstance(node, yaml.SequenceNode) else [part for pair in node.value for part in pair]
            )
            found += [(node.tag, ""), *tags(inner)]
    return found


WORDS = st.text("0123456789:.-+_eExXoO~<=ynYNtTfFrRuUlLsSaAiI ", max_size=12) | st.sampled_from(
    ["yes", "null", "~", "0o17", "1:30", "2020-01-01", "<<", "=", "!!str 5", "!mine x", "'5'", '"a"', ".inf", "a" * 90]
)


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_the_quick_reader_gives_the_tags_of_the_stock_one(words: list[str]) -> None:
    text = "".join(f"- {word}\n- {{k: [{word}]}}\n" for word in words)
    try:
        expected = tags(yaml.compose_all(text, Loader=Loader))
    except yaml.YAMLError:
        return
    assert tags(yaml.compose_all(text, Loader=NodeLoader)) == expected
