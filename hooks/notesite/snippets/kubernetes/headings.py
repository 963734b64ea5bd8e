"""The kinds that headings speak of, however they are spelt: "Config Maps", "Demonset", "Cron Job"."""

from __future__ import annotations

from functools import cache, lru_cache

from ...lib.nearest import nearest_value
from .schema.definitions import bundled, table

_LONGEST = 3  # words in the name of a kind, as headings write it
_ENOUGH = 6  # letters, for a misspelling to be told from another word


@lru_cache(maxsize=256)
def kinds_said(headings: tuple[str, ...]) -> tuple[int, ...]:
    """Numbers of the kinds named in the headings."""
    return tuple(dict.fromkeys(number for heading in headings for number in _named(heading)))


@lru_cache(maxsize=1024)  # the title of the notes stands above every block
def _named(heading: str) -> tuple[int, ...]:
    known = _kinds()
    words = "".join(c if c.isalnum() else " " for c in heading.lower()).split()[:20]
    found = []
    for size in range(1, _LONGEST + 1):
        for start in range(len(words) - size + 1):
            name = _spelt("".join(words[start : start + size]), known)
            if name:
                found.append(known[name])
    return tuple(found)


@cache
def _kinds() -> dict[str, int]:
    schema = bundled()
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
