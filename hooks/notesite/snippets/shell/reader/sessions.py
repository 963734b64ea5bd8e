"""Terminal sessions in snippets: which characters are prompts, which lines are output.

Nothing is cut out: prompts and output become spaces, so that every offset stays right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ....lib.light import lazy
from ...language.languages import PROMPT, is_known_command, is_message

_MAYBE = lazy(r"[ \t]*[#%>][ \t]+(?=\S)")  # a root's prompt, or a comment, or a quotation
_SECOND = lazy(r"[ \t]*>(?:[ \t]|$)")  # the shell's prompt for a line that goes on
_HEADER = lazy(r"[A-Z][A-Z0-9()/_-]*(?: [A-Z][A-Z0-9()/_-]*)*(?:[ \t]{2,}[A-Z][A-Za-z0-9()/_ -]*)+\s*$")
_CHART_NOTES = lazy(r"^NOTES:[ \t]*\n(?:(?![$#%>] ).*\n?)*", re.MULTILINE)  # the last that `helm install` prints
_LONGEST = 200  # lines that one typed command may go on for


def mask(text: str, is_open: Callable[[str], bool]) -> str:
    """The text with prompts and output blanked out; same length, same line ends.

    `is_open` tells whether a shell would wait for more after a text.
    """
    if "NOTES:" in text:
        text = _CHART_NOTES.sub(lambda printed: re.sub(r"[^\r\n]", " ", printed[0]), text)
    lines = text.split("\n")
    prompts = _prompts(lines)
    blanked = _session(lines, prompts, is_open) if any(prompts) else _plain(lines)
    return "\n".join(blanked)


def _prompts(lines: Sequence[str]) -> list[int]:
    """For each line, the length of its prompt, 0 when it has none."""
    sure = [match.end() if (match := PROMPT.match(line)) else 0 for line in lines]
    if any(sure):
        return sure
    # `# kubectl ...` is a root's prompt only where nothing is typed without it; else it is a comment.
    maybe = [match.end() if (match := _MAYBE.match(line)) else 0 for line in lines]
    typed = [is_known_command(line[length:]) for line, length in zip(lines, maybe, strict=True)]
    is_prompt = any(typed) and all(length for known, length in zip(typed, maybe, strict=True) if known)
    return [length if known and is_prompt else 0 for known, length in zip(typed, maybe, strict=True)]


def _session(lines: Sequence[str], prompts: Sequence[int], is_open: Callable[[str], bool]) -> list[str]:
    done: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if not prompts[index]:
            done.append(line if line.lstrip().startswith("#") else _blank(line))
            index += 1
            continue
        typed = [_blank(line, prompts[index])]
        index += 1
        while index < len(lines) and not prompts[index] and len(typed) < _LONGEST and is_open("\n".join(typed) + "\n"):
            second = _SECOND.match(lines[index])
            typed.append(_blank(lines[index], second.end()) if second else lines[index])
            index += 1
        if len(typed) == _LONGEST:  # it never closes: only its first line was typed
            index -= len(typed) - 1
            typed = typed[:1]
        done += typed
    return done


def _plain(lines: Sequence[str]) -> list[str]:
    """No prompts: blank out what can only be output (a table with its header, `pod/nginx created`)."""
    done: list[str] = []
    table = False
    for line in lines:
        if line[:1].isupper() and _HEADER.match(line):
            table = True
        elif len(line.split()) < 2 or (
            is_known_command(line) and "  " not in line.strip()
        ):  # a row may begin with `nginx`
            table = False
        done.append(_blank(line) if table or is_message(line) else line)
    return done


def _blank(line: str, length: int | None = None) -> str:
    """The first `length` characters as spaces (all of them when None); a carriage return stays."""
    size = len(line) if length is None else length
    return "".join(character if character == "\r" else " " for character in line[:size]) + line[size:]
