"""What became of the commands of each fence: for readers of the page, for reports, for other checks.

What judges them is loaded when there is something to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...diagnostics.diagnostic import Diagnostic, Report, Skipped, Span
from ...lib.light import NamedTuple
from ...notes.model import Fence
from ..yaml.remembered import Memory
from ..yaml.snippet_verdict import Status
from ..yaml.yaml_fault import Defined


class Checked(NamedTuple):
    """One command of a fence."""

    text: str  # as written, prompts left out
    status: Status  # skipped: a program, a plugin or a custom type that no grammar knows
    against: str  # "kubectl 1.37", "" when skipped
    span: Span
    reason: str = ""  # why it is refused or skipped


class CommandVerdict(NamedTuple):
    """What readers see about one fence."""

    fence: Fence
    commands: tuple[Checked, ...]
    cautions: tuple[str, ...]  # "`kubectl delete all --all` deletes every ..."
    copy_text: str  # the commands without prompts and without output
    corrected: str | None = None  # the same with everything that is refused in its working form, None where not known
    embedded: tuple[Fence, ...] = ()  # YAML in here-documents, whose `within` maps places to the notes
    defined: tuple[Defined, ...] = ()

    @property
    def status(self) -> Status:
        """The worst of its commands' states."""
        states = {item.status for item in self.commands}
        return next((s for s in (Status.INVALID, Status.VALID, Status.SKIPPED) if s in states), Status.EMPTY)

    @property
    def mark(self) -> str:
        """`Checked against kubectl 1.37`, "" when nothing was checked."""
        titles = " and ".join(dict.fromkeys(item.against for item in self.commands if item.against))
        does = "Does not work with" if self.status is Status.INVALID else "Checked against"
        return f"{does} {titles}" if titles else ""

    @property
    def skipped(self) -> str:
        """Why some of the commands are not checked: "no grammar for docker"."""
        return "; ".join(dict.fromkeys(item.reason for item in self.commands if item.status is Status.SKIPPED))


def check(
    fences: Iterable[Fence],
    *,
    is_shell: Callable[[Fence], bool],
    kubernetes: tuple[str, ...] = (),
    extra_types: Iterable[str] = (),
    memory: Memory | None = None,
) -> tuple[tuple[CommandVerdict, ...], Report]:
    """A verdict for each fence that `is_shell` by its content, whatever its label; and the findings about all of them.

    Besides the newest grammars those of the `kubernetes` versions are asked; `extra_types` are names of custom resource
    types (plural, singular, short) that the notes define.
    """
    memory = memory or Memory()
    told = [
        (fence, memory.told(fence, "shell", lambda own: _own_words(own) if is_shell(own) else None)) for fence in fences
    ]
    shells = [(fence, own) for fence, own in told if own is not None]
    types = frozenset(name.lower() for name in extra_types)
    names, variables = (frozenset().union(*(own[which] for _, own in shells)) for which in (0, 1))
    question = ("commands", kubernetes, sorted(types), sorted(names), sorted(variables))

    def judged(fence: Fence) -> tuple[CommandVerdict, tuple[Diagnostic, ...]]:
        from .check_commands import check_fence, chosen  # noqa: PLC0415  # as the docstring above says
        from .grammar.resources import Known  # noqa: PLC0415  # as above

        return check_fence(fence, chosen(kubernetes), Known(types, names, variables))

    found = [memory.told(fence, question, judged) for fence, _ in shells]
    items = [item for verdict, _ in found for item in verdict.commands]
    return tuple(verdict for verdict, _ in found), Report(
        tuple(sorted((each for _, own in found for each in own), key=lambda each: each.sort_key)),
        tuple(Skipped(item.text, item.reason, item.span) for item in items if item.status is Status.SKIPPED),
        sum(item.status is not Status.SKIPPED for item in items),
    )


def _own_words(fence: Fence) -> tuple[frozenset[str], frozenset[str]]:
    from .check_commands import own_words  # noqa: PLC0415  # as above

    return own_words(fence)
