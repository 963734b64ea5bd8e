"""What is found in a snippet: faults, placed in its own text, and what each of its documents is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property

from ...diagnostics.diagnostic import Severity, Span
from ...lib.light import TYPE_CHECKING, Final, Literal, NamedTuple, lazy

if TYPE_CHECKING:
    from ...notes.model import Fence

Form = Literal["manifest", "fragment", "parts", "plain", "unknown"]

MOVED: Final = " belongs under "  # what a fault says of a key that has lost its indentation


class Fault(NamedTuple):
    """One finding in a snippet; line and column are counted from 1, columns and lengths in code points."""

    code: str
    message: str
    line: int
    column: int
    length: int = 1
    severity: Severity | None = None  # None: the code's default
    replacement: str | None = None  # text that mends it when put in place of the `length` code points


class Judgement(NamedTuple):
    """What Kubernetes schemas say about one document.

    `form`: a `manifest` has apiVersion and kind; a `fragment` is a part of one definition; `parts` is a mapping that
    belongs to two definitions; `plain` is YAML of another tool; `unknown` could be anything.
    `definitions` are short names of what fits, best first.  `valid` is the set of Kubernetes versions without an
    error, as `1.25-1.37`, or "".  `skipped` says why nothing was checked, or is "".
    """

    form: Form
    definitions: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    valid: str = ""
    skipped: str = ""
    gvk: tuple[str, str] | None = None  # apiVersion and kind, as written

    @property
    def is_skipped(self) -> bool:
        """Whether it could not be checked.  YAML of another tool has no schema here, but its YAML was checked."""
        return bool(self.skipped) and self.form != "plain"


class Defined(NamedTuple):
    """An object that the notes define, by a manifest or by a command."""

    kind: str
    name: str
    keys: frozenset[str] | None  # of its data; None when they cannot be known
    span: Span


class Reference(NamedTuple):
    """A use of an object, or of one key of it."""

    kind: str
    name: str
    key: str  # "" when the whole object is meant
    span: Span  # of the name
    key_span: Span | None = None
    optional: bool = False


_LONGEST = 2_000  # characters of a line that explanations look at: some of their patterns are quadratic
_LINE_END = lazy(r"\r\n?|\n")


class Lines:
    """A text's lines, and the way from an index to a line and a column.

    Only LF, CRLF and CR end a line here, as in editors: YAML 1.1 also breaks lines at U+0085, U+2028 and U+2029, so
    the line numbers of its parsers cannot be trusted, their indexes can.  `named` tells how messages call a line.
    """

    def __init__(self, text: str, named: Callable[[int], int] = int) -> None:
        self.text, self.named = text, named

    @cached_property  # most texts are right, and nobody asks for a place
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def __len__(self) -> int:
        return len(self._starts)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, both from 1, of the character at `index`."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def index(self, line: int) -> int:
        """Where line `line` begins; the end of the text when there is no such line."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    def line(self, line: int) -> str:
        """Line `line` without its end, cut off where no person would read on; "" when there is no such line."""
        start = self.index(line)
        return self.text[start : min(self.index(line + 1), start + _LONGEST)].rstrip("\r\n")


def is_told(fence: Fence, fault: Fault) -> bool:
    """Whether the author says so, on the line or in a comment right above it: an example of what is wrong."""
    rows = fence.text.split("\n")[: fault.line]
    above = next((row for row in reversed(rows[:-1]) if row.strip().startswith("#") or not row.strip()), "")
    return _WRONG.search(f"#{fence.lead[-_SAID:]}") is not None or any(
        map(_WRONG.search, (*rows[-2 if fault.code == "Y_DUPKEY" else -1 :], above))
    )


_SAID: Final = 30  # characters before a block that tell what it is
_WRONG: Final = lazy(
    r"#.*(?:[❌✗✘✖🚫⛔]|(?i:\b(?:wrong|invalid|incorrect|bad|error(?:ed)?|broken|fails?|missing|mistake|do not|don't"
    r"|deprecated|removed|outdated|legacy|obsolete)\b))"
)
