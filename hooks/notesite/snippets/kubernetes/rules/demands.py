"""Checks for the table of rules: of a whole mapping, what it needs, what excludes what, what must differ; of one value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from notesite.snippets.yaml.mappings import get, items, pairs

from ....lib.light import Any, NamedTuple
from ..schema import name_grammars as names
from ..schema.definitions import Shape
from ..schema.placeholders import is_placeholder
from ..schema.values import is_null
from ..schema.walk import UNKNOWN
from .rule import Context, number, said_at, text

Finding = tuple[str, Node, str]  # code, place, words
Fields = dict[str, tuple[ScalarNode, Node]]


class Here(NamedTuple):
    """A mapping that is checked."""

    context: Context
    shape: Shape
    node: MappingNode
    fields: Fields

    def at(self, path: Sequence[str]) -> Node | None:
        """The value that a path leads to; None where there is none, or nothing."""
        entry = self.fields.get(path[0])
        if entry is None:
            return None
        value = get(entry[1], *path[1:]) if len(path) > 1 else entry[1]
        return None if value is None or is_null(value) else value

    def place(self, path: Sequence[str]) -> Node:
        """Where something is missing: the key of the innermost mapping that should hold it."""
        entry = self.fields.get(path[0])
        found: Node = self.context.key
        for name in path[1:]:
            if entry is None:
                break
            found = entry[0]
            entry = next((pair for pair in pairs(entry[1]) if pair[0].value == name), None)
        return found if entry is None else entry[0]

    def lacks(self, path: Sequence[str]) -> bool:
        """Whether it is certain that there is no such value: a fragment may leave out anything."""
        meant = self.context.meant.get(id(self.node), ())
        if self.at(path) is not None or path[0] in meant or UNKNOWN in meant:
            return False
        return self.context.complete(self.node) or (len(path) > 1 and path[0] in self.fields)


@cache
def path_of(words: str) -> tuple[str, ...]:
    """`spec/name` as fields; `|` stands for a slash in the name of one."""
    return tuple(part.replace("|", "/") for part in words.split("/"))


def _needs(here: Here, words: Sequence[str], *, filled: bool = False) -> Iterator[Finding]:
    path = path_of(words[0])
    value = here.at(path)
    if filled and isinstance(value, SequenceNode | MappingNode) and _is_empty(value):
        place = here.fields[path[0]][0] if len(path) == 1 else value
        yield "K_VALUE", place, f'"{path[-1]}" of {here.shape.short} must not be empty'
    elif not filled and isinstance(value, ScalarNode) and value.value == "":
        yield "K_VALUE", value, f'"{path[-1]}" of {here.shape.short} must not be empty'
    elif here.lacks(path) and not (len(path) == 1 and _required(here, path[0])):
        said = "empty" if len(path) == 1 and path[0] in here.fields else "missing"
        yield "K_REQUIRED", here.place(path), f'{said} required field "{path[-1]}" in {here.shape.short}'


def _required(here: Here, name: str) -> bool:
    """Whether the schema says it too, and the walk reports it."""
    return name not in here.fields and any(name == field for field, _ in here.shape.required)


def _is_empty(value: Node) -> bool:
    """Nothing, or a selector of nothing."""
    return not value.value or (
        isinstance(value, MappingNode)
        and all(key.value in ("matchLabels", "matchExpressions") and not inner.value for key, inner in pairs(value))
    )


def _forbids(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    path = path_of(words[0])
    value = here.at(path)
    if value is not None and value.value != "":
        entry = here.fields[path[0]]
        for name in path[1:]:
            entry = next(pair for pair in pairs(entry[1]) if pair[0].value == name)
        yield "K_UNION", entry[0], f'"{path[-1]}" is not allowed here, in {here.shape.short}'


def _old(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    field, since = words
    if field in here.fields:
        yield "K_DEPRECATED", here.fields[field][0], f"the field {field} is deprecated since Kubernetes {since}"


def _present(here: Here, words: Sequence[str]) -> list[str]:
    found = ((name, here.at(path_of(name))) for name in words)
    there = [(name, value) for name, value in found if value is not None and not is_placeholder(value.value)]
    return [name for name, value in there if value.value or isinstance(value, MappingNode)]


def _most(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    found = sorted(_present(here, words), key=lambda name: here.fields[path_of(name)[0]][0].start_mark.index)
    if len(found) > 1:
        names_ = " and ".join(name.rpartition("/")[2] for name in found)
        yield "K_UNION", here.fields[path_of(found[1])[0]][0], f"only one of these is allowed: {names_}"


def _some(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    paths = [path_of(name) for name in words]
    if not _present(here, words) and all(map(here.lacks, paths)):
        known = [name for name in words if name.partition("/")[0] in here.shape.fields]
        said = ", ".join(name.rpartition("/")[2] for name in known[:5]) + (" …" if len(known) > 5 else "")
        place = next((here.place(path) for path in paths if path[0] in here.fields), here.place(paths[0]))
        null = next((here.fields[path[0]][0] for path in paths if path[0] in here.fields), place)
        if null in [key for key, value in here.fields.values() if is_null(value)] and here.context.partial:
            return  # a snippet shows where something goes
        yield "K_REQUIRED", null if len(paths[0]) == 1 else place, f"{here.shape.short} needs one of: {said}"


def _one(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    yield from _most(here, words)
    yield from _some(here, words)


def _unique(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    value = here.at((words[0],))
    fields = [name.partition("=") for name in words[1].split(",")]
    seen = set()
    for item in value.value if isinstance(value, SequenceNode) else ():
        said = tuple(text(get(item, name)) or default or None for name, _, default in fields)
        if None in said or said[0] == "0":  # a port that is left to the server
            continue
        if said in seen:
            place = get(item, fields[0][0]) or item
            yield "K_TWICE", place, f"two {words[0]} have the same {fields[0][0]}: {said[0]}"
        seen.add(said)


def _order(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    place = here.at((words[0],))
    low, high = number(place), number(here.at((words[1],)))
    if place is not None and low is not None and high is not None and low > high:
        yield "K_RANGE", place, f"{words[0]} {low} is above {words[1]} {high}"


def _below(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    low = number(here.at((words[0],)))
    place = here.at((words[1],))
    high = number(place) if place is not None else int(words[2]) if here.lacks((words[1],)) else None
    if low is not None and high is not None and low >= high:
        where = place if place is not None else here.fields[words[0]][1]
        yield "K_RANGE", where, f"{words[1]} ({high}) must be above {words[0]} ({low})"


def _numeric(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    place, other = here.at((words[0],)), here.at((words[1],))
    if place is not None and text(other) is not None and number(other) is None:
        yield "K_UNION", place, f"{words[0]} goes with a number as {words[1]}"


def _ordered(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    low, high = ({key.value: value for key, value in pairs(here.at((word,)))} for word in words)
    for name, value in low.items():
        small, large = names.quantity(text(value) or ""), names.quantity(text(high.get(name)) or "")
        if small is not None and large is not None and small > large:
            yield "K_RESOURCES", value, f"{name}: {value.value} in {words[0]} is above {high[name].value} in {words[1]}"


def _ratio(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    ratios, high, low = ({key.value: value for key, value in pairs(here.at((word,)))} for word in words)
    for name, value in ratios.items():
        ratio, most, least = (names.quantity(text(node) or "") for node in (value, high.get(name), low.get(name)))
        if ratio is not None and most is not None and least and ratio * least > most * (names.quantity("1") or 1):
            yield "K_RESOURCES", value, f"{name}: {value.value} in {words[0]} is above {words[1]} / {words[2]}"


def _equal(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    place, other = here.at(path_of(words[0])), here.at(path_of(words[1]))
    if isinstance(place, SequenceNode) and place.value:
        place = place.value[0]
    said, wanted = text(place), text(other)
    if place is not None and said is not None and wanted is not None and said != wanted:
        yield "K_UNION", place, f"{said} must be the same as {words[1].rpartition('/')[2]}, {wanted}"


def _paths(here: Here, words: Sequence[str]) -> Iterator[Finding]:
    seen = set()
    for source in items(here.at((words[0],))):
        for _, part in pairs(source):
            for place, path in said_at([part, *items(get(part, "items"))], "path"):
                if path in seen:
                    yield "K_TWICE", place, f"two {words[0]} have the same path: {path}"
                seen.add(path)


# --- of one value


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
    for item, said in said_at(node.value if isinstance(node, SequenceNode) else ()):
        if said in seen:
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


OfMapping = Callable[[Here, Sequence[str]], Iterator[Finding]]
OfValue = Callable[[str, Node, Sequence[str]], Iterator[Finding]]
_OF_PRESENCE: tuple[Any, ...] = (_needs, _forbids, _old, _one, _most, _some)
_OF_COMPARISON: tuple[Any, ...] = (_unique, _order, _below, _numeric, _ordered, _ratio, _equal, _paths)
_OF_VALUES: tuple[Any, ...] = (_range, _quantity, _among, _size, _different, _sorted, _labels, _pods, _unquoted, _only)
MAPPINGS: dict[str, OfMapping] = {check.__name__[1:]: check for check in (*_OF_PRESENCE, *_OF_COMPARISON)}
MAPPINGS |= {"filled": partial(_needs, filled=True)}
VALUES: Mapping[str, OfValue] = {check.__name__[1:]: check for check in _OF_VALUES}
