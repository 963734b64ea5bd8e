"""What became of the commands of a fence: for readers of the page, for reports, for other checks."""

from __future__ import annotations

from typing import NamedTuple

from ...diagnostics.place import Span
from ...notes.model import Fence
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
