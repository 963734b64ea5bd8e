"""What works instead: candidates for a refused command, the first one that the grammar accepts wins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from ...diagnostics.codes import Severity
from ...lib.nearest import nearest_value
from .findings import Finding
from .grammar.invocation import Invocation, parse
from .grammar.program import Grammar
from .grammar.resources import is_type, named
from .grammar.vocabulary import instead
from .lint import lint
from .reader import shell_parser as shell
from .reader.words import Command

Edit = tuple[int, int, str]  # start, end, new text
REFUSED = frozenset({"S_COMMAND", "S_FLAG", "S_REMOVED", "S_VALUE", "S_TYPE", "S_REQUIRED", "S_ARGUMENTS"})
_ADVISED = frozenset({"S_EXPANDED", "S_DRY_RUN"})
_PREFERRED: dict[tuple[str, ...], tuple[str, ...]] = {  # groups whose sub-command is mostly one, or harmless
    ("rollout",): ("status",),
    ("create", "secret"): ("generic", "docker-registry", "tls"),
    ("create", "service"): ("clusterip", "nodeport", "loadbalancer", "externalname"),
}


def correction(text: str, command: Command, finding: Finding, grammar: Grammar) -> str | None:
    """The whole command as it works, None when nothing plain is known.

    Args:
        text: The snippet that the command stands in.
        command: The command.
        finding: What is wrong with it.
        grammar: The grammar that refused it; every suggestion passes it.
    """
    if finding.code not in REFUSED | _ADVISED or (finding.severity is Severity.WARNING and not finding.replacement):
        return None
    call = parse(command, grammar)
    for edits in _candidates(call, finding, grammar):
        fixed = applied(text, command, edits)
        if passes(fixed, grammar, finding) and _keeps(fixed, call, finding):
            return fixed
    return None


def _keeps(fixed: str, call: Invocation, finding: Finding) -> bool:
    """Whether every word is still there but those that the finding is about: who drops a word means something else."""
    if call.bad and call.bad.name == "dry-run":
        return True  # `get TYPE --dry-run` was meant to be another command
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
    commands = shell.read(fixed).commands
    if not commands or len([command for command in commands if command.depth == 0]) != 1:
        return False
    found = {item.code for item in lint(parse(commands[0], grammar), grammar)}
    return not found & REFUSED and "S_BARE" not in found and finding.code not in found


def _candidates(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    first: list[Edit] = []
    if finding.replacement is not None:
        first = [(finding.start, finding.end, finding.replacement)]
        yield first
    if finding.code == "S_VALUE":
        yield from _two_dashes(call, finding)
    for make in _MAKERS.get(finding.code, ()):
        yield from make(call, finding, grammar)
    # Two faults at once: a better value, and then what else is wrong.
    if first and finding.code in REFUSED:
        for make in _MAKERS["S_ARGUMENTS"]:
            for more in make(call, finding, grammar):
                yield [*first, *more]


def _two_dashes(call: Invocation, finding: Finding) -> Iterator[list[Edit]]:
    """`-output yaml` is read as `-o utput`."""
    for word in call.command.words:
        name = word.text[1:].partition("=")[0]
        if word.start == finding.start and not word.text.startswith("--") and len(name) > 2 and call.node.flag(name):
            yield [(word.start, word.start, "-")]


def _guessed_type(name: str) -> str:
    """The type that an object's name gives away, "" when none does: `nginx-pod` is a pod."""
    words = re.split(r"[^a-z]+", name.lower())
    for word in reversed(words):
        found = named(word) if len(word) > 1 else None
        if found is not None:
            return found.kind.lower()
    return ""


