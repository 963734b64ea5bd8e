"""Read shell text into simple commands with exact places.

Written for documentation, not for execution: nothing is expanded, nothing raises, and what no shell would take as
its author meant it (a placeholder `<name>`, a broken continuation) is understood all the same.

Why no parser from PyPI: bashlex (GPL-3.0, last release in January 2023) raises on placeholders, prompts and
`case`; tree-sitter-bash (MIT) reads `<name>` as a redirection into an error node, `$ kubectl` as a command named
`$`, and gives byte offsets of a tree that would still have to be flattened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....lib.patterns import lazy
from .fill_ins import FILL_IN, PLACEHOLDER, closing
from .sessions import mask
from .words import Command, Heredoc, Redirect, Script, Trouble, Variable, Word, line_starts
from .wrappers import split_assignments, unwrap

_VARIABLE = lazy(r"\$(?:\{([^}\n]*)\}|(\w+|[@#?*!$-]))")
_HEREDOC = lazy(r"<<(-?)[ \t]*(?:(['\"])(.+?)\2|\\?([\w.-]+))")
_REDIRECT = lazy(r"(?:\d+|&)?>(?:>|\||&(?:\d+|-))?|\d*<(?:&\d+|>)?")
_LINE_GOES_ON = lazy(r"[\\^`]([ \t]*)(?:\r?\n|\Z)")  # the mark of bash, cmd or PowerShell
_REMARK_AFTER = lazy(r"\\[ \t]+(#[^\n]*)(?:\n|\Z)")  # `--flag \  # why`: the backslash quotes a space
_ESCAPED_END = lazy(r"\\[ \t]*(?:\r?\n|\Z)")
_PLAIN = lazy(r"[^ \t\r\n\f\v\u00a0;|&()<>'\"\\$`{]+")  # nothing that the reader of a word looks at
_RESERVED = frozenset(
    ["if", "then", "elif", "else", "fi", "do", "done", "while", "until", "{", "}", "!", "time", "coproc"]
)
_OPENING = {"if": 1, "do": 1, "{": 1, "case": 1, "fi": -1, "done": -1, "}": -1, "esac": -1}
_HEADS = frozenset({"for", "case", "select", "function"})  # what follows is no command
_DEEPEST = 8  # nesting of `$(...)` that is still read


def read(text: str) -> Script:
    """The commands of a snippet.  Never raises; `text` may be anything."""
    masked = mask(text, is_open)
    reader = _Reader(masked, 0, len(masked), 0)
    reader.run()
    commands = tuple(sorted(reader.commands, key=lambda command: (command.words[0].start, command.start)))
    troubles = tuple(sorted(reader.troubles, key=lambda trouble: trouble.start))
    return Script(text, commands, troubles, masked, line_starts(text))


def is_open(text: str) -> bool:
    """Whether a shell would wait for more lines: an open quote, here-document, loop, or a backslash at the end."""
    reader = _Reader(text, 0, len(text), _DEEPEST)
    reader.run()
    return (
        reader.open
        or reader.nesting > 0
        or re.search(r"(?<!\\)(?:\\\\)*\\[ \t]*\n?\Z|\|[ \t]*\n?\Z|&&[ \t]*\n?\Z", text) is not None
    )


class _Draft:
    """The simple command that is being read."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.redirects: list[Redirect] = []
        self.heredocs: list[Heredoc] = []
        self.piped = False
        self.index: int | None = None  # where it stands among the commands, once it is finished


