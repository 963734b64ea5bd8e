"""YAML 1.1 traps: plain scalars that are not the text they look like.

What kubectl makes of them was measured with `kubectl annotate --local`; what PyYAML (and so Ansible, Compose v1,
MkDocs …) makes of them differs in places, which is one more reason to quote.
"""

from __future__ import annotations

import re
from typing import Any, Final

from notesite.lib.patterns import lazy

_YES: Final = ("y", "yes", "on")
_NO: Final = ("n", "no", "off")
SHORT: Final = frozenset({"y", "Y", "n", "N"})  # text to PyYAML, booleans to kubectl
_TRUE: Final = frozenset(form for word in _YES for form in (word, word.capitalize(), word.upper()))
_FALSE: Final = frozenset(form for word in _NO for form in (word, word.capitalize(), word.upper()))
WORDS: Final = _TRUE | _FALSE

_MODE_KEY: Final = lazy(r"mode$|umask$", re.IGNORECASE)  # where octal is meant: defaultMode: 0644
_VERSION_KEY: Final = lazy(r"version$|tag$", re.IGNORECASE)
_LONGEST: Final = 40  # nothing longer is a trap that a person set


def value_message(node: Any, key: str) -> str:
    """What a plain scalar under `key` is really read as, "" when there is nothing to say."""
    value = node.value
    if len(value) > _LONGEST:
        return ""
    if value in WORDS:
        truth = _truth(value)
        return f'`{value}` is the boolean {truth}, not a text: write {truth}, or "{value}" with quotes'
    for pattern, say in _NUMBERS:
        if pattern.fullmatch(value):
            return say(value, key)
    return ""


def _truth(word: str) -> str:
    return "true" if word in _TRUE else "false"


def _octal(value: str, key: str) -> str:
    if _MODE_KEY.search(key):
        return ""
    number = int(value.replace("_", ""), 8)
    return f'`{value}` is octal and means {number}: write {number}, or "{value}" with quotes'


def _zero_first(value: str, key: str) -> str:
    del key
    return f'`{value}` loses its first zero in some readers: write "{value}" with quotes'


def _exponent(value: str, key: str) -> str:
    del key
    return f'`{value}` is a number in exponent form to kubectl, text to others: write "{value}" with quotes'


def _base_60(value: str, key: str) -> str:
    del key
    return f'`{value}` is a number to base 60 in YAML 1.1: write "{value}" with quotes'


def _underscore(value: str, key: str) -> str:
    del key
    return f'`{value}` is the number {value.replace("_", "")}: write that, or "{value}" with quotes'


def _lost_zero(value: str, key: str) -> str:
    if not _VERSION_KEY.search(key):
        return ""
    return f'`{value}` is the number {float(value):g}: write "{value}" with quotes'


_NUMBERS: Final = (
    (lazy(r"[-+]?0[0-7_]+"), _octal),
    (lazy(r"[-+]?0[0-9]*[89][0-9]*"), _zero_first),
    (lazy(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+"), _exponent),
    (lazy(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"), _base_60),
    (lazy(r"[-+]?[0-9]+(?:_[0-9]+)+"), _underscore),
    (lazy(r"[0-9]+\.[0-9]*0"), _lost_zero),
)


def key_message(node: Any) -> str:
    """What a plain key is really read as, "" when there is nothing to say."""
    if node.style or node.value not in WORDS:
        return ""
    if node.value == "on" and node.start_mark.column == 0:
        return ""  # the one place where everyone writes it so: workflow files
    return f'the key `{node.value}` is read as {_truth(node.value)}: write "{node.value}" with quotes'
