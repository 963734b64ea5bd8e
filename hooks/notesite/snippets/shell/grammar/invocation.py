"""One call of a program, taken apart as its own flag parser (Go's pflag under cobra) does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....lib.light import NamedTuple
from ..reader.words import Command, Word
from .program import Flag, Grammar, Node


class FlagUse(NamedTuple):
    """A flag as it stands in a command."""

    flag: Flag
    word: Word  # the word that names it
    value: str | None  # None: it stands without a value
    value_word: Word | None  # where the value stands, `word` itself for `--flag=value`
    attached: bool  # `--flag=value`, `-nvalue`

    @property
    def known(self) -> bool:
        """Whether the value is there to be judged."""
        return self.value is not None and (self.value_word is None or not self.value_word.dynamic)


class BadFlag(NamedTuple):
    """A word that the flag parser refuses: it reads no further."""

    word: Word
    name: str  # without dashes
    reason: str  # "unknown", "short" or "value"


class Invocation:
    """What the parser understood."""

    def __init__(self, command: Command, node: Node, path_words: list[Word], program: str) -> None:
        self.command = command  # what it was given
        self.program = program  # the name of the grammar's
        self.node = node  # the sub-command that is called
        self.path_words = path_words  # program and sub-commands, as written
        self.flags: list[FlagUse] = []
        self.arguments: list[Word] = []
        self.rest: list[Word] | None = None  # the command after `--`; None when there is none
        self.bad: BadFlag | None = None
        self.help = False
        self.opaque = False  # a placeholder stands for the sub-command: nothing can be said

    @property
    def names(self) -> frozenset[str]:
        """Names of the flags that are given."""
        return frozenset(use.flag.name for use in self.flags)

    def uses(self, name: str) -> list[FlagUse]:
        """All uses of one flag."""
        return [use for use in self.flags if use.flag.name == name]

    def value(self, name: str) -> str | None:
        """The last value of one flag."""
        uses = self.uses(name)
        return uses[-1].value if uses else None

    @property
    def title(self) -> str:
        """The command with its sub-commands: `kubectl rollout status`."""
        return " ".join((self.path_words[0].text, *self.node.path))


def parse(command: Command, grammar: Grammar) -> Invocation:
    """Take a command apart.  `command.words[0]` is the program."""
    words = list(command.words)
    node, path, rest = _find(words[1:], grammar.root)
    call = Invocation(command, node, [words[0], *path], grammar.program)
    first = next((word for word in rest if not word.text.startswith("-")), None)
    call.opaque = bool(node.children) and (not node.path or not node.own) and first is not None and first.dynamic
    if not call.opaque:
        _read_flags(rest, call)
    return call


def _find(words: list[Word], root: Node) -> tuple[Node, list[Word], list[Word]]:
    """The sub-command: cobra skips flags before it, and the values of those that it knows to take one."""
    node = root
    path: list[Word] = []
    index = 0
    while index < len(words) and node.children:
        text = words[index].text
        if text == "--" and not path:
            words.pop(index)
            continue
        if text == "--":
            break
        if text.startswith("-") and text != "-":
            index += 2 if _takes_next(node, text) else 1
            continue
        child = None if words[index].dynamic else node.below.get(text)
        if child is None:
            break
        node = child
        path.append(words.pop(index))
        if node.raw.get("passes_on"):
            break
    return node, path, words


def _takes_next(node: Node, text: str) -> bool:
    if "=" in text:
        return False
    if text.startswith("--"):
        flag = node.flag(text[2:])
        return flag is None or flag.takes_next
    flag = node.short.get(text[1])
    return len(text) == 2 and (flag is None or flag.takes_next)


_RUNNING = {("exec",), ("run",), ("create",), ("debug",)}  # what stands after `--` is a command for a container


def _read_flags(words: Sequence[Word], call: Invocation) -> None:
    waiting = list(words)[::-1]
    while waiting and not (call.bad or call.help):
        word = waiting.pop()
        if word.text == "--":
            if call.node.path[:1] in _RUNNING:
                call.rest = waiting[::-1]
            else:
                call.arguments += waiting[::-1]
            return
        if word.text == "-" or not word.text.startswith("-"):
            call.arguments.append(word)
            continue
        for use in _long(word, call) if word.text.startswith("--") else _shorts(word, call):
            if use.attached or not use.flag.takes_next:
                call.flags.append(use)
            elif waiting:
                call.flags.append(use._replace(value=waiting[-1].text, value_word=waiting.pop()))
            elif not call.command.grows:
                call.bad = BadFlag(use.word, use.flag.name, "value")


def _long(word: Word, call: Invocation) -> Iterator[FlagUse]:
    name, equals, value = word.text[2:].partition("=")
    flag = call.node.flag(name)
    if name == "help":
        call.help = True
    elif flag is not None:
        yield FlagUse(flag, word, value if equals else None, word if equals else None, bool(equals))
    elif not (word.dynamic and any(char in name for char in "$<{.[")):
        call.bad = BadFlag(word, name, "unknown")


def _shorts(word: Word, call: Invocation) -> Iterator[FlagUse]:
    letters = word.text[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        flag = call.node.short.get(letter)
        if flag is None:
            call.help = letter == "h" and not letters
            wrong = letters[:1] if letter == "h" else letter
            call.bad = BadFlag(word, wrong, "short") if wrong and not word.dynamic else None
            return
        value = letters[1:] if letters.startswith("=") else letters if flag.takes_next else ""
        if value or letters.startswith("="):
            yield FlagUse(flag, word, value, word, True)
            return
        yield FlagUse(flag, word, None, None, False)
