"""Checks of one value, for the table of rules: ranges, closed lists, grammars."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from yaml.nodes import Node, ScalarNode, SequenceNode

from notesite.snippets.yaml.mappings import pairs

from ..schema import name_grammars as names
from ..schema.placeholders import is_placeholder
from ..schema.values import is_null
from .demands import Finding
from .rule import number, text


def _range(field: str, node: Node, words: Sequence[str]) -> Iterator[Finding]:
    value = number(node)
    low, high = (None if word == "-" else int(word) for word in words)
    if value is None or ((low is None or value >= low) and (high is None or value <= high)):
        return
    limits = f"at least {low}" if high is None else f"at most {high}" if low is None else f"between {low} and {high}"
    yield "K_RANGE", node, f"{field} must be {limits}, not {value}"


def _quantity(field: str, node: Node, words: Sequence[str]) -> Iterator[Finding]:
    if not isinstance(node, ScalarNode) or (words[0] == ">=0" and not node.value.startswith("-")):
        return
    value = names.quantity(text(node) or "")
    if value is None:
        return
    one = names.quantity("1") or 1
    bad = {">0": value <= 0, ">=0": value < 0, ">=1": value < one, "whole": value % one != 0}[words[0]]
    if bad:
        must = {">0": "above 0", ">=0": "0 or more", ">=1": "1 or more", "whole": "a whole number"}[words[0]]
        yield "K_RANGE", node, f"{field} must be {must}, not {node.value}"


def _among(field: str, node: Node, words: Sequence[str]) -> Iterator[Finding]:
    if not isinstance(node, ScalarNode) or is_placeholder(node.value):
        return
    said = node.value
    if words[0].startswith("!"):
        bad = any(said.startswith(word[1:-1]) if word.endswith("*") else said == word[1:] for word in words)
        if bad:
            yield "K_VALUE", node, f'{field} cannot be "{said}" here'
    elif said and said not in words:
        allowed = " or ".join('""' if word == '""' else word for word in words)
        yield "K_VALUE", node, f'{field} must be {allowed} here, not "{said}"'


def _size(field: str, node: Node, words: Sequence[str]) -> Iterator[Finding]:
    low, high = (None if word == "-" else int(word) for word in words)
    count = len(node.value)
    if (low is not None and count < low) or (high is not None and count > high):
        limit = f"at least {low}" if low is not None and count < low else f"at most {high}"
        what = "characters" if isinstance(node, ScalarNode) else "items"
        place = node.value[-1] if isinstance(node, SequenceNode) and node.value else node
        yield "K_RANGE", place, f"{field} takes {limit} {what}, not {count}"


def _different(field: str, node: Node, _words: Sequence[str]) -> Iterator[Finding]:
    seen = set()
    for item in node.value if isinstance(node, SequenceNode) else ():
        said = text(item)
        if said is not None and said in seen:
            yield "K_TWICE", item, f'"{said}" stands twice in {field}'
        seen.add(said)


def _sorted(field: str, node: Node, _words: Sequence[str]) -> Iterator[Finding]:
    items = node.value if isinstance(node, SequenceNode) else []
    for before, item in pairwise(items):
        low, high = number(before), number(item)
        if low is not None and high is not None and low > high:
            yield "K_VALUE", item, f"{field} must be in order: {high} comes before {low}"


def _labels(field: str, node: Node, _words: Sequence[str]) -> Iterator[Finding]:
    for key, value in pairs(node):
        if not is_placeholder(key.value) and (problem := names.problem("qualified_name", key.value)):
            yield "K_LABEL", key, f'"{key.value}" cannot be a key in {field}: {problem[1]}'
        if (word := text(value)) is not None and (problem := names.problem("label_value", word)):
            yield "K_LABEL", value, f'"{word}" cannot be a value in {field}: {problem[1]}'


def _pods(field: str, node: Node, _words: Sequence[str]) -> Iterator[Finding]:
    value, count = text(node), number(node)
    if value is None or not isinstance(node, ScalarNode):
        return
    if count is not None:
        if count < 0:
            yield "K_RANGE", node, f"{field} must be at least 0, not {count}"
    elif not re.fullmatch(r"\d+%", value):
        remove = "; remove the quotes" if value.isdigit() else ""
        yield "K_VALUE", node, f'{field} must be a number of Pods or a percentage as 25%, not "{value}"{remove}'
    elif int(value[:-1]) > 100:
        yield "K_RANGE", node, f"{field} must be at most 100%, not {value}"


def _unquoted(field: str, node: Node, _words: Sequence[str]) -> Iterator[Finding]:
    if isinstance(node, ScalarNode) and node.style and node.value.isdigit():
        yield "K_PORT", node, f'{field} "{node.value}" is a port name here; remove the quotes'


def _only(field: str, node: Node, words: Sequence[str]) -> Iterator[Finding]:
    if not is_null(node) and node.value not in words and not is_placeholder(node.value):
        yield "K_UNION", node, f"{field} is not allowed here"


Check = Callable[[str, Node, Sequence[str]], Iterator[Finding]]
_CHECKS: tuple[Any, ...] = (_range, _quantity, _among, _size, _different, _sorted, _labels, _pods, _unquoted, _only)
VALUES: Mapping[str, Check] = {check.__name__[1:]: check for check in _CHECKS}
