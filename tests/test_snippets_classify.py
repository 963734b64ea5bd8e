"""What a code block holds is told by its content."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snippet_cases import read_cases

from notesite.model import Fence, Position, Span
from notesite.snippets.classify import Kind, classify_text, highlight_language

CLASSIFY = read_cases("classify.txt")


@pytest.mark.parametrize(("title", "text", "expected"), CLASSIFY, ids=[case[0] for case in CLASSIFY])
def test_content_decides(title: str, text: str, expected: str) -> None:
    head, _, content = text.partition("\n")
    found = classify_text(content + "\n" if content else "", head.removeprefix("label:").strip())
    assert f"{found.kind} {found.language}" == expected, title


def test_titles_are_unique() -> None:
    titles = [case[0] for case in CLASSIFY]
    assert len(titles) == len(set(titles)) > 100


def test_the_highlighter_follows_the_content() -> None:
    here = Position(1, 1)
    fence = Fence("cmd", "type: NodePort\n", Span(here, Position(3, 4)), (Position(2, 1),))
    assert highlight_language(fence) == "yaml"


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
    started = time.process_time()
    classify_text(text, label)
    assert time.process_time() - started < 0.5
