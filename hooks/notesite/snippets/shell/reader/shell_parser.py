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
from functools import lru_cache

from ....lib.light import bundled_forms, lazy
from ...yaml.yaml_fault import Lines
from .sessions import mask
from .words import Command, Finding, Heredoc, Redirect, Script, Variable, Word, unwrap

_BLANK = " \t\r\f\v\u00a0"
_ENDS_WORD = frozenset(_BLANK + "\n;|&()<>")
_OPERATOR = lazy(r";|\|[|&]?|&(?!>)&?")
_PLAIN = lazy(r"[^ \t\r\n\f\v\u00a0;|&()<>'\"\\$`{[]+")  # nothing that the reader of a word looks at
_SINGLE = lazy(r"\$?'([^']*)'")
_IN_DOUBLE = lazy(r"""((?:[^"\\$`]|\\(?!["\\$`\n]))+)|\\(["\\$`])|\\\n|\"""")
_VARIABLE = lazy(r"\$(?:\{([^}\n]*)\}|(\w+|[@#?*!$-]))")
_HEREDOC = lazy(r"<<(?!<)-?[ \t]*(?:(['\"])(.+?)\1|\\?([\w.-]+))")
_REDIRECT = lazy(r"<<<|(?:\d+|&)?>(?:>|\||&(?:\d+|-))?|\d*<(?!\()(?:&\d+|>)?")
_LINE_GOES_ON = lazy(r"[\\^`]([ \t]*)(?:\r?\n|\Z)")  # the mark of bash, cmd or PowerShell
_REMARK_AFTER = lazy(r"\\[ \t]+(#[^\n]*)(?:\n|\Z)")  # `--flag \  # why`: the backslash quotes a space
_ESCAPED_END = lazy(r"\\[ \t]*(?:\r?\n|\Z)")
_UNFINISHED = lazy(r"(?<!\\)(?:\\\\)*\\[ \t]*\n?\Z|\|[ \t]*\n?\Z|&&[ \t]*\n?\Z")
_FORMS = bundled_forms(__name__, "forms.txt")
_PLACEHOLDER = lazy(_FORMS["placeholder"])
_FILL_IN = lazy(_FORMS["fill in"])
_TOLD_APART = lazy(r"\\.|'[^']*'|[()]", re.DOTALL)
_RESERVED = frozenset(
    ["if", "then", "elif", "else", "fi", "do", "done", "while", "until", "{", "}", "!", "time", "coproc"]
)
_OPENING = {"if": 1, "do": 1, "{": 1, "case": 1, "fi": -1, "done": -1, "}": -1, "esac": -1}
_HEADS = frozenset({"for", "case", "select", "function"})  # what follows is no command
_DEEPEST = 8  # nesting of `$(...)` that is still read


@lru_cache(maxsize=1024)  # notes repeat blocks, and a preview reads them again after every edit
def read(text: str) -> Script:
    """The commands of a snippet.  Never raises; `text` may be anything."""
    masked = mask(text, is_open)
    reader = _Reader(masked, 0, len(masked), 0)
    reader.run()
    commands = tuple(sorted(reader.commands, key=lambda command: (command.words[0].start, command.start)))
    troubles = tuple(sorted(reader.troubles, key=lambda trouble: trouble.start))
    return Script(text, commands, troubles, masked, Lines(text))


def is_open(text: str) -> bool:
    """Whether a shell would wait for more lines: an open quote, here-document, loop, or a backslash at the end."""
    reader = _Reader(text, 0, len(text), _DEEPEST)
    reader.run()
    return reader.open or reader.nesting > 0 or _UNFINISHED.search(text) is not None


class _Draft:
    """The simple command that is being read."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.redirects: list[Redirect] = []
        self.piped = False
        self.index: int | None = None  # where it stands among the commands, once it is finished


class _Piece:
    """The word that is being read."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.variables: list[Variable] = []
        self.dynamic = self.placeholder = self.quoted = False


