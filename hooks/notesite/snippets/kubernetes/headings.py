"""The kinds that headings speak of, however they are spelt: "Config Maps", "Demonset", "Cron Job"."""

from __future__ import annotations

from functools import lru_cache

from .guess import nearest_value
from .schema import Schema, bundled, table

_LONGEST = 3  # words in the name of a kind, as headings write it
_ENOUGH = 6  # letters, for a misspelling to be told from another word


@lru_cache(maxsize=256)
def kinds_named(headings: tuple[str, ...]) -> tuple[int, ...]:
    """Numbers of the kinds named in the headings, and of Pod when there is one: most fragments stand in a Pod."""
    schema = bundled()
    known = _kinds(schema)
    found: dict[int, None] = {}
    for heading in headings:
        words = "".join(c if c.isalnum() else " " for c in heading.lower()).split()[:20]
        for size in range(1, _LONGEST + 1):
            for start in range(len(words) - size + 1):
                joined = "".join(words[start : start + size])
                name = _spelt(joined, known)
                if name:
                    found[known[name]] = None
    if found:
        found[schema.kinds["v1 Pod"]] = None
    return tuple(found)


def _kinds(schema: Schema) -> dict[str, int]:
    priors = table("priors")["priors"]
    return {
        kind.lower(): number
        for name, number in sorted(
            schema.kinds.items(), key=lambda item: "beta" in item[0] or "alpha" in item[0], reverse=True
        )
        if (kind := name.partition(" ")[2]) in priors
    }


def _spelt(word: str, known: dict[str, int]) -> str | None:
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        if form in known:
            return form
    return nearest_value(word, known) if len(word) >= _ENOUGH else None
