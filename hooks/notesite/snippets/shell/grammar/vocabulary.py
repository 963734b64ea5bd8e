"""Words that no grammar file holds: plugins of kubectl, and what people type who mean something else."""

from __future__ import annotations

from functools import cache

from ....lib.light import bundled_json


@cache
def words(what: str) -> frozenset[str]:
    """A list of `data/words.json`; its "answers" are patterns of what kubectl says, and the same in plain words.

    "plugins": sub-commands of kubectl that plugins of Krew add, or that distributions ship.
    "custom": custom resource types that share their name with a program, and those of tutorials.
    "english": words of a sentence, which no object, type or flag is called.
    "outputs with an expression", "outputs in any case": formats that need one (in `--template`, else after an equals
    sign), and those that are not taken as they are written.
    "keyboards": programs whose name at the start of a line makes it a command, not a sentence.
    """
    return frozenset(bundled_json(__name__, "words.json")[what].split())


def instead(what: str, word: str) -> str:
    """What a table of `data/words.json` has for a word, "" for nothing.

    "meant": commands of people who think of another tool, `|` between several that may be meant; "meant flags" likewise.
    "replaced flags": removed flags of kubectl, and what took their place; "deprecated flags": what its help does not say.
    """
    return str(bundled_json(__name__, "words.json")[what].get(word, ""))
