"""The table of rules (data/rules.txt), made into checks at the first mapping of a definition.

Whoever wants another rule writes a line there; here is how the lines are read and what their checks mean.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ....lib.light import NamedTuple, bundled_text, lazy
from ...yaml.mappings import get, pairs
from ..schema import name_grammars as names
from ..schema.definitions import Shape, bundled
from ..schema.placeholders import is_placeholder
from ..schema.values import Found, is_null
from .demands import MAPPINGS, VALUES, Fields, Finding, Here, path_of
from .rule import RULES, Context, Visited, number, text

_TARGET = lazy(r"([A-Za-z]+)(?:\.(.+?))?(?:(\[\]|\{=?\})(?:/(.+))?)?")
_LINE = lazy(
    r"(\S+) (\S+)((?: (?!if |warn\b|since |until |[|;])\S+)*)(?: if ([^|;]*?))?( warn)?(?: since (\S+))?"
    r"(?: until (\S+))?(?: \| (.*?))? ; (.*)"
)
_CONDITION = lazy(r"(!?)(@?[^=~!]+)(?:(!?=|~)(.*))?")


class Line(NamedTuple):
    """One rule."""

    path: tuple[str, ...]  # to the value; () for the mapping
    each: str  # "[]" for the items of the value, "{}" for its keys, "{=}" for its values
    inner: tuple[str, ...]  # to what is meant in each of them; () for them
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
        if line.check in ("one", "most", "some"):
            rules.chosen.append((frozenset(path_of(word)[0] for word in line.words), line))
            continue
        name = asked or (line.path or path_of(line.words[0]))[0]
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
    target = _TARGET.fullmatch(match[1]) if match else None
    if match is None or target is None:
        raise ValueError(f"rules.txt: {text_}")
    check_, _, code = match[2].partition(":")
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
        path_of(target[4]) if target[4] else (),
        check_,
        code,
        tuple(match[3].split()),
        tuple(conditions),
        bool(match[5]),
        (1 << until + 1) - (1 << since),
        match[8] or "",
    )


def check(context: Context, visited: Visited) -> Iterator[Found]:
    """All rules, of the table and in code, for every mapping that a walk has met."""
    for shape, node, type_, key in visited:
        owner = type_.owner if type_ is not None else ""
        functions, rules = RULES.get(shape.short), rules_of(shape.short, context.kind, owner)
        if functions is None and rules is None:
            continue
        place = key if key.__class__ is ScalarNode else next(iter(node.value), (node,))[0]
        here = context._replace(definition=shape.short, owner=owner, key=place)
        for function in functions or ():
            yield from function(here, node)
        if rules is not None:
            yield from _by_table(rules, here, shape, node)


def _by_table(rules: Rules, context: Context, shape: Shape, node: MappingNode) -> list[Found]:
    """What the table says about a mapping."""
    fields = {k.value: (k, v) for k, v in node.value if k.__class__ is ScalarNode}
    here = Here(context, shape, node, fields)
    found: list[Found] = []
    for name, (_, value) in fields.items():
        for line in rules.present.get(name, ()):
            if line.words and line.words[0] == name and _is_right(line.check, value):
                continue
            found += _by_line(line, here)
    for name in rules.absent.keys() - fields.keys():
        for line in rules.absent[name]:
            found += _by_line(line, here)
    for names_, line in rules.chosen:
        if _is_worth_a_look(line, names_ & fields.keys(), fields):
            found += _by_line(line, here)
    # One cause, one fault: of two lines about the same value the first counts.
    return list({(fault.code, id(fault.node)): fault for fault in reversed(found)}.values())[::-1] if found else found


def _is_right(check_: str, value: Node) -> bool:
    """Whether a value is right at a glance, as most are: it is there, and not empty, or has one item only."""
    if check_ == "unique":
        return len(value.value) < 2
    if check_ not in ("needs", "filled"):
        return False
    if value.__class__ is ScalarNode:
        return value.value not in ("", "null", "~", "Null", "NULL")
    return bool(value.value) and (value.__class__ is SequenceNode or bool(value.value[0][1].value))


def _is_worth_a_look(line: Line, found: Collection[str], fields: Fields) -> bool:
    """Whether a choice of fields may be wrong: none of them or two, or one that holds nothing."""
    if len(found) == 1:
        return "/" in line.words[0] or (line.check != "most" and is_null(fields[next(iter(found))][1]))
    return len(found) > 1 or line.check != "most"


def _by_line(line: Line, here: Here) -> Iterable[Found]:
    for condition in line.conditions:
        if condition[1][0] != "@" and not _true(here, *condition):
            return ()
    if not line.path:
        found = list(MAPPINGS[line.check](here, line.words))
    else:
        value = here.at(line.path)
        if value is None:
            return ()
        if line.each:
            found = [finding for place in _each(line, value) for finding in _of_value(line, here, place)]
        else:
            found = list(_of_value(line, here, value))
    return _reported(line, here, found) if found else ()


def _each(line: Line, value: Node) -> Iterator[Node]:
    """The places in a list or a mapping that a line means: in items that hold a list, its items."""
    if line.each != "[]":
        yield from (pair[line.each == "{=}"] for pair in pairs(value))
        return
    for item in value.value if isinstance(value, SequenceNode) else ():
        place = get(item, *line.inner)
        if line.inner and isinstance(place, SequenceNode):
            yield from place.value
        elif place is not None:
            yield place


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


def _reported(line: Line, here: Here, found: Iterable[Finding]) -> Iterator[Found]:
    versions = here.context.selected & line.versions
    for code, node, words in found:
        message = _filled(line.said, here, words) if line.said else words
        if versions:
            replacement = _mended(line, code, node, words)
            hint = f'; write "{replacement}"' if replacement and code == "K_NAME" and not line.said else ""
            shape = None if line.conditions else here.shape
            open_ = next((name for negated, name, operator, _ in line.conditions if negated or operator == "!="), "")
            field = path_of(line.words[0])[-1] if line.check == "needs" else open_
            yield Found(
                line.code or code, message + hint, node, versions, shape, replacement, mild=line.mild, field=field
            )


def _mended(line: Line, code: str, node: Node, words: str) -> str | None:
    """What to write instead, where other letters or no quotes would do; an address is no misspelt name."""
    if words.endswith("; remove the quotes"):
        return str(node.value)
    if code != "K_NAME" or "lower case" not in words or {"/", ":"} & set(node.value):
        return None
    near = names.suggestion(node.value)
    return near if near and not names.problem(line.check, near) else None


def _filled(said: str, here: Here, words: str) -> str:
    def word(match: re.Match[str]) -> str:
        name = match[1]
        if name == "2":
            return words.rpartition(": ")[2]
        if name == "@kind":
            return here.context.kind
        return text(here.at(path_of(name))) or name

    said = said.removesuffix(", not {2}") if " needs one of: " in words else said
    return re.sub(r"\{(@?\w+)\}", word, said)


def _of_value(line: Line, here: Here, node: Node) -> Iterable[Finding]:
    check_ = VALUES.get(line.check)
    if check_ is not None:
        words = tuple(_number(word, here) if word[0] == "{" else word for word in line.words)
        return check_((line.inner or line.path)[-1], node, words)
    value = text(node)
    if value is None:
        return ()
    found = names.problem(line.check, value)
    return [(found[0], node, f'"{value}" cannot be {_called(line, here)}: {found[1]}')] if found else ()


def _number(word: str, here: Here) -> str:
    """The number in another field, written `{field=default}`; no limit where it cannot be told."""
    name, _, default = word.strip("{}").partition("=")
    value = here.at((name,))
    found = default if value is None and here.lacks((name,)) else number(value)
    return "-" if found is None else str(found)


def _called(line: Line, here: Here) -> str:
    owner = here.shape.short.removesuffix("Spec")
    if owner == "ObjectMeta":
        owner = here.context.owner.partition(".")[0]
    owner = f"an {owner}" if owner[0] in "AEIOU" else f"a {owner}"
    which = {"": "the", "[]": "one of the", "{}": "a key of the", "{=}": "a value of the"}[line.each]
    return f"{which} {line.path[-1]} of {owner}"