class _Reader:
    """Reads `text[position:end]`; offsets are those of `text`."""

    def __init__(self, text: str, start: int, end: int, depth: int) -> None:
        self.text = text
        self.at = start
        self.end = end
        self.depth = depth
        self.commands: list[Command] = []
        self.troubles: list[Finding] = []
        self.open = False
        self.nesting = 0
        self._draft = _Draft()
        self._waiting: list[tuple[_Draft, str, int, int]] = []  # here-documents that begin after this line

    def run(self) -> None:
        while self.at < self.end:
            self._step(self.text[self.at])
        self._finish()
        if self._waiting:
            self.open = True
            self._take_heredocs()

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What a pattern matches here; it is taken."""
        match = pattern.match(self.text, self.at, self.end)
        self.at = match.end() if match else self.at
        return match

    def _line_end(self, start: int) -> int:
        found = self.text.find("\n", start, self.end)
        return self.end if found < 0 else found

    def _trouble(self, code: str, message: str, start: int, end: int, replacement: str | None = None) -> None:
        self.troubles.append(Finding(code, message, start, end, replacement))

    # What stands between words.

    def _step(self, character: str) -> None:
        if character == "\n":
            self._finish()
            self.at += 1
            self._take_heredocs()
        elif character in _BLANK:
            self.at += 1
        elif character == "#":
            self.at = self._line_end(self.at)
        elif character in ";|&" and (operator := self._match(_OPERATOR)):
            self._finish()
            self._draft.piped = operator[0] in {"|", "|&"}
        elif character in "()":
            is_function = len(self._draft.words) == 1 and self.text.startswith("()", self.at)
            if character == ")" or is_function:
                self._draft = _Draft()  # a pattern of `case`, or a function's name
            self._finish()
            self.at += 1
        elif not (character in "\\^`" and self._continuation()) and not self._redirection():
            self._word()

    def _continuation(self) -> bool:
        r"""`\` (or `^`, or a backtick, as Windows shells have it) at the end of a line."""
        start = self.at
        ends = "the command ends here, the next line is a command of its own"
        match = self._match(_LINE_GOES_ON)
        if match is None:
            remark = self._match(_REMARK_AFTER)
            if remark:
                self._trouble("S_CONTINUATION", f"a comment follows the backslash: {ends}", start, remark.end(1))
            return remark is not None
        if self.text[start] != "\\":
            return True
        if match[1]:
            self._trouble("S_CONTINUATION", f"spaces after the backslash: {ends}", start, match.end(1), "\\")
        if not self.text[self.at : self._line_end(self.at)].strip():
            if not self.text[self.at :].strip():  # before an empty line, or a closing bracket, it does no harm
                message = "a backslash continues the command, but no line follows"
                self._trouble("S_CONTINUATION", message, start, start + 1, "")
            if match[0].endswith("\n"):
                self.at -= 1  # the empty line ends the command
        return True

    def _redirection(self) -> bool:
        start, target = self.at, None
        may = self.text[start] in "<>&" or self.text[start].isdecimal()
        if not may or _PLACEHOLDER.match(self.text, start, self.end):
            return False
        match = (self._match(_HEREDOC) if self.text.startswith("<<", start) else None) or self._match(_REDIRECT)
        if match is None:
            return False
        if match.re.groups:
            self._waiting.append((self._draft, match[2] or match[3], start, match.end()))
        elif not re.search(r"&(\d+|-)$", match[0]):
            while self.at < self.end and self.text[self.at] in " \t":
                self.at += 1
            if self.at < self.end and self.text[self.at] not in "\n;|&()<>#":
                target = self._read_word()
        self._draft.redirects.append(Redirect(match[0], target, start, self.at))
        return True

    def _take_heredocs(self) -> None:
        for draft, tag, from_, to in self._waiting:
            start = self.at
            while self.at < self.end:
                begin, line_end = self.at, self._line_end(self.at)
                self.at = min(line_end + 1, self.end)
                if self.text[begin:line_end].strip() == tag:
                    break
            else:
                begin = self.end
                self.open = True
                marked = re.search(rf"(?m)^[^\w\n]+{re.escape(tag)}$", self.text[to:])  # `→ EOF`
                is_told = marked or tag in self.text[to : self._line_end(to)].split()  # `<<EOF ... EOF`
                if self.depth < _DEEPEST and not is_told:
                    self._trouble("S_HEREDOC", f"the text after `<<{tag}` has no closing line `{tag}`", from_, to)
            if draft.index is not None:
                command = self.commands[draft.index]
                text = self.text[start:begin]
                if not re.search(r"['\"\\]", self.text[from_:to]):
                    text = re.sub(r"\\([$`])", r"\1\1", text)  # the backslash is for the shell; all places stay
                heredocs = (*command.heredocs, Heredoc(text, start, begin))
                self.commands[draft.index] = command._replace(heredocs=heredocs)
        self._waiting = []

    # Words.

    def _word(self) -> None:
        word = self._read_word()
        draft = self._draft
        if not draft.words and word.text in _OPENING:
            self.nesting += _OPENING[word.text]
        if draft.words or word.quoted or word.text not in _RESERVED:
            draft.words.append(word)

    def _read_word(self) -> Word:
        start = self.at
        piece = _Piece()
        while self.at < self.end and self._take(piece, self.at > start):
            pass
        self.at = min(self.at, self.end)
        text = "".join(piece.parts)
        if not piece.quoted and _FILL_IN.search(text):
            piece.dynamic = piece.placeholder = True
        return Word(text, start, self.at, piece.dynamic, piece.placeholder, piece.quoted, tuple(piece.variables))

    def _take(self, piece: _Piece, is_inside: bool) -> bool:
        """One piece of a word; False where the word ends."""
        start, character = self.at, self.text[self.at]
        if match := self._match(_PLAIN):
            piece.parts.append(match[0])
        elif match := self._match(_PLACEHOLDER):
            piece.dynamic = piece.placeholder = True
            piece.parts.append(match[0])
        elif self.text.startswith(("<(", ">("), start):
            piece.dynamic = True
            piece.parts.append(self._substitution(start + 1))
        elif character in _ENDS_WORD:
            if not is_inside:  # a word always moves on
                piece.parts.append(character)
                self.at += 1
            return False
        elif character == "\\" and _ESCAPED_END.match(self.text, start, self.end):
            if not self.text.startswith(("\\\n", "\\\r\n"), start):
                return False
            self.at = self.text.index("\n", start) + 1
        elif character == "\\":
            name = _PLACEHOLDER.match(self.text, start + 1, self.end)  # `deployment\<name>`: the slash of Windows
            piece.dynamic = piece.dynamic or name is not None
            piece.parts.append(self.text[start + 1 : name.end() if name else start + 2])
            self.at = name.end() if name else start + 2
        elif character in "'\"" or self.text.startswith(("$'", '$"'), start):
            piece.quoted = True
            self._quoted(piece, self.text[start : start + 2].lstrip("$")[0])
        elif character in "$`":
            piece.parts.append(self._expansion(piece.variables))
            piece.dynamic = piece.dynamic or self.at - start > 1
        else:
            piece.parts.append(character)
            self.at += 1
        return True

    def _quoted(self, piece: _Piece, quote: str) -> None:
        start = self.text.index(quote, self.at) + 1
        if quote == "'":
            match = self._match(_SINGLE)
            piece.parts.append(match[1] if match else self._unclosed(quote, start))
            return
        self.at = start
        parts: list[str] = []
        variables: list[Variable] = []
        while self.at < self.end:
            match = self._match(_IN_DOUBLE)
            if match is None:
                parts.append(self._expansion(variables))
            elif match[0] == quote:
                piece.variables += variables
                break
            else:
                parts.append(match[1] or match[2] or "")
        else:
            parts = [self._unclosed(quote, start)]
        inner = "".join(parts)
        piece.dynamic = piece.dynamic or "$" in inner or "`" in inner
        piece.parts.append(inner)

    def _unclosed(self, quote: str, start: int) -> str:
        """A quote without its partner: read on to the end of the line, as its author most likely meant."""
        self.open = True
        self._trouble("S_QUOTE", f"the quote {quote} is never closed", start - 1, start)
        self.at = self._line_end(start)
        return self.text[start : self.at]

    def _expansion(self, variables: list[Variable]) -> str:
        """What `$` or a backtick begins; the text stays as written."""
        start = self.at
        stop = -1
        if self.text.startswith("$((", start):
            stop = self.text.find("))", start, self.end) + 1
        elif self.text[start] == "`":
            stop = self.text.find("`", start + 1, self.end)
            if stop > 0:
                self._nested(start + 1, stop)
        if stop > 0:
            self.at = stop + 1
        elif self.text.startswith("$(", start):
            self._substitution(start + 1)
        elif match := self._match(_VARIABLE):
            name = re.match(r"\w*", match[1] if match[1] is not None else match[2])
            variables.append(Variable(name[0] if name else "", start, match.end()))
        else:
            self.at += 1
        return self.text[start : self.at]

    def _substitution(self, start: int) -> str:
        """`(...)` at `start`, read as commands of its own."""
        stop = _closing(self.text, start, self.end)
        self.open = self.open or stop is None
        self.at = self._line_end(start) if stop is None else stop + 1
        self._nested(start + 1, self.at if stop is None else stop)
        return self.text[start : self.at]

    def _nested(self, start: int, stop: int) -> None:
        """Commands inside: kept behind those that are finished, so that the drafts' places stay right."""
        if self.depth < _DEEPEST:
            inner = _Reader(self.text, start, stop, self.depth + 1)
            inner.run()
            self.commands += inner.commands
            self.troubles += inner.troubles

    # Commands.

    def _finish(self) -> None:
        draft, self._draft = self._draft, _Draft()
        words = draft.words
        if words and words[0].text in _HEADS and not words[0].quoted:
            self.nesting += words[0].text == "case"
            return
        wrappers, inner = unwrap(words)
        if not inner and wrappers:  # `sudo` alone
            inner, wrappers = [next(word for word in words if word.text == wrappers[0])], []
        if not inner:
            return
        stop = max([inner[-1].end, *(redirect.end for redirect in draft.redirects)])
        draft.index = len(self.commands)
        start, redirects = words[0].start, tuple(draft.redirects)
        self.commands.append(
            Command(tuple(inner), start, stop, tuple(wrappers), redirects, piped=draft.piped, depth=self.depth)
        )
        self._script_in_a_word(inner, wrappers)

    def _script_in_a_word(self, words: Sequence[Word], wrappers: Sequence[str]) -> None:
        """`watch 'kubectl get pods'`, `bash -c "..."`: a whole command in one quoted word."""
        word = words[0] if "watch" in wrappers and len(words) == 1 and " " in words[0].text else None
        if words[0].text in {"sh", "bash", "zsh"}:
            at = next((index for index, item in enumerate(words) if re.fullmatch(r"-[a-z]*c", item.text)), len(words))
            word = words[at + 1] if at + 1 < len(words) else None
        if word is not None and word.quoted and self.text[word.start + 1 : word.end - 1] == word.text:
            self._nested(word.start + 1, word.end - 1)


def _closing(text: str, start: int, end: int) -> int | None:
    """The offset of the `)` that closes the `(` at `start`."""
    depth = 0
    for match in _TOLD_APART.finditer(text, start, end):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0] == ")" and depth == 0:
            return match.start()
    return None
