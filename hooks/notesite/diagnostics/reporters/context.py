"""What reporters need to know beside the findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..diagnostic import Diagnostic


class Context(NamedTuple):
    """The run: which tool, over which file."""

    path: str  # of the notes file, as it is shown: relative to the project
    lines: Sequence[str] = ()  # of the notes file as it lies on disk
    tool: str = "notesite"  # the check that ran
    version: str = "0"
    color: bool = False
    code_base: str = "docs/developer/diagnostics.md"  # where codes are documented
    extra_lines: tuple[tuple[str, Sequence[str]], ...] = ()  # lines of other files that findings point at

    def path_of(self, diagnostic: Diagnostic) -> str:
        """The file that the diagnostic is about."""
        return diagnostic.path or self.path

    def line_of(self, diagnostic: Diagnostic) -> str:
        """The source line the diagnostic begins on, "" when it is not known."""
        lines = self.lines if diagnostic.path is None else dict(self.extra_lines).get(diagnostic.path, ())
        number = diagnostic.span.start.line
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def url_of(self, code: str) -> str:
        """Where the code is documented, "" when that is not known."""
        return f"{self.code_base}#{code.lower()}" if self.code_base else ""
