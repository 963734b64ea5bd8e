"""What a code block holds is told by its content."""

from __future__ import annotations

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
