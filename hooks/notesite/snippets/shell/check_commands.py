"""Shell fences -> verdicts for readers and findings for authors.

    verdicts, report = check(notes.fences, is_shell=..., grammars=chosen(("1.31", "1.37")))

A fence that holds commands of unknown programs only is skipped, and counted: never reported as fine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from ...diagnostics.codes import Severity
from ...diagnostics.diagnostic import Diagnostic, Report, Skipped, finding
from ...diagnostics.place import Span
from ...lib.patterns import lazy
from ...notes.model import Fence
from .corrections import REFUSED, correction
from .created import created
from .danger import system_dangers
from .findings import Finding
from .grammar.invocation import parse
from .grammar.program import Grammar, available, load
from .lint import is_custom, is_plugin, lint
from .reader import shell_parser as shell
from .reader.words import Command, Heredoc, Script

Grammars = Mapping[str, Sequence[Grammar]]  # program -> versions, the one that marks are about last

# Other names of a program, and programs that pass their arguments on to it.
_ALIASES = {"k": "kubectl", "kubectl.exe": "kubectl", "microk8s.kubectl": "kubectl", "minikube.exe": "minikube"}
_PASSING_ON = {"minikube": "kubectl", "microk8s": "kubectl", "k3s": "kubectl", "k0s": "kubectl"}
_YAML_FILE = lazy(r"\.ya?ml$", re.IGNORECASE)
_MANIFEST = lazy(r"^(?:apiVersion|kind)[ \t]*:", re.MULTILINE)


class Status(StrEnum):
    """What was found out about one command or one fence."""

    VALID = "valid"  # checked against a grammar, and right
    INVALID = "invalid"  # checked, and refused
    SKIPPED = "skipped"  # a program, a plugin or a custom type that no grammar knows
    EMPTY = "empty"  # no command at all


class Checked(NamedTuple):
    """One command of a fence."""

    text: str  # as written, prompts left out
    program: str
    status: Status
    against: str  # "kubectl 1.37", "" when skipped
    span: Span
    correction: str | None = None  # the whole command as it works
    reason: str = ""  # why it is refused or skipped


class Embedded(NamedTuple):
    """YAML in a here-document: a snippet of its own, for the snippet checks."""

    text: str
    fence: Fence  # whose `within` maps places of `text` to the notes
    expanded: bool  # the shell replaces `$NAME` in it first


class Defined(NamedTuple):
    """An object that a command of the notes creates."""

    kind: str
    name: str
    keys: frozenset[str] | None  # None: unknown, they come from files
    span: Span


class CommandVerdict(NamedTuple):
    """What readers see about one fence."""

    fence: Fence
    status: Status
    commands: tuple[Checked, ...]
    mark: str  # "Checked against kubectl 1.37", "" when nothing was checked
    cautions: tuple[str, ...]  # "`kubectl delete all --all` deletes every ..."
    copy_text: str  # the commands without prompts and without output
    corrected: str | None = None  # the same with everything that is refused in its working form, None where not known
    embedded: tuple[Embedded, ...] = ()
    defined: tuple[Defined, ...] = ()


def chosen(kubectl: Sequence[str] = ()) -> Grammars:
    """The bundled grammars: the newest of every program, for kubectl the given versions ("1.31", "1.37").

    Raises:
        KeyError: There is no grammar of a version; the message names those that there are.
    """
    found: dict[str, Sequence[Grammar]] = {}
    for program, versions in available().items():
        wanted = sorted(kubectl, key=_sortable) if program == "kubectl" and kubectl else versions[-1:]
        missing = [version for version in wanted if version not in versions]
        if missing:
            raise KeyError(f"no grammar of {program} {missing[0]}; there are {', '.join(versions)}")
        found[program] = tuple(load(program, version) for version in wanted)
    return found


def _sortable(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def check(
    fences: Iterable[Fence],
    *,
    is_shell: Callable[[Fence], bool],
    grammars: Grammars | None = None,
    extra_types: Iterable[str] = (),
) -> tuple[tuple[CommandVerdict, ...], Report]:
    """Check every fence that holds shell text.

    Args:
        fences: The fences of the notes.
        is_shell: Whether a fence holds commands; goes by content, not by label.
        grammars: What to check against; the newest bundled grammars when None.
        extra_types: Names of custom resource types (plural, singular, short) that the notes define.

    Returns:
        One verdict for each shell fence, and the findings about all of them.
    """
    known = chosen() if grammars is None else grammars
    types = frozenset(name.lower() for name in extra_types)
    verdicts, diagnostics, skipped, checked = [], [], [], 0
    for fence in fences:
        if not is_shell(fence):
            continue
        verdict, found = check_fence(fence, known, types)
        verdicts.append(verdict)
        diagnostics += found
        checked += sum(item.status is not Status.SKIPPED for item in verdict.commands)
        skipped += [
            Skipped(item.text, item.reason, item.span) for item in verdict.commands if item.status is Status.SKIPPED
        ]
    diagnostics.sort(key=lambda item: item.sort_key)
    return tuple(verdicts), Report(tuple(diagnostics), tuple(skipped), checked)


def check_fence(
    fence: Fence, grammars: Grammars, extra_types: frozenset[str] = frozenset()
) -> tuple[CommandVerdict, list[Diagnostic]]:
    """Check one fence that holds shell text."""
    script = shell.read(fence.text)
    place = _Places(fence, script)
    diagnostics = [
        finding(item.code, item.message, place.span(item.start, item.end), replacement=item.replacement)
        for item in script.troubles
    ]
    results, cautions, defined = [], [], []
    right: list[tuple[int, int, str]] = []  # commands that are refused, and how they work
    for command, program in _calls(script):
        text = _source(script, command)
        diagnostics += _remarks(command, place)
        cautions += [f"`{text}` {what}." for what, _ in system_dangers(command)]
        diagnostics += [
            finding("S_DANGER", f"`{text}` {what}", place.span(word.start, word.end))
            for what, word in system_dangers(command)
        ]
        versions = grammars.get(program, ())
        if not versions:
            results.append(_skipped(command, text, program, f"no grammar for {command.program}", place))
            continue
        grammar = versions[-1]
        call = parse(command, grammar)
        found = _found(command, versions, extra_types)
        refused = next((item for item in found if item.code in REFUSED and _level(item) is Severity.ERROR), None)
        if refused is None and program == "kubectl" and is_plugin(call):
            reason = f"{call.arguments[0].text} is a plugin of kubectl"
            results.append(_skipped(command, text, program, reason, place))
            continue
        for item in found:
            fixed = correction(fence.text, command, item, grammar, fence.lead)
            diagnostics.append(_diagnostic(item, command, text, fixed, place))
            if item.code == "S_DANGER":
                cautions.append(f"`{text}` {item.message}.")
        fixed = correction(fence.text, command, refused, grammar, fence.lead) if refused else None
        if fixed:
            right.append((command.words[0].start, command.end, fixed))
        unsure = refused is None and (is_custom(call, extra_types) or any(item.code == "S_TYPE" for item in found))
        if unsure:
            results.append(
                _skipped(command, text, program, f"{call.arguments[0].text} is a custom resource type", place)
            )
            continue
        span = place.span(command.words[0].start, command.end)
        status = Status.INVALID if refused else Status.VALID
        results.append(Checked(text, program, status, grammar.title, span, fixed, refused.message if refused else ""))
        if program == "kubectl":
            defined += [
                Defined(item.kind, item.name, item.keys, place.span(item.word.start, item.word.end))
                for item in created(call)
            ]
    verdict = CommandVerdict(
        fence,
        _overall(results),
        tuple(results),
        _mark(results),
        tuple(dict.fromkeys(cautions)),
        script.copy_text,
        _corrected(script, right, results),
        tuple(_embedded(script, fence)),
        tuple(defined),
    )
    return verdict, diagnostics


def _diagnostic(item: Finding, command: Command, text: str, fixed: str | None, place: _Places) -> Diagnostic:
    """A finding in its place; `fixed` is the whole command as it works."""
    span = place.span(item.start, item.end)
    if item.code == "S_DANGER":
        return finding(item.code, f"`{text}` {item.message}", span, severity=item.severity)
    if not fixed:
        return finding(item.code, item.message, span, severity=item.severity)
    message = f"{item.message}: use `{fixed}`"
    replaces = place.span(command.words[0].start, command.end)
    return finding(
        item.code, message, span, severity=item.severity, replacement=fixed, replaces=replaces, reason=item.message
    )


def _corrected(script: Script, right: Sequence[tuple[int, int, str]], results: Sequence[Checked]) -> str | None:
    """The commands of a block as they work: without prompts, without output."""
    if not right or len(right) < sum(item.status is Status.INVALID for item in results):
        return None
    text, masked = script.text, script.masked
    for start, end, fixed in sorted(right, reverse=True):
        text, masked = text[:start] + fixed + text[end:], masked[:start] + fixed + masked[end:]
    return script._replace(text=text, masked=masked).copy_text


def _found(command: Command, versions: Sequence[Grammar], extra_types: frozenset[str]) -> list[Finding]:
    """Findings of the newest version, and what older ones refuse on top."""
    *olders, grammar = versions
    found = list(lint(parse(command, grammar), grammar, extra_types))
    if any(item.code in REFUSED for item in found):
        return found
    for older in olders:
        for item in lint(parse(command, older), older, extra_types):
            if item.code in REFUSED:
                message = f"{older.title} refuses this: {item.message}"
                found.append(item._replace(code="S_VERSION", message=message, severity=None, replacement=None))
    return found


def _level(item: Finding) -> Severity:
    return item.severity or Severity.ERROR


def _calls(script: Script) -> Iterator[tuple[Command, str]]:
    """Every command with the program that judges it; `minikube kubectl -- get pods` is kubectl's."""
    for command in script.commands:
        program = _ALIASES.get(command.program, command.program)
        passed_to = _PASSING_ON.get(program)
        words = command.words
        if passed_to and len(words) > 1 and words[1].text == passed_to:
            rest = words[3:] if len(words) > 2 and words[2].text == "--" else words[2:]
            yield command._replace(words=(words[1], *rest)), passed_to
        elif words[0].dynamic:
            yield command, ""
        else:
            yield command, program


