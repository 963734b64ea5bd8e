"""The one module that knows the Markdown parser: comrak, a port of cmark-gfm, turned into the nodes of `document`.

comrak counts columns in bytes of the line; here they become code points.  Three things of GitHub's are added: alerts as
GitHub recognises them (comrak's may have titles), the place of what follows an escaped pipe in a table cell, and which
dollars begin and end a formula (`dollars`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import accumulate

import comrak

from ..lib.light import Any, lazy
from .document import LEAVES, Kind, Node
from .dollars import Dollars

_of = partial(comrak.ExtensionOptions, strikethrough=True, table=True, autolink=True, tasklist=True, footnotes=True)
_EXTENSIONS, _WITH_FORMULAS = _of(), _of(math_dollars=True, math_code=True)
_SHORT_CODES = comrak.ExtensionOptions(shortcodes=True)
_SHORT_CODE = lazy(r":[a-z0-9_+\-]+:")
# Pictures that are GitHub's own marks: their words stand for them.
_OWN_PICTURE = lazy(
    ":(atom|basecampy?|bowtie|dependabot|electron|feelsgood|finnadie|goberserk|godmode|hurtrealbad|neckbeard|octocat"
    "|rage[1-4]|shipit|suspect|trollface):"
)
_PLAIN = lazy(r"[\w!#$%&'()*+,/:;=?@~.\-]*", re.ASCII)
_MAIL = lazy(r"[A-Za-z0-9.+_-]+@(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9_-]*[A-Za-z0-9]")
_ALERT = lazy(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*", re.IGNORECASE)
_ESCAPED_PIPE = lazy(rb"\\\|")
_ALIGNMENTS = ("", "left", "center", "right")  # as comrak numbers them
_LABELLED = frozenset({Kind.LINK, Kind.IMAGE})  # no links in them
_STATEFUL = frozenset({Kind.CODE, Kind.QUOTE, Kind.TABLE, Kind.ROW, Kind.CELL})
_CHILDLESS = frozenset(
    {
        *(Kind.CODE, Kind.HTML, Kind.RULE, Kind.TEXT, Kind.SOFT_BREAK, Kind.HARD_BREAK),
        *(Kind.CODE_SPAN, Kind.HTML_SPAN, Kind.FOOTNOTE_LINK, Kind.MATH),
    }
)
HEADING = "#"  # the line behind a piece of a text, which ends all that is open
Fields = dict[str, Any]
_NONE: Fields = {}
# The kind of each of comrak's nodes, and its fields.
_READ: dict[type, tuple[Kind, Callable[[Any], Fields] | None]] = {
    comrak.BlockQuote: (Kind.QUOTE, None),
    comrak.List: (
        Kind.LIST,
        lambda v: {"number": -1 if v.list_type == comrak.ListType.Bullet else v.start, "flag": v.tight},
    ),
    comrak.Item: (Kind.ITEM, None),
    comrak.TaskItem: (Kind.ITEM, lambda v: {"info": v.symbol or " "}),
    comrak.FootnoteDefinition: (Kind.FOOTNOTE, lambda v: {"text": v.name, "flag": v.total_references > 0}),
    comrak.Table: (Kind.TABLE, None),
    comrak.TableRow: (Kind.ROW, lambda v: {"flag": v}),
    comrak.TableCell: (Kind.CELL, None),
    comrak.Paragraph: (Kind.PARAGRAPH, None),
    comrak.Heading: (Kind.HEADING, lambda v: {"number": v.level}),
    comrak.CodeBlock: (
        Kind.CODE,
        lambda v: {"text": v.literal, "info": v.info, "number": v.fence_length if v.fenced else 0, "flag": v.closed},
    ),
    comrak.HtmlBlock: (Kind.HTML, lambda v: {"text": v.literal}),
    comrak.ThematicBreak: (Kind.RULE, None),
    comrak.Text: (Kind.TEXT, lambda v: {"text": v}),
    comrak.SoftBreak: (Kind.SOFT_BREAK, None),
    comrak.LineBreak: (Kind.HARD_BREAK, None),
    comrak.Code: (Kind.CODE_SPAN, lambda v: {"text": v.literal}),
    comrak.HtmlInline: (Kind.HTML_SPAN, lambda v: {"text": v}),
    comrak.Emph: (Kind.EMPHASIS, None),
    comrak.Strong: (Kind.STRONG, None),
    comrak.Strikethrough: (Kind.STRIKE, None),
    comrak.Link: (Kind.LINK, lambda v: {"url": _address(v.url), "info": v.title}),
    comrak.Image: (Kind.IMAGE, lambda v: {"url": _address(v.url), "info": v.title}),
    comrak.FootnoteReference: (Kind.FOOTNOTE_LINK, lambda v: {"text": v.name, "number": v.ix}),
    comrak.Math: (Kind.MATH, lambda v: {"text": v.literal, "flag": v.display_math, "number": v.dollar_math}),
}


class UnclosedError(Exception):
    """A piece of a text does not end where it was cut off."""


def read_blocks(text: str, before: int = 0, *, cut: bool = False) -> list[Node]:
    """The blocks at the root of a document (LF line ends); footnotes that are referred to come last.

    `before`: how many lines stand before it, which its places count.  With `cut` the last line is HEADING, which is left
    out; raises UnclosedError where something else goes on there.
    """
    return _Reading(text, before, cut=cut).blocks()


def leaves(text: str) -> Iterator[tuple[int, slice, slice]]:
    """Each block of words: its first line, which of the lines it takes, and of them which columns (in bytes)."""
    for node in _walk(_taken_from(comrak.parse_document(text, _EXTENSIONS))):
        kind = _READ[type(node.node_value)][0]
        if kind in LEAVES:
            start, end = node.sourcepos.start, node.sourcepos.end
            columns = slice(start.column - 1, end.column) if kind is Kind.CELL else slice(None)
            yield start.line, slice(start.line - 1, end.line), columns


# What takes longer than a piece of text to check and to show.
_WEIGHTS = {
    comrak.Paragraph: 3,
    comrak.Heading: 5,
    comrak.TaskItem: 3,
    comrak.Item: 2,
    comrak.Image: 24,
    comrak.CodeBlock: 10,
}
_COMMANDS = frozenset({"bash", "cmd", "console", "powershell", "sh", "shell", "terminal", "zsh"})  # labels


def weight(text: str, before: int = 0, *, cut: bool = False) -> int:  # noqa: ARG001  # as of `read_blocks`
    """How many nodes the document has, dear ones counted several times, and what blocks of code and HTML hold."""
    total = 0
    for node in _walk(_root(comrak.parse_document(text, _EXTENSIONS), text, cut=cut)):
        value: Any = node.node_value
        total += _WEIGHTS.get(type(value), 1)
        if isinstance(value, comrak.CodeBlock):
            label = value.value.info.partition(" ")[0].lower()
            total += (6 if label in _COMMANDS else 3) * value.value.literal.count("\n")
        elif isinstance(value, comrak.HtmlBlock):
            total += 2 * value.value.literal.count("<")
    return total


def _root(document: comrak.AstNode, text: str, *, cut: bool) -> list[comrak.AstNode]:
    """The blocks at the root; with `cut` without the last line."""
    blocks = _taken_from(document)
    if cut and not (
        blocks
        and isinstance(blocks[-1].node_value, comrak.Heading)
        and blocks.pop().sourcepos.start.line > text.count("\n")
    ):
        raise UnclosedError
    return blocks


def _walk(nodes: Sequence[comrak.AstNode]) -> Iterator[comrak.AstNode]:
    """The nodes and all below them, in the order of the document, which is gone afterwards."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack += _taken_from(node)[::-1]