class _Reader:
    """Reads `text[position:end]`; offsets are those of `text`."""

    def __init__(self, text: str, start: int, end: int, depth: int) -> None:
        self.text = text
        self.at = start
        self.end = end
        self.depth = depth
        self.commands: list[Command] = []
        self.troubles: list[Trouble] = []
        self.open = False
        self.nesting = 0
        self._draft = _Draft()
        self._waiting: list[tuple[_Draft, str, bool, int, int]] = []  # here-documents that begin after this line

    def run(self) -> None:
        while self.at < self.end:
            self._step(self.text[self.at])
        self._finish()
        if self._waiting:
            self.open = True
            self._take_heredocs()

    # What stands between words.

    def _step(self, character: str) -> None:
        if character == "\n":
            self._finish()
            self.at += 1
            self._take_heredocs()
        elif character in " \t\r\f\v\u00a0":
            self.at += 1
        elif character == "#":
            self.at = self._line_end()
        elif character == ";":
            self._finish()
            self.at += 1
        elif character == "|":
            self._finish()
            self.at += 2 if self.text[self.at + 1 : self.at + 2] in ("|", "&") else 1
            self._draft.piped = self.text[self.at - 1] != "|" or self.text[self.at - 2] != "|"
        elif character == "&" and self.text[self.at + 1 : self.at + 2] != ">":
            self._finish()
            self.at += 2 if self.text[self.at + 1 : self.at + 2] == "&" else 1
        elif character in "()":
            if character == ")" or self._is_function():
                self._draft = _Draft()  # a pattern of `case`, or a function's name
            self._finish()
            self.at += 1
        elif (character in "\\^`" and self._continuation()) or (character in "<>&0123456789" and self._redirection()):
            pass
        else:
            self._word()

    def _is_function(self) -> bool:
        return len(self._draft.words) == 1 and self.text.startswith("()", self.at)

    def _line_end(self) -> int:
        found = self.text.find("\n", self.at, self.end)
        return self.end if found < 0 else found

    def _continuation(self) -> bool:
        r"""`\` (or `^`, or a backtick, as Windows shells have it) at the end of a line."""
        match = _LINE_GOES_ON.match(self.text, self.at, self.end)
        if match is None:
            remark = _REMARK_AFTER.match(self.text, self.at, self.end)
            if remark is not None:
                message = (
                    "a comment follows the backslash: the command ends here, the next line is a command of its own"
                )
                self.troubles.append(Trouble("S_CONTINUATION", message, self.at, remark.end(1)))
                self.at = remark.end()
            return remark is not None
        character = match[0][0]
        if match[1] and character == "\\":
            self.troubles.append(
                Trouble(
                    "S_CONTINUATION",
                    "spaces after the backslash: the command ends here, the next line is a command of its own",
                    match.start(),
                    match.end(1),
                    "\\",
                )
            )
        following = self.text[match.end() : self.end].split("\n", 1)[0]
        if character == "\\" and not following.strip():
            if not self.text[match.end() : self.end].strip():  # before an empty line it does no harm
                message = "a backslash continues the command, but no line follows"
                self.troubles.append(Trouble("S_CONTINUATION", message, self.at, self.at + 1, ""))
            if match.end() < self.end or match[0].endswith("\n"):
                self.at = match.end() - 1  # the empty line ends the command
                return True
        self.at = match.end()
        return True

    def _redirection(self) -> bool:
        if PLACEHOLDER.match(self.text, self.at, self.end):
            return False
        start = self.at
        heredoc = _HEREDOC.match(self.text, start, self.end)
        if heredoc and not self.text.startswith("<<<", start):
            tag = heredoc[3] or heredoc[4]
            self._waiting.append((self._draft, tag, bool(heredoc[2]), start, heredoc.end()))
            self.at = heredoc.end()
            self._draft.redirects.append(Redirect("<<", None, start, self.at))
            return True
        if self.text.startswith("<(", start):
            return False
        operator = "<<<" if self.text.startswith("<<<", start) else ""
        if not operator:
            match = _REDIRECT.match(self.text, start, self.end)
            if match is None or not match[0].strip("0123456789&"):
                return False
            operator = match[0]
        self.at = start + len(operator)
        target = None
        if not re.search(r"&(\d+|-)$", operator):
            while self.at < self.end and self.text[self.at] in " \t":
                self.at += 1
            if self.at < self.end and self.text[self.at] not in "\n;|&()<>#":
                target = self._read_word()
        self._draft.redirects.append(Redirect(operator, target, start, self.at))
        return True

    def _take_heredocs(self) -> None:
        for draft, tag, quoted, from_, to in self._waiting:
            start = self.at
            while self.at < self.end:
                line_end = self._line_end()
                line = self.text[self.at : line_end].strip()
                begin, self.at = self.at, min(line_end + 1, self.end)
                if line == tag:
                    break
            else:
                begin = self.end
                self.open = True
                if self.depth < _DEEPEST:
                    self.troubles.append(
                        Trouble("S_HEREDOC", f"the text after `<<{tag}` has no closing line `{tag}`", from_, to)
                    )
            heredoc = Heredoc(tag, self.text[start:begin], start, begin, quoted)
            if draft.index is None:
                draft.heredocs.append(heredoc)
            else:
                command = self.commands[draft.index]
                self.commands[draft.index] = command._replace(heredocs=(*command.heredocs, heredoc))
        self._waiting = []

    # Words.

    def _word(self) -> None:
        word = self._read_word()
        draft = self._draft
        if not draft.words and word.text in _OPENING:
            self.nesting += _OPENING[word.text]
        if not draft.words and not word.quoted and word.text in _RESERVED:
            return
        draft.words.append(word)

    def _read_word(self) -> Word:
        start = self.at
        parts: list[str] = []
        variables: list[Variable] = []
        dynamic = placeholder = quoted = False
        while self.at < self.end:
            character = self.text[self.at]
            if character in " \t\r\n\f\v\u00a0;|&()":
                if self.at == start:
                    parts.append(character)  # cannot happen from `_step`, but a word always moves on
                    self.at += 1
                break
            plain = _PLAIN.match(self.text, self.at, self.end)
            if plain:
                parts.append(plain[0])
                self.at = plain.end()
                continue
            match = PLACEHOLDER.match(self.text, self.at, self.end)
            if match:
                dynamic = placeholder = True
                parts.append(match[0])
                self.at = match.end()
            elif self.text.startswith(("<(", ">("), self.at):
                dynamic = True
                parts.append(self._substitution(self.at + 1))
            elif character in "<>":
                if self.at == start:
                    parts.append(character)
                    self.at += 1
                break
            elif character == "'" or self.text.startswith("$'", self.at):
                quoted = True
                parts.append(self._single())
            elif character == '"' or self.text.startswith('$"', self.at):
                quoted = True
                inner, found = self._double()
                dynamic = dynamic or "$" in inner or "`" in inner
                variables += found
                parts.append(inner)
            elif character == "\\":
                if _ESCAPED_END.match(self.text, self.at, self.end):
                    if not self.text.startswith(("\\\n", "\\\r\n"), self.at):
                        break
                    self.at = self.text.index("\n", self.at) + 1
                else:
                    parts.append(self.text[self.at + 1 : self.at + 2])
                    self.at += 2
            elif character in "$`":
                before = self.at
                parts.append(self._expansion(variables))
                dynamic = dynamic or self.at - before > 1
            else:
                parts.append(character)
                self.at += 1
        self.at = min(self.at, self.end)
        text = "".join(parts)
        if not quoted and FILL_IN.search(text):
            dynamic = placeholder = True
        return Word(text, start, self.at, dynamic, placeholder, quoted, tuple(variables))

    def _single(self) -> str:
        skip = 2 if self.text[self.at] == "$" else 1
        start = self.at + skip
        close = self.text.find("'", start, self.end)
        if close < 0:
            return self._unclosed("'", start)
        self.at = close + 1
        return self.text[start:close]

    def _unclosed(self, quote: str, start: int) -> str:
        """A quote without its partner: read on to the end of the line, as its author most likely meant."""
        self.open = True
        self.troubles.append(Trouble("S_QUOTE", f"the quote {quote} is never closed", start - 1, start))
        stop = self.text.find("\n", start, self.end)
        self.at = self.end if stop < 0 else stop
        return self.text[start : self.at]

    def _double(self) -> tuple[str, list[Variable]]:
        start = self.at = self.at + (2 if self.text[self.at] == "$" else 1)
        parts: list[str] = []
        variables: list[Variable] = []
        while self.at < self.end:
            character = self.text[self.at]
            if character == '"':
                self.at += 1
                return "".join(parts), variables
            if character == "\\" and self.at + 1 < self.end and self.text[self.at + 1] in '"\\$`\n':
                parts.append(self.text[self.at + 1].replace("\n", ""))
                self.at += 2
            elif character in "$`":
                parts.append(self._expansion(variables))
            else:
                parts.append(character)
                self.at += 1
        return self._unclosed('"', start), []

    def _expansion(self, variables: list[Variable]) -> str:
        """What `$` or a backtick begins; the text stays as written."""
        start = self.at
        if self.text.startswith("$((", start):
            stop = self.text.find("))", start, self.end)
            if stop >= 0:
                self.at = stop + 2
                return self.text[start : self.at]
        if self.text.startswith("$(", start):
            return "$" + self._substitution(start + 1)
        if self.text[start] == "`":
            stop = self.text.find("`", start + 1, self.end)
            if stop < 0:
                self.at += 1
                return "`"
            self._nested(start + 1, stop)
            self.at = stop + 1
            return self.text[start : self.at]
        match = _VARIABLE.match(self.text, start, self.end)
        if match is None:
            self.at += 1
            return "$"
        name = re.match(r"\w*", match[1] if match[1] is not None else match[2])
        variables.append(Variable(name[0] if name else "", start, match.end()))
        self.at = match.end()
        return match[0]

    def _substitution(self, start: int) -> str:
        """`(...)` at `start`, read as commands of its own."""
        stop = closing(self.text, start, self.end)
        if stop is None:
            self.open = True
            stop = self.text.find("\n", start, self.end)
            stop = self.end if stop < 0 else stop
            self._nested(start + 1, stop)
            self.at = stop
            return self.text[start:stop]
        self._nested(start + 1, stop)
        self.at = stop + 1
        return self.text[start : self.at]

    def _nested(self, start: int, stop: int) -> None:
        if self.depth >= _DEEPEST:
            return
        inner = _Reader(self.text, start, stop, self.depth + 1)
        inner.run()
        # Here-documents of `$(cat <<EOF` are read by the inner reader; the indices of this one stay valid because
        # nested commands are kept behind the drafts that are already finished.
        self.commands += inner.commands
        self.troubles += inner.troubles

    # Commands.

    def _finish(self) -> None:
        draft, self._draft = self._draft, _Draft()
        words = draft.words
        if words and words[0].text in _HEADS and not words[0].quoted:
            if words[0].text == "case":
                self.nesting += 1
            return
        assignments, rest = split_assignments(words)
        wrappers, inner, assigned = unwrap(rest)
        assignments += assigned
        if not inner:
            if words and wrappers:
                inner = [rest[0]]
                wrappers = []
            else:
                return
        stop = max([inner[-1].end, *(redirect.end for redirect in draft.redirects)])
        draft.index = len(self.commands)
        self.commands.append(
            Command(
                tuple(inner),
                words[0].start,
                stop,
                tuple(assignments),
                tuple(wrappers),
                tuple(draft.redirects),
                tuple(draft.heredocs),
                draft.piped,
                self.depth,
            )
        )
        self._script_in_a_word(inner, wrappers)

    def _script_in_a_word(self, words: Sequence[Word], wrappers: Sequence[str]) -> None:
        """`watch 'kubectl get pods'`, `bash -c "..."`: a whole command in one quoted word."""
        word = None
        if "watch" in wrappers and len(words) == 1 and " " in words[0].text:
            word = words[0]
        elif words[0].text in {"sh", "bash", "zsh"}:
            flags = [index for index, item in enumerate(words) if re.fullmatch(r"-[a-z]*c", item.text)]
            if flags and flags[0] + 1 < len(words):
                word = words[flags[0] + 1]
        if word is not None and word.quoted and self.text[word.start + 1 : word.end - 1] == word.text:
            self._nested(word.start + 1, word.end - 1)
