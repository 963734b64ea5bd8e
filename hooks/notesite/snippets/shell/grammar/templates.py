"""The little languages of `-o`: JSONPath, Go templates, columns.  Faults that kubectl finds before it asks a server."""

from __future__ import annotations

import re

from ....lib.patterns import lazy

_INDEX = lazy(
    r"(?:\*|[A-Za-z]|-?\d*(?::-?\d*){0,2})(?: *, *-?\d*(?::-?\d*){0,2})*|'[^']*'(?: *, *'[^']*')*|\?\(.*\)", re.DOTALL
)
_OPERATORS = lazy(r"&&|\|\||=~")
_BLOCK = lazy(r"-?\s*(if|range|with|block|define|end)\b")


def fault(form: str, text: str) -> str:
    """What is wrong with the expression of an output format, "" when nothing is known to be."""
    if form in {"jsonpath", "jsonpath-as-json"}:
        return jsonpath_fault(text)
    if form in {"go-template", "template"}:
        return template_fault(text)
    if form == "custom-columns":
        wrong = next((part for part in text.split(",") if ":" not in part), None) if "[" not in text else None
        return f"`{wrong}` is not HEADER:PATH" if wrong is not None else ""
    return ""


def jsonpath_fault(text: str) -> str:  # noqa: PLR0911  # one return for each fault
    """What is wrong with a JSONPath template: text with expressions in braces."""
    at = 0
    while (start := text.find("{", at)) >= 0:
        at = start + 1
        if text[at : at + 1] == "{":
            return "an expression has one brace on each side: `{.items}`"
        while at < len(text) and text[at] != "}":
            character = text[at]
            if character in "'\"":
                at = text.find(character, at + 1)
                if at < 0:
                    return f"a quote {character} is never closed"
            elif character == "[":
                stop = _end_of_index(text, at)
                if stop < 0:
                    return "a bracket [ is never closed"
                inner = text[at + 1 : stop]
                if not _INDEX.fullmatch(inner):
                    return f"`[{inner}]` is no index: a number, `*`, `'name'` or `?(condition)`"
                if inner.startswith("?") and _OPERATORS.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", inner)):
                    return "a condition knows no `&&`, `||` and `=~`"
                at = stop
            elif character in "],":
                return f"`{character}` stands where no bracket is open"
            elif character == "\\":
                at += 1
            at += 1
        if at >= len(text):
            return "a brace { is never closed"
    return ""


def _end_of_index(text: str, start: int) -> int:
    """Where the bracket at `start` is closed; -1 where it is not, or the expression ends before."""
    if text.startswith("[?(", start):
        stop = text.find(")]", start)
        return stop + 1 if stop >= 0 else -1
    stop, brace = text.find("]", start), text.find("}", start)
    return -1 if stop < 0 or 0 <= brace < stop else stop


def template_fault(text: str) -> str:
    """What is wrong with the braces and the blocks of a Go template."""
    depth = at = 0
    while (start := text.find("{{", at)) >= 0:
        stop = text.find("}}", start)
        if stop < 0:
            return "`{{` is never closed"
        block = _BLOCK.match(text[start + 2 : stop])
        depth += 0 if block is None else -1 if block[1] == "end" else 1
        if depth < 0:
            return "`{{end}}` ends nothing"
        at = stop + 2
    return "an `{{end}}` is missing" if depth else ""
