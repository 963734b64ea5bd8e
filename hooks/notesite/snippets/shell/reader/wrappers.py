"""Programs that run the command that follows them: `sudo`, `watch`, `xargs` and their like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....lib.patterns import lazy
from .words import Command, Word

ASSIGNMENT = lazy(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
# Name -> those of its short flags that take a value.
_WRAPPERS = {
    "sudo": "ugpChrtT",
    "watch": "n",
    "time": "fo",
    "nohup": "",
    "exec": "a",
    "command": "",
    "builtin": "",
    "env": "uCS",
    "nice": "n",
    "ionice": "cn",
    "timeout": "ks",
    "xargs": "nIPLdsaE",
    "stdbuf": "ioe",
    "winpty": "",
    "doas": "u",
}


def split_assignments(words: Sequence[Word]) -> tuple[list[Word], list[Word]]:
    """`NAME=value` words at the front, and the rest."""
    count = 0
    while count < len(words) and ASSIGNMENT.match(words[count].text):
        count += 1
    return list(words[:count]), list(words[count:])


def unwrap(words: list[Word]) -> tuple[list[str], list[Word], list[Word]]:
    """Wrappers taken off the front: their names, what is left, and assignments between them (`env A=b cmd`)."""
    names: list[str] = []
    assigned: list[Word] = []
    while words and words[0].text in _WRAPPERS and not words[0].quoted:
        name = words[0].text
        names.append(name)
        words = words[1:]
        while words and (words[0].text.startswith("-") or (name == "env" and ASSIGNMENT.match(words[0].text))):
            flag = words[0].text
            if not flag.startswith("-"):
                assigned.append(words[0])
            takes_value = re.fullmatch(r"-\w", flag) and flag[1] in _WRAPPERS[name]
            words = words[2:] if takes_value else words[1:]
        if name == "timeout" and words:
            words = words[1:]
        if name == "sudo":
            extra, words = split_assignments(words)
            assigned += extra
    return names, words, assigned


# Other names of a program, and programs that pass their arguments on to it.
_ALIASES = {"k": "kubectl", "kubectl.exe": "kubectl", "microk8s.kubectl": "kubectl", "minikube.exe": "minikube"}
_PASSING_ON = {"minikube": "kubectl", "microk8s": "kubectl", "k3s": "kubectl", "k0s": "kubectl"}


def judged_as(command: Command) -> tuple[Command, str]:
    """The program that judges a command, "" when nobody knows, and what it gets: `minikube kubectl -- get` is kubectl's."""
    words = command.words
    program = _ALIASES.get(command.program, command.program)
    passed_to = _PASSING_ON.get(program)
    if passed_to and len(words) > 1 and words[1].text == passed_to:
        count = 3 if len(words) > 2 and words[2].text == "--" else 2
        first = words[1]._replace(start=words[0].start, end=words[count - 1].end)
        return command._replace(words=(first, *words[count:])), passed_to
    return command, "" if words[0].dynamic else program
