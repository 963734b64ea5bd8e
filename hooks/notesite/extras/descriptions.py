"""One sentence that says what a section is about, in the author's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from ..notes.emoji import with_emoji
from ..notes.model import Notes
from ..notes.parser import markdown_parser
from ..site.page_text import page_lines
from ..site.plan import Page, Site

LONGEST = 160  # characters; about two lines of a card, and what search engines show
_FEWEST_WORDS = 5  # a shorter text is a label, no sentence
_ENDS = re.compile(r"(?<=[.!?])[\"'”’)]?\s+(?=[\"'“‘(]?[A-Z0-9])")
_NO_END = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|resp|approx|No|Eg|eg)\.$")


def description_of(notes: Notes, site: Site, page: Page) -> str:
    """The settings' description of the page, else its first sentence, else its first labels; "" when it has no words."""
    if page.settings.description:
        return page.settings.description
    texts = list(_texts(markdown_parser().parse(page_lines(notes, site, page), {"references": dict(notes.references)})))
    sentence = next((text for text, is_label in texts if not is_label and len(text.split()) >= _FEWEST_WORDS), "")
    if sentence:
        return shortened(first_sentence(sentence))
    labels = list(dict.fromkeys(text.rstrip(":") for text, _ in texts))
    return shortened(", ".join(labels))


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence."""
    for match in _ENDS.finditer(text):
        if not _NO_END.search(text[: match.start()]):
            return text[: match.end()].rstrip()
    return text


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, or as many of its words as fit, with an ellipsis."""
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(",;:-–— ") + "…"


def _texts(tokens: Sequence[Token]) -> Iterator[tuple[str, bool]]:
    """Each paragraph, item and first cell of a table row, and whether it is only a label of what follows."""
    for index, token in enumerate(tokens):
        if token.type != "inline" or tokens[index - 1].type in {"heading_open", "th_open"}:
            continue
        text = _plain(token)
        if not text:
            continue
        cell = tokens[index - 1].type == "td_open"
        if cell and tokens[index - 2].type != "tr_open":
            continue
        yield text, cell or _before_code(tokens, index)


def _before_code(tokens: Sequence[Token], index: int) -> bool:
    following = next((token for token in tokens[index + 1 :] if token.nesting >= 0), None)
    return following is not None and following.type in {"fence", "code_block"}


def _plain(token: Token) -> str:
    words = [
        child.content if child.type in {"text", "code_inline"} else " " if "break" in child.type else ""
        for child in token.children or []
    ]
    # A backtick that closes nothing is a slip of the pen.
    return " ".join(with_emoji("".join(words)).replace("`", "").split())
