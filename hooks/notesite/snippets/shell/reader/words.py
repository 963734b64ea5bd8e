"""What the shell reader yields: words, redirects, here-documents, commands, each with its place; which program is called.

Places are offsets into the text that was read, counted from 0, end exclusive, so `text[word.start:word.end]` is
the word as its author wrote it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ....diagnostics.diagnostic import Severity
from ....lib.light import NamedTuple, lazy
from ...yaml.yaml_fault import Lines


class Variable(NamedTuple):
    """`$NAME` or `${NAME...}` that the local shell replaces."""

    name: str
    start: int
    end: int


class Word(NamedTuple):
    """One word after quotes and escapes are resolved; expansions stay as they are written."""

    text: str
    start: int
    end: int
    dynamic: bool = False  # holds an expansion, a placeholder or an ellipsis: nobody knows its value
    placeholder: bool = False  # `<name>`, `{name}`, `[name]`, `...`: the reader shall replace it
    quoted: bool = False
    variables: tuple[Variable, ...] = ()


class Redirect(NamedTuple):
    """`> file`, `2>&1`, `< file`."""

    operator: str
    target: Word | None
    start: int
    end: int


class Heredoc(NamedTuple):
    """The text between `<<EOF` and `EOF`."""

    text: str  # as the shell hands it over, but for variables; every line ends in "\n"
    start: int  # where the first line of the text begins
    end: int


class Command(NamedTuple):
    """One simple command, assignments and wrappers such as `sudo` taken off."""

    words: tuple[Word, ...]  # the program and its arguments, never empty
    start: int  # of the whole command, with assignments and wrappers
    end: int
    wrappers: tuple[str, ...] = ()  # "sudo", "watch", "xargs" ...
    redirects: tuple[Redirect, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    piped: bool = False  # its input comes from the command before it
    depth: int = 0  # 0 at the top, more inside `$(...)`

    @property
    def program(self) -> str:
        """The program's name without its folder."""
        return self.words[0].text.rsplit("/", 1)[-1]

    @property
    def grows(self) -> bool:
        """More arguments come at run time (`xargs`)."""
        return "xargs" in self.wrappers


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


class Finding(NamedTuple):
    """Something about one command, or about text that no shell reads as its author meant it."""

    code: str
    message: str
    start: int
    end: int
    replacement: str | None = None  # what to put in place of `start:end`
    severity: Severity | None = None  # None: that of the code

    @classmethod
    def at(
        cls, code: str, message: str, word: Word, replacement: str | None = None, **more: Severity | None
    ) -> Finding:
        """A finding about one word."""
        return cls(code, message, word.start, word.end, replacement, **more)


class Script(NamedTuple):
    """A shell snippet, read."""

    text: str
    commands: tuple[Command, ...]  # in the order of their places
    troubles: tuple[Finding, ...] = ()
    masked: str = ""  # the text with prompts and output blanked out; same length, same line ends
    lines: Lines = Lines("")  # of the text: the way from an offset to its line and column

    @property
    def copy_text(self) -> str:
        """The commands alone: no prompts, no output; comments stay."""
        kept = [line.rstrip() for line in self.masked.split("\n")]
        source = self.text.split("\n")
        lines = []
        for shown, written in zip(kept, source, strict=True):
            if shown.strip():
                prompt = len(shown) - len(shown.lstrip()) if shown.rstrip() != written.rstrip() else 0
                lines.append(shown[prompt:])
            elif not written.strip() and lines:
                lines.append("")
        return "\n".join(lines).strip("\n") + "\n" if lines else ""
