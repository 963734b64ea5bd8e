"""The one reader of tags, with their places: for the parts of the notes that are HTML, and for finished pages.

What of the author's tags is kept, shown as text or left out: the lists are GitHub's (html-pipeline's sanitization filter); the
elements that become text are those of the GFM specification, section "Disallowed Raw HTML".  GitHub drops tags that HTML
does not know and with them the text of placeholders such as `<NodeIP>`; here they are shown, because no word may be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lib.light import NamedTuple, bundled_json, lazy

_NAMES = {kind: frozenset(names.split()) for kind, names in bundled_json(__name__, "html_names.json").items()}
ALLOWED = _NAMES["elements"]
AS_TEXT = _NAMES["elements shown as text"]  # their content is no Markdown, or would run
UNWRAPPED = _NAMES["elements left out"]  # known to HTML or SVG but not let through: the tag goes, its content stays
ATTRIBUTES = _NAMES["attributes"]  # allowed on any element
# As the HTML standard reads them: a quote begins a value only after "=".
_TAG = lazy(
    r"<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*+)"
    r"(?P<attributes>(?:=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+)|[^>=])*+)>"
)
_ATTRIBUTE = lazy(r"([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?")
_COMMENT = lazy(r"<!--(?:-?>|(?P<words>.*?)(?:--!?>|\Z))", re.DOTALL)


Attributes = tuple[tuple[str, str | None], ...]
# Elements of finished pages whose content is text, whatever it looks like.
_RAW_TEXT = frozenset({"script", "style", "textarea", "title"})


class Tag(NamedTuple):
    """One start or end tag, comment, or piece of text of an HTML text."""

    kind: str  # "start", "end", "comment", "text" or "other"
    name: str  # lower case; "" for comments and text
    attributes: Attributes  # lower-case names, entities resolved, None without a value
    text: str  # as written; of comments what stands between the marks
    line: int  # from 0, in the HTML text
    column: int  # from 0
    start: int  # offset in the HTML text
    end: int

    def get(self, name: str, default: str = "") -> str:
        """The value of the first attribute of this name."""
        return next((value or "" for key, value in self.attributes if key == name), default)


def read_tags(text: str, *, finished: bool = False) -> list[Tag]:
    """All tags, comments and pieces of text of `text`, in order and without gaps.

    Never raises; a tag that never ends is text.  In a `finished` page the content of scripts and the like is text; in
    the notes it is read like any other, because nothing of it is ever run.
    """
    tags: list[Tag] = []
    line = line_start = 0
    for kind, start, end, name, attributes in _pieces(text, _RAW_TEXT if finished else frozenset()):
        words = text[start:end]
        if kind == "comment":
            match = _COMMENT.match(words)
            words = (match and match["words"]) or ""
        tags.append(Tag(kind, name, attributes, words, line, start - line_start, start, end))
        breaks = text.count("\n", start, end)
        if breaks:
            line, line_start = line + breaks, text.rindex("\n", start, end) + 1
    return tags


def _pieces(text: str, raw_text: frozenset[str]) -> Iterator[tuple[str, int, int, str, Attributes]]:
    position = words = 0  # where to look on; where the text begins that was not handed out yet
    while (start := text.find("<", position)) >= 0:
        position = start + 1
        following = text[position : position + 1]
        kind, name = "other", ""
        attributes: Attributes = ()
        if text.startswith("!--", position):
            match = _COMMENT.match(text, start)
            kind, end = "comment", match.end() if match else len(text)
        elif following in {"!", "?"} or (following == "/" and not text[position + 1 : position + 2].isalpha()):
            end = text.find(">", position) + 1
        elif following.isascii() and (following.isalpha() or following == "/"):
            match = _TAG.match(text, start)
            end = match.end() if match else 0
            if match:
                kind, name = "end" if match["end"] else "start", match["name"].lower()
                attributes = _attributes(match["attributes"]) if kind == "start" and match["attributes"] else ()
        else:
            continue
        if not end:  # it never ends, and so nothing after it is a tag
            break
        if words < start:
            yield "text", words, start, "", ()
        yield kind, start, end, name, attributes
        position = words = end
        if kind == "start" and name in raw_text:
            closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, end)
            position = closing.start() if closing else len(text)
    if words < len(text):
        yield "text", words, len(text), "", ()


def _attributes(written: str) -> Attributes:
    return tuple(
        (found[1].lower(), None if found.lastindex == 1 else unescaped(found[found.lastindex or 1]))
        for found in _ATTRIBUTE.finditer(written)
    )


def unescaped(text: str) -> str:
    """The text with its entities resolved."""
    if "&" not in text:
        return text
    import html  # noqa: PLC0415  # 3 ms for its table of entities

    return html.unescape(text)


def candidates(srcset: str) -> list[tuple[str, str]]:
    """Address and descriptor of each picture that a `srcset` offers, as the HTML standard splits them.

    A comma inside an address is a part of it.
    """
    found: list[tuple[str, str]] = []
    rest = " ".join(srcset.split()).lstrip(" ,")
    while rest:
        address, _, rest = rest.partition(" ")
        descriptor = ""
        if not address.endswith(","):  # descriptors follow, up to the next comma
            descriptor, _, rest = rest.partition(",")
        found.append((address.rstrip(","), descriptor.strip()))
        rest = rest.lstrip(" ,")
    return found


def is_text(name: str) -> bool:
    """Whether a tag of this name (lower case) is shown as it is written."""
    return name in AS_TEXT or (name not in ALLOWED and name not in UNWRAPPED)
