"""Words that no grammar file holds: plugins of kubectl, and what people type who mean something else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ....lib.data import bundled_json


@cache
def words(what: str) -> frozenset[str]:
    """A list of `data/words.json`.

    "plugins": sub-commands of kubectl that plugins of Krew add, or that distributions ship.
    "custom": custom resource types that share their name with a program, and those of tutorials.
    "english": words of a sentence, which no object, type or flag is called.
    "keyboards": programs whose name at the start of a line makes it a command, not a sentence.
    """
    return frozenset(bundled_json(__name__, "words.json")[what].split())


@cache
def answers() -> tuple[tuple[str, str], ...]:
    """Patterns of what kubectl says -> the same in plain words; GIVEN and FIRST stand for the arguments."""
    return tuple((pattern, plain) for pattern, plain in bundled_json(__name__, "words.json")["answers"])


@cache
def instead(what: str) -> Mapping[str, str]:
    """A table of `data/words.json`: a word -> what stands for it.

    "meant": commands of people who think of another tool, `|` between several that may be meant; "meant flags" likewise.
    "replaced flags": removed flags of kubectl, and what took their place.
    """
    found: Mapping[str, str] = bundled_json(__name__, "words.json")[what]
    return found