def _remarks(command: Command, place: _Places) -> Iterator[Diagnostic]:
    """What can be said about any program."""
    first = command.words[0]
    if first.text.startswith("-") and first.text.strip("-.=") and not first.dynamic and command.depth == 0:
        message = "this line begins with a flag: the line before it lacks a backslash at its end"
        yield finding("S_CONTINUATION", message, place.span(first.start, first.end))
    found = next(
        (word for word in command.words if word.placeholder and not word.quoted and word.text.count("<")), None
    )
    if found is not None:
        message = f"{found.text} is a placeholder; pasted as it stands, the shell takes `<` and `>` for redirections"
        yield finding("S_PLACEHOLDER", message, place.span(found.start, found.end))


def _source(script: Script, command: Command) -> str:
    """The command as written, on one line, prompts left out."""
    written = script.masked[command.words[0].start : command.end]
    return re.sub(r"\s*\\[ \t]*\r?\n\s*", " ", written).strip()


def _skipped(command: Command, text: str, program: str, reason: str, place: _Places) -> Checked:
    return Checked(text, program, Status.SKIPPED, "", place.span(command.words[0].start, command.end), None, reason)


def _overall(results: Sequence[Checked]) -> Status:
    states = {item.status for item in results}
    return next((s for s in (Status.INVALID, Status.VALID, Status.SKIPPED) if s in states), Status.EMPTY)


