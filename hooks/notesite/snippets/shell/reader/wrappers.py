"""Programs that run the command that follows them: `sudo`, `watch`, `xargs` and their like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....lib.patterns import lazy
from .words import Word

ASSIGNMENT = lazy(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
# Name -> those of its short flags that take a value.
_WRAPPERS = {
    "sudo": "ugpChrtT",
    "watch": "n",
    "time": "fo",
    "nohup": "",
    "exec": "a",
    "command": "",
    "builtin": "",
    "env": "uCS",
    "nice": "n",
    "ionice": "cn",
    "timeout": "ks",
    "xargs": "nIPLdsaE",
    "stdbuf": "ioe",
    "winpty": "",
    "doas": "u",
}


def split_assignments(words: Sequence[Word]) -> tuple[list[Word], list[Word]]:
    """`NAME=value` words at the front, and the rest."""
    count = 0
    while count < len(words) and ASSIGNMENT.match(words[count].text):
        count += 1
    return list(words[:count]), list(words[count:])


def unwrap(words: list[Word]) -> tuple[list[str], list[Word], list[Word]]:
    """Wrappers taken off the front: their names, what is left, and assignments between them (`env A=b cmd`)."""
    names: list[str] = []
    assigned: list[Word] = []
    while words and words[0].text in _WRAPPERS and not words[0].quoted:
        name = words[0].text
        names.append(name)
        words = words[1:]
        while words and (words[0].text.startswith("-") or (name == "env" and ASSIGNMENT.match(words[0].text))):
            flag = words[0].text
            if not flag.startswith("-"):
                assigned.append(words[0])
            takes_value = re.fullmatch(r"-\w", flag) and flag[1] in _WRAPPERS[name]
            words = words[2:] if takes_value else words[1:]
        if name == "timeout" and words:
            words = words[1:]
        if name == "sudo":
            extra, words = split_assignments(words)
            assigned += extra
    return names, words, assigned