def _taken_from(node: comrak.AstNode) -> list[comrak.AstNode]:
    """Its children, no longer its own: Python never frees comrak's nodes while they refer to each other."""
    children = node.children
    if children:
        node.children = []
    return children


@cache
def _character(code: str) -> str:
    (paragraph,) = comrak.parse_document(code, _SHORT_CODES).children
    value = paragraph.children[0].node_value
    return value.value.emoji if isinstance(value, comrak.ShortCode) else _OWN_PICTURE.sub(r"\1", code)


def with_emoji(text: str) -> str:
    """The text with GitHub's short codes replaced: `:rocket:` is 🚀; pictures of its own by their names."""
    return _SHORT_CODE.sub(lambda match: _character(match[0]), text) if text.count(":") > 1 else text


class _Reading:
    """One document on its way from comrak's nodes to ours."""

    def __init__(self, text: str, before: int, *, cut: bool) -> None:
        self._dollars = Dollars(text)
        self._blocks = _root(self._parsed(), text, cut=cut)
        self._before = before
        text = self._dollars.text
        self._lines = text.split("\n")
        # Lines where columns in bytes are none in code points.
        self._wide = set() if text.isascii() else {n for n, line in enumerate(self._lines, 1) if not line.isascii()}
        self._columns: dict[int, list[int]] = {}  # line -> for each of its bytes the column in code points
        self._row = 0  # line of the table row that is being read
        self._row_escapes: list[int] = []  # byte columns of its escaped pipes
        self._escapes: list[int] = []  # those of the current cell, where they would stand without each other
        self._alignments: list[str] = []
        self._hidden: set[int] = set()  # nodes that are an alert's mark
        self._moved: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}  # nodes whose places comrak has wrong

    def _parsed(self) -> comrak.AstNode:
        """The document, read again until no formula is left that is none to GitHub."""
        while self._dollars.may_be_formulas:
            document = comrak.parse_document(self._dollars.text, _WITH_FORMULAS)
            if not self._dollars.refuse(_formulas(document)):
                return document
        return comrak.parse_document(self._dollars.text, _EXTENSIONS)

    def blocks(self) -> list[Node]:
        root: list[Node] = []
        footnotes: list[Node] = []
        stack = [(node, root, False) for node in self._blocks[::-1]]
        while stack:
            node, siblings, linked = stack.pop()
            if id(node) in self._hidden:
                _taken_from(node)
                continue
            made = self._node(node, len(siblings))
            if made.kind in LEAVES and made.line < made.last:
                self._follow_lines(node)
            if made.kind is Kind.TEXT and not linked and "@" in made.text and "[" in made.text:
                siblings += self._with_mail(made)
                continue
            (siblings if made.kind is not Kind.FOOTNOTE else footnotes).append(made)
            if isinstance(made.children, list):
                linked = linked or made.kind in _LABELLED
                stack += [(child, made.children, linked) for child in _taken_from(node)[::-1]]
        return root + _numbered(footnotes)

    def _with_mail(self, node: Node) -> list[Node]:
        """Text with mail addresses as links: comrak makes none of them behind a bracket, cmark-gfm does."""
        line, column = node.line, node.column
        written = self._lines[line - self._before - 1]
        if not self._dollars.restored(written).startswith(node.text, column - 1):
            return [node]  # with escapes in it, no place could be told
        nodes: list[Node] = []
        done = 0
        for match in _MAIL.finditer(node.text, node.text.index("[")):
            for kind, first, end in ((Kind.TEXT, done, match.start()), (Kind.LINK, match.start(), match.end())):
                place = (line, column + first, line, column + end)
                inside = [Node(Kind.TEXT, *place, (), match[0])] if kind is Kind.LINK else []
                url = f"mailto:{match[0]}" if inside else ""
                nodes.append(Node(kind, *place, inside, "" if inside else node.text[first:end], url=url))
            done = match.end()
        rest = (line, column + done, line, column + len(node.text))
        return [*nodes, Node(Kind.TEXT, *rest, (), node.text[done:])]

    def _node(self, node: comrak.AstNode, index: int) -> Node:
        value: Any = node.node_value
        kind, fields = _READ[type(value)]
        more = fields(value.value) if fields else _NONE
        if kind in _STATEFUL:
            kind, more = self._prepare(node, kind, more, index)
        if more and (mark := self._dollars.mark) and (kind is not Kind.TEXT or mark in more["text"]):
            more = {name: self._dollars.restored(x) if isinstance(x, str) else x for name, x in more.items()}
        return Node(kind, *self._place(node, kind), () if kind in _CHILDLESS else [], **more)

    def _prepare(self, node: comrak.AstNode, kind: Kind, more: Fields, index: int) -> tuple[Kind, Fields]:
        """What depends on where a node stands or on what it holds."""
        start, end = node.sourcepos.start, node.sourcepos.end
        value: Any = node.node_value
        if kind is Kind.TABLE:
            self._alignments = [_ALIGNMENTS[int(alignment)] for alignment in value.value.alignments]
        elif kind is Kind.ROW:
            line = self._lines[start.line - 1]
            self._row, self._escapes = start.line, []
            self._row_escapes = [m.end() - 1 for m in _ESCAPED_PIPE.finditer(line.encode())] if "\\|" in line else []
        elif kind is Kind.CELL:
            # What comrak has taken out of the cell.
            row = self._row_escapes
            own = range(bisect_left(row, start.column), bisect_right(row, end.column))
            self._escapes = [row[index] - number for number, index in enumerate(own)]
            return kind, {"info": self._alignments[index] if index < len(self._alignments) else ""}
        elif kind is Kind.CODE:
            line = self._lines[start.line - 1]
            before = line.encode()[: start.column - 1].decode("utf-8", "ignore") if "\t" in line else ""
            if "\t" in before and value.value.fence_offset:
                more = {**more, "text": self._unindented(value.value, before, start.line)}
        elif alert := _alert(node):
            # The line with its mark is no text of its paragraph, and no paragraph when it is all.
            paragraph = node.children[0]
            inline = paragraph.children
            ends_line = len(inline) > 1 and isinstance(inline[1].node_value, comrak.SoftBreak)
            self._hidden |= {id(child) for child in inline[: 1 + ends_line]}
            self._hidden |= {id(paragraph)} if len(inline) == 1 else set()
            return Kind.ALERT, {"info": alert}
        return kind, more

    def _place(self, node: comrak.AstNode, kind: Kind) -> tuple[int, int, int, int]:
        """Where a node stands, as `Node` has it; its end, which comrak includes, excluded."""
        start, end = node.sourcepos.start, node.sourcepos.end
        line, column, last, after = start.line, start.column, end.line, end.column
        if self._moved and id(node) in self._moved:
            (line, column), (last, after) = self._moved[id(node)]
        while after == 0 and kind is not Kind.CODE and last > 1:  # blank lines after it
            last -= 1
            after = len(self._lines[last - 1].encode())
        if line == self._row and self._escapes and kind is not Kind.CELL:
            column += bisect_left(self._escapes, column)
            after += bisect_right(self._escapes, after)
        if self._wide:
            column = self._column(line, column) if line in self._wide else column
            after = self._column(last, after) if last in self._wide and after else after
        first = line + self._before
        return first, column, first if last == line else last + self._before, after + 1  # one number for both

    def _follow_lines(self, leaf: comrak.AstNode) -> None:
        """Find the true places in a paragraph where comrak has lost count of lines.

        It passes over a line break in the label or the title of a link: what follows on that line gets a column past the
        line's end, and what follows on others is a line too high.
        """
        inline = leaf.children
        if not inline or inline[-1].sourcepos.end.line == leaf.sourcepos.end.line:
            return
        starts: dict[int, tuple[int, int]] = {}
        reported = missed = total = 0
        events = [(node, False) for node in inline[::-1]]
        while events:
            node, is_end = events.pop()
            place = node.sourcepos.end if is_end else node.sourcepos.start
            if place.line != reported:
                reported, missed = place.line, total
            line = place.line + missed
            column = place.column + (self._prefix(line) - self._prefix(place.line) if missed else 0)
            while line < leaf.sourcepos.end.line and column > (length := len(self._lines[line - 1].encode())) + 1:
                line += 1
                column += self._prefix(line) - length - 1
            total = line - place.line
            if is_end:
                self._moved[id(node)] = starts[id(node)], (line, column)
            else:
                starts[id(node)] = line, column
                events += [(node, True), *((child, False) for child in node.children[::-1])]

    def _unindented(self, code: comrak.NodeCodeBlock, before: str, line: int) -> str:
        """The text of a block whose opening mark is indented by a tab, as cmark-gfm has it.

        It takes a column off each line for every character of the mark's indentation, comrak for every column.
        """
        mark = len(before.expandtabs(4))
        blanks = range(1, len(before) - len(before.rstrip(" \t")) + 1)
        characters = next((n for n in blanks if mark - len(before[:-n].expandtabs(4)) >= code.fence_offset), 0)
        lines = []
        for number, content in enumerate(code.literal.split("\n")[:-1], line):
            source = self._lines[number]
            words = len(source[: len(source) - len(source.lstrip(" \t>"))].expandtabs(4))
            taken = min(words - (mark - code.fence_offset), code.fence_offset)
            lines.append(" " * (taken - characters) * bool(characters) + content + "\n")
        return "".join(lines)

    def _prefix(self, line: int) -> int:
        """How much of a line comes before the words of the paragraph that it continues."""
        return len(self._lines[line - 1]) - len(self._lines[line - 1].lstrip(" \t>"))

    def _column(self, line: int, column: int) -> int:
        """The column in code points of the byte at `column`."""
        if line not in self._columns:
            # Every byte that does not continue a character begins one.
            self._columns[line] = list(accumulate(int(b & 0xC0 != 0x80) for b in self._lines[line - 1].encode()))
        columns = self._columns[line]
        return columns[column - 1] if column <= len(columns) else columns[-1] + column - len(columns)


