"""The little languages of `-o`: JSONPath, Go templates, columns.  Faults that kubectl finds before it asks a server."""

from __future__ import annotations

import re

from ....lib.patterns import lazy

_QUOTED = r"'[^']*'|\"[^\"]*\""
_NUMBERS = r"-?\d*(?::-?\d*){0,2}"
_CONDITION = rf"\?\((?:{_QUOTED}|(?!\)\]|&&|\|\||=~).)*\)"
_INDEX = rf"\*|[A-Za-z]|{_NUMBERS}(?: *, *{_NUMBERS})*|'[^']*'(?: *, *'[^']*')*|{_CONDITION}"
_EXPRESSION = lazy(rf"\{{(?:{_QUOTED}|\\.|\[(?:{_INDEX})\]|[^{{}}\[\]'\",\\])*\}}", re.DOTALL)
_WRONG_INDEX = lazy(rf"(?s:.*?)(\[(?!(?:{_INDEX})\])(?:\?\(.*?\)|[^\]{{}}]*)\])", re.DOTALL)
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


def jsonpath_fault(text: str) -> str:
    """What is wrong with a JSONPath template: text with expressions in braces."""
    wrong = _EXPRESSION.sub("", text).partition("{")[1:]
    if not wrong[0]:
        return ""
    index = _WRONG_INDEX.match(wrong[1])
    if wrong[1].startswith("{"):
        return "an expression has one brace on each side: `{.items}`"
    if index and index[1].startswith("[?("):
        return "a condition knows no `&&`, `||` and `=~`"
    if index:
        return f"`{index[1]}` is no index: a number, `*`, `'name'` or `?(condition)`"
    inside, closed, _ = wrong[1].partition("}")
    if not closed or "{" in inside:
        return "a brace { is never closed"
    return "a quote or a bracket is open, or a comma stands outside of one"


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
