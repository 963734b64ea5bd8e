"""What a code block holds is told by its content."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import SOON, processor_seconds

from cases_io import read_cases
from notesite.notes.reader import parse
from notesite.snippets.language import languages
from notesite.snippets.language.classify import Kind, classify, classify_text, highlighter
from notesite.snippets.language.languages import SIGNATURES, Signature

CLASSIFY = read_cases("snippets/classify.txt")


@pytest.mark.parametrize(("title", "text", "expected"), CLASSIFY, ids=[case[0] for case in CLASSIFY])
def test_content_decides(title: str, text: str, expected: str) -> None:
    head, _, content = text.partition("\n")
    found = classify_text(content, head.removeprefix("label:").strip())
    assert f"{found.kind} {found.language}" == expected.strip(), title


@pytest.mark.parametrize(
    ("after", "kind"), [("", Kind.SHELL), ("Lists the pods.\n\nkubectl run\n\nStarts one:\n", Kind.TEXT)]
)
def test_a_block_that_is_never_closed_holds_the_text_after_it_too(after: str, kind: Kind) -> None:
    text = f"kubectl get pods\n\n{after}"
    assert classify(parse(f"```bash\n{text}").fences[0]).kind is kind
    assert classify(parse(f"```bash\n{text}```\n").fences[0]).kind is Kind.SHELL


def test_the_highlighter_follows_the_content() -> None:
    assert highlighter("cmd", "type: NodePort\n") == "yaml"


@settings(max_examples=150, deadline=1000)
@given(st.text(max_size=200), st.sampled_from(["", "yaml", "cmd", "text", "json", "odd"]))
def test_any_text_is_classified(text: str, label: str) -> None:
    assert classify_text(text, label).kind in Kind


LONG = {
    "spaces": "a" + " " * 100_000,
    "spaces in lines": ("a" + " " * 300 + "\n") * 300,
    "comments and blank lines": "# a\n" + "\n" * 16_000 + "x",
    "blank lines with spaces": "# a\n" + " \n" * 8_000 + "x",
    "templates": "{{ " * 30_000,
    "words": "ab " * 30_000,
    "options": "a " * 200 + "-",
    "quotes": "\"a' " * 20_000,
    "capitals": "A  " * 30_000 + "a",
    "brackets": "[a " * 30_000,
    "colons": "a:b " * 20_000,
    "dashes": "- " * 30_000,
    "dots": "a." * 30_000,
    "sentences": "a: " + "word " * 20_000,
    "prompts": "a@b:" * 10_000,
    "tags": "<a " * 30_000,
    "equals": "a= " * 30_000,
    "hashes": "#" * 60_000,
    "slashes": "a/" * 30_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("label", ["", "yaml"])
def test_no_text_takes_long(text: str, label: str) -> None:
    assert processor_seconds(lambda: classify_text(text, label)) < SOON


ASCII = st.characters(max_codepoint=126)


@given(st.data())
def test_no_result_that_a_program_prints_is_without_its_words(data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(languages._RESULT.pattern), alphabet=ASCII))
    if languages._RESULT.match(text):
        assert any(word in text for word in languages._DONE)


@given(st.data())
def test_what_looks_like_plain_yaml_is_no_line_of_a_log(data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(languages._LOG.pattern), alphabet=ASCII)).lstrip()
    assert languages._is_logged(text) == bool(languages._LOG.match(text))


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda s: f"{s.language}-{SIGNATURES.index(s)}")
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_text_that_a_signature_matches_is_without_its_words(signature: Signature, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(signature.pattern), alphabet=ASCII))
    if re.search(signature.pattern, text):
        assert any(word in text.lower() for word in signature.words)
