"""What the search knows of a page: its sections line by line, and its commands as results of their own.

Titles and texts are HTML without elements: `&`, `<` and `>` are entities, as in the index of the theme's own search.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ..render.mark import WORDS
from .command_list import Command
from .glossary import LEAD

Document = dict[str, Markup]
_SKIPPED = {"script", "style", "svg", "template", "button", "dialog"}
_EXCLUDED = {"data-search-exclude", "hidden"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# What stands on lines of its own.
_LINES = {"p", "li", "pre", "tr", "dt", "dd", "div", "blockquote", "figcaption", "summary", "br", "ul", "ol"}


@dataclass(slots=True)
class _Section:
    location: str
    title: str
    words: list[str] = field(default_factory=list)

    def document(self) -> Document:
        lines = (" ".join(line.split()).removesuffix(" –") for line in "".join(self.words).split("\n"))
        return found(self.location, self.title, "\n".join(filter(None, lines)))


def documents(
    content: str, location: str, title: str, about: str = "", commands: Sequence[Command] = ()
) -> list[Document]:
    """The page at `location`, its sections, and its commands, whose blocks are in no section.

    `content` and `title` are HTML.  A title that the settings correct stands in place of the author's, which is kept as "also".  `about` is for a page
    without words before its first section.
    """
    title = html.unescape(title)
    sections = [_Section(location, title)]
    root = LexborHTMLParser(f"<body>{content}").body
    texts = {command.text.strip() for command in commands}
    own_title = _read(root, sections, location, texts) if root is not None else ""
    first, *rest = (section.document() for section in sections)
    first["text"] = first["text"] or as_html(about)
    if own_title and own_title != title:
        first["also"] = as_html(own_title)
    return [first, *rest, *(_command(command, location) for command in commands)]


def _command(command: Command, location: str) -> Document:
    mark = command.mark
    result = found(f"{location}#{command.id}", command.description, command.text.strip())
    more = {"kind": "command", "wrong": "yes" * mark.wrong}
    more["note"] = " ".join(f"{WORDS[row.kind]}: {row.text}." for row in mark.rows).replace("`", "").replace("..", ".")
    more["label"], more["fix"] = mark.fixes[0] if mark.fixes else ("", "")
    return {**result, **{name: as_html(text) for name, text in more.items() if text}}


def _read(node: LexborNode, sections: list[_Section], location: str, commands: Collection[str]) -> str:
    """Take up what is below `node`; the words of its first heading of level 1."""
    own_title = ""
    for child in node.iter(include_text=True):
        tag, words = child.tag, sections[-1].words
        if tag == "-text":
            words.append(
                child.text_content or "" if node.tag == "code" else (child.text_content or "").replace("\n", " ")
            )
        elif tag in _SKIPPED or _EXCLUDED & child.attributes.keys() or _is_command(child, commands):
            continue
        elif tag in _HEADINGS and child.id:
            title = heading_words(child)
            if tag == "h1" and len(sections) == 1:
                own_title = own_title or title
            else:
                sections.append(_Section(f"{location}#{child.id}", title))
        else:
            words.append("\n" if tag in _LINES else "")
            own_title = _read(child, sections, location, commands) or own_title
            words = sections[-1].words
            words.append("\n" if tag in _LINES else " – " if tag in {"td", "th"} else "")
    return own_title


def _is_command(node: LexborNode, commands: Collection[str]) -> bool:
    """Whether it is one of the commands, or the label of one."""
    block = _next_element(node) if node.attributes.get("class") == LEAD else node
    return block is not None and block.tag in {"pre", "div"} and block.text().strip() in commands


def _next_element(node: LexborNode) -> LexborNode | None:
    following = node.next
    while following is not None and following.tag == "-text":
        following = following.next
    return following


def heading_words(heading: LexborNode) -> str:
    """The author's words of a heading."""
    words = "".join(child.text() for child in heading.iter(include_text=True) if not _is_added(child))
    return " ".join(words.split())


def _is_added(node: LexborNode) -> bool:
    return "data-added" in node.attributes or "headerlink" in (node.attributes.get("class") or "")


def as_html(text: str) -> Markup:
    """Text as the index has it.  Quotes stay: the theme would find the digits of their entities."""
    return Markup(html.escape(text, quote=False))  # noqa: S704  # for content, never for an attribute


def found(address: str, title: str, text: str) -> Document:
    """A search result made of text; the address is the one value that is not shown."""
    return {"location": Markup(address), "title": as_html(title), "text": as_html(text)}  # noqa: S704  # an address
