"""Where uses and ids stand in the text of a built file: read only for pages that have something to report."""

from __future__ import annotations

import re
from collections import defaultdict

from ..diagnostics.place import Span
from ..notes.raw_html import read_tags

_LISTS = {"srcset", "imagesrcset", "style", "content"}  # attributes that hold addresses among other words


class Places:
    """The places of all attributes of one built file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ids: dict[str, list[Span]] = defaultdict(list)
        self._values: dict[str, list[Span]] = defaultdict(list)
        self._lists: list[tuple[str, Span, str]] = []
        for tag in read_tags(text, finished=True):
            if tag.kind != "start":
                continue
            for name, written in tag.attributes:
                value = written or ""
                if name in _LISTS:
                    self._lists.append((value, Span.at(tag.line + 1, tag.column + 1), tag.text))
                elif name == "id":
                    self._ids[value].append(_within(tag.text, value, tag.line, tag.column))
                elif name in {"href", "src", "poster", "data", "background", "xlink:href"}:
                    key = value.strip()
                    self._values[key].append(_within(tag.text, key, tag.line, tag.column))

    def of_use(self, target: str, nth: int) -> Span:
        """The place of the `nth` (from 0) address `target`; the file's start when it cannot be found."""
        found = self._values.get(target.strip(), []) or [
            _within(tag, target, span.start.line - 1, span.start.column - 1)
            for value, span, tag in self._lists
            if target in value
        ]
        return found[min(nth, len(found) - 1)] if found else self._in_text(target)

    def of_id(self, anchor: str, nth: int) -> Span:
        """The place of the `nth` (from 0) element with this id."""
        found = self._ids.get(anchor)
        return found[min(nth, len(found) - 1)] if found else self._in_text(anchor)

    def _in_text(self, words: str) -> Span:
        offset = self.text.find(words) if words else -1
        return Span.at(1) if offset < 0 else place_at(self.text, offset, len(words))


def place_at(text: str, offset: int, length: int) -> Span:
    """The place of a piece of `text` that begins `offset` characters from its start."""
    line = text.count("\n", 0, offset)
    return Span.at(line + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1, max(length, 1))


def _within(tag: str, words: str, line: int, column: int) -> Span:
    """The place of `words` in a tag that begins at `line`, `column` (from 0); of the tag when written with entities."""
    value = re.search(rf"=\s*[\"']?\s*({re.escape(words)})", tag)
    offset = value.start(1) if value else tag.find(words)
    if offset < 0 or not words:
        return Span.at(line + 1, column + 1, len(tag.split("\n", 1)[0]))
    start = place_at(tag, offset, len(words)).start
    return Span.at(line + start.line, start.column + (column if start.line == 1 else 0), len(words))
