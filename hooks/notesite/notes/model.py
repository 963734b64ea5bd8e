"""What the parse of a notes file finds, and where the notes lie at a code host, so what their links mean there.

Every value carries its place, so that every later finding can point at a line and a column of the one file
that the author edits.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import SplitResult, unquote, urlsplit

from ..diagnostics.diagnostic import Diagnostic, Position, Span
from ..lib.light import Any, Final, NamedTuple, TypeVar, lazy
from .document import Node
from .pieces import Blocks

EMPTY: Final[Mapping[Any, Any]] = MappingProxyType({})  # the default of fields that hold a mapping
# What stands between a repository's address and the path of a file in it.
_FORMS = {"github": "/blob/", "gitlab": "/-/blob/", "bitbucket": "/src/"}
_FORMS |= dict.fromkeys(("codeberg", "gitea"), "/src/branch/")
# A line of a file, as code hosts address it.
LINE = lazy(r"L([0-9]{1,9})(?:C[0-9]+)?(?:-L[0-9]+(?:C[0-9]+)?)?")
_README = lazy(r"(?:docs/|\.github/)?readme(?:\.\w+)?", re.IGNORECASE)  # shown at a repository's own address


class Origin(NamedTuple):
    """The place of the notes file in a repository."""

    repository: str  # "https://github.com/owner/name"; "" when only the file's own name is known
    branch: str
    path: str  # "docs/notes.md"

    @property
    def _form(self) -> str:
        host = urlsplit(self.repository).netloc.lower()
        return next(form for name, form in _FORMS.items() if name in host)

    def anchor(self, target: str) -> str | None:
        """The anchor that a link means when it leads into the notes: `README.md#pod`, or the whole address with one."""
        parts = parts_of(target)
        if not parts.netloc and not parts.scheme:
            return parts.fragment if parts.path and self._path(unquote(parts.path)) == self.path else None
        front = self.repository.partition("//")[2].lower()
        if not parts.fragment or LINE.fullmatch(parts.fragment):
            return None
        if front and f"{parts.netloc}{unquote(parts.path).rstrip('/')}".lower().removeprefix("www.") == front:
            return parts.fragment if _README.fullmatch(self.path) else None
        return parts.fragment if self.path_of(target) == self.path else None

    @property
    def page(self) -> str:
        """The address of the notes themselves, or their name."""
        return self.address(f"/{self.path}") if self.repository else self.path

    def path_of(self, target: str) -> str | None:
        """The path in the repository of a root-relative link, or of the whole address of a file there."""
        parts = parts_of(target)
        if not parts.scheme and not parts.netloc:
            return self._path(unquote(parts.path)) if parts.path.startswith("/") else None
        page = re.escape(self.repository.partition("//")[2] + self._form) if self.repository else "(?!)"
        match = re.fullmatch(rf"(?:www\.)?{page}[^/]+/(.+)", parts.netloc + unquote(parts.path), re.IGNORECASE)
        return match[1] if match else None

    def _path(self, path: str) -> str:
        """The path in the repository of a relative or root-relative one, as the code host resolves it."""
        return posixpath.normpath(posixpath.join("/", posixpath.dirname(self.path), path)).lstrip("/")

    def address(self, target: str) -> str:
        """The whole address of a file of the repository."""
        parts = urlsplit(target)
        path = self._path(parts.path)
        folder = "/" if parts.path.endswith("/") and path else ""
        form = self._form.replace("blob", "tree") if folder or not path else self._form
        whole = f"{self.repository}{form}{self.branch}/{path}{folder}"
        return whole.rstrip("/" * (not path)) + (f"#{parts.fragment}" if parts.fragment else "")


def parts_of(address: str) -> SplitResult:
    """The parts of an address that an author wrote; one that cannot be read has the scheme "unreadable"."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("unreadable", "", "", "", "")


def origin_of(address: str, branch: str = "", path: str = "") -> Origin | None:
    """From the address of a file at a code host, or of a repository as git or people write it; None when unknown.

    A path alone is the name of the file.
    """
    if address and ":" not in address:
        return Origin("", "", address)
    match = re.match(
        r"(?:(?:https?|ssh|git)://(?:[^@/\s]*@)?|(?:\w+@))(?P<host>[\w.-]+)(?::\d+(?=/))?[:/](?P<rest>[^\s?#]+)",
        address,
    )
    if not match:
        return None
    host, rest = match["host"].lower(), match["rest"].strip("/")
    form = next((form for name, form in _FORMS.items() if name in host), None)
    if form is None:
        return None
    repository, _, inside = rest.replace("/edit/", form, 1).partition(form)
    repository = repository.removesuffix(".git")
    found_branch, _, found_path = inside.partition("/")
    if "/" not in repository:
        return None
    return Origin(f"https://{host}/{repository}", found_branch or branch or "HEAD", unquote(found_path) or path)


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
    blocks: Blocks = Blocks()  # the whole tree
    front: int = 0  # lines of front matter at the top
    origin: Origin | None = None  # where the file lies at a code host
    files: tuple[NotesFile, ...] = ()  # where there are several: what each holds, in places of the whole
    language: str = ""  # "de", found from the words; "" when unsure


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
