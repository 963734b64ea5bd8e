"""YAML 1.1 traps: plain scalars that are not the text they look like.

What kubectl makes of them was measured with `kubectl annotate --local`; what PyYAML (and so Ansible, Compose v1,
MkDocs …) makes of them differs in places, which is one more reason to quote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from notesite.lib.light import bundled_forms, bundled_json, lazy

from ...lib.light import Any, Final
from .scalars import BOOLEANS

SHORT: Final = frozenset({"y", "Y", "n", "N"})  # text to PyYAML, booleans to kubectl
WORDS: Final = {word: str(truth).lower() for word, truth in BOOLEANS.items() if word.lower() not in ("true", "false")}
_LONGEST: Final = 40  # nothing longer is a trap that a person set


_SWITCHES: Final = lazy(bundled_forms(__name__, "forms.txt")["switches"])


def value_message(node: Any, key: str) -> str:
    """What a plain scalar under `key` is really read as, "" when there is nothing to say."""
    value = node.value
    if len(value) > _LONGEST:
        return ""
    if value in WORDS and not _SWITCHES.fullmatch(key):
        truth = WORDS[value]
        return f'`{value}` is the boolean {truth}, not a text: write {truth}, or "{value}" with quotes'
    for looks, keys, said, meaning in _numbers():
        if looks.fullmatch(value):
            quoted = f'"{value}" with quotes'
            return said.format(f"`{value}`", quoted, _MEANINGS[meaning](value)) if keys.search(key) else ""
    return ""


_MEANINGS: Final[Mapping[str, Callable[[str], object]]] = {
    "": str,
    "octal": lambda value: int(value.replace("_", ""), 8),
    "digits": lambda value: value.replace("_", ""),
    "shortest": lambda value: f"{float(value):g}",
}


@cache
def _numbers() -> list[tuple[re.Pattern[str], re.Pattern[str], str, str]]:
    """Numbers that may be meant as a text: how they look, under which keys, what is said and what they are read as.

    In what is said, {0} is the value, {1} the value in quotes, {2} what it is read as.
    """
    rows = bundled_json(__name__, "numbers.json")
    return [(re.compile(looks), re.compile(keys, re.IGNORECASE), said, meaning) for looks, keys, said, meaning in rows]


def key_message(node: Any) -> str:
    """What a plain key is really read as, "" when there is nothing to say."""
    if node.style or node.value not in WORDS:
        return ""
    if node.value == "on":
        return ""  # everyone writes it so in files of workflows
    return f'the key `{node.value}` is read as {WORDS[node.value]}: write "{node.value}" with quotes'
