"""One complaint of a YAML parser, and what helps to explain it."""

from __future__ import annotations

import yaml

from ...diagnostics.diagnostic import Severity
from ...lib.light import Final, NamedTuple, lazy
from .yaml_fault import Fault, Lines

TOKEN: Final = lazy(r"[^\s,\[\]{}]+")


class Case(NamedTuple):
    """One complaint: what the parser says, and where."""

    problem: str
    context: str
    line: int
    column: int
    start: tuple[int, int]  # where the thing began that the parser was reading
    lines: Lines

    @property
    def text(self) -> str:
        """The line of the complaint."""
        return self.lines.line(self.line)

    @property
    def token(self) -> str:
        """The word at its place."""
        match = TOKEN.match(self.text, self.column - 1)
        return match[0] if match else self.sign

    @property
    def sign(self) -> str:
        """The character at its place."""
        return self.text[self.column - 1 : self.column]

    def fault(self, message: str, *, column: int = 0, length: int = 0, code: str = "Y_SYNTAX") -> Fault:
        """The fault, at the place of the complaint unless another column is given."""
        length = length or (1 if column else max(1, len(self.token)))
        return Fault(code, message, self.line, column or self.column, length)


def last_scalar(case: Case) -> yaml.ScalarToken | None:
    """The last text that the parser read before it gave up."""
    position = case.lines.index(case.line) + case.column - 1
    last = None
    try:
        for token in yaml.scan(case.lines.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if token.start_mark.index >= position:
                break
            last = token if isinstance(token, yaml.ScalarToken) else last
    except yaml.YAMLError:
        pass
    return last


def no_space(line: int, column: int, key: str = "", severity: Severity | None = None) -> Fault:
    """A space is missing after a dash, or after the colon of a key."""
    after, mended = (f"the colon of `{key}:`", ": ") if key else ("the dash", "- ")
    return Fault("Y_SYNTAX", f"write a space after {after}", line, column, 1, severity, mended)


def shown(text: str) -> str:
    """A text as a message shows it: not too much of it."""
    return text if len(text) <= 40 else text[:39] + "…"


def spaces(number: int) -> str:
    """`1 space`, `2 spaces`."""
    return f"{number} space" + ("" if number == 1 else "s")
