"""What the shell reader yields: words, redirects, here-documents, commands, each with its place.

Places are offsets into the text that was read, counted from 0, end exclusive, so `text[word.start:word.end]` is
the word as its author wrote it.
"""

from __future__ import annotations

from ....diagnostics.codes import Severity
from ....lib.record import NamedTuple
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
