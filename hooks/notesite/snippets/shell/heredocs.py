"""YAML in here-documents: each a block of its own, its places those of the notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from ...diagnostics.diagnostic import Span
from ...lib.light import lazy
from ...notes.model import Fence
from .reader.words import Command, Heredoc, Script

_YAML_FILE = lazy(r"\.ya?ml$", re.IGNORECASE)
_PUT_IN = lazy(r"^[ \t]*\$(?:\w+|\{\w+\})$", re.MULTILINE)  # a whole line that a variable holds
_MANIFEST = lazy(r"^(?:apiVersion|kind)[ \t]*:", re.MULTILINE)


def embedded(script: Script, fence: Fence) -> Iterator[Fence]:
    """The YAML in the here-documents of a script."""
    for command, follower in zip_longest(script.commands, script.commands[1:]):
        for heredoc in command.heredocs:
            if _is_yaml(heredoc, command, follower) and not _PUT_IN.search(heredoc.text):
                yield _part(fence, script, heredoc)


def _is_yaml(heredoc: Heredoc, command: Command, follower: Command | None) -> bool:
    files = [item.target.text for item in command.redirects if item.target is not None]
    files += [word.text for word in command.words if command.program == "tee"]
    readers = [command, *([follower] if follower is not None and follower.piped else [])]
    applied = (word.text for one in readers if one.program in {"kubectl", "k"} for word in one.words)
    is_applied = not {"-", "-f-"}.isdisjoint(applied)
    return is_applied or any(map(_YAML_FILE.search, files)) or bool(_MANIFEST.search(heredoc.text))


def _part(fence: Fence, script: Script, heredoc: Heredoc) -> Fence:
    """The here-document as a fence of its own, its places those of the notes."""
    first = script.lines.place(heredoc.start)[0]
    count = heredoc.text.count("\n") + (not heredoc.text.endswith("\n") and bool(heredoc.text))
    origins = fence.origins[first - 1 : first - 1 + count]
    span = Span(fence.position(first, 1), fence.position(first + max(count - 1, 0), 1))
    return fence._replace(info="yaml", text=heredoc.text, origins=origins, span=span)
