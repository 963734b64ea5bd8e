"""The tree of a Markdown document: blocks, and the inline text in them, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from ..diagnostics.diagnostic import Places, Position, Span
from ..lib.light import NamedTuple, lazy
from .raw_html import is_text, read_tags


class Kind(StrEnum):
    """What a node is.  Blocks come first; a leaf block holds inline nodes or text, the others hold blocks."""

    QUOTE = "quote"
    ALERT = "alert"  # a quote that begins with [!NOTE]; `info` is one of GitHub's five kinds
    LIST = "list"  # `number`: of the first item, -1 for bullets; `flag`: tight
    ITEM = "item"  # `info`: "x" or " " for a task
    FOOTNOTE = "footnote"  # `text`: its label; `number` as shown, in the order of references
    TABLE = "table"
    ROW = "row"  # `flag`: of headers
    CELL = "cell"  # `info`: "left", "center", "right" or ""
    PARAGRAPH = "paragraph"
    HEADING = "heading"  # `number`: level
    CODE = "code"  # `flag`: closed by a mark of its own; `number`: length of the opening mark, 0 for indented code
    HTML = "html"
    RULE = "rule"
    TEXT = "text"
    SOFT_BREAK = "soft break"
    HARD_BREAK = "hard break"
    CODE_SPAN = "code span"
    HTML_SPAN = "html span"
    EMPHASIS = "emphasis"
    STRONG = "strong"
    STRIKE = "strike"
    LINK = "link"
    IMAGE = "image"
    FOOTNOTE_LINK = "footnote link"  # `number` of the footnote
    MATH = "math"  # `flag`: displayed


DRAWN = frozenset({"geojson", "math", "mermaid", "stl", "topojson"})  # labels of code that GitHub draws
LEAVES = frozenset({Kind.PARAGRAPH, Kind.HEADING, Kind.CELL})  # hold inline nodes
_BREAKS = frozenset({Kind.SOFT_BREAK, Kind.HARD_BREAK})
_TEX = lazy(r"[\\{}_^*&#~]")
_WORDS = frozenset({Kind.TEXT, Kind.CODE_SPAN, Kind.MATH})


class Node(NamedTuple):
    """One node; what `number`, `info` and `flag` mean is said at its kind."""

    kind: Kind
    line: int  # where it begins, both from 1
    column: int
    last: int  # the line where it ends
    after: int  # the column behind its end
    children: Sequence[Node]
    text: str = ""  # of text, code, HTML and math, entities and escapes resolved where Markdown knows them
    info: str = ""  # of code: the info string; of links and pictures: the title
    url: str = ""
    number: int = 0
    flag: bool = False

    @property
    def span(self) -> Span:
        """Where it stands; made when it is asked for, as that is of few of them."""
        return Span(Position(self.line, self.column), Position(self.last, self.after))


def label_of(node: Node) -> str:
    """The first word of a block of code's info string, in lower case."""
    return node.info.split()[0].lower() if node.kind is Kind.CODE and node.info.strip() else ""


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes and all below them, in the order of the document.  A stack, no recursion: hostile text nests deep."""
    for outermost in nodes:
        stack = [outermost]
        while stack:
            node = stack.pop()
            yield node
            stack += node.children[::-1]


def words(
    nodes: Iterable[Node], line_break: str = "\n", *, alt: bool = False, tags: bool = False, tex: bool = True
) -> str:
    """The text that a reader sees, markup taken away; of pictures their alternative text, or nothing.

    With `tags` those that are shown as text are words, too: `<NodeIP>`.  GitHub's anchors know nothing of them.
    Without `tex` an ellipsis stands for a formula that is not readable as it is written.
    """
    parts: list[str] = []
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        if node.kind is Kind.MATH and not tex and _TEX.search(node.text):
            parts.append("…")
        elif node.kind in _WORDS:
            parts.append(node.text)
        elif node.kind in _BREAKS:
            parts.append(line_break)
        elif node.kind is Kind.HTML_SPAN and tags:
            parts += [tag.text for tag in read_tags(node.text) if tag.name and is_text(tag.name)]
        elif alt or node.kind is not Kind.IMAGE:
            stack += node.children[::-1]
    return "".join(parts)


def line_starts(node: Node, lines: Sequence[str]) -> Places:
    """Where each line of the text of a code or HTML block stands in the file, its containers' marks left out."""
    first = node.line + (node.kind is Kind.CODE and node.number > 0)
    contents = node.text.removesuffix("\n").split("\n") if node.text else []
    if contents == list(lines[first - 1 : first - 1 + len(contents)]):  # in no container, as most of it
        return Places(first, (1,) * len(contents))
    return Places(first, [_column(first + number, content, lines) for number, content in enumerate(contents)])


def _column(line: int, content: str, lines: Sequence[str]) -> int:
    source = lines[line - 1] if line <= len(lines) else ""
    column = len(source) - len(content) + 1
    # A tab that the container's marks split is spaces in the content: the words are what both have.
    words_of_line = content.lstrip(" ")
    return column if words_of_line and source.endswith(words_of_line) else max(column, 1)
