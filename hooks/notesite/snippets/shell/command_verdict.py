"""What became of the commands of a fence: for readers of the page, for reports, for other checks."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ...diagnostics.place import Span
from ...notes.model import Fence
from ..yaml.yaml_fault import Defined


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


class CommandVerdict(NamedTuple):
    """What readers see about one fence."""

    fence: Fence
    status: Status
    commands: tuple[Checked, ...]
    mark: str  # "Checked against kubectl 1.37", "" when nothing was checked
    cautions: tuple[str, ...]  # "`kubectl delete all --all` deletes every ..."
    copy_text: str  # the commands without prompts and without output
    corrected: str | None = None  # the same with everything that is refused in its working form, None where not known
    embedded: tuple[Fence, ...] = ()  # YAML in here-documents, whose `within` maps places to the notes
    defined: tuple[Defined, ...] = ()

    @property
    def skipped(self) -> str:
        """Why some of the commands are not checked: "no grammar for docker"."""
        return "; ".join(dict.fromkeys(item.reason for item in self.commands if item.status is Status.SKIPPED))
