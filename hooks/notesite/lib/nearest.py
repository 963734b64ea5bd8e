"""Did you mean: the nearest of the words that would be right."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from os.path import commonprefix


def nearest_value(word: str, known: Iterable[str], most: int = 3) -> str | None:
    """The allowed value that `word` is a misspelling of, by at most `most` slips."""
    return _nearest(word, tuple(value for value in known if value), most)


@lru_cache(maxsize=4096)  # notes make the same slip again and again
def _nearest(word: str, known: tuple[str, ...], most: int = 3) -> str | None:
    meant = squeezed(word)
    if not meant or len(word) > 80:
        return None
    best: tuple[int, int, str] | None = None
    letters, size = set(meant), len(meant)
    for candidate in known:
        other = squeezed(candidate)
        if other == meant:
            return candidate
        length = len(other)
        if not -most <= length - size <= most:  # so are most
            continue
        shorter = min(length, size)
        limit = min(1 if shorter <= 5 else 2 if shorter <= 10 else 3, most)
        if abs(length - size) > limit or shorter < 3:
            continue
        if len(letters.symmetric_difference(other)) > 2 * limit:  # one edit changes two letters at most
            continue
        distance = edits(meant, other, limit)
        if distance <= limit:
            key = (distance, -_common_prefix(meant, other), candidate)
            if best is None or key < best:
                best = key
    return best[2] if best else None


@lru_cache(maxsize=4096)  # the fields of a definition are compared with many words
def squeezed(word: str) -> str:
    """The word without what spellings differ in: case, dashes and underscores."""
    return word.replace("-", "").replace("_", "").replace(" ", "").lower()


def _common_prefix(one: str, other: str) -> int:
    return len(commonprefix([one, other]))  # noqa: RUF071  # letter by letter, as is meant here


def edits(one: str, other: str, limit: int) -> int:
    """Optimal string alignment distance (a swap of neighbours counts 1); anything above `limit` is `limit + 1`."""
    same = _common_prefix(one, other)
    one, other = one[same:], other[same:]
    same = _common_prefix(one[::-1], other[::-1])
    one, other = one[: len(one) - same], other[: len(other) - same]
    before: list[int] = []
    previous = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        current = [i]
        for j, b in enumerate(other, 1):
            cost = previous[j - 1] if a == b else min(previous[j], current[-1], previous[j - 1]) + 1
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]
