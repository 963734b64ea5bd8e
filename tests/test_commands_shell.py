"""The shell reader: cases that anyone can add, and promises that hold for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases_io import read_cases
from notesite.snippets.shell.reader import shell_parser as shell
from notesite.snippets.shell.reader.words import Script


def shown(script: Script) -> str:
    """A script as the case files write it: a word whose value is unknown ends in `?`, a nested command begins with `(`."""
    lines = []
    for command in script.commands:
        words = "|".join(word.text + "?" * word.dynamic for word in command.words)
        wrapped = "".join(f"{name}: " for name in command.wrappers if name != "watch")
        documents = "".join(f" <<{heredoc.text}" for heredoc in command.heredocs)
        lines.append(f"{'(' * command.depth}{wrapped}{words}{documents}")
    lines += [f"{trouble.start + 1} {trouble.code}" for trouble in script.troubles]
    lines.append(f"copy: {script.copy_text}")
    return "".join(line.replace("\n", "⏎") + "\n" for line in lines)


@pytest.mark.parametrize("case", read_cases("commands/shell.txt"), ids=lambda case: case[0])
def test_shell_case(case: tuple[str, str, str]) -> None:
    assert shown(shell.read(case[1])) == case[2]


WORDS = "kubectl \\ ' \" $ $( ) ` < > << EOF && ; # { } <name> ... for do done if fi case in a) & ( é 🙂"
PIECES = st.sampled_from(
    (*WORDS.split(), "|", " ", "\n", "\\\n", "<<EOF\n", "EOF\n", "$ ", "# ", "> ", "\t", "\r\n", "\x00")
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join))


@given(TEXTS)
@example("$ a <<EOF\n> b\nEOF")
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_every_place_lies_in_it(text: str) -> None:
    script = shell.read(text)
    assert len(script.masked) == len(text)
    for command in script.commands:
        assert command.words
        assert 0 <= command.start <= command.words[0].start <= command.end <= len(text)
        ends = [word.end for word in command.words]
        assert ends == sorted(ends)
        for word in command.words:
            assert word.start < word.end <= len(text)
            line, column = script.lines.place(word.start)
            assert re.split(r"\r\n?|\n", text)[line - 1][column - 1 :].startswith(
                re.split(r"\r|\n", text[word.start : word.end], maxsplit=1)[0]
            )
        for heredoc in command.heredocs:
            assert heredoc.text == script.masked[heredoc.start : heredoc.end]
    for trouble in script.troubles:
        assert 0 <= trouble.start <= trouble.end <= len(text)


PLAIN = st.text(alphabet="abcXYZ019-_./=:,", min_size=1, max_size=12).filter(
    lambda word: "..." not in word and "xxx" not in word.lower()
)


@given(st.lists(PLAIN, min_size=1, max_size=8), st.sampled_from([" ", "  ", " \\\n  ", "\t"]))
@settings(max_examples=150, deadline=None)
def test_plain_words_equal_their_source(words: list[str], gap: str) -> None:
    text = f"kubectl {gap.join(words)}\n"
    (command,) = shell.read(text).commands
    assert [word.text for word in command.words] == ["kubectl", *words]
    assert [text[word.start : word.end] for word in command.words] == ["kubectl", *words]


@given(st.lists(st.text(alphabet='ab c$<>|&;#(){}*\\"', max_size=8), min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_single_quotes_protect_everything(words: list[str]) -> None:
    text = "echo " + " ".join(f"'{word}'" for word in words)
    (command,) = shell.read(text).commands
    assert [word.text for word in command.words[1:]] == words
    assert not any(word.dynamic for word in command.words)


@given(st.lists(PLAIN, min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_copy_of_a_session_is_what_was_typed(words: list[str]) -> None:
    typed = ["kubectl " + word for word in words]
    session = "".join(f"$ {line}\nsome output\n" for line in typed)
    assert shell.read(session).copy_text == "".join(f"{line}\n" for line in typed)


def test_long_texts_are_read_in_reasonable_time() -> None:
    for text in ("$(" * 3000, "'" * 3001, "$ echo 'a\n" * 2000, "\\\n" * 5000, "<<A " * 3000, "`" * 3001):
        assert len(shell.read(text).masked) == len(text)
