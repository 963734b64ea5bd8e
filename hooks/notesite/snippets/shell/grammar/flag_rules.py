"""What a command demands of its flags, and of the types of its objects: rules whose shape repeats, as data.

`data/flag_rules.json` is written by hand; `tests/test_commands_kubectl.py` holds it against the real kubectl.  A command of
several names stands as `run|expose`, `*` for all, `TYPE` for those whose first argument is a type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from ....lib.light import Any, bundled_json
from .invocation import Invocation
from .resources import named

Refusal = tuple[str, Any]  # what is wrong, and the word that it is about


def _table(name: str) -> Any:
    return bundled_json(__name__, "flag_rules.json")[name]


@cache
def _rows(kind: str, *names: str) -> Sequence[Sequence[str]]:
    return [row for commands, *row in _table(kind) if not {"*", *names}.isdisjoint(commands.split("|"))]


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of the table, the parts that it names put in."""
    parts = _table("parts")
    while "{" in text and (whole := re.sub(r"\{([A-Z]+)\}", lambda match: str(parts[match[1]]), text)) != text:
        text = whole
    return re.compile(text, re.DOTALL)


def type_of(name: str) -> tuple[re.Pattern[str], str] | None:
    """What a value of a type must look like, and how to say it; None where anything goes."""
    row = _table("types").get(name)
    return (pattern(row[0]), row[1]) if row else None


def format_of(path: str, flag: str) -> tuple[re.Pattern[str], str] | None:
    """What the value of a flag must look like, and how to say it; None where anything goes."""
    for name, text, words in _rows("formats", path):
        if name == flag:
            return pattern(text), words
    return None


def misread(form: str, text: str) -> str:
    """What is wrong with the expression of an output format that is no Go template, "" when nothing is known to be."""
    if form.startswith("jsonpath"):
        text = pattern("{EXPRESSION}").sub("", text)  # what is left is wrong
    found = ((pattern(wrong).search(text), words) for wrong, words in _rows("expressions", form))
    return next((match.expand(words) for match, words in found if match), "")


def _given(call: Invocation, item: str) -> bool:
    """Whether a flag is given, and not switched off; with `name=pattern`, whether it has such a value."""
    if item == "--":
        return bool(call.rest)
    name, equals, value = item.partition("=")
    uses = call.uses(name)
    if equals:
        return any(use.known and re.fullmatch(value, use.value or "") for use in uses)
    return any((use.value or "").lower() not in {"false", "f", "0"} or use.flag.type != "bool" for use in uses)


def conflicts(call: Invocation) -> Iterator[Refusal]:
    """Flags that exclude each other, flags that are nothing without another, limits that cross."""
    path = " ".join(call.node.path)
    for first, *others in _rows("exclusive", path):
        other = next((item for item in others if _given(call, item)), None) if _given(call, first) else None
        if other is not None:
            uses = call.uses(other.partition("=")[0])
            shown = f"`--{other.partition('=')[0]}`" if uses else "a command after `--`"
            yield f"`--{first}` and {shown} exclude each other", (uses or call.uses(first))[0].word
    for first, *others in _rows("needs", path):
        if _given(call, first) and not any(call.uses(item) for item in others):
            listed = " or ".join(f"`--{item}`" for item in others)
            yield f"`--{first}` is refused without {listed}", call.uses(first)[0].word
    least, most = call.value("min") or "", call.value("max") or ""
    if path == "autoscale" and least.isdecimal() and most.isdecimal() and int(least) > int(most):
        yield f"`--min` is above `--max`: {least} and {most}", call.uses("min")[0].word


def read_as(path: str, text: str) -> str:
    """An argument in the form that its command was asked about: a taint that is removed stands where one that is set may stand."""
    for form, plain in _rows("read as", path):
        text = pattern(form).sub(plain, text)
    return text


def looks(text: str) -> str:
    """The letter of shapes for how an argument looks that is no path, "" where its look does not tell."""
    return next((letter for letter, form in _table("looks").items() if pattern(form).fullmatch(text)), "")


def wrong_kind(call: Invocation) -> Iterator[Refusal]:
    """A type of Kubernetes itself that the command does nothing with."""
    words = call.arguments
    for (kinds,) in _rows("kinds", " ".join(call.node.path)):
        for index, word in enumerate(words):
            head, slash, _ = word.text.partition("/")
            if word.dynamic or not (slash or (index == 0 and call.node.wants_type)):
                continue
            found = [named(part) for part in head.split(",")]
            wrong = next((item for item in found if item is not None and item.kind not in kinds.split()), None)
            if wrong is not None:
                yield f"it takes no {wrong.kind}, but {', '.join(kinds.split())}", word


def refused_words(call: Invocation) -> Iterator[Refusal]:
    """What is said of the arguments as they stand, one a line; the last group of a pattern tells which is wrong.

    One whose value nobody knows ends with an ellipsis.
    A row has the flags that are given beside them, `|` between those of which one is enough, `!` before those that are not.
    """
    text = "\n".join(word.text.replace("\n", " ") + "…" * word.dynamic for word in call.arguments)
    for flags, form, words in _rows("arguments", " ".join(call.node.path), "TYPE" * call.node.wants_type):
        items = [item.split("|") for item in flags.split()]
        given = all(any(name.strip("!") in call.names for name in names) != (names[0][0] == "!") for names in items)
        if given and (match := pattern(form).search(text)):
            at = text.count("\n", 0, match.start(match.lastindex or 0))
            yield match.expand(words), call.arguments[at] if match[0] else call.path_words[-1]
