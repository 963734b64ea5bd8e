"""Checks for the table of rules: of a whole mapping, what it needs, what excludes what, what must differ; of one value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from notesite.snippets.yaml.mappings import get, pairs

from ....lib.light import Any
from ..schema import name_grammars as names
from ..schema.placeholders import is_placeholder
from ..schema.values import Found, is_null
from .rule import Here, number, path_of, text

OfMapping = Callable[[Here, Sequence[str]], Iterator[Found]]
OfValue = Callable[[str, Node, Sequence[str]], Iterator[Found]]


def _needs(here: Here, words: Sequence[str], *, filled: bool = False) -> Iterator[Found]:
    path = path_of(words[0])
    value = here.at(path)
    if filled and isinstance(value, SequenceNode | MappingNode) and _is_empty(value):
        place = here.fields[path[0]][0] if len(path) == 1 else value
        yield Found("K_VALUE", f'"{path[-1]}" of {here.shape.short} must not be empty', place)
    elif not filled and isinstance(value, ScalarNode) and value.value == "":
        yield Found("K_VALUE", f'"{path[-1]}" of {here.shape.short} must not be empty', value)
    elif here.lacks(path) and (path[0] in here.fields or path[1:] or path[0] not in dict(here.shape.required)):
        said = "empty" if len(path) == 1 and path[0] in here.fields else "missing"  # else the walk reports it
        yield Found("K_REQUIRED", f'{said} required field "{path[-1]}" in {here.shape.short}', here.place(path))


def _is_empty(value: Node) -> bool:
    """Nothing, or a selector of nothing."""
    return not value.value or (
        isinstance(value, MappingNode)
        and all(key.value in ("matchLabels", "matchExpressions") and not inner.value for key, inner in pairs(value))
    )


def _forbids(here: Here, words: Sequence[str]) -> Iterator[Found]:
    path = path_of(words[0])
    value = here.at(path)
    if value is not None and value.value != "":
        yield Found("K_UNION", f'"{path[-1]}" is not allowed here, in {here.shape.short}', here.place(path))


def _present(here: Here, words: Sequence[str]) -> list[str]:
    found = ((name, here.at(path_of(name))) for name in words)
    there = [(name, value) for name, value in found if value is not None and not is_placeholder(value.value)]
    return [name for name, value in there if value.value or isinstance(value, MappingNode)]


def _most(here: Here, words: Sequence[str]) -> Iterator[Found]:
    found = sorted(_present(here, words), key=lambda name: here.fields[path_of(name)[0]][0].start_mark.index)
    if len(found) > 1:
        names_ = " and ".join(name.rpartition("/")[2] for name in found)
        yield Found("K_UNION", f"only one of these is allowed: {names_}", here.fields[path_of(found[1])[0]][0])


def _some(here: Here, words: Sequence[str]) -> Iterator[Found]:
    paths = [path_of(name) for name in words]
    if not _present(here, words) and all(map(here.lacks, paths)):
        known = [name for name in words if name.partition("/")[0] in here.shape.fields]
        said = ", ".join(name.rpartition("/")[2] for name in known[:5]) + (" …" if len(known) > 5 else "")
        place = next((here.place(path) for path in paths if path[0] in here.fields), here.place(paths[0]))
        null = next((here.fields[path[0]][0] for path in paths if path[0] in here.fields), place)
        if null in [key for key, value in here.fields.values() if is_null(value)] and here.partial:
            return  # a snippet shows where something goes
        yield Found("K_REQUIRED", f"{here.shape.short} needs one of: {said}", null if len(paths[0]) == 1 else place)


def _one(here: Here, words: Sequence[str]) -> Iterator[Found]:
    yield from _most(here, words)
    yield from _some(here, words)


def _unique(here: Here, words: Sequence[str]) -> Iterator[Found]:
    path = path_of(words[0])
    items = here.reach(path)
    fields = [name.partition("=") for name in words[1].split(",")] if len(items) > 1 else []
    seen = set()
    for item in items if fields else ():
        places = [item if name == "." else get(item, name) for name, _, _ in fields]
        said = tuple(text(place) or default or None for place, (_, _, default) in zip(places, fields, strict=True))
        if None in said or (said[0] == "0" and fields[0][0].endswith("Port")):  # one that is left to the server
            continue
        if said in seen:
            yield Found("K_TWICE", f"two {path[0]} have the same {fields[0][0]}: {said[0]}", places[0] or item)
        seen.add(said)


def _numeric(here: Here, words: Sequence[str]) -> Iterator[Found]:
    place, other = here.at((words[0],)), here.at((words[1],))
    if place is not None and text(other) is not None and number(other) is None:
        yield Found("K_UNION", f"{words[0]} goes with a number as {words[1]}", place)


def _ordered(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """Quantities of one name in two fields; the first is to be multiplied by that in a third one, where it is given."""
    low, high, factors = ({key.value: value for key, value in pairs(here.at((word,)))} for word in (*words, "")[:3])
    for name, value in low.items():
        small, large = names.quantity(text(value) or ""), names.quantity(text(high.get(name)) or "")
        factor = names.quantity(text(factors.get(name)) or "") if words[2:] else names.ONE
        if small is not None and large is not None and factor and small * factor > large * names.ONE:
            limit = f"{words[1]} / {words[2]}" if words[2:] else f"{high[name].value} in {words[1]}"
            yield Found("K_RESOURCES", f"{name}: {value.value} in {words[0]} is above {limit}", value)


def _equal(here: Here, words: Sequence[str]) -> Iterator[Found]:
    place, other = here.at(path_of(words[0])), here.at(path_of(words[1]))
    if isinstance(place, SequenceNode) and place.value:
        place = place.value[0]
    said, wanted = text(place), text(other)
    if (
        place is not None and said is not None and wanted is not None and said not in (wanted, "0")
    ):  # a port that is left open
        yield Found("K_UNION", f"{said} must be the same as {words[1].rpartition('/')[2]}, {wanted}", place)


# --- of one value


def _range(field: str, node: Node, words: Sequence[str]) -> Iterator[Found]:
    value = number(node)
    low, high = (None if word == "-" else int(word) for word in words)
    if value is None or ((low is None or value >= low) and (high is None or value <= high)):
        return
    limits = f"at least {low}" if high is None else f"at most {high}" if low is None else f"between {low} and {high}"
    yield Found("K_RANGE", f"{field} must be {limits}, not {value}", node)


def _quantity(field: str, node: Node, words: Sequence[str]) -> Iterator[Found]:
    if not isinstance(node, ScalarNode) or (words[0] == ">=0" and not node.value.startswith("-")):
        return
    value = names.quantity(text(node) or "")
    if value is None:
        return
    bad, must = {
        ">0": (value <= 0, "above 0"),
        ">=0": (value < 0, "0 or more"),
        ">=1": (value < names.ONE, "1 or more"),
        "whole": (value % names.ONE != 0, "a whole number"),
    }[words[0]]
    if bad:
        yield Found("K_RANGE", f"{field} must be {must}, not {node.value}", node)


def _among(field: str, node: Node, words: Sequence[str]) -> Iterator[Found]:
    if not isinstance(node, ScalarNode) or is_placeholder(node.value):
        return
    said = node.value
    if words[0].startswith("!"):
        bad = any(said.startswith(word[1:-1]) if word.endswith("*") else said == word[1:] for word in words)
        if bad:
            yield Found("K_VALUE", f'{field} cannot be "{said}" here', node)
    elif said and said not in words:
        allowed = " or ".join('""' if word == '""' else word for word in words)
        yield Found("K_VALUE", f'{field} must be {allowed} here, not "{said}"', node)


def _size(field: str, node: Node, words: Sequence[str]) -> Iterator[Found]:
    low, high = (None if word == "-" else int(word) for word in words)
    count = len(node.value)
    if (low is not None and count < low) or (high is not None and count > high):
        limit = f"at least {low}" if low is not None and count < low else f"at most {high}"
        what = "characters" if isinstance(node, ScalarNode) else "items"
        place = node.value[-1] if isinstance(node, SequenceNode) and node.value else node
        yield Found("K_RANGE", f"{field} takes {limit} {what}, not {count}", place)


def _sorted(field: str, node: Node, _words: Sequence[str]) -> Iterator[Found]:
    items = node.value if isinstance(node, SequenceNode) else []
    for before, item in pairwise(items):
        low, high = number(before), number(item)
        if low is not None and high is not None and low > high:
            yield Found("K_VALUE", f"{field} must be in order: {high} comes before {low}", item)


def _labels(field: str, node: Node, _words: Sequence[str]) -> Iterator[Found]:
    for key, value in pairs(node):
        if not is_placeholder(key.value) and (problem := names.problem("qualified_name", key.value)):
            yield Found("K_LABEL", f'"{key.value}" cannot be a key in {field}: {problem[1]}', key)
        if (word := text(value)) is not None and (problem := names.problem("label_value", word)):
            yield Found("K_LABEL", f'"{word}" cannot be a value in {field}: {problem[1]}', value)


def _pods(field: str, node: Node, _words: Sequence[str]) -> Iterator[Found]:
    value, count = text(node), number(node)
    if value is None or not isinstance(node, ScalarNode):
        return
    if count is not None:
        if count < 0:
            yield Found("K_RANGE", f"{field} must be at least 0, not {count}", node)
    elif not re.fullmatch(r"\d+%", value):
        remove = "; remove the quotes" if value.isdigit() else ""
        yield Found("K_VALUE", f'{field} must be a number of Pods or a percentage as 25%, not "{value}"{remove}', node)
    elif int(value[:-1]) > 100:
        yield Found("K_RANGE", f"{field} must be at most 100%, not {value}", node)


def _unquoted(field: str, node: Node, _words: Sequence[str]) -> Iterator[Found]:
    if isinstance(node, ScalarNode) and node.style and node.value.isdigit():
        yield Found("K_PORT", f'{field} "{node.value}" is a port name here; remove the quotes', node)


def _only(field: str, node: Node, words: Sequence[str]) -> Iterator[Found]:
    if not is_null(node) and node.value not in words and not is_placeholder(node.value):
        yield Found("K_UNION", f"{field} is not allowed here", node)


_OF_MAPPINGS: tuple[Any, ...] = (_needs, _forbids, _one, _most, _some, _unique, _numeric, _ordered, _equal)
_OF_VALUES: tuple[Any, ...] = (_range, _quantity, _among, _size, _sorted, _labels, _pods, _unquoted, _only)
MAPPINGS: dict[str, OfMapping] = {check.__name__[1:]: check for check in _OF_MAPPINGS}
MAPPINGS["filled"] = partial(_needs, filled=True)
VALUES: Mapping[str, OfValue] = {check.__name__[1:]: check for check in _OF_VALUES}
