"""What the home page adds: what this is, where to start, and a card for every section in the place of the contents.

A card says what its section is about in one sentence, in the author's own words.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from ..lib.light import NamedTuple
from ..notes.document import LEAVES, Kind, Node, words
from ..notes.model import Notes
from ..notes.parser import with_emoji
from ..notes.raw_html import read_tags
from ..render.elements import made
from ..site.page_text import page_blocks
from ..site.plan import Page, Site
from ..site.section_names import runs


class Card(NamedTuple):
    """One section on the home page."""

    title: str
    address: str  # the page's source address
    text: str = ""  # what it is about
    icon: str = ""  # an SVG
    parts: tuple[Card, ...] = ()  # of the pages split from it


class Group(NamedTuple):
    """Cards that belong together; the name is "" where there are no groups."""

    name: str
    cards: tuple[Card, ...]


class Home(NamedTuple):
    """All that is added to the home page."""

    about: str
    groups: tuple[Group, ...]
    picture: str = ""  # an SVG
    download: str = ""  # address of the offline bundle
    more: tuple[Card, ...] = ()  # generated pages
    asked: tuple[Card, ...] = ()  # commands: what one does, where it stands, and its text


def grouped(
    site: Site,
    groups: Mapping[str, Sequence[str]],
    descriptions: Mapping[str, str],
    icons: Mapping[str, str],
) -> tuple[Group, ...]:
    """The cards of all pages in the order of reading, cut into the settings' groups.

    `descriptions` are by page uri, `icons` are SVGs by the icon's name.
    """

    def card(page: Page) -> Card:
        parts = tuple(Card(part.title, part.uri) for part in site.pages if part.parent == page.uri)
        return Card(page.title, page.uri, descriptions.get(page.uri, ""), svg(icons.get(page.settings.icon, "")), parts)

    cut = [(name, [page for page in pages if not page.is_home]) for name, pages in runs(site, groups)]
    return tuple(Group(name, tuple(map(card, pages))) for name, pages in cut if pages)


def svg(text: str) -> Markup:
    """An SVG file of the project or its theme as it stands in a page."""
    return Markup(text.replace(' xmlns="http://www.w3.org/2000/svg"', ""))  # noqa: S704  # not of strangers


def add_home(root: ET.Element, home: Home, contents_id: str) -> None:
    """Put the introduction after the title, and the cards where the contents are."""
    add_contents(root, home.groups, contents_id)
    title = next((i for i, child in enumerate(root) if child.tag == "h1"), -1)
    first = next((card for group in home.groups for card in group.cards), None)
    root.insert(title + 1, made(__name__, "home", home._replace(picture=svg(home.picture)), first))


def add_contents(root: ET.Element, groups: Sequence[Group], contents_id: str = "") -> None:
    """Put the cards after the heading of the author's contents list, or at the end."""
    after = next((i for i, child in enumerate(root) if contents_id and child.get("id") == contents_id), None)
    if groups:
        root.insert(len(root) if after is None else after + 1, made(__name__, "contents", groups))


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
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:-–— ") + "…"


def _texts(blocks: Sequence[Node]) -> Iterator[tuple[str, bool]]:
    """Each paragraph, item and first cell of a table row, and whether it is only a label of what follows."""
    for leaf, following in pairwise((*_leaves(blocks), _NOTHING)):
        if leaf.kind in {Kind.PARAGRAPH, Kind.CELL}:
            # A backtick that closes nothing is a slip of the pen.
            shown = with_emoji(words(leaf.children, " ", tags=True, tex=False)).replace("`", "").split()
            if shown:
                yield " ".join(shown), leaf.kind is Kind.CELL or following.kind is Kind.CODE


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
