"""Arguments that change something or name a path or a port: `key=value`, `key-`, `key:effect`, `pod:path`, `8080:80`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from ..reader.words import Word
from .flag_rules import Refusal, pattern
from .invocation import Invocation

_EFFECT = re.compile(r"([^=:]*)(=[^=:]*)?:(NoSchedule|PreferNoSchedule|NoExecute)-?")
_FORMS = {"label": "KEY=VALUE or KEY-", "annotate": "KEY=VALUE or KEY-", "taint": "KEY=VALUE:EFFECT or KEY-"}


def bad_updates(call: Invocation) -> Iterator[Refusal]:
    """The arguments of `label`, `annotate`, `taint`, `set env`, `cp` and `port-forward` that no cluster is asked about."""
    path = " ".join(call.node.path)
    words = [word for word in call.arguments if not word.dynamic]
    changes = [word for word in words if "=" in word.text or (word.text.endswith("-") and "/" not in word.text[-2:])]
    if path in _FORMS:
        for word in changes:
            problem = _problem(path, word.text)
            # `KEY=VALUE:EFFECT`, `key=value:taint-effect` are filled in by readers
            if problem and not word.text.isupper() and "effect" not in word.text.rpartition(":")[2].lower():
                yield problem, word
    if path in {"set env", "set image"}:
        yield from ((f"`{word.text}` is not NAME=VALUE", word) for word in words if word.text.startswith("="))
    if path in _FORMS or path in {"set env", "set image"}:
        changes += [word for word in words if path == "taint" and _EFFECT.fullmatch(word.text) and word not in changes]
        late = next((b for a, b in itertools.pairwise(words) if a in changes and b not in changes), None)
        if late is not None:
            yield f"`{late.text}` stands after what to change: names come first", late
        yield from _both(path, changes)
    if path == "port-forward":
        yield from _ports(words[1:])
    if path == "cp":
        yield from _copies([word for word in words if not re.match("[A-Z]:", word.text)])


def _problem(path: str, text: str) -> str:
    """What is wrong with one change, "" when nothing is."""
    key, equals, value = text.partition("=")
    if path == "taint":
        match = _EFFECT.fullmatch(text)
        if match is None:
            removed = not equals and text.endswith("-")
            return "" if removed else f"`{text}` is not {_FORMS[path]}"
        key, value = match[1], (match[2] or "=")[1:]
    elif not equals:
        return ""
    if not key or path not in {"label", "taint"}:
        return f"`{text}` is not {_FORMS[path]}" if not key else ""
    if value.startswith("="):
        return f"`{text}` is not {_FORMS[path]}"
    if not pattern("{WORD}?").fullmatch(value):
        return f"`{value}` is no value of a label: letters, digits, `-`, `_` and `.`, at most 63"
    return ""


def _both(path: str, changes: Sequence[Word]) -> Iterator[Refusal]:
    """A key that is set and removed at once, a taint that is set twice."""

    def place(text: str) -> str:
        key = text.partition("=")[0] if "=" in text else text.rstrip("-")
        return key.partition(":")[0] + (":" + text.rpartition(":")[2].rstrip("-") if path == "taint" else "")

    removed = {place(word.text) for word in changes if "=" not in word.text and word.text.endswith("-")}
    seen: set[str] = set()
    for word in changes:
        if "=" not in word.text and word.text.endswith("-"):
            continue
        if place(word.text) in removed:
            yield f"`{place(word.text)}` is set and removed at once", word
        if path == "taint" and place(word.text) in seen:
            yield f"the taint `{place(word.text)}` is set twice", word
        seen.add(place(word.text))


def _ports(words: Sequence[Word]) -> Iterator[Refusal]:
    for word in words:
        too_large = [part for part in word.text.split(":") if part.isdecimal() and int(part) > 65535]
        if too_large:
            yield f"`{too_large[0]}` is not a port: the largest is 65535", word


def _copies(words: Sequence[Word]) -> Iterator[Refusal]:
    for word in words:
        pod, colon, file = word.text.partition(":")
        if colon and not file:
            yield f"the path after `{word.text}` is missing", word
        elif colon and pod.count("/") > 1 and not pod.startswith((".", "/", "~")):
            yield f"`{pod}` is not POD or NAMESPACE/POD", word
