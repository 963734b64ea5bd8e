"""A page's element tree as Markdown that people go on writing in, and that Python-Markdown reads as GitHub read the notes.

MkDocs and those that carry it on read with Python-Markdown.  It wants four columns of indentation and a blank line
between blocks, so those are written; what Markdown has no form for stays HTML, with Markdown in it.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from markdown.util import AMP_SUBSTITUTE

from ..notes.raw_html import candidates
from ..render.tree import AS_WRITTEN, remove

FORMULA = "arithmatex"  # the class of an element that holds one, dollars included
REMARK = "notes-remark"  # and of one that is no words of the page
_JOINED = frozenset({"blockquote", "ol", "ul"})  # two in a row would be one
_MARKS = {"em": "*", "strong": "**", "del": "~~"}
_BLOCKS = frozenset(
    "blockquote center details div dl dd dt figure h1 h2 h3 h4 h5 h6 hr ol p pre section summary table ul".split()  # noqa: SIM905  # a line for each word would hide the code below
)
_NO_CONTENT = frozenset({"br", "hr", "img", "source", "wbr"})
_ADDRESSES = frozenset({"href", "src", "poster"})
# What Markdown could take for markup: anywhere, and where a line begins.
_SPECIAL = re.compile(
    r"""[`*{]|\\(?=[^\w\s]|$)|(?<!\w)_|_(?!\w)|~(?=~)|(?<=~)~|<(?=[\w/!?])|\[(?=[\^ x]\]?|TOC)|\](?=[(\[:]|$)|!(?=\[|$)"""
)
_LINE_START = re.compile(r"(?m)^([ \t]*)(?:([#>]|[-+](?=[ \t\n-]|$)|!!!|\[(?=[^\[\]\n]*\]:))|(\d+)([.])(?=[ \t\n]|$))")
_VALUE = re.compile(r"[^\s\"'={}<>]+")  # of an attribute that can stand behind a heading or a picture


class MarkdownWriter:
    """Writes one page after the other.

    `address` turns that of a Markdown link into that of an HTML attribute, which generators leave as it is.  With `ids`
    the anchors are written, in the form of the extension `attr_list`; `dollars` says that there are formulas, so that
    other dollars are escaped.
    """

    def __init__(self, address: Callable[[str], str], *, ids: bool = True, dollars: bool = False) -> None:
        self._address, self._ids, self._dollars = address, ids, dollars

    def page(self, root: ET.Element) -> str:
        """The whole page, without what the site has added but its title and its links."""
        for parent in list(root.iter()):
            for child in list(parent):
                is_added = "data-added" in child.attrib and child.tag not in {"a", "h1"}
                if is_added or child.get("class") == "footnote-backref":
                    remove(parent, child)
            parent.attrib = {
                name: value.removeprefix(AS_WRITTEN).replace(AMP_SUBSTITUTE, "&") if name in _ADDRESSES else value
                for name, value in parent.items()
                if (name, value) != ("dir", "auto") and not name.startswith("data-") and (self._ids or name != "id")
            }
        return self._flow(root) + "\n"

    def _flow(self, element: ET.Element) -> str:
        """What an element holds, as blocks with a blank line between them, or one line break in a tight list item."""
        between = "\n" if element.tag == "li" and not _is_loose(element) else "\n\n"
        parts: list[tuple[str, str]] = []  # kind of element, and what it is written as
        run = ET.Element("p")
        run.text = element.text
        for child in [*element, None]:
            if child is not None and child.tag not in _BLOCKS and not _holds_blocks(child):
                run.append(child)
                continue
            parts += [("", _at_line_starts(self._inline(run).strip()))]
            if child is not None:
                parts += [(child.tag, self._block(child))]
                run = ET.Element("p")
                run.text = child.tail
        written = [(tag, words) for tag, words in parts if words]
        alike = [
            tag == before and tag in _JOINED
            for (tag, _), (before, _) in zip(written, [("", ""), *written], strict=False)
        ]
        return between.join("<!-- -->\n\n" * same + words for same, (_, words) in zip(alike, written, strict=True))

    # --- Blocks

    def _block(self, element: ET.Element) -> str:  # noqa: PLR0911  # one return for each kind of element reads well
        tag, kind = element.tag, element.get("class") or ""
        if kind == REMARK:
            return f"<!-- {re.sub('--(?=!?>)', '- -', _unmarked(element.text))} -->"
        if tag == "hr":
            return "---"
        if tag == "pre":
            return self._fence(element)
        if match := re.fullmatch("h([1-6])", tag):
            words = re.sub(r"(#+)$", r"\\\1", " ".join(self._inline(element).split()))
            return f"{'#' * int(match[1])} {words} {_attributes(element)}".rstrip()
        if tag == "blockquote":
            return _prefixed(self._flow(element), "> ", "> ")
        if tag in {"ul", "ol"} and all(item.tag == "li" and _begins_with_words(item) for item in element):
            return self._list(element)
        if tag == "table" and _is_even(element):
            return self._table([list(row) for row in element.iter("tr")])
        if kind == "footnotes":
            notes = ((item.get("value"), self._flow(item)) for item in element.iter("li"))
            return "\n\n".join(_prefixed(words, f"[^{number}]: ", "    ") for number, words in notes)
        if match := re.match(r"admonition (\w+)", kind):
            title = self._inline(element[0])
            element.remove(element[0])
            named = "" if title.lower() == match[1] else f' "{title}"'
            return f"!!! {match[1]}{named}\n\n" + _prefixed(self._flow(element), "    ", "    ")
        if tag not in _BLOCKS:  # <b> around paragraphs, say: Markdown cannot
            return self._flow(element)
        if tag == "p" and not _own(element):
            return _at_line_starts(self._inline(element).strip())
        return self._html_block(element)

    @staticmethod
    def _fence(element: ET.Element) -> str:
        code = next(iter(element), element)
        text = _unmarked("".join(element.itertext())).removesuffix("\n")
        language = (code.get("class") or "").removeprefix("language-")
        if language == "math":
            return f"$$\n{text}\n$$"
        mark = max(["```", *(f"{run}`" for run in re.findall("`{3,}", text))], key=len)
        return f"{mark}{language}\n{text}\n{mark}"

    def _list(self, element: ET.Element) -> str:
        number = int(start) if (start := element.get("start") or "1").isdecimal() else 1
        items = []
        for item in element:
            box = next((inner for inner in item.iter("input")), None)
            if box is not None and item[0].tag == "label":
                remove(item, item[0])
            mark = "-   " if element.tag == "ul" else f"{number}. ".ljust(4)
            mark += "" if box is None else "[ ] " if box.get("checked") is None else "[x] "
            written = self._flow(item)
            items.append(_prefixed(written, mark, "    ") or mark.rstrip())
            number += 1
        return ("\n\n" if any(map(_is_loose, element)) else "\n").join(items)

    def _table(self, rows: list[list[ET.Element]]) -> str:
        marks = {"left": ":---", "center": ":---:", "right": "---:"}
        aligns = [(cell.get("style") or "").removeprefix("text-align:") or cell.get("align") or "" for cell in rows[0]]
        lines = [[self._cell(cell) for cell in row] for row in rows]
        if not any(cell.tag == "th" for cell in rows[0]):
            lines.insert(0, [""] * len(rows[0]))
        lines.insert(1, [marks.get(align, "---") for align in aligns])
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def _cell(self, cell: ET.Element) -> str:
        parts = re.split(r"(`+[^`]+`+)", " ".join(self._inline(cell).split()))  # in code no pipe ends a cell
        return "".join(part if odd % 2 else part.replace("|", "\\|") for odd, part in enumerate(parts))

    def _html_block(self, element: ET.Element) -> str:
        """An element that Markdown has no form for, and Markdown in it."""
        if any(child.tag in {"td", "th", "dd", "dt", "li", "caption"} for child in element.iter()):
            return self._plain(element)
        around = "\n\n" if _holds_blocks(element) else ""
        return f"{self._start(element, markdown='1')}{around}{self._flow(element)}{around}</{element.tag}>"

    def _plain(self, element: ET.Element) -> str:
        """HTML without Markdown."""
        for inner in element.iter():
            inner.attrib.pop("class", None)
            inner.attrib = {name: self._value(name, value) for name, value in inner.items()}
        tail, element.tail = element.tail, None
        text = ET.tostring(element, encoding="unicode", method="html").replace(AMP_SUBSTITUTE, "&")
        element.tail = tail
        # A blank line could end the block; inside code it is written as an entity.
        parts = re.split(r"(<pre.*?</pre>)", re.sub(r"\n[ \t]+(?=\n)", "\n", text), flags=re.DOTALL)
        return "".join(re.sub(r"(?<=\n)\n", "&#10;" if odd % 2 else "", part) for odd, part in enumerate(parts))

    # --- Inline elements

    def _inline(self, element: ET.Element) -> str:
        parts = [self._text(element.text)]
        for child in element:
            written = self._element(child)
            is_alone = len(element) == 1 and not f"{element.text or ''}{child.tail or ''}".strip()
            if child.get("class") == FORMULA and written.startswith("$$") and not is_alone:
                written = f"$\\displaystyle {written.strip('$')}$"
            parts += [written, self._text(child.tail)]
        return "".join(parts)

    def _text(self, text: str | None) -> str:
        return _escaped(text).replace("$", "\\$" if self._dollars else "$")

    def _element(self, element: ET.Element) -> str:  # noqa: PLR0911  # as in `_block`
        tag, kind = element.tag, element.get("class") or ""
        if kind == FORMULA:
            return _unmarked(element.text)
        if kind == "footnote-ref":
            return f"[^{''.join(element.itertext())}]"
        if tag == "code" and not len(element) and (element.text or "").strip():
            return _code(element.text or "")
        if tag == "img" and not element.get("srcset"):
            alt = re.sub(r"[\[\]]", r"\\\g<0>", _escaped(element.get("alt"))).replace("\n", " ")
            return f"![{alt}]{_target(element, 'src')}{_attributes(element)}"
        words = self._inline(element)
        if tag in _MARKS and words.strip() == words and words and not re.search(r"[*~]", words) and not _own(element):
            return f"{_MARKS[tag]}{words}{_MARKS[tag]}"
        if tag == "a" and element.get("href"):
            address = html.unescape(element.get("href", ""))
            if "".join(element.itertext()) == address and re.match(r"https?://[^<>\s]+$", address):
                return f"<{address}>"
            # Brackets of its own are escaped, those of pictures stay.
            label = words if "](" in words else re.sub(r"(?<!\\)[\[\]]", r"\\\g<0>", words)
            return f"[{label}]{_target(element, 'href')}{_attributes(element)}"
        if tag in _NO_CONTENT:
            return self._start(element)
        return f"{self._start(element)}{words}</{tag}>"

    def _start(self, element: ET.Element, **more: str) -> str:
        own = {**_own(element), **more}
        shown = "".join(f' {name}="{html.escape(self._value(name, value))}"' for name, value in own.items())
        return f"<{element.tag}{shown}>".replace(AMP_SUBSTITUTE, "&")

    def _value(self, name: str, value: str) -> str:
        if name == "srcset":
            return ", ".join(f"{self._address(url)} {more}".rstrip() for url, more in candidates(value))
        return self._address(value) if name in _ADDRESSES else value


def _own(element: ET.Element) -> dict[str, str]:
    return {name: value for name, value in element.items() if name != "class"}


def _attributes(element: ET.Element) -> str:
    """What Markdown itself has no place for, as the extension `attr_list` reads it."""
    said = {*_ADDRESSES, "alt", "title"}
    own = {name: value for name, value in _own(element).items() if name not in said and _VALUE.fullmatch(value)}
    words = [f"#{value}" if name == "id" else f'{name}="{value}"' for name, value in own.items()]
    return f"{{{' '.join(words)}}}" if words else ""


def _holds_blocks(element: ET.Element) -> bool:
    return any(inner.tag in _BLOCKS for inner in element.iter() if inner is not element)


def _is_loose(item: ET.Element) -> bool:
    """Whether an item of a list holds more than words and lists."""
    return any(child.tag not in {"ul", "ol"} and (child.tag in _BLOCKS or _holds_blocks(child)) for child in item)


def _begins_with_words(item: ET.Element) -> bool:
    """Whether Markdown can write the item: its mark cannot stand before a block."""
    first = next(iter(item), None)
    return bool((item.text or "").strip()) or first is None or first.tag == "p" or first.tag not in _BLOCKS


def _is_even(table: ET.Element) -> bool:
    """Whether all rows have as many cells, which hold words."""
    rows = [list(row) for row in table.iter("tr")]
    cells = [cell for row in rows for cell in row]
    is_plain = not any(_holds_blocks(cell) or {"colspan", "rowspan"} & cell.attrib.keys() for cell in cells)
    return is_plain and len({len(row) for row in rows}) == 1


def _prefixed(text: str, first: str, others: str) -> str:
    """The text with a mark before its first line, and what the others need."""
    lines = [f"{others}{line}".rstrip() if number else f"{first}{line}" for number, line in enumerate(text.split("\n"))]
    return "\n".join(lines)


def _unmarked(text: str | None) -> str:
    """Text as it is, without what keeps Python-Markdown from reading entities in it."""
    return (text or "").replace(f"{AMP_SUBSTITUTE}amp;", "&")


def _escaped(text: str | None) -> str:
    """Text in which nothing is markup."""
    if not text:
        return ""
    text = _SPECIAL.sub(lambda match: "&lt;" if match[0] == "<" else f"\\{match[0]}", text)
    return text.replace(AMP_SUBSTITUTE, "&")


def _at_line_starts(text: str) -> str:
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\.", text)


def _code(text: str) -> str:
    text = _unmarked(text)
    words = text.strip()
    tick = "`" * (max((len(run) for run in re.findall("`+", words)), default=0) + 1)
    pad = " " if "`" in words[:1] + words[-1:] else ""
    return text.replace(words, f"{tick}{pad}{words}{pad}{tick}")  # blanks around words would be taken off


def _target(element: ET.Element, name: str) -> str:
    address = re.sub(r"[\s()]", lambda match: f"%{ord(match[0]):02X}", element.get(name, "")) or "<>"
    title = html.escape(element.get("title") or "").replace(AMP_SUBSTITUTE, "&").replace("\n", " ")
    return f'({address} "{title}")' if title else f"({address})"
