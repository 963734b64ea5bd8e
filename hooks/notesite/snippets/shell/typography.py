"""Dashes and quotes that a word processor or a web page put in place of those of a keyboard.

No shell takes them for flags and quotes, and what a program makes of them is not what is meant, even where it takes the
word for a name and says nothing.
"""

from __future__ import annotations

from ...diagnostics.diagnostic import Severity
from ...lib.light import lazy
from .grammar.vocabulary import words
from .reader.words import Command, Finding, Word

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_FLAG = lazy(rf"[-{_DASHES}]+([A-Za-z0-9][A-Za-z0-9_{_DASHES}-]*)")
_INNER = lazy(f"[{_DASHES}]")
_COMMAND = lazy(rf"[a-z]+[{_DASHES}][a-z]+")
_QUOTED = lazy("(?:[\\w./,:-]*=)?([\u201c\u201d\u201e\u00ab\u2018\u2019\u201a])")
_IN_QUOTES = lazy("'[^']*(?:'|\\Z)|\"[^\"]*(?:\"|\\Z)|([\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019\u201a])")
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"') | dict.fromkeys("\u2018\u2019\u201a", "'"))
# Short flags in one word.
_BUNDLES = frozenset(["it", "ti", "itd", "dit", "nv", "xvf", "xzf", "la", "al", "rf", "fr", "aux", "Lo", "LO"])


def slip(command: Command, text: str) -> tuple[Finding, list[tuple[int, int, str]]] | None:
    """The first character of a command of `text` that is not the one of the keyboard, and edits that mend all of them."""
    if command.program not in words("keyboards") or text[command.start : command.end].isascii():
        return None
    found: list[Finding] = []
    edits: list[tuple[int, int, str]] = []
    for index, word in enumerate(command.words[1:]):
        raw = text[word.start : word.end]
        quote = _QUOTED.match(raw)
        if quote:
            found.append(_named("S_QUOTE", quote[1], quote[1].translate(_QUOTES), word))
        name = raw.partition("=")[0]
        wrong = next((character for character in name if character in _DASHES), "")
        right = _keyed(name, is_command=index == 0) if wrong else ""
        if wrong and not name.strip(_DASHES) and command.words[1].text in {"exec", "run", "debug"}:
            right = "--"
        if right:
            plain = "--" if right.startswith("--") and (name[1:2] or "x") not in f"-{_DASHES}" else "-"
            found.append(_named("S_FLAG", wrong, plain, word))
            edits.append((word.start, word.start + len(name), right))
    if any(item.code == "S_QUOTE" for item in found):
        quotes = _IN_QUOTES.finditer(text, command.words[0].start, command.end)
        edits += [(quote.start(), quote.end(), quote[1].translate(_QUOTES)) for quote in quotes if quote[1]]
    return (found[0], edits) if found else None


def _named(code: str, wrong: str, right: str, word: Word) -> Finding:
    return Finding.at(code, f"`{wrong}` is not `{right}`", word, severity=Severity.WARNING)


def _keyed(name: str, *, is_command: bool) -> str:
    """The name of a flag or a sub-command as the keyboard has it, "" when it is neither."""
    plain = _INNER.sub("-", name)
    match = _FLAG.fullmatch(name)
    if match is None:
        return plain if is_command and _COMMAND.fullmatch(name) else ""
    body = _INNER.sub("-", match[1])
    return ("-" if len(body) == 1 or body in _BUNDLES else "--") + body
