"""Reduce the arguments of a command to a shape of `program`, and find the tried shape that is most like it."""

from __future__ import annotations

import re
from functools import cache

from ....lib.patterns import lazy
from ..reader.words import Word
from .program import INDEX
from .resources import is_type, named

_WORKLOADS = frozenset(
    ("deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs")
)
_TAINT = lazy(r"[^=:\s]+(?:=[^:]*)?:(?:NoSchedule|PreferNoSchedule|NoExecute|[A-Za-z-]*(?:effect|EFFECT))-?")
_CUSTOM = lazy(r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+){2,}")  # foos.example.com, foos.v1.example.com
_SHOUTED = lazy(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*")
# Where a shape was not tried, the next best one that was: a letter and what it may be taken for, best first.
_ALIKE = {"N": "WR", "W": "R", "C": "R", "T": "K", "M": "K", "S": "P", "V": "U", "F": "U", "L": "U", "K": "U", "B": "P"}
_ANY = "URPKLV"  # what a placeholder may turn out to be
_COARSE = str.maketrans("VFLT", "UUUK")
_MOST = 300  # shapes that are looked at before giving up


# How an argument that is no path looks, the first match wins.
_LOOKS = (
    (lazy(r"(?:[./~]|https?://).*", re.DOTALL), "F"),
    (_TAINT, "T"),
    (lazy(r".*=.*", re.DOTALL), "K"),
    (lazy(r".+-"), "M"),
    (lazy(r"\d*:?\d+"), "L"),
    (lazy(r".*:.*", re.DOTALL), "V"),
)


def letters(word: Word, index: int, extra_types: frozenset[str]) -> str:
    """The classes that a word may belong to, as letters of shapes; `index` counts from 0."""
    text = word.text
    head, slash, _ = text.partition("/")
    if word.dynamic:
        if slash and is_type(head, extra_types):
            return _named_object(head, extra_types)
        return "K" if "=" in text else _ANY
    found = next((letter for pattern, letter in _LOOKS if pattern.fullmatch(text)), "")
    if found:
        return found
    if slash:
        return _named_object(head, extra_types)
    if index == 0:
        return _type_letter(text, extra_types)
    return "U" if not is_type(text) else "RU"


def _named_object(kind: str, extra_types: frozenset[str]) -> str:
    """The letter of TYPE/NAME."""
    if (resource := named(kind)) is not None and resource.plural in _WORKLOADS:
        return "S"
    return "P" if is_type(kind, extra_types) or _CUSTOM.fullmatch(kind) or _SHOUTED.fullmatch(kind) else "B"


def _type_letter(text: str, extra_types: frozenset[str]) -> str:
    resource = named(text)
    if resource is None and is_type(text, extra_types) and text not in extra_types:
        return "C"
    if resource is None:
        if _SHOUTED.fullmatch(text) and not text.isdigit() and len(text) > 1:
            return _ANY  # POD, TYPE, MY_DEPLOYMENT: a placeholder in capitals
        return "R" if text in extra_types or _CUSTOM.fullmatch(text) else "U"
    if resource.plural == "nodes":
        return "N"
    return "W" if resource.plural in _WORKLOADS else "R"


@cache
def lookup(shape: str, mode: str, tail: str) -> str | None:
    """The tried shape that is most like this one: of the same length first, then with fewer repeats.

    A shape has one letter for each argument; `mode` and `tail` are as `program` lists them, or "".
    """
    if mode:  # beside -f, -l and --all only the first three arguments were tried, and fewer letters
        shape = shape.translate(_COARSE)[:3]
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
    while queue and len(seen) < _MOST:
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
