"""The nearest known word, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable


def near(word: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """The known word that is most like `word`, "" when none is like it."""
    import difflib  # noqa: PLC0415  # needed only when something is wrong

    found = difflib.get_close_matches(word, sorted(known), 1, cutoff)
    return found[0] if found else ""
