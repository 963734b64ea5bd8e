"""What the search knows of a page: its sections line by line, and its commands as results of their own.

Titles and texts are HTML without elements: `&`, `<` and `>` are entities, as in the index of the theme's own search.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ..notes.model import EMPTY
from ..render.mark import UNMARKED, WORDS, BlockMark
from .command_list import Command
from .decorate import LEAD

Document = dict[str, Markup]
_SKIPPED = {"script", "style", "svg", "template", "button", "dialog"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# What stands on lines of its own.
_LINES = {"p", "li", "pre", "tr", "dt", "dd", "div", "blockquote", "figcaption", "summary", "br", "ul", "ol"}


@dataclass(slots=True)
class _Section:
    location: str
    title: str
    words: list[str] = field(default_factory=list)
    broken: list[tuple[str, BlockMark]] = field(default_factory=list)  # blocks of code that do not work

    def documents(self) -> Iterator[Document]:
        """The section, and its broken blocks as results of their own: their working form stands beside them."""
        lines = (" ".join(line.split()).removesuffix(" –") for line in "".join(self.words).split("\n"))
        yield found(self.location, self.title, "\n".join(filter(None, lines)))
        yield from (_code("block", self.location, self.title, *block) for block in self.broken)


def documents(
    content: str,
    location: str,
    title: str,
    about: str = "",
    commands: Sequence[Command] = (),
    *,
    broken: Mapping[str, BlockMark] = EMPTY,
) -> list[Document]:
    """The page at `location`, its sections, and its commands, whose blocks are in no section.

    `content` and `title` are HTML.  A title that the settings correct stands in place of the author's, which is kept as "also".  `about` is for a page
    without words before its first section, `broken` are other blocks that do not work, by their text.
    """
    title = html.unescape(title)
    sections = [_Section(location, title)]
    root = LexborHTMLParser(f"<body>{content}").body
    known = {command.text.strip(): UNMARKED for command in commands} | dict(broken)
    own_title = _read(root, sections, location, known) if root is not None else ""
    first, *rest = chain.from_iterable(section.documents() for section in sections)
    first["text"] = first["text"] or as_html(about)
    if own_title and own_title != title:
        first["also"] = as_html(own_title)
    listed = (_code("command", f"{location}#{own.id}", own.description, own.text.strip(), own.mark) for own in commands)
    return [first, *rest, *listed]


def _code(kind: str, location: str, title: str, text: str, mark: BlockMark) -> Document:
    more = {"kind": kind, "wrong": "yes" * mark.wrong}
    more["note"] = " ".join(f"{WORDS[row.kind]}: {row.text}." for row in mark.rows)
    more["note"] = re.sub(r"`|(?<=[.?!])\.", "", more["note"])
    more["label"] = label = next((label for label, _ in mark.fixes), "")
    more["fix"] = "\n".join(fix for own, fix in mark.fixes if own == label)
    return {**found(location, title, text), **{name: as_html(text) for name, text in more.items() if text}}


def _read(node: LexborNode, sections: list[_Section], location: str, known: Mapping[str, BlockMark]) -> str:
    """Take up what is below `node`; the words of its first heading of level 1."""
    own_title = ""
    for child in node.iter(include_text=True):
        tag, words = child.tag, sections[-1].words
        if tag == "-text":
            text = child.text_content or ""
            words.append(text if node.tag == "code" else text.replace("\n", " "))
        elif tag in _SKIPPED or {"data-search-exclude", "hidden"} & child.attributes.keys():
            continue
        elif text := _known(child, known):
            if known[text].wrong:
                sections[-1].broken.append((text, known[text]))
        elif tag in _HEADINGS and child.id:
            title = heading_words(child)
            if tag == "h1" and len(sections) == 1:
                own_title = own_title or title
            else:
                sections.append(_Section(f"{location}#{child.id}", title))
        else:
            words.append("\n" if tag in _LINES else "")
            own_title = _read(child, sections, location, known) or own_title
            words = sections[-1].words
            words.append("\n" if tag in _LINES else " – " if tag in {"td", "th"} else "")
    return own_title


def _known(node: LexborNode, known: Mapping[str, BlockMark]) -> str:
    """The text of the block that is a result of its own and that this is, or, of a command, is the label of; else ""."""
    is_label = node.attributes.get("class") == LEAD
    block = node.next if is_label else node
    while is_label and block is not None and block.tag == "-text":
        block = block.next
    text = block.text().strip() if block is not None and block.tag in {"pre", "div"} else ""
    return text if text in known and not (is_label and known[text].wrong) else ""


def heading_words(heading: LexborNode) -> str:
    """The author's words of a heading."""
    own = (child for child in heading.iter(include_text=True) if "data-added" not in child.attributes)
    words = "".join(child.text() for child in own if "headerlink" not in (child.attributes.get("class") or ""))
    return " ".join(words.split())


def as_html(text: str) -> Markup:
    """Text as the index has it.  Quotes stay: the theme would find the digits of their entities."""
    return Markup(html.escape(text, quote=False))  # noqa: S704  # for content, never for an attribute


def found(address: str, title: str, text: str) -> Document:
    """A search result made of text; the address is the one value that is not shown."""
    return {"location": Markup(address), "title": as_html(title), "text": as_html(text)}  # noqa: S704  # an address
