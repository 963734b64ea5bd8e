"""Tags in raw HTML, with their places, for the parts of the notes that are HTML."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple


class Tag(NamedTuple):
    """One start or end tag, comment, or piece of text of an HTML text."""

    kind: str  # "start", "end", "comment" or "text"
    name: str  # lower case; "" for comments and text
    attributes: tuple[tuple[str, str], ...]  # lower-case names, entities resolved
    text: str  # as written
    line: int  # from 0, in the HTML text
    column: int  # from 0

    def get(self, name: str, default: str = "") -> str:
        """The value of the first attribute of this name."""
        return next((value for key, value in self.attributes if key == name), default)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[Tag] = []

    def _add(self, kind: str, name: str, text: str, attributes: tuple[tuple[str, str], ...] = ()) -> None:
        line, column = self.getpos()
        self.tags.append(Tag(kind, name, attributes, text, line - 1, column))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pairs = tuple((name, value or "") for name, value in attrs)
        self._add("start", tag, self.get_starttag_text() or "", pairs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # HTML ignores the slash: `<br />` is one line break, where `<br></br>` would be two.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._add("end", tag, f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self._add("comment", "", data)

    def handle_data(self, data: str) -> None:
        self._add("text", "", data)

    def handle_entityref(self, name: str) -> None:
        self._add("text", "", f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._add("text", "", f"&#{name};")

    # A script's content is text like any other here: nothing of it is ever run.
    def set_cdata_mode(self, elem: str, *, escapable: bool = False) -> None:
        """Read on as markup inside <script> and <style>."""


def read_tags(text: str) -> list[Tag]:
    """All tags, comments and pieces of text of `text`, in order.  Never raises; broken markup is text."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.tags
