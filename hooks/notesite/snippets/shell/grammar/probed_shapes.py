"""The shapes of argument lists that were tried on the real kubectl, and the words that stood for each class.

A shape is a text with one letter for each argument.  The vendor script asks kubectl about every shape; the lint
reduces a command's arguments to a shape and looks the answer up.  Both read this one table.
"""

from __future__ import annotations

from collections.abc import Mapping

# Letter -> the word that stands for it in a probe; "{}" becomes alpha, beta, gamma ... by position.
WORDS: Mapping[str, str] = {
    "U": "{}",  # a plain word: a name
    "R": "pods",  # a resource type
    "W": "deployments",  # a type with a pod template
    "N": "nodes",
    "C": "pods,services",  # several types
    "P": "pod/{}",  # TYPE/NAME
    "S": "deployment/{}",
    "B": "nosuch/{}",  # TYPE/NAME with a type that is none
    "K": "key=value",
    "M": "key-",
    "L": "8080",
    "T": "key=value:NoSchedule",
    "V": "{}:/path",
    "F": "./file",
}
_NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")
REST = "-"  # the end of a shape whose arguments go on after `--`

PATTERNS: tuple[str, ...] = (
    "", "U", "R", "W", "N", "C", "P", "S", "B", "K", "M", "L", "V", "F",
    "UU", "RU", "WU", "NU", "CU", "RR", "PP", "SS", "SU", "PU", "RP", "RS", "BU", "UP", "US",
    "SK", "PK", "UK", "UL", "SL", "PL", "RK", "WK", "NK", "RL", "SM", "PM",
    "RUK", "WUK", "NUK", "RUM", "WUM", "NUM", "RUU", "WUU", "NUU", "UUU", "RUL", "PUK", "UKK", "SKK",
    "NT", "NUT", "NUUT", "UT", "RUT", "UV", "VU", "FV", "VF", "VV", "FF", "KK", "UUUU", "UUUUU", "RUUK", "ULL", "SLL",
    "-", "U-", "S-", "P-", "RU-", "UU-", "R-", "K-", "BL", "B-",
)  # fmt: skip

# Letter -> the flag that makes the mode, and what the probe adds.  Arguments mean other things beside `-f` or `-l`.
MODES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "": ("", ()),
    "f": ("filename", ("--filename=-",)),
    "l": ("selector", ("--selector=a=b",)),
    "a": ("all", ("--all",)),
    "A": ("all-namespaces", ("--all-namespaces",)),
}


def probe_words(pattern: str) -> list[str]:
    """The arguments that stand for a shape: `RU` gives `pods beta`."""
    words = []
    for index, letter in enumerate(pattern):
        words += ["--", "sh"] if letter == REST else [WORDS[letter].format(_NAMES[index])]
    return words


def position(word: str) -> int | None:
    """Which argument a probe's word stood for, counted from 0; None for a word that is no placeholder."""
    return _NAMES.index(word) if word in _NAMES else None
