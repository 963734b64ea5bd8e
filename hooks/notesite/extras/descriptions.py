"""One sentence that says what a section is about, in the author's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..notes.document import LEAVES, Kind, Node, words
from ..notes.emoji import with_emoji
from ..notes.model import Notes
from ..notes.raw_html import read_tags
from ..site.page_text import page_blocks
from ..site.plan import Page, Site

LONGEST = 160  # characters; about two lines of a card, and what search engines show
_FEWEST_WORDS = 5  # a shorter text is a label, no sentence
_ENDS = re.compile(r"(?<=[.!?])[\"'”’)]?\s+(?=[\"'“‘(]?[A-Z0-9])")
_NO_END = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|resp|approx|No|Eg|eg)\.$")

_NOTHING = Node(Kind.RULE, 0, 0, 0, 0, ())


def description_of(notes: Notes, site: Site, page: Page) -> str:
    """The settings' description of the page, else its first sentence, else its first labels; "" when it has no words."""
    if page.settings.description:
        return page.settings.description
    labels: dict[str, None] = {}
    for text, is_label in _texts(page_blocks(notes, site, page)):
        if not is_label and len(text.split()) >= _FEWEST_WORDS:
            return shortened(first_sentence(text))
        labels[text.rstrip(":")] = None
    return shortened(", ".join(labels))


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence."""
    for match in _ENDS.finditer(text):
        if not _NO_END.search(text[: match.start()]):
            return text[: match.end()].rstrip()
    return text


def shortened(text: str) -> str:
    """The text, or as many of its words as fit, with an ellipsis."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:-–— ") + "…"


def _texts(blocks: Sequence[Node]) -> Iterator[tuple[str, bool]]:
    """Each paragraph, item and first cell of a table row, and whether it is only a label of what follows."""
    for leaf, following in pairwise((*_leaves(blocks), _NOTHING)):
        if leaf.kind in {Kind.PARAGRAPH, Kind.CELL} and (text := _plain(leaf)):
            yield text, leaf.kind is Kind.CELL or following.kind is Kind.CODE


def _leaves(blocks: Sequence[Node]) -> Iterator[Node]:
    """Blocks that hold words or code and are not folded away; of a table the first cells, its headers left out."""
    stack = list(blocks)[::-1]
    folded = 0
    while stack:
        block = stack.pop()
        if block.kind is Kind.HTML:
            tags = [tag.kind for tag in read_tags(block.text) if tag.name == "details"]
            folded = max(folded + tags.count("start") - tags.count("end"), 0)
        if folded:
            continue  # an answer, say: who reads the page asks for it first
        if block.kind is Kind.ROW:
            stack += [] if block.flag else block.children[:1]
        elif block.kind in LEAVES or not block.children:
            yield block
        else:
            stack += block.children[::-1]


def _plain(leaf: Node) -> str:
    # A backtick that closes nothing is a slip of the pen.
    return " ".join(with_emoji(words(leaf.children, " ", tags=True, tex=False)).replace("`", "").split())
