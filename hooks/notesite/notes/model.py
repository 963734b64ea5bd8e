"""What the parse of a notes file finds.

Every value carries its place, so that every later finding can point at a line and a column of the one file
that the author edits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar

from ..diagnostics.diagnostic import Diagnostic, Position, Span
from ..lib.light import NamedTuple
from .document import Node
from .origin import Origin
from .pieces import Blocks

_NO_BLOCKS = Blocks()
EMPTY: Final[Mapping[Any, Any]] = MappingProxyType({})  # the default of fields that hold a mapping


class Directive(NamedTuple):
    """An instruction of the author in an HTML comment: `<!-- notes: VERB ARGUMENTS -->`.

    It governs the next block after it (`target`, first and last line, both counted from 1 and inclusive).
    `<!-- notes: ignore K_FIELD not ours -->` has the verb `ignore`; `<!-- notes: kind=Container -->` has the
    verb `kind` and the arguments `Container`.
    """

    verb: str
    arguments: str
    span: Span
    target: tuple[int, int] | None


class Heading(NamedTuple):
    """A heading of the notes, wherever it stands."""

    level: int  # 1 to 6, as written
    text: str  # visible text, emoji short codes replaced
    id: str  # GitHub's anchor, unique in the file; "" where GitHub gives none
    span: Span
    starts_section: bool  # at the root of the document, so that a page may begin here


class Fence(NamedTuple):
    """A block of code: fenced (``` or ~~~), or indented by four columns."""

    info: str  # the info string as written, "" when there is none or the code is indented
    text: str  # the content without its container's indentation; every line ends in "\n"
    span: Span  # opening line to closing line
    origins: Sequence[Position]  # where the first character of each content line stands in the notes
    trail: tuple[Heading, ...] = ()  # the headings above it, outermost first
    directives: tuple[Directive, ...] = ()  # comments that govern it
    lead: str = ""  # text of the paragraph or list item right before it, "" when there is none
    fenced: bool = True
    closed: bool = True  # by a mark of its own, not by the end of what holds it

    @property
    def label(self) -> str:
        """The language named by the info string, lower case: `yaml` for ```` ```YAML title=x ````."""
        words = self.info.split()
        return words[0].strip("{}.").lower() if words else ""

    def position(self, line: int, column: int) -> Position:
        """Where line `line`, column `column` of the content (both from 1) stands in the notes."""
        if not self.origins:
            return self.span.start
        if line > len(self.origins):  # the end of the content, one line past the last
            return Position(self.origins[-1].line + 1, column)
        origin = self.origins[max(line, 1) - 1]
        # A tab that the container's indentation splits counts as several columns of the content, but one of the file.
        return Position(origin.line, max(origin.column + max(column, 1) - 1, 1))

    def within(self, line: int, column: int, length: int = 1) -> Span:
        """The span of `length` code points that begins at `line`, `column` of the content."""
        start = self.position(line, column)
        return Span(start, Position(start.line, start.column + max(length, 1)))


class Image(NamedTuple):
    """One reference to a picture."""

    url: str  # entities and escapes resolved, blanks and all beyond ASCII as percent escapes
    alt: str
    title: str
    span: Span
    origin: str  # "markdown", "html", "srcset" or "source"
    trail: tuple[Heading, ...] = ()


class Link(NamedTuple):
    """One link, Markdown or HTML."""

    target: str  # likewise
    text: str  # visible text
    span: Span
    origin: str  # "markdown", "html" or "autolink"
    trail: tuple[Heading, ...] = ()


class Footnote(NamedTuple):
    """A footnote that the text refers to."""

    label: str
    number: int  # as shown: in the order of the references in the whole file
    first: int  # lines of the definition, from 1, inclusive
    last: int
    references: tuple[int, ...]  # lines that refer to it


class Entry(NamedTuple):
    """One line of the author's contents list."""

    text: str
    target: str  # the link's target as written, "" for an entry without a link
    depth: int  # 1 for the outermost list
    span: Span


class Contents(NamedTuple):
    """The author's hand-made contents list."""

    heading: Heading | None  # "Table of Contents", when it has one
    entries: tuple[Entry, ...]
    lines: tuple[tuple[int, int], ...]  # first and last line of each of its blocks, inclusive
    hidden: tuple[tuple[int, int], ...] = ()  # of those that say nothing but names of sections: cards replace them


class Notes(NamedTuple):
    """The notes file.  Code blocks, pictures and links are in the order of the file."""

    lines: Sequence[str] = ("",)
    headings: tuple[Heading, ...] = ()
    contents: Contents | None = None
    fences: tuple[Fence, ...] = ()
    images: tuple[Image, ...] = ()
    links: tuple[Link, ...] = ()
    directives: tuple[Directive, ...] = ()
    anchors: tuple[tuple[str, int], ...] = ()  # explicit `<a name>`/`id` anchors and their lines
    footnotes: tuple[Footnote, ...] = ()
    drawn: tuple[Node, ...] = ()  # formulas, and blocks of code that GitHub draws
    blocks: Blocks = _NO_BLOCKS  # the whole tree
    front: int = 0  # lines of front matter at the top
    origin: Origin | None = None  # where the file lies at a code host
    files: tuple[NotesFile, ...] = ()  # where there are several: what each holds, in places of the whole
    language: str = ""  # "de", found from the words; "" when unsure

    @property
    def text(self) -> str:
        """The whole text; made when it is asked for."""
        return "\n".join(self.lines)


_Item = TypeVar("_Item", Fence, Image, Link, Heading, Diagnostic)


def in_lines(items: Sequence[_Item], first: int, last: int) -> Sequence[_Item]:
    """Those that begin on these lines, both inclusive, of items in the order of the file."""
    start = bisect_left(items, first, key=line_of)
    return items[start : bisect_left(items, last + 1, start, key=line_of)]


def line_of(item: Fence | Image | Link | Heading | Diagnostic) -> int:
    """The line where it begins."""
    return item.span.start.line


class NotesFile(NamedTuple):
    """One of several files that are read as one."""

    path: str  # seen from the folder of the first file: "files/ropes.md"
    before: int  # how many lines of the whole stand before it
    anchors: Mapping[str, str]  # its anchors as GitHub has them -> in the whole; "" is its beginning
    notes: Notes
