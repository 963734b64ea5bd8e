"""YAML syntax errors in quotes, brackets and signs, said at the sign that causes them."""

from __future__ import annotations

import re

from .parser_message import Case, last_scalar, shown
from .yaml_fault import Fault

# ---- Quotes and brackets.


def unclosed_quote(case: Case) -> Fault | None:
    """A quote that nothing closes, or an escape that does not exist."""
    if case.start is None:
        return None
    line, column = case.start
    quote = case.lines.line(line)[column - 1 : column]
    if "escape" in case.problem:
        token = case.text[case.column - 1 : case.column + 1]
        return case.fault(f"`{token}` is no escape: double the backslash, or use single quotes", length=2)
    return Fault("Y_SYNTAX", f"the quote {quote} opened here is never closed", line, column)


def swallowing_quote(case: Case) -> Fault | None:
    """A quote that was left open, and closed only by the next quote some lines below."""
    last = last_scalar(case)
    position = case.lines.index(case.line) + case.column - 1
    if last is None or last.style not in {"'", '"'} or last.start_mark.line == last.end_mark.line:
        return None
    if last.end_mark.index + 1 < position and case.lines.text[last.end_mark.index : position].strip():
        return None
    line, column = case.lines.place(last.start_mark.index)
    end = case.line_number(case.lines.place(last.end_mark.index)[0])
    return Fault("Y_SYNTAX", f"the quote {last.style} opened here is closed only on line {end}", line, column)


def open_text(case: Case) -> Fault | None:
    """A text of several lines without quotes, whose brackets stand in the way."""
    last = last_scalar(case)
    if last is None or last.style or last.start_mark.line == last.end_mark.line or case.token[:1] not in "]})":
        return None
    line, column = case.lines.place(last.start_mark.index)
    if not case.lines.line(line).rstrip().endswith(("{", "[", "(")):
        return None
    message = "a text of several lines begins here: put `|` after the key, and the text below it, indented"
    return Fault("Y_SYNTAX", message, line, column)


def unclosed_bracket(case: Case) -> Fault | None:
    """A bracket that nothing closes, or a missing comma."""
    swallowed = swallowing_quote(case)
    if swallowed or case.start is None:
        return swallowed
    line, column = case.start
    opener = case.lines.line(line)[column - 1 : column]
    closer = {"[": "]", "{": "}"}.get(opener, "the closing bracket")
    if case.line > line and not _closed_later(case, closer):
        return Fault("Y_SYNTAX", f"the `{opener}` opened here is never closed", line, column)
    if case.line > line or not case.token:
        return Fault("Y_SYNTAX", f"the `{opener}` opened here is not closed where it should be", line, column)
    return case.fault(f"a comma or `{closer}` is missing before this")


def _closed_later(case: Case, closer: str) -> bool:
    rest = case.lines.text[case.lines.index(case.line) :]
    return bool(re.search(rf"^\s*{re.escape(closer)}", rest, re.MULTILINE))


# ---- The rest.


def star(case: Case) -> Fault | None:
    """A value that begins with `*` or `&`, as a cron line or a wildcard does."""
    if case.start is None:
        return None
    line, column = case.start
    text = case.lines.line(line)[column - 1 :]
    value = re.split(r"\s#", text.rstrip(), maxsplit=1)[0].rstrip()
    name = "an alias" if text.startswith("*") else "an anchor"
    message = f"a value that begins with `{text[:1]}` is {name} to YAML: quote it"
    return Fault("Y_SYNTAX", message, line, column, len(value), None, f'"{value}"')


def item_here(case: Case) -> Fault | None:
    """A list item on the line of its key."""
    before = case.text[: case.column - 1].strip()
    if before.endswith(":"):
        return case.fault(f"a list cannot begin on the line of its key: put it below `{shown(before)}`", length=1)
    return case.fault("a list item cannot begin here: start it on a line of its own", length=1)


def cannot_start(case: Case) -> Fault:
    """A sign that no value may begin with."""
    if case.sign == "\t":
        return case.fault("a tab where a value should begin: YAML allows only spaces here", length=1, code="Y_TAB")
    if case.sign == "`" and case.text.lstrip().startswith("``"):
        return case.fault("backticks inside the block: the marks around it are not as they should be")
    return case.fault(f"a value cannot begin with `{case.sign}`: quote it")