def _mark(results: Sequence[Checked]) -> str:
    against = list(dict.fromkeys(item.against for item in results if item.status is not Status.SKIPPED))
    if not against:
        return ""
    titles = " and ".join(against)
    wrong = any(item.status is Status.INVALID for item in results)
    return f"Does not work with {titles}" if wrong else f"Checked against {titles}"


def _embedded(script: Script, fence: Fence) -> Iterator[Embedded]:
    """YAML in here-documents."""
    commands = script.commands
    for index, command in enumerate(commands):
        follower = commands[index + 1] if index + 1 < len(commands) else None
        for heredoc in command.heredocs:
            if _is_yaml(heredoc, command, follower):
                yield Embedded(heredoc.text, _part(fence, script, heredoc), not heredoc.quoted)


def _is_yaml(heredoc: Heredoc, command: Command, follower: Command | None) -> bool:
    targets = [item.target.text for item in command.redirects if item.target is not None]
    files = [*targets, *(word.text for word in command.words if command.program == "tee")]
    if any(_YAML_FILE.search(name) for name in files):
        return True
    readers = [command, *([follower] if follower is not None and follower.piped else [])]
    if any(
        reader.program in {"kubectl", "k"} and any(w.text in {"-", "-f-"} for w in reader.words) for reader in readers
    ):
        return True
    return bool(_MANIFEST.search(heredoc.text))


def _part(fence: Fence, script: Script, heredoc: Heredoc) -> Fence:
    """The here-document as a fence of its own, its places those of the notes."""
    first = script.place(heredoc.start)[0]
    count = heredoc.text.count("\n") + (not heredoc.text.endswith("\n") and bool(heredoc.text))
    origins = fence.origins[first - 1 : first - 1 + count]
    span = Span(fence.position(first, 1), fence.position(first + max(count - 1, 0), 1))
    return fence._replace(info="yaml", text=heredoc.text, origins=origins, span=span)


class _Places(NamedTuple):
    """Offsets of a snippet -> spans of the notes."""

    fence: Fence
    script: Script

    def span(self, start: int, end: int) -> Span:
        """From `start` up to, not including, `end`; at least one character."""
        first = self.fence.position(*self.script.place(start))
        last = self.fence.position(*self.script.place(max(end - 1, start)))
        return Span(first, last._replace(column=last.column + 1))
