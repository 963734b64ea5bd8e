"""Values of flags: their types, their allowed values, and the little languages that some are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ....lib.light import lazy
from ....lib.nearest import nearest_value
from .flag_rules import format_of, misread, type_of
from .invocation import FlagUse, Invocation
from .vocabulary import words

_FILLED_IN = lazy(r"(?:^|[=/:,])[A-Z][A-Z0-9_-]+(?=$|[=/:,])")  # `YOUR_REGISTRY/app:TAG`
_SHOUTED = lazy(r"[A-Z][A-Z0-9_-]*|[a-z]+(?:[A-Z][a-z]+)+|[a-z]|number|num|count")


def problems(call: Invocation) -> Iterator[tuple[FlagUse, str, str]]:
    """Every flag whose value is refused: the use, what is wrong, and a better value ("" when none is plain)."""
    for use in call.flags:
        if not use.known or use.value is None:
            continue
        found = _problem(call, use, use.value)
        if found:
            yield (use, *found)


def _problem(call: Invocation, use: FlagUse, value: str) -> tuple[str, str] | None:
    flag = use.flag
    if known_type := type_of(flag.type):
        fitting, expected = known_type
        if not fitting.fullmatch(value):
            filled_in = flag.type != "bool" and _SHOUTED.fullmatch(value)  # `--replicas=COUNT`, `=howMany`
            better = {"yes": "true", "no": "false"}.get(value, "")
            return None if filled_in else (f"`--{flag.name}` takes {expected}, not `{value}`", better)
    if flag.name == "output" and flag.values and value:
        return _output(call, use, value)
    if flag.values:
        known = {*flag.values, *(("true", "false", "unchanged") if flag.name == "dry-run" else ())}
        folded = {item.lower() for item in known} if flag.name in {"type", "types"} else set()  # patch, events
        parts = [value] if "," not in value else value.split(",")
        heads = [part.split("=")[0] for part in parts]
        wrong_part = next((head for head in heads if head not in known and head.lower() not in folded), None)
        if wrong_part is not None and value:
            return f"`--{flag.name}` takes {_listed(flag.values)}, not `{value}`", nearest_value(
                value, flag.values
            ) or ""
    form = format_of(" ".join(call.node.path), flag.name) if call.program == "kubectl" else None
    if form is not None and not form[0].fullmatch(value) and not _FILLED_IN.search(value):
        return f"`--{flag.name}` takes {form[1]}, not `{value}`", ""
    if flag.name == "template" and call.program == "kubectl" and (wrong := _fault("go-template", value)):
        return f"`{value}` cannot be read: {wrong}", ""
    return None


def _output(call: Invocation, use: FlagUse, value: str) -> tuple[str, str] | None:
    head, _, template = value.partition("=")
    allowed = use.flag.values
    if len(either := re.split("[/|]", value)) > 1 and set(either) <= set(allowed):
        return None  # `yaml/json`: one of them is to be chosen
    if head not in allowed and not (head.lower() in allowed and head.lower() in words("outputs in any case")):
        return f"`{call.title}` has no output format `{head}`: it knows {_listed(allowed)}", (
            nearest_value(head, allowed) or ""
        )
    columns = head.lower().startswith("custom-columns")
    needs = columns or (head.lower() in words("outputs with an expression") and "template" not in call.names)
    if needs and not template:
        return f"the output format `{head}` needs its expression: `-o {head}='...'`", ""
    wrong = _fault(head, template) if call.program == "kubectl" else ""
    return (f"`{template}` cannot be read: {wrong}", "") if wrong else None


def _listed(values: Sequence[str]) -> str:
    shown = list(values)
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]


# ---- The little languages of `-o`: JSONPath, Go templates, columns; faults that kubectl finds before it asks a server.

_BLOCK = lazy(r"-?\s*(if|range|with|block|define|end)\b")


def _fault(form: str, text: str) -> str:
    """What is wrong with the expression of an output format, "" when nothing is known to be."""
    return _template_fault(text) if form in {"go-template", "template"} else misread(form, text)


def _template_fault(text: str) -> str:
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