def _with_type(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    del finding, grammar
    if not call.arguments or call.arguments[0].dynamic or not call.node.wants_type or is_type(call.arguments[0].text):
        return
    word = call.arguments[0]
    head, slash, tail = word.text.partition("/")
    kind = _guessed_type(head)
    if kind and slash:
        yield [(word.start, word.end, f"{kind}/{tail}")]
    elif kind:
        yield [(word.start, word.start, f"{kind} ")]
        yield [(word.start, word.end, f"{kind}/{word.text}")]


def _with_name(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    """The name of an object after that of its image; `-f` before a file."""
    del finding, grammar
    image = (call.value("image") or "").rpartition("/")[2].partition(":")[0].partition("@")[0]
    if not call.arguments and re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", image):
        place = call.path_words[-1].end
        yield [(place, place, f" {image}")]
    elif len(call.arguments) == 1 and call.arguments[0].text.endswith((".yaml", ".yml", ".json")):
        place = call.arguments[0].start
        yield [(place, place, "-f ")]


def _as_paths(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    """`pods nginx pod/redis` and `pod/nginx redis`: every object as TYPE/NAME; `exec POD COMMAND` lacks its `--`."""
    del finding, grammar
    words = call.arguments
    if len(words) < 2:
        return
    if call.node.path == ("exec",) and call.rest is None:
        yield [(words[1].start, words[1].start, "-- ")]
    kind, slash, _ = words[0].text.partition("/")
    paths = [word.text.partition("/")[0] for word in words if "/" in word.text]
    if is_type(kind) and paths and all(map(is_type, paths)):
        first = [] if slash else [(words[0].start, words[1].start, "")]
        rest = [word for word in words[1:] if "/" not in word.text and "=" not in word.text]
        yield [*first, *((word.start, word.start, f"{kind}/") for word in rest)]


def _with_subcommand(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    word = call.arguments[0] if call.arguments else None
    if word is None:
        return
    kind = named(word.text.partition("/")[0])
    for name in _PREFERRED.get(call.node.path, ()):
        yield [(word.start, word.start, f"{name} ")]
    if not call.node.path and "/" in word.text and kind is not None:
        yield [(word.start, word.start, "describe ")]
    del finding, grammar


def _without_flag(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    """`get TYPE --dry-run=client -o yaml` was meant to be `create TYPE`; a flag is unknown where a sub-command lacks."""
    del finding, grammar
    bad = call.bad
    if bad is None:
        return
    start = call.path_words[1].start if len(call.path_words) > 1 else None
    if bad.name == "dry-run" and call.node.path == ("get",) and start is not None and len(call.arguments) == 1:
        kind = named(call.arguments[0].text)
        recipe = instead("created").get(kind.plural) if kind else None
        if recipe:
            yield [(start, call.arguments[0].end, recipe)]
    if call.node.children and call.arguments:
        word = call.arguments[0]
        meant = nearest_value(word.text, call.node.child_names)
        if meant:
            yield [(word.start, word.end, meant)]
        for name in _PREFERRED.get(call.node.path, ()):
            yield [(word.start, word.start, f"{name} ")]


def _quoted_for_the_container(call: Invocation, finding: Finding, grammar: Grammar) -> Iterator[list[Edit]]:
    """`-- echo $X` becomes `-- sh -c 'echo $X'`."""
    del finding, grammar
    if not call.rest:
        return
    words = call.rest
    if words[0].text in {"sh", "bash", "ash", "/bin/sh", "/bin/bash", "zsh"}:
        return
    inner = " ".join(_plain(word.text) for word in words)
    if "'" not in inner:
        yield [(words[0].start, words[-1].end, f"sh -c '{inner}'")]


def _plain(text: str) -> str:
    return f'"{text}"' if re.search(r"\s", text) else text


_Maker = Callable[[Invocation, Finding, Grammar], Iterator[list[Edit]]]
_MAKERS: dict[str, tuple[_Maker, ...]] = {
    "S_TYPE": (_with_type,),
    "S_ARGUMENTS": (_as_paths, _with_name, _with_type),
    "S_REQUIRED": (),
    "S_COMMAND": (_with_subcommand,),
    "S_FLAG": (_without_flag,),
    "S_REMOVED": (_without_flag,),
    "S_VALUE": (),
    "S_EXPANDED": (_quoted_for_the_container,),
}
