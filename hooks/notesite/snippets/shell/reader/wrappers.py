"""Programs that run the command that follows them: `sudo`, `watch`, `xargs` and their like."""

from __future__ import annotations

import re
from itertools import pairwise

from ....lib.patterns import lazy
from .words import Command, Word

ASSIGNMENT = lazy(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
# Programs that run the command behind them, each with those of its short flags that take a value.
_WRAPPERS = {"sudo": "ugpChrtT", "doas": "u", "env": "uCS", "exec": "a", "watch": "n", "time": "fo", "timeout": "ks"}
_WRAPPERS |= {"nice": "n", "ionice": "cn", "stdbuf": "ioe", "xargs": "nIPLdsaE"}
_WRAPPERS |= dict.fromkeys(("nohup", "command", "builtin", "winpty"), "")


def unwrap(words: list[Word]) -> tuple[list[str], list[Word]]:
    """Wrappers and assignments taken off the front: the names of the wrappers, and what is left."""
    names: list[str] = []
    while words and (ASSIGNMENT.match(words[0].text) or (words[0].text in _WRAPPERS and not words[0].quoted)):
        name = words[0].text
        words = words[1:]
        if name not in _WRAPPERS:
            continue
        names.append(name)
        while words and words[0].text.startswith("-"):
            flag = words[0].text
            words = words[2:] if re.fullmatch(r"-\w", flag) and flag[1] in _WRAPPERS[name] else words[1:]
        if name == "timeout":
            words = words[1:]
    return names, words


# Other names of a program, and programs that pass their arguments on to it.
_ALIASES = {"k": "kubectl", "kubectl.exe": "kubectl", "microk8s.kubectl": "kubectl", "minikube.exe": "minikube"}
_PASSING_ON = {"minikube": "kubectl", "microk8s": "kubectl", "k3s": "kubectl", "k0s": "kubectl"}


def judged_as(command: Command) -> tuple[Command, str]:
    """The program that judges a command, "" when nobody knows, and what it gets: `minikube kubectl -- get` is kubectl's."""
    words = command.words
    program = _ALIASES.get(command.program, command.program)
    passed_to = _PASSING_ON.get(program)
    at = next((index for index, word in enumerate(words) if word.text == passed_to), 0)
    if at and not any(_FIRST.match(f"{one.text} {word.text}") for one, word in pairwise(words[:at])):
        while at + 1 < len(words) and _OWN_FLAG.fullmatch(words[at + 1].text):
            at += 1
        first = words[at]._replace(text=str(passed_to), start=words[0].start)
        return command._replace(words=(first, *words[at + 1 :])), str(passed_to)
    return command, "" if words[0].dynamic else program


_FIRST = lazy(r"(?!--?p(?:rofile)? )\S+ [^-]")  # a sub-command: neither a flag nor the name of a profile
_OWN_FLAG = lazy(r"--(?:ssh.*)?")
