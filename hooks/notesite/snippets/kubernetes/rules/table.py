"""The table of rules (data/rules.txt), made into checks at the first mapping of a definition.

Whoever wants another rule writes a line there; here is how the lines are read and what their checks mean.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ....lib.light import NamedTuple, bundled_text, lazy
from ..schema import name_grammars as names
from ..schema.definitions import bundled
from ..schema.placeholders import is_placeholder
from ..schema.values import Found, is_null
from . import demands, network, workloads
from .demands import VALUES, OfMapping
from .rule import Fields, Here, number, path_of, text

MAPPINGS: Mapping[str, OfMapping] = {**demands.MAPPINGS, **workloads.MAPPINGS, **network.MAPPINGS}
_LINE = lazy(
    r"([A-Za-z]+)(?:\.(\S+))? (\S+)((?: (?!if |warn\b|since |until |[|;])\S+)*)(?: if ([^|;]*?))?( warn)?(?: since (\S+))?"
    r"(?: until (\S+))?(?: \| (.*?))? ; (.*)"
)
_CONDITION = lazy(r"(!?)(@?[^=~!]+)(?:(!?=|~)(.*))?")


_CHOICES = frozenset(("one", "most", "some"))


class Line(NamedTuple):
    """One rule."""

    path: tuple[str, ...]  # to the values, () for the mapping
    field: str  # the last in it
    step: str  # into that one: "[]" for its items, "{}" for its keys, "{=}" for its values, "" for itself
    check: str
    code: str  # of what it finds, "" for that of the check
    words: tuple[str, ...]
    conditions: tuple[tuple[bool, str, str, tuple[str, ...]], ...]  # negated, name, operator, words
    mild: bool
    versions: int
    said: str  # words of our own, "" for those of the check


class Rules(NamedTuple):
    """All lines for one definition, by what makes them worth a look: most mappings have few of the fields."""

    present: dict[str, list[Line]]  # when the field is there
    absent: dict[str, list[Line]]  # when it is not
    chosen: list[tuple[frozenset[str], Line]]  # about a choice of fields


@cache
def _table() -> dict[str, list[str]]:
    """The lines of the file by their definition, taken apart when it is met."""
    found: dict[str, list[str]] = {}
    for line in bundled_text(__name__, "rules.txt").splitlines():
        if line and line[0] != "#":
            found.setdefault(line.partition(" ")[0].partition(".")[0], []).append(line)
    return found


@cache
def rules_of(definition: str, kind: str, owner: str) -> Rules | None:
    """The rules for a definition in a `kind` of document, where `owner` says that it stands; None when there are none."""
    rules = Rules({}, {}, [])
    for line in map(parsed, _table().get(definition, ())):
        if not all(_stands(kind, owner, *condition) for condition in line.conditions):
            continue
        # A field that has to be there for the rule to speak tells soonest whether it does.
        wanted = (
            name
            for negated, name, operator, _ in line.conditions
            if operator in ("=", "~") or not (operator or negated)
        )
        asked = next((path_of(name)[0] for name in wanted if name[0] != "@"), None)
        name = asked or (line.path or path_of(line.words[0]))[0]
        if line.check in _CHOICES or "," in name:
            firsts = (path_of(word)[0] for word in line.words) if line.check in _CHOICES else name.split(",")
            rules.chosen.append((frozenset(firsts), line))
            continue
        rules.present.setdefault(name, []).append(line)
        if line.check in ("needs", "filled") and asked is None:
            rules.absent.setdefault(name, []).append(line)
    return rules if any(rules) else None


def _stands(kind: str, owner: str, _negated: bool, name: str, operator: str, words: tuple[str, ...]) -> bool:
    """Whether a condition about the place is met; of any other nothing is known yet."""
    if words == ("@own",):
        words = (f"{kind}.metadata",)
    return name[0] != "@" or ((kind if name == "@kind" else owner) in words) != (operator == "!=")


@cache
def parsed(text_: str) -> Line:
    """A line of the file.  Raises ValueError when it is none."""
    match = _LINE.fullmatch(text_)
    if match is None:
        raise ValueError(f"rules.txt: {text_}")
    check_, _, code = match[3].partition(":")
    conditions = []
    for word in (match[5] or "").split():
        found = _CONDITION.fullmatch(word)
        if found is None:
            raise ValueError(f"rules.txt: {text_}")
        conditions.append((bool(found[1]), found[2], found[3] or "", tuple((found[4] or "").split(","))))
    schema = bundled()
    since = schema.versions.index(match[7]) if match[7] else 0
    until = schema.versions.index(match[8]) if match[8] else len(schema.versions) - 1
    versions = (1 << until + 1) - (1 << since)
    path = path_of(match[2] or "")
    step = path[-1] if path and path[-1][0] in "[{" else ""
    field = path[-2 if step else -1] if path else ""
    words, said = tuple(match[4].split()), match[9] or ""
    return Line(path, field, step, check_, code, words, tuple(conditions), bool(match[6]), versions, said)


def check(document: Here) -> Iterator[Found]:
    """All rules for every mapping that a walk has met."""
    for shape, node, type_, key in document.visited:
        owner = type_.owner if type_ is not None else ""
        if (rules := rules_of(shape.short, document.kind, owner)) is not None:
            yield from _by_table(rules, document.of(node, key, shape=shape, owner=owner))


def _by_table(rules: Rules, here: Here) -> list[Found]:
    """What the table says about a mapping."""
    fields = here.fields
    found: list[Found] = []
    for name, (_, value) in fields.items():
        for line in rules.present.get(name, ()):
            if line.words and line.words[0] == name and _is_right(line.check, value):
                continue
            _add(line, here, found)
    for name in filter(lambda name: name not in fields, rules.absent):
        for line in rules.absent[name]:
            _add(line, here, found)
    for names_, line in rules.chosen:
        if _is_worth_a_look(line, names_ & fields.keys(), fields):
            _add(line, here, found)
    return found


def _add(line: Line, here: Here, found: list[Found]) -> None:
    """One cause, one fault: of two lines about the same value the first counts."""
    if faults := _by_line(line, here):
        known = {(fault.code, id(fault.node)) for fault in found}
        found += [fault for fault in _reported(line, here, faults) if (fault.code, id(fault.node)) not in known]


def _is_right(check_: str, value: Node) -> bool:
    """Whether a value is right at a glance, as most are: it is there, and not empty, or has one item only."""
    if check_ not in ("needs", "filled"):
        return False
    if value.__class__ is ScalarNode:
        return value.value not in ("", "null", "~", "Null", "NULL")
    return bool(value.value) and (value.__class__ is SequenceNode or bool(value.value[0][1].value))


def _is_worth_a_look(line: Line, found: Collection[str], fields: Fields) -> bool:
    """Whether a choice of fields may be wrong: none of them or two, or one that holds nothing."""
    if line.check not in _CHOICES:
        return bool(found)
    if len(found) == 1:
        return "/" in line.words[0] or (line.check != "most" and is_null(fields[next(iter(found))][1]))
    return len(found) > 1 or line.check != "most"


def _by_line(line: Line, here: Here) -> list[Found]:
    for condition in line.conditions:
        if condition[1][0] != "@" and not _true(here, *condition):
            return []
    check_ = MAPPINGS.get(line.check)
    if not line.path and check_ is not None:
        return list(check_(here, line.words))
    places = here.reach(line.path) if line.path[1:] else filter(None, [here.at(line.path)])  # the most are one field
    if check_ is None:
        return [fault for place in places for fault in _of_value(line, here, place)]
    below = (here.of(place, place) for place in places if isinstance(place, MappingNode))
    return [fault for each in below for fault in check_(each, line.words)]


# --- conditions ------------------------------------------------------------------------------------------------------


def _true(here: Here, negated: bool, name: str, operator: str, words: tuple[str, ...]) -> bool:  # a parsed condition
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


def _reported(line: Line, here: Here, found: Iterable[Found]) -> Iterator[Found]:
    versions = here.selected & line.versions
    open_ = next((name for negated, name, operator, _ in line.conditions if negated or operator == "!="), "")
    field = path_of(line.words[0])[-1] if line.check == "needs" else open_
    plain = line.check in ("needs", *_CHOICES) and not (line.conditions or line.said)  # nothing else asks for it
    for fault in found if versions else ():
        message = _filled(line.said, here, fault.message) if line.said else fault.message
        mended = None if fault.replacement else _mended(line, fault)
        message += f'; write "{mended}"' if mended and fault.code == "K_NAME" and not line.said else ""
        yield fault._replace(
            code=line.code or fault.code,
            message=message,
            versions=versions,
            shape=here.shape if plain else None,
            replacement=fault.replacement or mended,
            mild=fault.mild or line.mild,
            field=fault.field or field,
        )


def _mended(line: Line, fault: Found) -> str | None:
    """What to write instead, where other letters or no quotes would do; an address is no misspelt name."""
    text_ = str(fault.node.value)
    if fault.message.endswith("; remove the quotes"):
        return text_
    if fault.code != "K_NAME" or "lower case" not in fault.message or {"/", ":", "="} & set(text_):
        return None
    near = names.suggestion(text_)
    return near if near and not names.problem(line.check, near) else None


def _filled(said: str, here: Here, words: str) -> str:
    def word(match: re.Match[str]) -> str:
        name = match[1]
        if name == "2":
            return words.rpartition(": ")[2]
        if name == "@kind":
            return here.kind
        return text(here.at(path_of(name))) or name

    said = said.removesuffix(", not {2}") if " needs one of: " in words else said
    return re.sub(r"\{(@?\w+)\}", word, said)


def _of_value(line: Line, here: Here, node: Node) -> Iterable[Found]:
    check_ = VALUES.get(line.check)
    if check_ is not None:
        words = tuple(_number(word, here) if word[0] == "{" else word for word in line.words)
        return check_(line.field, node, words)
    value = text(node)
    if value is None:
        return ()
    found = names.problem(line.check, value)
    return [Found(found[0], f'"{value}" cannot be {_called(line, here)}: {found[1]}', node)] if found else ()


def _number(word: str, here: Here) -> str:
    """The number in another field, written `{field=default}` or `{field}+1`; no limit where it cannot be told."""
    name, _, more = word[1:].partition("}")
    name, _, default = name.partition("=")
    value = here.at((name,))
    found = default if value is None and here.lacks((name,)) else number(value)
    return "-" if found in (None, "") else str(int(found) + int(more or 0))


def _called(line: Line, here: Here) -> str:
    owner = here.shape.short.removesuffix("Spec")
    if owner == "ObjectMeta":
        owner = here.owner.partition(".")[0]
    owner = f"an {owner}" if owner[0] in "AEIOU" else f"a {owner}"
    which = {"": "the", "[]": "one of the", "{}": "a key of the", "{=}": "a value of the"}[line.step]
    return f"{which} {line.field} of {owner}"
