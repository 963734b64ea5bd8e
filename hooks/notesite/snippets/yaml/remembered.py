"""What earlier runs said of a block: an unchanged block is not judged again, wherever it stands now.

A verdict is kept under all that it depends on: the words of the block and those around it that the checks look at, the
question that was asked, and the code that answered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import Enum
from functools import cache
from importlib import import_module
from itertools import repeat
from pathlib import Path

import yaml

from ...diagnostics.diagnostic import Places, Position
from ...lib.kept import Kept, digest, folder_of, signature
from ...lib.light import Any, TypeVar
from ...notes.model import Fence

_Verdict = TypeVar("_Verdict")
_PACKAGE = f"{__name__.partition('.')[0]}."
_OWN: dict[str, Any] = {"own": []}  # stands for the block that the verdict is about
_PLAIN = frozenset({str, int, bool, type(None)})  # kinds of values that JSON has
_written = json.JSONEncoder(check_circular=False).encode


class Memory:
    """The verdicts on the blocks of one notes file; without a store every question is asked."""

    def __init__(self, store: Kept | None = None, key: str = "") -> None:
        self._store, self._key = store, key
        self._read = cache(json.loads)  # most blocks that are right have the same verdict
        rows = map(str.split, ((store.get(key) if store else None) or b"").decode().splitlines(), repeat("\t"))
        self._known = {name: verdict for verdict, *names in rows for name in names}
        self._used: dict[str, str] = {}
        self._words: dict[int, tuple[Fence, str]] = {}  # by the identity of a block
        self._placed = False  # whether the answer names a line of the notes

    def told(self, fence: Fence, question: object, ask: Callable[[Fence], _Verdict]) -> _Verdict:
        """What `ask` says of the block; `question` is all that the answer depends on beside the block and its place."""
        if self._store is None:
            return ask(fence)
        if id(fence) not in self._words:
            self._words[id(fence)] = fence, digest(_words(fence))  # with the block, which so keeps its identity
        key = digest((question, self._words[id(fence)][1]))
        here = f"{key}:{fence.span.start.line}"
        name = key if key in self._known else here
        if name in self._known:
            self._used[name] = self._known[name]
            self._fence = fence
            known: _Verdict = self._made(self._read(self._known[name]))
            return known
        self._placed = False
        verdict = ask(fence)
        self._used[here if self._placed else key] = _written(_plain(verdict, fence))
        return verdict

    def lines_of(self, fence: Fence) -> Callable[[int], int]:
        """The way from a line of the block to that of the notes, for messages that name it."""

        def line(number: int) -> int:
            self._placed = True
            return fence.position(number, 1).line

        return line

    def keep(self) -> None:
        """Keep the verdicts of this run for the next one."""
        if self._store is not None and not self._used.keys() <= self._known.keys():
            rows: dict[str, list[str]] = {}  # many blocks have the same verdict
            for name, verdict in self._used.items():
                rows.setdefault(verdict, [verdict]).append(name)
            self._store.put(self._key, "\n".join(map("\t".join, rows.values())).encode())
            self._store.trim()

    def _made(self, told: Any) -> Any:
        """The value that `_plain` was given, of the block at hand."""
        if type(told) is not dict:
            return told
        ((name, parts),) = told.items()
        parts = [self._made(part) if type(part) is dict else part for part in parts]
        if "." in name:
            return _kind(name)(*parts)
        first = self._fence.span.start.line
        if name == "Position":
            return Position(parts[0] + first, parts[1])
        if name == "Fence":
            info, text, span, line, *columns = parts
            return self._fence._replace(info=info, text=text, span=span, origins=Places(line + first, columns))
        return self._fence if told == _OWN else tuple(parts) if name == "tuple" else frozenset(parts)


def _plain(value: Any, fence: Fence) -> Any:
    """The verdict as JSON has it, lines counted from where the block begins."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if value is fence:
        return _OWN
    if kind is Position:
        return {"Position": [value.line - fence.span.start.line, value.column]}
    parts = sorted(value) if kind is frozenset else value if isinstance(value, tuple) else [str.__str__(value)]
    if kind is Fence:  # a here-document, which has a part of the block's lines
        first = value.origins[0].line - fence.span.start.line if value.origins else 0
        parts = [value.info, value.text, value.span, first, *(place.column for place in value.origins)]
    name = kind.__name__ if kind in (tuple, frozenset, Fence) else f"{kind.__module__}.{kind.__name__}"
    return {name.removeprefix(_PACKAGE): [part if type(part) in _PLAIN else _plain(part, fence) for part in parts]}


@cache
def _kind(name: str) -> Callable[..., Any]:
    """The kind of value of that name; nothing but values of this package is made of what was kept."""
    module, _, own = name.rpartition(".")
    kind: type = getattr(import_module(f"{_PACKAGE}{module}"), own)
    if not issubclass(kind, (tuple, Enum)):
        raise TypeError(name)
    return kind


def _words(fence: Fence) -> object:
    """All of a block that a check looks at, its place within the file left out."""
    first, origins = fence.span.start.line, fence.origins
    if len({place.column for place in origins}) == 1 and origins[-1].line - origins[0].line == len(origins) - 1:
        origins = origins[:1]  # the others stand right below it
    places = [(place.line - first, place.column) for place in (*fence.span, *origins)]
    headings, comments = [h.text for h in fence.trail], [(d.verb, d.arguments) for d in fence.directives]
    return fence.info, fence.text, fence.lead, fence.fenced, fence.closed, headings, comments, places


def remembered(notes: Path, what: str) -> Memory:
    """What earlier runs of this very code said of a notes file."""
    return Memory(folder_of("verdicts"), f"{notes}\n{what}\n{_code()}")


@cache  # what is loaded stays what it was, whatever becomes of the files
def _code() -> str:
    """Tells one state of all that reads and judges from another."""
    files = [__file__, *(str(import_module(name).__file__) for name in ("comrak", "yaml"))]
    ours, *theirs = (Path(file).parent for file in files)
    libyaml = getattr(getattr(yaml, "_yaml", None), "get_version_string", str)()  # it may be the system's
    return f"{signature(map(str, (ours.parents[1], *theirs)))} {sys.version} {libyaml}"
