"""Parts of texts that were found right before: manifests repeat themselves, and one look at a part is enough."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from yaml.nodes import Node

_MOST, _LONGEST = 2_000, 2_000  # parts that are kept for one question, and characters of one

Part = tuple[Hashable, int, str]  # what it was held against, its column and its text


class Right:
    """The parts of one text, each against all that were found right with the same question."""

    def __init__(self, text: str, known: set[Part]) -> None:
        self.text = text
        self.known = known
        self.met: list[Part] = []  # in this text, so far unknown

    @classmethod
    def within(cls, text: str, *question: Hashable) -> Right | None:
        """The parts of `text`; None where their words do not tell all: aliases, tags and merged keys point elsewhere."""
        return None if "*" in text or "!" in text or "<<" in text else cls(text, _known(question))

    def knows(self, node: Node, against: Hashable) -> bool:
        """Whether such a node was right before.  The same words at the same column make the same nodes."""
        start = node.start_mark
        part = (against, start.column, self.text[start.index : node.end_mark.index])
        if part in self.known:
            return True
        self.met.append(part)
        return False

    def remember(self) -> None:
        """All that was met is right."""
        if len(self.known) > _MOST:
            self.known.clear()
        self.known.update(part for part in self.met if len(part[2]) <= _LONGEST)


@lru_cache(maxsize=64)
def _known(question: tuple[Hashable, ...]) -> set[Part]:
    del question
    return set()
