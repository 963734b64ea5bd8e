"""The table of rules (data/rules.txt), made into checks at the first mapping of a definition.

Whoever wants another rule writes a line there; here is how the lines are read and what their checks mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from notesite.lib.data import bundled_text

from ..schema import name_grammars as names
from ..schema.definitions import Shape, bundled
from ..schema.placeholders import is_placeholder
from ..schema.values import Found
from .demands import MAPPINGS, Finding, Here, path_of
from .rule import RULES, Context, Visited, pairs, text
from .value_checks import GRAMMARS, VALUES

_TARGET = re.compile(r"([A-Za-z]+)(?:\.(.+?))?(\[\]|\{=?\})?")
_LINE = re.compile(
    r"(\S+) (\S+)((?: (?!if |warn\b|since |until |[|;])\S+)*)(?: if ([^|;]*?))?( warn)?(?: since (\S+))?"
    r"(?: until (\S+))?(?: \| (.*?))? ; (.*)"
)
_CONDITION = re.compile(r"(!?)(@?[^=~!]+)(?:(!?=|~)(.*))?")


class Line(NamedTuple):
    """One rule."""

    path: tuple[str, ...]  # to the value; () for the mapping
    each: str  # "[]" for the items of the value, "{}" for its keys, "{=}" for its values
    check: str
    words: tuple[str, ...]
    conditions: tuple[tuple[bool, str, str, tuple[str, ...]], ...]  # negated, name, operator, words
    mild: bool
    versions: int
    said: str  # words of our own, "" for those of the check


class Rules(NamedTuple):
    """All lines for one definition."""

    of_fields: Mapping[str, tuple[Line, ...]]  # by the first field of the path
    of_mapping: tuple[Line, ...]


class _Table:
    """The file, read once; its lines are taken apart when their definition is met."""

    def __init__(self) -> None:
        self.grammars: dict[str, tuple[str, re.Pattern[str] | str, str]] = {}
        self.lines: dict[str, list[str]] = {}
        for line in bundled_text(__name__, "rules.txt").splitlines():
            if line.startswith("~"):
                name, code, rest = line[1:].split(" ", 2)
                pattern, _, words = rest.partition(" :: ")
                self.grammars[name] = code, pattern, words
            elif line and line[0] != "#":
                self.lines.setdefault(re.split(r"[. ]", line, maxsplit=1)[0], []).append(line)

    def grammar(self, name: str, value: str) -> tuple[str, str] | None:
        """The code and what is allowed, where a text does not fit one of the patterns of the file."""
        code, pattern, words = self.grammars[name]
        if isinstance(pattern, str):
            pattern = re.compile(pattern, re.DOTALL)
            self.grammars[name] = code, pattern, words
        return None if pattern.fullmatch(value) else (code, f"it must be {words}")


@cache
def _table() -> _Table:
    return _Table()


@cache
def rules_of(definition: str) -> Rules | None:
    """The rules for a definition; None when there are none."""
    of_fields: dict[str, tuple[Line, ...]] = {}
    of_mapping: list[Line] = []
    for text_ in _table().lines.get(definition, ()):
        line = parsed(text_)
        if line.path:
            of_fields[line.path[0]] = (*of_fields.get(line.path[0], ()), line)
        else:
            of_mapping.append(line)
    return Rules(of_fields, tuple(of_mapping)) if of_fields or of_mapping else None


def parsed(text_: str) -> Line:
    """A line of the file.  Raises ValueError when it is none."""
    match = _LINE.fullmatch(text_)
    target = _TARGET.fullmatch(match[1]) if match else None
    if match is None or target is None:
        raise ValueError(f"rules.txt: {text_}")
    conditions = []
    for word in (match[4] or "").split():
        found = _CONDITION.fullmatch(word)
        if found is None:
            raise ValueError(f"rules.txt: {text_}")
        conditions.append((bool(found[1]), found[2], found[3] or "", tuple((found[4] or "").split(","))))
    schema = bundled()
    since = schema.versions.index(match[6]) if match[6] else 0
    until = schema.versions.index(match[7]) if match[7] else len(schema.versions) - 1
    return Line(
        path_of(target[2]) if target[2] else (),
        target[3] or "",
        match[2],
        tuple(match[3].split()),
        tuple(conditions),
        bool(match[5]),
        (1 << until + 1) - (1 << since),
        match[8] or "",
    )


def check(context: Context, visited: Visited) -> Iterator[Found]:
    """All rules, of the table and in code, for every mapping that a walk has met."""
    for shape, node, type_, key in visited:
        context.definition = shape.short
        context.owner = type_.owner if type_ is not None else ""
        context.key = key if isinstance(key, ScalarNode) else next(iter(node.value), (node,))[0]
        for function in RULES.get(shape.short, ()):
            yield from function(context, node)
        yield from _by_table(context, shape, node)


def _by_table(context: Context, shape: Shape, node: MappingNode) -> Iterator[Found]:
    """What the table says about a mapping."""
    rules = rules_of(shape.short)
    if rules is None:
        return
    here = Here(context, shape, node, {k.value: (k, v) for k, v in node.value if k.__class__ is ScalarNode})
    for line in rules.of_mapping:
        if _holds(line, here):
            yield from _reported(line, here, MAPPINGS[line.check](here, line.words))
    of_fields = rules.of_fields
    for name in here.fields:
        for line in of_fields.get(name, ()):
            value = here.at(line.path)
            if value is not None and _holds(line, here):
                for place in _each(line.each, value):
                    yield from _reported(line, here, _of_value(line, here, place))


def _each(each: str, value: Node) -> list[Node]:
    if each == "[]":
        return list(value.value) if isinstance(value, SequenceNode) else []
    if each:
        return [pair[each == "{=}"] for pair in pairs(value) if pair[0].value != "<<"]
    return [value]


# --- conditions ------------------------------------------------------------------------------------------------------


def _holds(line: Line, here: Here) -> bool:
    return all(_true(here, *condition) for condition in line.conditions)


def _true(here: Here, negated: bool, name: str, operator: str, words: tuple[str, ...]) -> bool:  # a parsed condition
    if name[0] == "@":
        said = here.context.kind if name == "@kind" else here.context.owner
        return (said in words) != (operator == "!=")
    path = path_of(name)
    value = here.at(path)
    if not operator:
        return here.lacks(path) if negated else value is not None
    if operator == "~":
        return isinstance(value, SequenceNode) and any(item.value in words for item in value.value)
    if value is None:
        return operator == "!=" and here.lacks(path)
    said_text = value.value if isinstance(value, ScalarNode) else ""
    if isinstance(value, ScalarNode) and (is_placeholder(said_text) or not said_text):
        return False
    return (said_text in words) == (operator == "=")


# --- what a check finds ------------------------------------------------------------------------------------------------


def _reported(line: Line, here: Here, found: Iterator[Finding]) -> Iterator[Found]:
    versions = here.context.selected & line.versions
    for code, node, words in found:
        message = _filled(line.said, here, words) if line.said else words
        if versions:
            replacement = names.suggestion(node.value) if _may_be_mended(code, node, words) else None
            hint = f'; write "{replacement}"' if replacement and not line.said else ""
            yield Found(
                code,
                message + hint,
                node,
                versions,
                shape=None if line.conditions else here.shape,
                mild=line.mild,
                replacement=replacement,
            )


def _may_be_mended(code: str, node: Node, words: str) -> bool:
    """Whether other letters would do; an address is no misspelt name."""
    return code == "K_NAME" and "lower case" in words and not {"/", ":"} & set(node.value)


def _filled(said: str, here: Here, words: str) -> str:
    def word(match: re.Match[str]) -> str:
        name = match[1]
        if name == "2":
            return words.rpartition(": ")[2]
        if name == "@kind":
            return here.context.kind
        return text(here.at(path_of(name))) or name

    return re.sub(r"\{(@?\w+)\}", word, said)


def _of_value(line: Line, here: Here, node: Node) -> Iterator[Finding]:
    check_ = VALUES.get(line.check)
    if check_ is not None:
        yield from check_(line.path[-1], node, line.words)
        return
    value = text(node)
    if value is None:
        return
    known = GRAMMARS.get(line.check)
    if known is not None:
        problem = known[1](value)
        found = (known[0], problem) if problem else None
    else:
        found = _table().grammar(line.check, value)
    if found:
        yield found[0], node, f'"{value}" cannot be {_called(line, here)}: {found[1]}'


def _called(line: Line, here: Here) -> str:
    owner = here.shape.short.removesuffix("Spec")
    owner = f"an {owner}" if owner[0] in "AEIOU" else f"a {owner}"
    which = {"": "the", "[]": "one of the", "{}": "a key of the", "{=}": "a value of the"}[line.each]
    return f"{which} {line.path[-1]} of {owner}"
