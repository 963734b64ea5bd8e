"""Arguments without a flag: how many, and what each must be.

kubectl's usage lines are too irregular to parse.  So the vendor script has asked the real kubectl about many shapes
of arguments (`patterns`), and this module reduces a command's arguments to a shape and looks the answer up.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from .invocation import Invocation
from .patterns import PATTERNS, REST, position
from .resources import CATEGORIES, is_type, named
from .words import Word

_WORKLOADS = frozenset(
    "deployments daemonsets statefulsets replicasets replicationcontrollers jobs cronjobs".split()
)
_TAINT = re.compile(r"[^=:\s]+(?:=[^:]*)?:(?:NoSchedule|PreferNoSchedule|NoExecute)-?")
_CUSTOM = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+){2,}")  # foos.example.com, foos.v1.example.com
_SHOUTED = re.compile(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*")
# Where a shape was not tried, the next best one that was: a letter and what it may be taken for, best first.
_ALIKE = {"N": "WR", "W": "R", "C": "R", "T": "K", "M": "K", "S": "P", "V": "U", "F": "U", "L": "U", "K": "U", "B": "P"}
_SHELLS = ("bash", "zsh", "fish", "powershell")  # what `kubectl completion` writes code for
_ANY = "URPKLV"  # what a placeholder may turn out to be
_MOST = 300  # combinations of placeholders that are looked up


@cache
def _index() -> dict[str, int]:
    return {pattern: index for index, pattern in enumerate(PATTERNS)}


def refusal(call: Invocation, extra_types: frozenset[str] = frozenset()) -> tuple[str, Word | None] | None:
    """What the program says against the arguments, and the word that it is about; None when nothing.

    Nothing is said where the number of arguments is open (`$VAR` without quotes, `xargs`).
    """
    words = call.arguments
    if not call.node.modes or call.command.grows or any(_is_open(word) for word in (*words, *_flag_values(call))):
        return None
    mode = _mode(call)
    if "raw" not in call.names and mode is None or (call.node.path == ("taint",) and mode):
        return None
    if {"filename", "kustomize"} <= call.names:
        return "only one of -f and -k can be given", call.path_words[-1]
    incomplete = next((word for word in words if re.fullmatch(r"[a-z]+/", word.text) and is_type(word.text[:-1])), None)
    if incomplete is not None and call.node.wants_type:
        return f"{incomplete.text} lacks the name after the slash", incomplete
    if call.node.path == ("completion",) and words and words[0].text not in _SHELLS and not words[0].dynamic:
        return f"it knows {', '.join(_SHELLS)}, not {words[0].text!r}", words[0]
    if call.node.path == ("explain",):  # `pods.spec.containers` names a field; its first part is the type
        words = [replace(word, text=word.text.partition(".")[0]) for word in words]
    if "raw" in call.names and words:
        return "arguments may not be given together with --raw", words[0]
    if call.names & {"watch", "watch-only"} and _several(words):
        return "only one object, or one type, can be watched", words[-1]
    letters = [_letters(word, index, extra_types) for index, word in enumerate(words)]
    tail = REST if call.rest is not None else ""
    answers = []
    if letters and letters[0] == "B":
        answer = call.node.answer(mode, PATTERNS.index("B")) or call.node.answer(mode, PATTERNS.index("BU"))
        if "have a resource type" in answer:
            return answer.replace("nosuch", words[0].text.partition("/")[0]), words[0]
    for shape in itertools.islice(itertools.product(*letters), _MOST):
        found = _lookup("".join(shape), tail)
        answer = call.node.answer(mode, found) if found is not None else ""
        if not answer or "required flag" in answer:
            return None
        answers.append(answer)
    # Placeholders: only when every reading of them is refused.
    return (_worded(answers[0], words), words[0] if words else None) if answers else None


def _several(words: Sequence[Word]) -> bool:
    """Whether more than one object is named: `pod a b`, `pod/a pod/b`."""
    return len(words) > (1 if "/" in words[0].text else 2) if words else False


def _flag_values(call: Invocation) -> Iterator[Word]:
    """Values of flags that may be several words, so that what follows is not what it seems."""
    for use in call.flags:
        if use.value_word is not None and not use.attached:
            yield use.value_word


def _is_open(word: Word) -> bool:
    """Whether the shell may make none or many words of it."""
    return word.text in ("...", "…") or (word.dynamic and not word.placeholder and not word.quoted and "$" in word.text[:1]) or (
        not word.quoted and ("*" in word.text or "`" in word.text[:1] or "$(" in word.text)
    )


def _mode(call: Invocation) -> str | None:
    """Which of `patterns.MODES` the flags make; None where several meet and were not tried together."""
    names = call.names
    found = [
        mode
        for mode, flags in (("f", {"filename", "kustomize"}), ("l", {"selector"}), ("a", {"all"}), ("A", {"all-namespaces"}))
        if flags & names and mode in call.node.modes
    ]
    if {"raw", "local", "list", "field-selector", "current"} & names:
        return None
    if len(found) > 1:
        found = [mode for mode in found if mode != "A"]
    return (found or [""])[0] if len(found) <= 1 else None


def _letters(word: Word, index: int, extra_types: frozenset[str]) -> str:
    """The classes that a word may belong to, as letters of `patterns.WORDS`."""
    text = word.text
    if word.dynamic:
        head, slash, _ = text.partition("/")
        if slash and is_type(head, extra_types):
            return "P" if not _is_workload(head) else "S"
        if "=" in text:
            return "K"
        return _ANY
    if text.startswith((".", "/", "~", "http://", "https://")):
        return "F"
    if _TAINT.fullmatch(text):
        return "T"
    if "=" in text:
        return "K"
    if len(text) > 1 and text.endswith("-"):
        return "M"
    if re.fullmatch(r"\d*:?\d+", text):
        return "L"
    if ":" in text:
        return "V"
    head, slash, _ = text.partition("/")
    if slash:
        if _is_workload(head):
            return "S"
        return "P" if is_type(head, extra_types) or _CUSTOM.fullmatch(head) or _SHOUTED.fullmatch(head) else "B"
    if index == 0:
        return _type_letter(text, extra_types)
    return "U" if not is_type(text) else "RU"


def _type_letter(text: str, extra_types: frozenset[str]) -> str:
    if "," in text and is_type(text, extra_types):
        return "C"
    if text.lower() in CATEGORIES:
        return "C"
    resource = named(text)
    if resource is None:
        if _SHOUTED.fullmatch(text) and not text.isdigit() and len(text) > 1:
            return _ANY  # POD, TYPE, MY_DEPLOYMENT: a placeholder in capitals
        return "R" if text in extra_types or _CUSTOM.fullmatch(text) else "U"
    if resource.plural == "nodes":
        return "N"
    return "W" if resource.plural in _WORKLOADS else "R"


def _is_workload(text: str) -> bool:
    resource = named(text)
    return resource is not None and resource.plural in _WORKLOADS


@cache
def _lookup(shape: str, tail: str) -> int | None:
    """The index of the tried shape that is most like this one."""
    table = _index()
    seen = {shape}
    queue = [shape]
    while queue:
        current = queue.pop(0)
        if current + tail in table:
            return table[current + tail]
        for other in _simpler(current):
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return table.get(shape) if tail else None


def _simpler(shape: str) -> Iterator[str]:
    for index in range(len(shape) - 1, 1, -1):
        if shape[index] == shape[index - 1] and len(shape) > 2:
            yield shape[:index] + shape[index + 1 :]
    if shape[:1] in "RWNC" and re.fullmatch(r".U+[PS].*", shape):
        yield "RP"  # a type, and later TYPE/NAME
    if re.fullmatch(r"[PS]+U.*", shape) and len(shape) > 2:
        yield "PU"  # TYPE/NAME, and later a name alone
    for index, letter in enumerate(shape):
        for other in _ALIKE.get(letter, ""):
            if index == 0 and other == "U" and letter in "WRNC":
                continue
            yield shape[:index] + other + shape[index + 1 :]
        if index and letter in "RWNC":
            yield shape[:index] + "U" + shape[index + 1 :]


def _worded(message: str, words: Sequence[Word]) -> str:
    """A probe's message with the command's own words."""

    def own(match: re.Match[str]) -> str:
        index = position(match[0])
        return words[index].text if index is not None and index < len(words) else match[0]

    return re.sub(r"\b(?:alpha|beta|gamma|delta|epsilon)\b", own, message)
