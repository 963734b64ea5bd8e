"""YAML 1.1 traps: plain scalars that are not the text they look like.

What kubectl makes of them was measured with `kubectl annotate --local`; what PyYAML (and so Ansible, Compose v1,
MkDocs …) makes of them differs in places, which is one more reason to quote.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from notesite.lib.patterns import lazy

from ...lib.record import NamedTuple
from .scalars import BOOLEANS

SHORT: Final = frozenset({"y", "Y", "n", "N"})  # text to PyYAML, booleans to kubectl
WORDS: Final = {word: str(truth).lower() for word, truth in BOOLEANS.items() if word.lower() not in ("true", "false")}
_LONGEST: Final = 40  # nothing longer is a trap that a person set


_SWITCHES: Final = lazy(r"\w+_\w+|become|(?:en|dis)abled?|force|recurse|(?:is|has|use|allow|auto|with|no)[A-Z_-]\w*")


def value_message(node: Any, key: str) -> str:
    """What a plain scalar under `key` is really read as, "" when there is nothing to say."""
    value = node.value
    if len(value) > _LONGEST:
        return ""
    if value in WORDS and not _SWITCHES.fullmatch(key):
        truth = WORDS[value]
        return f'`{value}` is the boolean {truth}, not a text: write {truth}, or "{value}" with quotes'
    trap = next((trap for trap in _NUMBERS if trap.pattern.fullmatch(value)), None)
    if trap is None or not trap.keys.search(key):
        return ""
    return trap.said.format(f"`{value}`", f'"{value}" with quotes', trap.meaning(value))


class _Trap(NamedTuple):
    """A number that may be meant as a text."""

    pattern: re.Pattern[str]
    said: str  # {0}: the value, {1}: the value in quotes, {2}: what it is read as
    meaning: Callable[[str], object] = str
    keys: re.Pattern[str] = lazy(".*")  # under which it is a trap


_NUMBERS: Final = (
    _Trap(
        lazy(r"[-+]?0[0-7_]+"),
        "{0} is octal and means {2}: write {2}, or {1}",
        lambda value: int(value.replace("_", ""), 8),
        lazy(r"^(?!.*(?:mode|umask)$)", re.IGNORECASE),  # where octal is meant: defaultMode: 0644
    ),
    _Trap(lazy(r"[-+]?0[0-9]*[89][0-9]*"), "{0} loses its first zero in some readers: write {1}"),
    _Trap(
        lazy(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+"),
        "{0} is a number in exponent form to kubectl, text to others: write {1}",
    ),
    _Trap(
        lazy(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"), "{0} is a number to base 60 in YAML 1.1: write {1}"
    ),
    _Trap(
        lazy(r"[-+]?[0-9]+(?:_[0-9]+)+"),
        "{0} is the number {2}: write that, or {1}",
        lambda value: value.replace("_", ""),
    ),
    _Trap(
        lazy(r"[0-9]+\.[0-9]*0"),
        "{0} is the number {2}: write {1}",
        lambda value: f"{float(value):g}",
        lazy(r"(?:.version|tag)$", re.IGNORECASE),  # `version:` alone is often that of a file's format
    ),
)


def key_message(node: Any) -> str:
    """What a plain key is really read as, "" when there is nothing to say."""
    if node.style or node.value not in WORDS:
        return ""
    if node.value == "on" and node.start_mark.column == 0:
        return ""  # the one place where everyone writes it so: workflow files
    return f'the key `{node.value}` is read as {WORDS[node.value]}: write "{node.value}" with quotes'
