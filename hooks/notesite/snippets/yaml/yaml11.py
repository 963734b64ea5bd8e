"""YAML 1.1 traps: plain scalars that are not the text they look like.

What kubectl makes of them was measured with `kubectl annotate --local`; what PyYAML (and so Ansible, Compose v1,
MkDocs …) makes of them differs in places, which is one more reason to quote.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from notesite.lib.patterns import lazy

_YES: Final = ("y", "yes", "on")
_NO: Final = ("n", "no", "off")
SHORT: Final = frozenset({"y", "Y", "n", "N"})  # text to PyYAML, booleans to kubectl
_TRUE: Final = frozenset(form for word in _YES for form in (word, word.capitalize(), word.upper()))
_FALSE: Final = frozenset(form for word in _NO for form in (word, word.capitalize(), word.upper()))
WORDS: Final = _TRUE | _FALSE

_LONGEST: Final = 40  # nothing longer is a trap that a person set


def value_message(node: Any, key: str) -> str:
    """What a plain scalar under `key` is really read as, "" when there is nothing to say."""
    value = node.value
    if len(value) > _LONGEST:
        return ""
    if value in WORDS:
        truth = _truth(value)
        return f'`{value}` is the boolean {truth}, not a text: write {truth}, or "{value}" with quotes'
    for pattern, keys, meaning, words in _NUMBERS:
        if pattern.fullmatch(value):
            return words.format(f"`{value}`", f'"{value}" with quotes', meaning(value)) if keys.search(key) else ""
    return ""


def _truth(word: str) -> str:
    return "true" if word in _TRUE else "false"


_ANY: Final = lazy(".*")
_NUMBERS: Final[tuple[tuple[re.Pattern[str], re.Pattern[str], Callable[[str], object], str], ...]] = (
    # the value; the keys under which it is a trap; what it is read as; what is said
    (
        lazy(r"[-+]?0[0-7_]+"),
        lazy(r"^(?!.*(?:mode|umask)$)", re.IGNORECASE),  # where octal is meant: defaultMode: 0644
        lambda value: int(value.replace("_", ""), 8),
        "{0} is octal and means {2}: write {2}, or {1}",
    ),
    (lazy(r"[-+]?0[0-9]*[89][0-9]*"), _ANY, str, "{0} loses its first zero in some readers: write {1}"),
    (
        lazy(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+"),
        _ANY,
        str,
        "{0} is a number in exponent form to kubectl, text to others: write {1}",
    ),
    (
        lazy(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"),
        _ANY,
        str,
        "{0} is a number to base 60 in YAML 1.1: write {1}",
    ),
    (
        lazy(r"[-+]?[0-9]+(?:_[0-9]+)+"),
        _ANY,
        lambda value: value.replace("_", ""),
        "{0} is the number {2}: write that, or {1}",
    ),
    (
        lazy(r"[0-9]+\.[0-9]*0"),
        lazy(r"(?:version|tag)$", re.IGNORECASE),
        lambda value: f"{float(value):g}",
        "{0} is the number {2}: write {1}",
    ),
)


def key_message(node: Any) -> str:
    """What a plain key is really read as, "" when there is nothing to say."""
    if node.style or node.value not in WORDS:
        return ""
    if node.value == "on" and node.start_mark.column == 0:
        return ""  # the one place where everyone writes it so: workflow files
    return f'the key `{node.value}` is read as {_truth(node.value)}: write "{node.value}" with quotes'
