"""A shell fence -> a verdict for readers and findings for authors; all of them together: `command_verdict.check`.

    verdict, findings = check_fence(fence, chosen(("1.31", "1.37")))

A fence that holds commands of unknown programs only is skipped, and counted: never reported as fine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from ...diagnostics.diagnostic import Diagnostic, Severity, Span, finding
from ...lib.light import Any, lazy
from ...lib.nearest import edits
from ...notes.model import Fence
from ..language.languages import is_known_command
from ..yaml.snippet_verdict import Status
from ..yaml.yaml_fault import Defined
from . import typography
from .command_verdict import Checked, CommandVerdict
from .corrections import REFUSED, applied, correction, passes
from .effects import created, embedded, system_dangers
from .grammar.invocation import Invocation, parse
from .grammar.program import Grammar, available, load
from .grammar.resources import Known, is_type
from .grammar.vocabulary import words
from .lint import NOTHING_KNOWN, is_synopsis, lint, not_a_command, unknown
from .reader import shell_parser as shell
from .reader.words import Command, Finding, judged_as

Grammars = Mapping[str, Sequence[Grammar]]  # program -> versions, the one that marks are about last


@cache
def chosen(kubernetes: tuple[str, ...] = ()) -> Grammars:
    """The bundled grammars, the newest of every program last.

    Of Helm both versions are in use.  Of kubectl it is the newest, and before it those of the given Kubernetes versions
    ("1.25", "1.31") that have a grammar of their own; what other versions take is not known, and nothing is said of them.
    """
    wanted = {".".join(version.split(".")[:2]) for version in kubernetes}
    return {
        program: tuple(load(program, v) for v in versions if v in {*wanted, versions[-1]} or program == "helm")
        for program, versions in available().items()
    }


_NAMED = lazy(r"\b(?:(?:pods?|po|deploy(?:ments?)?)[ /]|run )([a-z][a-z0-9]*)\b(?!-)")


def own_words(fence: Fence) -> tuple[frozenset[str], frozenset[str]]:
    """What the commands of a fence say about words: objects that they name or create, and variables that they set."""
    calls = (line.partition("kubectl ")[2].partition("#")[0].partition("|")[0] for line in fence.text.split("\n"))
    names = {name for call in calls for name in _NAMED.findall(call)}  # after their type, or created
    custom = words("custom") if names else frozenset()  # types of well-known products
    return frozenset(names) - custom, frozenset(
        _SET.findall(fence.text) if not {"=", "$"}.isdisjoint(fence.text) else ()
    )


# A variable that a command sets, so that its author means the local shell's.
_SET = lazy(
    r"(?:^|[;&|({]|\b(?:export|local|do|then|set|for|read)[ \t])[ \t]*([A-Za-z_]\w*)(?:=|[ \t]+in\b|[ \t]*$)",
    re.MULTILINE,
)


def check_fence(
    fence: Fence, grammars: Grammars, known: Known = NOTHING_KNOWN
) -> tuple[CommandVerdict, tuple[Diagnostic, ...]]:
    """Check one fence that holds shell text."""
    checker = _Checker(fence, grammars, known)
    for command, program in checker.commands:
        checker.add(command, program)
    copied, cautions = checker.script.copy_text, tuple(dict.fromkeys(checker.cautions))
    shown = (tuple(checker.results), cautions, copied, checker.corrected(), tuple(embedded(checker.script, fence)))
    return CommandVerdict(fence, *shown, tuple(checker.defined)), tuple(checker.diagnostics)


class _Checker:
    """Goes through the commands of one fence."""

    def __init__(self, fence: Fence, grammars: Grammars, known: Known) -> None:
        self.fence = fence
        self.grammars = grammars
        self.known = known
        self.script = shell.read(fence.text)
        self.commands = list(map(judged_as, self.script.commands))
        self.near = (fence.lead, *(heading.text for heading in fence.trail[-2:]))
        named = (text for text in (fence.text, *self.near) if "2" in text or "iller" in text)
        self.helm_2 = any(re.search(r"\b(?:helm ?v?2\b|tiller\b(?!-))", text, re.IGNORECASE) for text in named)
        least = 3 + any(len(one.words) > 2 for one, _ in self.commands)
        listed = len(self.commands) >= least and all(map(_is_bare, self.commands))
        unfinished = len(self.commands) == 1 and fence.lead.rstrip()[-1:].isalpha()  # a sentence that goes on below
        self.short = listed or unfinished or fence.label == "text" or any(map(_SPEAKS_OF.search, self.near))
        self.short |= any(word.text in _AND_SO_ON for one, _ in self.commands for word in one.words)
        self.diagnostics: list[Diagnostic] = []
        self.results: list[Checked] = []
        self.cautions: list[str] = []
        self.defined: list[Defined] = []
        self._right: dict[int, tuple[int, str]] = {}  # where a refused command begins -> where it ends, how it works
        self._begun = 0  # how many findings there were before that command
        self._before: Invocation | None = None  # the command of a known program that was read last
        lines = self._known_lines() if self.script.troubles else frozenset()
        for item in self.script.troubles:
            whole = _WHOLE_LINE.split(fence.text[: item.start])[-1] if item.code != "S_QUOTE" else ""
            if not _NOT_TYPED.match(whole) and (
                item.code != "S_QUOTE" or self.script.lines.place(item.start)[0] in lines
            ):
                self._say(item, item.replacement)

    def _known_lines(self) -> frozenset[int]:
        """Lines with a command of a program that has a grammar: in others an apostrophe may be one of a sentence."""
        line = self.script.lines.place
        known = (command for command, program in self.commands if program in self.grammars)
        return frozenset(n for one in known for n in range(line(one.start)[0], line(one.end)[0] + 1))

    def _span(self, start: int, end: int) -> Span:
        """From `start` up to, not including, `end`; at least one character."""
        first = self.fence.position(*self.script.lines.place(start))
        last = self.fence.position(*self.script.lines.place(max(end - 1, start)))
        return Span(first, last._replace(column=last.column + 1))

    def add(self, command: Command, program: str) -> None:
        """One command: what is to be said about it, and what became of it."""
        written = self.script.masked[command.words[0].start : command.end]
        text = re.sub(r"\s*\\[ \t]*\r?\n\s*", " ", written).strip()  # on one line, prompts left out
        versions = self.grammars.get(program, ())
        for what, word in system_dangers(command):
            self._warn(Finding.at("S_DANGER", what, word), text)
        self._remark_continuation(command)
        if self._typographic(command, versions) and versions:
            self._became(command, text, Status.INVALID, versions[-1].title)
        elif versions:
            self._against(command, program, text, versions)
        elif self._misspelt(command):
            self._became(command, text, Status.INVALID)
        else:
            self._remark_placeholder(command)
            nothing = "a flag or output, no command" if text.startswith("-") else f"no grammar for {command.program}"
            self._became(command, text, Status.SKIPPED, reason=nothing)

    def _misspelt(self, command: Command) -> bool:
        """`kubetl get pods`: one slip, and a sub-command after it."""
        first, *others = command.words
        newest = self.grammars["kubectl"][-1]
        named = bool(others) and others[0].text in newest.root.below and first.text != "kubectx"
        slip = named and first.text[0] in "kK" and edits(first.text, "kubectl", 1) == 1
        if slip:
            said = Finding.at("S_COMMAND", f"`{first.text}` is `kubectl` misspelt", first)
            fixed = applied(self.fence.text, command, [(first.start, first.end, "kubectl")])
            self._propose(said, fixed if passes(fixed, newest, said) else None, command, refused=True)
        return slip

    def _against(self, command: Command, program: str, text: str, versions: Sequence[Grammar]) -> None:
        """A command of a program that has grammars."""
        grammar = versions[-1]
        call = self._before = parse(command, grammar)
        self._begun = len(self.diagnostics)
        reason = not_a_command(call, self.fence.text[command.end :], grammar.root)
        if program == "helm" and self.helm_2:
            reason = "Helm 2, as the notes say"
        found: Sequence[Finding] = () if reason else _found(command, tuple(versions), self.known)
        if {item.code for item in found} & {"S_REMOVED", "S_DEPRECATED"} and self._is_told_old(command):
            reason = "" if found[0].code == "S_DEPRECATED" else "an old form, as the notes say"
            found = [item for item in found if item.code not in {"S_DEPRECATED", *REFUSED}]
        if not reason:
            self._remark_placeholder(command)
        named = [item for item in found if self._is_named(call, item)]
        found = [item for item in found if item not in named]
        if any(map(_is_refusal, named)):
            found, reason = (), "named, not called"
        below = _GOES_ON.match(self.fence.text, command.end)
        shown = below and not self.script.masked[command.end : below.end()].strip()  # after a prompt: as output
        goes_on = below and (not below[1] or (shown and call.node.flag(below[1])))
        if goes_on and any(map(_is_refusal, found)):
            found, reason = (), "it goes on in the line below"
        for item in found:
            if item.code == "S_DANGER":
                self._warn(item, text)
            else:
                fixed = correction(self.fence.text, command, item, grammar)
                told = item if fixed else self._torn(command, item, grammar)
                self._propose(told, fixed, command, refused=_is_refusal(item))
        refused = next(filter(_is_refusal, found), None)
        reason = refused.message if refused else reason or unknown(call, self.known)
        status = Status.INVALID if refused else Status.SKIPPED if reason else Status.VALID
        self._became(command, text, status, "" if status is Status.SKIPPED else grammar.title, reason)
        if program == "kubectl" and status is not Status.SKIPPED:
            self.defined += created(call, self._span)

    def _is_told_old(self, command: Command) -> bool:
        """Whether the words before, the line above, or what is printed below say that this is a form of the past."""
        at = self.script.lines.place(command.words[0].start)[0]
        below = self.script.lines.place(command.end)[0]
        near = self.fence.text.split("\n")[max(at - 2, 0) : below + 1]
        return any(map(_OLD.search, (*self.near, *near)))

    def _torn(self, command: Command, item: Finding, grammar: Grammar) -> Finding:
        """The finding, or that a line break tore the command in two: with the next line it works."""
        last, following = command.words[-1], _FOLLOWING.match(self.fence.text, command.end)
        torn = last.text.endswith("-") or (item.code == "S_VALUE" and last.start <= item.start)  # `--from-`, `-n`
        line = self.fence.text[self.fence.text.rfind("\n", 0, command.end) + 1 : command.end]
        if following is None or not torn or command.depth or "<<" in line:
            return item
        whole = applied(self.fence.text, command, []) + " " * (not last.text.endswith("-")) + following[1]
        if is_known_command(following[1]) or not passes(whole, grammar, item):
            return item
        message = f"the command goes on in the next line, and nothing says so: in one line it is `{whole}`"
        return item._replace(code="S_CONTINUATION", message=message)

    def _is_named(self, call: Invocation, item: Finding) -> bool:
        """Whether what the command lacks is left out, because it is only named or its help is shown."""
        texts = [word.text for word in call.command.words[1:] if word not in call.path_words]
        whole = any("=" in text or (text[:1] != "-" and not is_type(text)) for text in texts)
        if item.code == "S_BARE":
            end = call.command.end
            below, typed = (text[end:].split("\n", 2)[1:2] for text in (self.fence.text, self.script.masked))
            is_answered = "".join(below).strip() != "" and "".join(typed).strip() == ""
            is_answered |= not self.fence.lead and self.fence.text.strip() == "minikube"  # which a node is called
            is_answered |= _ALONE.search(self.fence.lead) is not None
            is_answered |= not call.node.path and len(self.commands) > 1  # one form of several
            return is_answered or self.fence.label == "text" or (self.short and not whole and bool(call.node.path))
        lacks = self.fence.label == "text" and item.code in {"S_ARGUMENTS", "S_REQUIRED"}
        wrong = item.code in {"S_FLAG", "S_REMOVED"}  # and nothing is left out
        return _is_refusal(item) and not wrong and (lacks or (self.short and not whole))

    def _became(self, command: Command, text: str, status: Status, against: str = "", reason: str = "") -> None:
        self.results.append(Checked(text, status, against, self._span(command.words[0].start, command.end), reason))

    def _say(
        self, item: Finding, replacement: str | None = None, whole: Command | None = None, cause: str = ""
    ) -> None:
        """A finding in its place; with `whole`, the replacement is that command as it works."""
        told: dict[str, Any] = {"severity": item.severity, "replacement": replacement, "cause": cause}
        message = item.message
        if whole is not None and replacement:
            told |= {"replaces": self._span(whole.words[0].start, whole.end), "reason": message}
            message = f"{message}: use `{replacement}`"
        self.diagnostics.append(finding(item.code, message, self._span(item.start, item.end), **told))

    def _warn(self, item: Finding, text: str) -> None:
        self.cautions.append(f"`{text}` {item.message}.")
        self._say(item._replace(message=f"`{text}` {item.message}"), cause=item.message)

    def _propose(self, item: Finding, fixed: str | None, command: Command, *, refused: bool) -> None:
        self._say(item, fixed, command)
        if fixed and refused:
            self._right[command.words[0].start] = command.end, fixed

    def _typographic(self, command: Command, versions: Sequence[Grammar]) -> bool:
        """Named once a command; the whole command is shown as it works where its program is known."""
        slip = typography.slip(command, self.fence.text)
        if slip is not None:
            fixed = applied(self.fence.text, command, slip[1])
            works = bool(versions) and passes(fixed, versions[-1], slip[0])
            self._propose(slip[0], fixed if works else None, command, refused=True)
        return slip is not None

    def _remark_continuation(self, command: Command) -> None:
        """A line that is one more flag of the command on the line before."""
        first, before = command.words[0], self._before
        if (
            before is None
            or not first.text.startswith("-")
            or (first.dynamic and not first.placeholder)
            or command.depth
        ):
            return
        between = self.fence.text[before.command.end : first.start]
        name = first.text.lstrip("-").partition("=")[0]
        known = before.node.flag(name) if first.text.startswith("--") else before.node.short.get(name[:1])
        left_out = before.command.words[-1].text in _AND_SO_ON  # lines
        if known is not None and not left_out and _NEXT_LINE.fullmatch(between):
            begun = self.diagnostics[self._begun :]  # what the command lacks stands on this line
            self.diagnostics[self._begun :] = [said for said in begun if said.code == "S_PLACEHOLDER"]
            ends = (
                "the comment above ends the command"
                if "#" in between
                else "the line before it lacks a backslash at its end"
            )
            if self.fence.text[: first.start].rstrip().endswith("\\" * 2):
                ends = "one backslash goes on, of two the second is a character"
            self._say(Finding.at("S_CONTINUATION", f"this line begins with a flag: {ends}", first))

    def _remark_placeholder(self, command: Command) -> None:
        marked = (w for w in command.words[1:] if w.placeholder and not w.quoted and "<" in w.text)
        found = next((word for word in marked if not _NO_PLACEHOLDER.search(word.text)), None)
        if found is None or self.fence.label in _POWERSHELL or self._is_said(command):  # there `<` is an error
            return
        written = self.fence.text[command.words[0].start : command.end]
        if command.program in self.grammars or is_known_command(written):
            message = f"`{found.text}`: pasted as it stands, the shell takes `<` and `>` for redirections"
            self._say(Finding.at("S_PLACEHOLDER", message, found), cause="<")  # a habit

    def _is_said(self, command: Command) -> bool:
        """Whether the words of an unknown program are a synopsis, a sentence or the row of a table."""
        texts = [word.text for word in command.words]
        gaps = _GAP.findall(self.fence.text[command.words[0].start : command.words[-1].start])
        is_row = (len(gaps) > 1 or not _TYPES.isdisjoint(texts)) and not any(text.startswith("-") for text in texts)
        return is_row or is_synopsis(command) or not words("english").isdisjoint(texts)

    def corrected(self) -> str | None:
        """The commands of the block as they work: without prompts, without output."""
        if not self._right or len(self._right) < sum(item.status is Status.INVALID for item in self.results):
            return None
        text, masked = self.script.text, self.script.masked
        for start, (end, fixed) in sorted(self._right.items(), reverse=True):
            text, masked = text[:start] + fixed + text[end:], masked[:start] + fixed + masked[end:]
        return self.script._replace(text=text, masked=masked).copy_text


def _is_bare(item: tuple[Command, str]) -> bool:
    """A program, its command, and perhaps a type or another command; flags are given no value."""
    texts = [word.text for word in item[0].words if not word.text.startswith("-") or "=" in word.text]
    return bool(item[1]) and (len(texts) < 3 or (len(texts) == 3 and (is_type(texts[2]) or "-context" in texts[2])))


_OLD = lazy(
    r"(?i:deprecat|obsolete|legacy|no longer|any ?more\b|old(?:er)? (?:way|version|form|syntax|style|command|release|k8s|kube|helm)"
    r"|removed (?:in|since|from)|before (?:kubernetes |k8s |v)?1\.|< ?v?1\.\d|not (?:work|supported))"
)
_FOLLOWING = lazy(r"[ \t]*\r?\n[ \t]*([^\s#$%>][^\n]*?)\s*(?:\n|\Z)")
_ALONE = lazy(r"\b(?i:without|alone|just|help|usage|output|all (?:the |its )?(?:sub-?)?commands)\b")
_SPEAKS_OF = lazy(r"(?<!this )(?<!the )(?<!following )\bcommand\b", re.IGNORECASE)  # "the most useful command"
_AND_SO_ON = frozenset(["...", "…"])
# A flag alone goes on, of a program's own file or out of a command; others are drawn, numbered by `history`, or dig's;
# and a block ends at the fence in what is written to a file of Markdown.
_NOT_TYPED = lazy(r"[ \t]*(?:[-|*;\d]|[^\x00-\x7f]|.*\.md[ \t]*$)")
_WHOLE_LINE = lazy(r"(?<!\\)\r?\n")  # no backslash before its end
_POWERSHELL = frozenset(["powershell", "pwsh", "ps1", "posh"])
# Keys to press, a template of Hugo.
_NO_PLACEHOLDER = lazy(r"<(?i:tab|enter|return|cr|esc|space|f\d+|(?:[cmas]|ctrl|control|alt|shift)[-+][^>]+)>|\{\{<")
_TYPES = frozenset(["<string>", "<Object>", "<integer>", "<boolean>", "<nil>"])  # as `kubectl explain` lists fields
_GAP = lazy(r"\S {2,}\S")
_GOES_ON = lazy(r"[ \t]*\n(?:[ \t]*--([a-z-]+)|[ \t]+<[\w -]+>)")
# comments end it, too, but for those that a site takes out
_NEXT_LINE = lazy(r"[ \t]*\\?[ \t]*\r?\n(?:[ \t]*#(?! ?highlight-)[^\n]*\n)*[ \t]*")


@lru_cache(maxsize=1024)  # notes repeat commands, and a preview checks them again after every edit
def _found(command: Command, versions: tuple[Grammar, ...], known: Known) -> tuple[Finding, ...]:
    """What every version says; what only some refuse is a question of the version."""
    said = {grammar.title: list(lint(parse(command, grammar), grammar, known)) for grammar in versions}
    refusals = {title: next((i for i in found if i.code in REFUSED), None) for title, found in said.items()}
    accepts = next((title for title, refused in reversed(refusals.items()) if refused is None), None)
    if accepts is None:
        return tuple(said[versions[-1].title])
    everywhere = set.intersection(*({item.message for item in found} for found in said.values()))
    found = []
    for item in said[accepts]:
        newly = item.code == "S_DEPRECATED" and item.message not in everywhere
        told = item.message.replace("is deprecated", f"is deprecated in {accepts}") if newly else item.message
        found.append(item._replace(message=told))
    for title, refused in refusals.items():
        if refused is not None:
            told = f"{title} refuses this: {refused.message.partition('; ')[0]}"
            severity = Severity.INFO if versions[0].program == "helm" else None
            found.append(refused._replace(code="S_VERSION", message=told, severity=severity, replacement=None))
    return tuple(found)


def _is_refusal(item: Finding) -> bool:
    return item.code in REFUSED and item.severity in {None, Severity.ERROR}
