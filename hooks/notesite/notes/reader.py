"""Read the notes: headings, code blocks, pictures, links and comments, each with its place and its headings."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, islice, takewhile

from ..diagnostics.diagnostic import Diagnostic, Position, Severity, Span, finding
from ..lib.light import lazy
from .anchors import Names, github_anchor
from .document import DRAWN, LEAVES, Kind, Node, label_of, line_starts, words
from .model import Directive, Fence, Footnote, Heading, Image, Link, Notes, Origin, line_of
from .parser import with_emoji
from .pieces import Blocks, lines_of
from .raw_html import Tag, candidates, read_tags, unescaped

_DIRECTIVE = lazy(r"\s*notes:\s*([a-z][\w-]*)\s*=?\s*(.*?)\s*\Z", re.DOTALL)
_FRONT_TITLE = lazy(r"""(?m)^title:[ \t]+(?:"([^"\\\n]+)"|'([^'\n]+)'|([^\s"'#%&*>|!@`{[-][^#\n]*?))[ \t]*$""")
_FRONT_MATTER = lazy(r"---[ \t]*\n(?:[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_NO_OPENING = lazy(r" {0,3}(?:```+[^`]+`|``? `)")
_SHOWN = lazy(r"<img\b[^>]*\balt=\"[^\"]|^[^<]*!\[|>[^<>\w]*\w")  # a picture with words, text between tags
_NEAR_HEADING = lazy(r"(?!#[a-z])#{1,6}[A-Za-z](?!.*[.;]\s*$)")  # neither a sentence nor `#tag`, `#comment on it`
_COMMENTS = lazy(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_PLAIN = frozenset({Kind.TEXT, Kind.SOFT_BREAK, Kind.HARD_BREAK, Kind.CODE_SPAN})
HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Elements that hold blocks: a heading between their tags cannot begin a page of its own.
_CONTAINERS = {
    "article", "aside", "blockquote", "center", "details", "div", "dl", "figure", "footer", "header", "main", "nav",
    "ol", "section", "table", "ul",
}  # fmt: skip


def parse(text: str, origin: Origin | None = None) -> Notes:
    """The notes that `text` (repaired, LF line ends) holds; `origin`: where the file lies at a code host."""
    return with_contents(outline(lines_of(text)), origin)


def with_contents(notes: Notes, origin: Origin | None = None) -> Notes:
    """The notes with their contents list."""
    from .contents import find_contents, told_origin  # noqa: PLC0415  # an outline does without
    from .contents_lists import listings  # noqa: PLC0415  # as above
    from .tongue import language_of  # noqa: PLC0415  # as above

    all_lists = list(listings(notes))
    notes = notes._replace(
        origin=origin if origin and origin.repository else told_origin(notes, all_lists) or origin,
        language=language_of(notes),
    )
    return notes._replace(contents=find_contents(notes, all_lists))


def outline(lines: Sequence[str]) -> Notes:
    """The notes without their contents list, which the checks of code blocks do not need."""
    front = front_matter_lines("\n".join(lines)) if lines[0].startswith("---") else 0
    return _Reader(lines, Blocks(lines, front)).read()._replace(front=front)


def front_matter_lines(text: str) -> int:
    """How many lines at the top are YAML front matter, which is about the page and no text of it."""
    match = _FRONT_MATTER.match(text)
    # "---" is also a rule; front matter has a key on its first line, or is a mapping in braces.
    if not match or not re.match(r"---[ \t]*\n(?:\{|([\"']?)[A-Za-z_][\w-]*\1[ \t]*:)", text):
        return 0
    return match[0].count("\n") or 1


def front_title(notes: Notes) -> str:
    """What the front matter calls the page, as generators of sites read it; "" where it does not."""
    found = _FRONT_TITLE.search("\n".join(notes.lines[: notes.front]))
    return (found[1] or found[2] or found[3]).strip() if found else ""


def without_front_matter(text: str) -> str:
    """The text with the lines of its front matter left empty, so that every other line keeps its number."""
    count = front_matter_lines(text)
    return "\n" * count + "\n".join(text.split("\n")[count:]) if count else text


def check_notes(notes: Notes) -> Iterator[Diagnostic]:
    """Findings that need no plan: unclosed code blocks, empty headings, near-headings."""
    for heading in notes.headings:
        own = notes.lines[heading.span.start.line - 1 : heading.span.end.line]
        if not heading.text.strip() and not heading.id and not any(map(_SHOWN.search, own)):
            yield finding("N_HEADING", "a heading without text", heading.span)
    spans = (part.span for parts in (notes.fences, notes.headings) for part in parts)  # a heading: by a line below it
    told = {line for span in spans for line in range(span.start.line, span.end.line + 1)}
    yield from _unclosed(notes, told)
    for number, line in enumerate(notes.lines, 1):
        stands_alone = number == 1 or not notes.lines[number - 2].strip() or number - 1 in told
        if stands_alone and number not in told and _NEAR_HEADING.match(line):
            yield finding(
                "N_DIALECT", "no heading on GitHub: a blank is missing after the number signs", Span.at(number)
            )


def _unclosed(notes: Notes, told: Collection[int]) -> list[Diagnostic]:
    """Code blocks without an end; where the mark that was to close one opens another, the cause."""
    found: list[Diagnostic] = []
    searched = 0  # lines
    for fence in [fence for fence in notes.fences if not fence.closed]:
        start = fence.span.start.line
        first = max((file.before for file in notes.files if file.before < start), default=0)
        lines = range(start - 1, max(first, searched), -1)
        above = (n for n in lines if n not in told and _NO_OPENING.match(notes.lines[n - 1]))
        searched = start
        # Often the closing mark stands outside the list item, where it opens another block.
        inside = any(line.strip() for line in notes.lines[fence.span.end.line :])
        if found and not (fence.info or inside) and found[-1].span.start.line > first:
            found[-1] = found[-1]._replace(severity=Severity.ERROR)  # the rest of the file is code
        elif not fence.info and (broken := next(above, 0)):
            message = "this line opens no code block, for a backtick follows its marks; the mark below it opens one"
            found.append(finding("N_FENCE", message, Span.at(broken), help="Take the backtick out, or write `~~~`."))
        elif not (fence.info or inside or fence.text.strip()):
            words = "this mark opens a code block in which nothing stands"
            found.append(finding("N_FENCE", words, Span.at(start), severity=Severity.WARNING, help="Remove it."))
        else:
            ends = "ends with its list item or quote, not with a closing mark" if inside else "is never closed"
            place, severity = Span.at(start, fence.span.start.column, 3), Severity.WARNING if inside else None
            found.append(finding("N_FENCE", f"this code block {ends}", place, severity=severity))
    return found


class _Reader:
    """One walk over the blocks, filling the lists."""

    def __init__(self, lines: Sequence[str], blocks: Blocks) -> None:
        self.lines = lines
        self.blocks = blocks
        self.headings: list[Heading] = []
        self.fences: list[Fence] = []
        self.images: list[Image] = []
        self.links: list[Link] = []
        self.directives: list[Directive] = []
        self.anchors: list[tuple[str, int]] = []
        self.drawn: list[Node] = []
        self._comments: list[tuple[Tag, Span]] = []  # which govern what is read later
        self._footnotes: list[Node] = []
        self._footnote_lines: dict[int, list[int]] = defaultdict(list)
        self._ids = Names(first=1)  # repeats are numbered as GitHub does: `examples`, `examples-1`
        self._trail: tuple[Heading, ...] = ()
        self._lead: Node | None = None  # the last block of words that is no heading
        self._html_heading: Heading | None = None  # an open <h1>..<h6>
        self._html_text = ""  # and the text in it so far
        self._containers: list[tuple[int, Tag]] = []  # tags of elements that hold blocks, and their lines
        self._ends: dict[int, int] = {}  # line where blocks begin -> last line of the longest of them

    def read(self) -> Notes:
        for block in self.blocks:
            self._footnotes += [block] * (block.kind is Kind.FOOTNOTE)
            self._block(block)
        starts = sorted(self._ends)
        for tag, span in self._comments:
            if match := _DIRECTIVE.match(tag.text):
                index = bisect_left(starts, span.start.line + tag.text.count("\n") + 1)
                target = (starts[index], self._ends[starts[index]]) if index < len(starts) else None
                self.directives.append(Directive(match[1], " ".join(match[2].split()), span, target))
        for number, fence in enumerate(self.fences if self.directives else ()):
            line = fence.span.start.line
            governing = tuple(d for d in self.directives if d.target and d.target[0] <= line <= d.target[1])
            self.fences[number] = fence._replace(directives=governing)
        return Notes(
            lines=self.lines,
            headings=tuple(self._sections() if self._containers else self.headings),
            # Footnotes are read last, wherever they stand.
            fences=tuple(sorted(self.fences, key=line_of)),
            images=tuple(sorted(self.images, key=line_of)),
            links=tuple(sorted(self.links, key=line_of)),
            directives=tuple(self.directives),
            anchors=tuple(self.anchors),
            footnotes=tuple(
                Footnote(block.text, block.number, block.line, block.last, tuple(self._footnote_lines[block.number]))
                for block in self._footnotes
            ),
            drawn=tuple(self.drawn),
            blocks=self.blocks,
        )

    def _block(self, outermost: Node) -> None:
        """Take in a block at the root."""
        blocks = [outermost]
        while blocks:
            block = blocks.pop()
            top = block is outermost
            if block.kind is Kind.HTML:
                self._html_block(block, top=top)
            elif block.kind is Kind.CODE:
                self._fence(block)
            elif block.kind in LEAVES:
                self._leaf(block, top=top)
            else:
                blocks += block.children[::-1]
            if block.kind is not Kind.HTML or _COMMENTS.sub("", block.text).strip():
                self._ends[block.line] = max(self._ends.get(block.line, 0), block.last)

    def _sections(self) -> Iterator[Heading]:
        """The headings; none between the tags of an element that holds blocks and is closed begins a section."""
        open_tags: list[tuple[str, int]] = []
        names: Counter[str] = Counter()
        changes = [0] * (len(self.lines) + 2)  # of how many such elements are open, by line
        for line, tag in self._containers:
            if tag.kind == "start":
                open_tags.append((tag.name, line))
                names[tag.name] += 1
            elif tag.kind == "end" and names[tag.name]:
                name = ""
                while name != tag.name:
                    name, first = open_tags.pop()
                    names[name] -= 1
                if line > first:
                    changes[first + 1] += 1
                    changes[line + 1] -= 1
        enclosing = list(accumulate(changes))
        for heading in self.headings:
            is_inside = enclosing[heading.span.start.line] > 0
            yield heading._replace(starts_section=heading.starts_section and not is_inside)

    # --- Blocks

    def _leaf(self, block: Node, *, top: bool) -> None:
        self._inline(block)
        if self._html_heading:
            self._html_text += words(block.children)
        if block.kind is Kind.HEADING:
            end = block.children[-1].last if block.children else block.line  # not its underline
            span = Span(block.span.start, Position(end, len(self.lines[end - 1]) + 1))
            text = words(block.children, tags=True)
            self._heading(block.number, text, span, words(block.children), starts_section=top)
        else:
            self._lead = block

    def _heading(self, level: int, text: str, span: Span, by_github: str, *, starts_section: bool) -> None:
        self._html_heading = None
        name = self._ids.take(github_anchor(by_github))
        own = name if by_github.strip() else ""  # `## ⭐` twice: the second is #-1
        heading = Heading(level, " ".join(with_emoji(text).split()), own, span, starts_section)
        self.headings.append(heading)
        self._trail = (*(above for above in self._trail if above.level < level), heading)

    def _fence(self, block: Node) -> None:
        self.drawn += [block] * (label_of(block) in DRAWN)
        last = min(block.last, len(self.lines))
        lead = self._lead.children if self._lead and block.line - self._lead.last <= 2 else ()
        self.fences.append(
            Fence(
                info=block.info,
                text=block.text,
                span=Span(block.span.start, Position(last, len(self.lines[last - 1]) + 1)),
                origins=line_starts(block, self.lines),
                trail=self._trail,
                lead=with_emoji(words(lead)).strip(),
                fenced=block.number > 0,
                closed=block.flag,
            )
        )

    # --- Inline elements

    def _inline(self, block: Node) -> None:
        stack = _with_siblings(block)
        while stack:
            node, siblings, index = stack.pop()
            if node.kind is Kind.FOOTNOTE_LINK:
                self._footnote_lines[node.number].append(node.line)
            elif node.kind is Kind.MATH:
                self.drawn.append(node)
            elif node.kind is Kind.IMAGE:
                alt = words(node.children, alt=True)
                self.images.append(Image(node.url, alt, node.info, node.span, "markdown", self._trail))
            elif node.kind is Kind.LINK:
                origin = "markdown" if self.lines[node.line - 1][node.column - 1 : node.column] == "[" else "autolink"
                text = words(node.children, " ", alt=True)
                self.links.append(Link(node.url, text, node.span, origin, self._trail))
            elif node.kind is Kind.HTML_SPAN:
                following = takewhile(lambda other: other.kind is not Kind.HTML_SPAN, islice(siblings, index + 1, None))
                for tag in read_tags(node.text):
                    self._tag(tag, node.span, words(following, " ", alt=True))
            stack += _with_siblings(node)

    # --- Raw HTML

    def _html_block(self, block: Node, *, top: bool) -> None:
        tags = read_tags(block.text)
        self._containers += [(block.line + tag.line, tag) for tag in tags if tag.name in _CONTAINERS]
        texts = (tag.text.strip() if tag.kind == "text" else "" for tag in tags[::-1])
        following = list(accumulate(texts, lambda text, own: own or text, initial=""))
        for number, (tag, span) in enumerate(placed(tags, block, self.lines), 1):
            self._tag(tag, span, following[-1 - number], starts_section=top and number == 1)

    def _tag(self, tag: Tag, span: Span, following: str, *, starts_section: bool = False) -> None:
        heading = self._html_heading
        if tag.kind == "comment":
            self._comments.append((tag, span))
        elif tag.kind == "text" and heading:
            self._html_text += unescaped(tag.text)
        elif tag.kind == "end" and tag.name in HEADING_TAGS and heading:
            text = " ".join(self._html_text.split())
            self._heading(heading.level, text, heading.span, text, starts_section=heading.starts_section)
        if tag.kind != "start":
            return
        anchor = tag.get("id") or (tag.get("name") if tag.name == "a" else "")
        if anchor:
            self.anchors.append((anchor, span.start.line))
        if tag.name in HEADING_TAGS:
            self._html_heading, self._html_text = Heading(int(tag.name[1]), "", "", span, starts_section), ""
        elif tag.name == "a" and tag.get("href"):
            self.links.append(Link(tag.get("href"), following, span, "html", self._trail))
        elif tag.name in {"video", "source"} and tag.get("src"):
            self.links.append(Link(tag.get("src"), tag.get("src").rpartition("/")[2], span, "html", self._trail))
        elif tag.name in {"img", "source"}:
            alt, title = tag.get("alt"), tag.get("title")
            if tag.name == "img" and tag.get("src"):
                self.images.append(Image(tag.get("src"), alt, title, span, "html", self._trail))
            origin = "srcset" if tag.name == "img" else "source"
            for url, _ in candidates(tag.get("srcset")):
                self.images.append(Image(url, alt, "", span, origin, self._trail))


def _with_siblings(parent: Node) -> list[tuple[Node, Sequence[Node], int]]:
    """The children that are more than words, the last first, each with its siblings and its index among them."""
    children = parent.children
    return [(child, children, index) for index, child in enumerate(children) if child.kind not in _PLAIN][::-1]


def placed(tags: Sequence[Tag], block: Node, lines: Sequence[str]) -> Iterator[tuple[Tag, Span]]:
    """The tags of an HTML block, each with its place in the notes."""
    starts = line_starts(block, lines)
    for tag in tags:
        written = f"<!--{tag.text}-->" if tag.kind == "comment" else tag.text
        ends = written.split("\n")
        after = len(ends[-1]) + (tag.column if len(ends) == 1 else 0)
        yield tag, Span(_within(starts, tag.line, tag.column), _within(starts, tag.line + len(ends) - 1, after))


def _within(starts: Sequence[Position], line: int, column: int) -> Position:
    at = starts[line] if line < len(starts) else Position(starts[-1].line + 1, 1)
    return Position(at.line, at.column + column)
