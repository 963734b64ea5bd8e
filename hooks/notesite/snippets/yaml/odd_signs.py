"""Signs that look like those of YAML, or stand where they cannot: tabs, marks of a next block, those of print."""

from __future__ import annotations

import re

from ...lib.light import Final
from .parser_message import Case
from .yaml_fault import Fault

_SEEN: Final = 100  # lines below a fault that are looked at


def odd_sign(case: Case) -> Fault | None:
    """The sign that a parser stumbles over for what it is, wherever it complains."""
    return _marks(case) or _tab(case) or _wide_colon(case) or _curly_quote(case)


def _marks(case: Case) -> Fault | None:
    """Marks of the next block, where those at the end of this one are missing."""
    for line in range(case.line, min(case.line + _SEEN, len(case.lines) + 1)):
        match = re.match(r"\s*(`{2,}\S*)", case.lines.line(line))
        if match:
            message = "backticks inside the block: the marks around it are not as they should be"
            return Fault("Y_SYNTAX", message, line, match.start(1) + 1, len(match[1]))
    return None


def _tab(case: Case) -> Fault | None:
    """A tab in the indentation of the line, or of the line before it (whose block was then read as text)."""
    for line in (case.line, case.line - 1):
        text = case.lines.line(line) if line else ""
        indent = text[: len(text) - len(text.lstrip(" \t"))]
        after_dash = re.match(r" *-[ ]*(\t+)[ \t]*[^\s#][^#]*:(?:\s|$)", text)
        if "\t" in indent and (text.strip() or "tab character" in case.problem):
            column = indent.index("\t") + 1
            length = len(indent) - indent.index("\t")
        elif after_dash and line == case.line:
            column, length = after_dash.start(1) + 1, len(after_dash[1])
        else:
            continue
        message = "a tab in the indentation: YAML allows only spaces here"
        tabs = indent[column - 1 :].count("\t") if "\t" in indent else length
        return Fault("Y_TAB", message, line, column, length, replacement="  " * tabs)
    return None


def _wide_colon(case: Case) -> Fault | None:
    """The colon of a Chinese or Japanese keyboard."""
    for line in (case.line, case.line - 1, case.start[0]):
        match = re.match(r"\s*(?:-\s+)*[\w.-]+(\uff1a)\s*", case.lines.line(line)) if line > 0 else None
        if match:
            return Fault("Y_SYNTAX", "`\uff1a` is not `:`", line, match.start(1) + 1, 1, replacement=": ")
    return None


def _curly_quote(case: Case) -> Fault | None:
    """A quotation mark of print, which is a letter to YAML."""
    match = re.search(r"(?:^|[:,\[{-])\s*([“”„‘’])", case.text[: case.column])
    if match is None:
        return None
    return case.fault(f"`{match[1]}` is no quotation mark to YAML: write plain ones", column=match.start(1) + 1)
