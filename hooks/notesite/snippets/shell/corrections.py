"""What works instead: candidates for a refused command, the first one that the grammar accepts wins.

Whoever reads "use `...`" takes it for what the author meant.  So no candidate is a guess: it adds or changes what the words
themselves give away, and drops none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import zip_longest

from ...diagnostics.diagnostic import Severity
from ...lib.light import lazy
from .grammar.invocation import Invocation, parse
from .grammar.program import Grammar
from .grammar.resources import full_names, is_file, is_type, named
from .lint import SHELLS, lint, may_be_plugin
from .reader import shell_parser as shell
from .reader.words import Command, Finding, judged_as

Edit = tuple[int, int, str]  # start, end, new text
REFUSED = frozenset({"S_COMMAND", "S_FLAG", "S_REMOVED", "S_VALUE", "S_TYPE", "S_REQUIRED", "S_ARGUMENTS"})
_ADVISED = frozenset({"S_EXPANDED", "S_DRY_RUN"})


def correction(text: str, command: Command, finding: Finding, grammar: Grammar) -> str | None:
    """The whole command of the snippet `text` as it works, None when nothing plain is known.

    The `grammar` is the one that refused the command; every suggestion passes it.
    """
    if finding.code not in REFUSED | _ADVISED or (finding.severity is Severity.WARNING and not finding.replacement):
        return None
    call = parse(command, grammar)
    for edits in _candidates(call, finding):
        fixed = applied(text, command, edits)
        is_spaced = fixed.replace(" ", "") == applied(text, command, []).replace(" ", "")  # and nothing else
        if (is_spaced or _keeps(fixed, call, finding)) and passes(fixed, grammar, finding):
            return fixed
    return None


def _keeps(fixed: str, call: Invocation, finding: Finding) -> bool:
    """Whether every word is still there but those that the finding is about: who drops a word means something else."""
    after = Counter(word.text.rpartition("/")[2] for word in shell.read(fixed).commands[0].words)
    quoted = {word.start for word in call.rest or ()}  # `-- echo $X` becomes one word
    before = [word for word in call.command.words if word.end <= finding.start or finding.end <= word.start]
    return not Counter(word.text.rpartition("/")[2] for word in before if word.start not in quoted) - after


def applied(text: str, command: Command, edits: list[Edit]) -> str:
    """The command on one line, with the edits made; their places are those of the text."""
    stop = max([command.words[-1].end, *(edit[1] for edit in edits if edit[1] <= command.end), command.end])
    start = command.words[0].start
    source = text[start:stop]
    for first, last, new in sorted(edits, reverse=True):
        source = source[: first - start] + new + source[last - start :]
    return re.sub(r"[ \t]*\\[ \t]*\r?\n[ \t]*(?:>[ \t])?", " ", source).strip()


def passes(fixed: str, grammar: Grammar, finding: Finding) -> bool:
    """Whether the grammar takes the command, and what was found is gone."""
    script = shell.read(fixed)
    commands = [command for command in script.commands if command.depth == 0]
    if len(commands) != 1 or script.troubles:
        return False
    call = parse(judged_as(commands[0])[0], grammar)
    found = {item.code for item in lint(call, grammar)}
    return not may_be_plugin(call) and not found & REFUSED and "S_BARE" not in found and finding.code not in found


def _candidates(call: Invocation, finding: Finding) -> Iterator[list[Edit]]:
    new = finding.replacement
    if new is not None:
        at = finding.start, finding.end
        quoted = any(word.quoted for word in call.command.words if (word.start, word.end) == at)
        if not (quoted and ("'" in new or "$" in new)):
            yield [(finding.start, finding.end, f"'{new}'" if quoted else new)]
    for make in _MAKERS.get(finding.code, ()):
        yield from make(call)


def _with_blanks(call: Invocation) -> Iterator[list[Edit]]:
    """`web--replicas=4`, `-- replicas=4`, `--image= nginx`, `web-o yaml`: a blank is missing, or one too many."""
    words = call.command.words[1:]
    found: list[Edit] = []
    for word, following in zip_longest(words, words[1:]):
        glued = _GLUED.fullmatch(word.text) if len(word.text) == word.end - word.start else None
        if glued and (
            call.node.flag(glued[2][2:]) if glued[2][1] == "-" else following and glued[2][1] in call.node.short
        ):
            found.append((word.start + glued.start(2), word.start + glued.start(2), " "))
        elif following and (
            (word.text == "--" and call.node.flag(following.text.partition("=")[0])) or _OPEN.fullmatch(word.text)
        ):
            found.append((word.end, following.start, ""))
    if found:
        yield found


_GLUED = lazy(r"(.*[^-])(--[a-z][a-z-]+|-[a-z]$)(?:=.*)?")
_OPEN = lazy(r"--[a-z-]+=")


def _with_type(call: Invocation) -> Iterator[list[Edit]]:
    """`delete nginx-pod`: an object whose name ends in its type."""
    if not call.arguments:
        return
    word = call.arguments[0]
    head, slash, tail = word.text.partition("/")
    kind = named(head.rpartition("-")[2]) if head.rpartition("-")[2] in full_names() else None
    if kind is None or is_type(head) or not call.node.wants_type or not _NAME.fullmatch(head):
        return
    if slash:
        yield [(word.start, word.end, f"{kind.kind.lower()}/{tail}")]
    else:
        yield [(word.start, word.start, f"{kind.kind.lower()} ")]
        yield [(word.start, word.start, f"{kind.kind.lower()}/")]


def _with_file(call: Invocation) -> Iterator[list[Edit]]:
    """`apply web.yaml`: `-f` before each file."""
    names = [use.value or "" for use in call.uses("filename")]
    files = [word for word in call.arguments if is_file(word.text)]
    if files and files == call.arguments and not any(name[:1] == "-" for name in names):
        yield [(word.start, word.start, "-f ") for word in files]


def _with_name(call: Invocation) -> Iterator[list[Edit]]:
    """`run --image=nginx`: what is created has the name of its image."""
    image = (call.value("image") or "").rpartition("/")[2].partition(":")[0].partition("@")[0]
    if not call.arguments and call.node.path[0] in {"run", "create"} and _NAME.fullmatch(image):
        yield [(call.path_words[-1].end, call.path_words[-1].end, f" {image}")]


def _as_paths(call: Invocation) -> Iterator[list[Edit]]:
    """`pods nginx pod/redis` and `pod/nginx redis`: every object as TYPE/NAME; `exec POD COMMAND` lacks its `--`."""
    words = call.arguments
    if len(words) < 2 or call.node.path[0] == "set":  # where the second word is a container
        return
    after = any(use.word.start > words[1].start for use in call.flags)  # kubectl's flag, or that of the command?
    if call.node.path == ("exec",) and call.rest is None and words[1].text != "-" and not after:  # of a `--` torn apart
        yield [(words[1].start, words[1].start, "-- ")]
    kind, slash, _ = words[0].text.partition("/")
    paths = [word.text.partition("/")[0] for word in words if "/" in word.text]
    names = [word for word in words[1:] if "/" not in word.text]
    if {f"{kind}/{word.text}" for word in names} & {word.text for word in words}:
        return  # the same object twice
    plain = all(_NAME.fullmatch(word.text) and not is_type(word.text) and word.text != "kubectl" for word in names)
    if paths and all(map(is_type, {kind, *paths})) and plain:
        first = [] if slash else [(words[0].start, words[1].start, "")]
        yield [*first, *((word.start, word.start, f"{kind}/") for word in names)]


_NAME = lazy(r"[a-z]([a-z0-9.-]*[a-z0-9])?")


def _with_subcommand(call: Invocation) -> Iterator[list[Edit]]:
    """`create secret db --from-literal=a=b`: only one of the sub-commands has such a flag."""
    flags = [word.text[2:].partition("=")[0] for word in call.command.words if word.text.startswith("--")]
    fitting = [
        child for name, child in call.node.below.items() if name in call.node.children and all(map(child.flag, flags))
    ]
    is_there = any(word.text in call.node.below for word in call.arguments)
    if flags and call.node.path and call.arguments and len(fitting) == 1 and not is_there:
        yield [(call.arguments[0].start, call.arguments[0].start, f"{fitting[0].path[-1]} ")]


def _quoted_for_the_container(call: Invocation) -> Iterator[list[Edit]]:
    """`-- echo $X` becomes `-- sh -c 'echo $X'`."""
    words = call.rest or []
    inner = " ".join(f'"{word.text}"' if re.search(r"\s", word.text) else word.text for word in words)
    if words and words[0].text not in SHELLS and "'" not in inner:
        yield [(words[0].start, words[-1].end, f"sh -c '{inner}'")]


_OBJECTS = (_with_file, _as_paths, _with_name, _with_type)
_BLANKS = (_with_blanks,)
_MAKERS: dict[str, tuple[Callable[[Invocation], Iterator[list[Edit]]], ...]] = {
    "S_FLAG": _BLANKS,
    "S_REQUIRED": _BLANKS,
    "S_VALUE": _BLANKS,
    "S_TYPE": _BLANKS + _OBJECTS,
    "S_ARGUMENTS": _BLANKS + _OBJECTS,
    "S_COMMAND": (_with_subcommand,),
    "S_EXPANDED": (_quoted_for_the_container,),
}