def _formulas(document: comrak.AstNode) -> Iterator[tuple[str, int, int]]:
    """Those between single dollars: the text, and the place of the first dollar (line and byte column, from 1)."""
    stack = [document]
    while stack:
        node = stack.pop()
        value = node.node_value
        if isinstance(value, comrak.Math) and value.value.dollar_math and not value.value.display_math:
            yield value.value.literal, node.sourcepos.start.line, node.sourcepos.start.column
        stack += node.children


def _address(url: str) -> str:
    """The address as cmark-gfm writes it: blanks, brackets and all beyond ASCII as percent escapes."""
    if _PLAIN.fullmatch(url):
        return url
    from urllib.parse import quote  # noqa: PLC0415  # 3 ms that most texts do not need

    return quote(url, safe="!#$%&'()*+,/:;=?@~")


def _numbered(footnotes: Sequence[Node]) -> list[Node]:
    """The footnotes that are referred to, in the order of their numbers.

    Where a label is defined twice, comrak refers to the last definition and leaves the others, cmark-gfm takes the first.
    """
    first: dict[str, Node] = {}
    for footnote in footnotes:
        first.setdefault(footnote.text.casefold(), footnote)
    used = [first[footnote.text.casefold()] for footnote in footnotes if footnote.flag]
    return [footnote._replace(number=number) for number, footnote in enumerate(used, 1)]


def _alert(quote: comrak.AstNode) -> str:
    """Which of GitHub's alerts a quote is, in lower case; "" for a plain quote, as one that holds only the mark is."""
    children = quote.children
    if not children or not isinstance(children[0].node_value, comrak.Paragraph):
        return ""
    inline = [child.node_value for child in children[0].children[:2]]
    match = _ALERT.fullmatch(inline[0].value) if inline and isinstance(inline[0], comrak.Text) else None
    if match is None or len(children) + len(inline) < 3:
        return ""
    ends_line = len(inline) == 1 or isinstance(inline[1], comrak.SoftBreak | comrak.LineBreak)
    return match[1].lower() if ends_line else ""
