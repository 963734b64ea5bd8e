"""Arguments without a flag: how many, and what each must be.

kubectl's usage lines are too irregular to parse.  So the vendor script has asked the real kubectl about many shapes
of arguments (`program.PATTERNS`), and this module looks the answer up; a few rules depend on words that no shape tells.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache

from ....lib.light import bundled_json, lazy
from ..reader.words import Word
from .flag_rules import Refusal, looks, read_as, refused_words, wrong_kind
from .invocation import Invocation
from .program import INDEX, NAMES, REST
from .resources import is_file, is_type, may_be_custom, named

_LONGEST = 12  # arguments that are looked at: no shape that was tried has half as many
_MOST = 300  # readings of placeholders that are looked up
# Flags beside which the arguments mean something else, or nothing.
_UNTRIED = frozenset({"raw", "local", "list", "field-selector", "current"})
_MODE_FLAGS = (("f", {"filename", "kustomize"}), ("l", {"selector"}), ("a", {"all"}), ("A", {"all-namespaces"}))
_SETS = ("daemonsets", "replicasets", "statefulsets")
WORKLOADS = frozenset({"cronjobs", "deployments", "jobs", "replicationcontrollers", *_SETS})  # they run pods
_CUSTOM = lazy(r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+){2,}")  # foos.example.com, foos.v1.example.com
SHOUTED = lazy(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*|(?:[a-z]+[_-])?(?:type|kind)")
# Where a shape was not tried, the next best one that was: a letter and what it may be taken for, best first.
_ALIKE = {"N": "WR", "W": "R", "C": "R", "T": "K", "M": "K", "S": "P", "V": "U", "F": "U", "L": "U", "K": "U", "B": "P"}
_ANY = "URPKLV"  # what a placeholder may turn out to be
_COARSE = str.maketrans("VFLT", "UUUK")
_MOST_SHAPES = 300  # that are looked at before giving up


def refusal(call: Invocation, extra_types: frozenset[str] = frozenset()) -> Refusal | None:
    """What the program says against the arguments, None when nothing.

    Nothing is said where the number of arguments is open (`$VAR` without quotes, `xargs`).
    """
    if not call.node.modes or is_open(call):
        return None
    ruled = next(_rules(call), None)
    found = ruled or _answer(call, call.arguments, extra_types)
    last = len(call.arguments)
    while found and last and call.arguments[last - 1].placeholder:
        last -= 1  # it may stand for flags: `create configmap <name> <data-source>`
        found = _answer(call, call.arguments[:last], extra_types) if last else None
    return found


def is_open(call: Invocation) -> bool:
    """Whether nobody knows all the words: more come at run time, or from a variable, or stand for `...`."""
    values = (use.value_word for use in call.flags if use.value_word is not None and not use.attached)
    return call.command.grows or any(map(_is_open, (*call.arguments, *values)))


def _rules(call: Invocation) -> Iterator[Refusal]:
    """Refusals that depend on words rather than on the shape."""
    words, node = call.arguments, call.node
    yield from refused_words(call)
    yield from wrong_kind(call)
    if node.path == ("exec",) and call.rest == [] and not call.command.grows:
        yield "the command for the container is missing: `-- COMMAND`", call.path_words[-1]
    if node.path == ("exec",) and call.rest and len(words) > 1 and not words[1].dynamic:
        yield f"`{words[1].text}` stands before `--`, where only the pod or TYPE/NAME may", words[1]
    parted = ((word, word.text.split("/")) for word in words)  # `deploy/sts/ds` is a choice
    deep = next(
        (word for word, parts in parted if len(parts) > 2 and is_type(parts[0]) and not is_type(parts[1])), None
    )
    if deep is not None and (node.wants_type or node.path[:1] in {("logs",), ("exec",), ("attach",)}):
        yield f"`{deep.text}` has more than one slash: write TYPE/NAME", deep
    if node.wants_type and words and not words[0].dynamic and "/" in words[0].text:
        mixed = [word for word in words[1:] if "/" not in word.text and is_type(word.text)]
        yield from (("a type cannot follow TYPE/NAME: write all objects as TYPE/NAME", word) for word in mixed)
    ends = [word for word in words if word.text.endswith("/")] if node.wants_type else []
    for word in (word for word in ends if re.fullmatch(r"[a-z]+/", word.text) and is_type(word.text[:-1])):
        yield f"`{word.text}` lacks the name after the slash", word


def _answer(call: Invocation, words: Sequence[Word], extra_types: frozenset[str]) -> Refusal | None:
    """What kubectl answered when it was asked about this shape of arguments."""
    mode = _mode(call)
    if mode is None or (call.node.path == ("taint",) and mode):
        return None
    words = words if len(words) <= _LONGEST else [*words[: _LONGEST - 2], *words[-2:]]
    words = [word._replace(text=read_as(" ".join(call.node.path), word.text)) for word in words]
    classes = [_letters(word, index, extra_types) for index, word in enumerate(words)]
    if call.node.wants_type and words:  # a word that is no type may be a custom one
        head, slash, _ = words[0].text.partition("/")
        is_field = call.node.path == ("explain",) and "." in call.arguments[0].text  # or TYPE.GROUP
        is_short = len(words) > 1 and "-" in head and not is_file(head)  # `psmdb-backup NAME`
        if classes[0] in {"U", "B"} and (is_field or is_short or may_be_custom(head)):
            classes[0] = "P" if slash else "R"
    if classes[:1] == ["B"]:
        answer = call.node.answer(mode, "B") or call.node.answer(mode, "BU")
        if "have a resource type" in answer:
            return f"`{words[0].text.partition('/')[0]}` is not a resource type", words[0]
    tail = REST if call.rest else ""
    answers = []
    for reading in itertools.islice(itertools.product(*classes), _MOST):
        found = _lookup("".join(reading), mode, tail)
        answer = call.node.answer(mode, found) if found is not None else ""
        if not answer or "required flag" in answer:
            return None  # one reading of the placeholders is right
        answers.append(answer)
    return (_worded(answers[0], words), words[0] if words else None) if answers else None


def _is_open(word: Word) -> bool:
    """Whether the shell may make none or many words of it."""
    return (
        word.text in ("...", "…")
        or (word.placeholder and word.text.startswith("["))  # `[--flag]`: it may be left out
        or (word.dynamic and not word.placeholder and not word.quoted and "$" in word.text[:1])
        or (not word.quoted and ("*" in word.text or "`" in word.text[:1] or "$(" in word.text))
    )


def _mode(call: Invocation) -> str | None:
    """Which of the modes that were asked about the flags make; None where several meet and were not tried together."""
    if call.names & _UNTRIED:
        return None
    found = [mode for mode, flags in _MODE_FLAGS if flags & call.names and mode in call.node.modes]
    if len(found) > 1:
        found = [mode for mode in found if mode != "A"]
    return (found or [""])[0] if len(found) <= 1 else None


def _worded(message: str, words: Sequence[Word]) -> str:
    """A probe's message in plain words, GIVEN and FIRST in them the command's own."""
    given = " ".join(word.text for word in words)
    for form, plain in bundled_json(__name__, "words.json")["answers"]:
        # Most begin with a word: those with another one need not be compiled.
        ways = [way[:4] for way in form.split("|")]
        may = any(way[:3] == message[:3] or not set(way).isdisjoint(r".\([?*+{") for way in ways)
        match = re.match(form, message) if may else None
        if match:
            return match.expand(plain).replace("GIVEN", given).replace("FIRST", words[0].text if words else "")
    for name, word in zip(NAMES, words, strict=False):
        message = re.sub(rf"\b{name}\b", word.text.replace("\\", r"\\"), message)
    return message.rstrip(".")


# ---- Shapes: a letter for each argument, and the tried shape that is most like them.


def _letters(word: Word, index: int, extra_types: frozenset[str]) -> str:
    """The classes that a word may belong to, as letters of shapes; `index` counts from 0."""
    text = word.text
    head, slash, _ = text.partition("/")
    if word.dynamic:
        if slash and is_type(head, extra_types):
            return _named_object(head, extra_types)
        return "K" if "=" in text else _ANY
    found = looks(text)
    if found:
        return found
    if slash:
        return _named_object(head, extra_types)
    if index == 0:
        return _type_letter(text, extra_types)
    return "U" if not is_type(text) else "RU"


def _named_object(kind: str, extra_types: frozenset[str]) -> str:
    """The letter of TYPE/NAME."""
    if (resource := named(kind)) is not None and resource.plural in WORKLOADS:
        return "S"
    return "P" if is_type(kind, extra_types) or _CUSTOM.fullmatch(kind) or SHOUTED.fullmatch(kind) else "B"


def _type_letter(text: str, extra_types: frozenset[str]) -> str:
    parts = list(map(named, text.split(",")))
    resource = parts[0] if all(one and one.plural in WORKLOADS for one in parts) else named(text)
    if resource is None and is_type(text, extra_types) and text not in extra_types:
        return "C"
    if resource is None:
        if SHOUTED.fullmatch(text) and not text.isdigit() and len(text) > 1:
            return _ANY  # POD, TYPE, MY_DEPLOYMENT: a placeholder in capitals
        return "R" if text in extra_types or _CUSTOM.fullmatch(text) else "U"
    if resource.plural == "nodes":
        return "N"
    return "W" if resource.plural in WORKLOADS else "R"


@cache
def _lookup(shape: str, mode: str, tail: str) -> str | None:
    """The tried shape that is most like this one: of the same length first, then with fewer repeats.

    A shape has one letter for each argument; `mode` and `tail` are as `program` lists them, or "".
    """
    if mode:  # beside -f, -l and --all only the first three arguments were tried, and fewer letters
        shape = shape.translate(_COARSE)[:3]
    if shape not in INDEX:
        shape = re.sub("([KM])[KM]+", r"\1", shape)  # one change is like several
    if shape[:1] in "RWNC" and re.fullmatch(r".U+[PS].*", shape):
        return "RP"  # a type, and later TYPE/NAME
    if re.fullmatch(r"[PS]+U.*", shape) and len(shape) > 2:
        return "PU"  # TYPE/NAME, and later a name alone
    while True:
        found = _same_length(shape, tail)
        if found is not None:
            return found
        shorter = next((index for index in range(len(shape) - 1, 0, -1) if shape[index] == shape[index - 1]), None)
        if shorter is None or len(shape) < 3:
            return shape if shape in INDEX else None
        shape = shape[:shorter] + shape[shorter + 1 :]


def _same_length(shape: str, tail: str) -> str | None:
    seen = {shape}
    queue = [shape]
    while queue and len(seen) < _MOST_SHAPES:
        current = queue.pop(0)
        if current + tail in INDEX:
            return current + tail
        for index, letter in enumerate(current):
            names = "U" if index and letter in "RWNC" else ""
            for other in _ALIKE.get(letter, "") + names:
                simpler = current[:index] + other + current[index + 1 :]
                if simpler not in seen:
                    seen.add(simpler)
                    queue.append(simpler)
    return None
