"""Names no two of which are equal, however many are alike, each in the same time."""

from __future__ import annotations

from collections.abc import Callable


class Names:
    """Hands them out: one that is taken gets a number, `first` for its first repeat.

    `key` gives what must differ.
    """

    def __init__(self, first: int = 2, form: str = "{}-{}", key: Callable[[str], str] = str) -> None:
        self.taken: set[str] = set()  # keys
        self._next: dict[str, int] = {}
        self._first, self._form, self._key = first, form, key

    def take(self, wanted: str) -> str:
        """The name, or the nearest one that is free."""
        own, number = wanted, self._next.get(wanted, self._first)
        while self._key(own) in self.taken:
            own = self._form.format(wanted, number)
            number += 1
        self._next[wanted] = number
        self.taken.add(self._key(own))
        return own
