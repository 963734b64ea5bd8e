"""What the site adds to a page of the notes, in one place: addresses of commands, files, links of rows, terms.

The author's words, their order and the blocks they stand in stay as they are.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import date

from markupsafe import Markup

from ..lib.light import NamedTuple
from ..notes.anchors import element_id
from ..notes.model import EMPTY, Notes
from ..render.elements import made, written
from ..render.mark import UNMARKED, BlockMark
from ..render.tree import LINE, STASH
from ..site.plan import Page
from ..site.redirects import json_in_page
from ..site.section_names import Names, places_in
from .command_list import Command, Manifest
from .home import Group, Home, add_contents, add_home

# Elements in which no term is explained.
_SKIPPED = {"a", "abbr", "button", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "script", "style", "svg", "th", "kbd"}
LEAD = "notes-lead"  # the label of a code block
_ADDED = {"data-added": "", "data-search-exclude": ""}
_TERM = {"class": "notes-term", "title": "", "tabindex": "0"}


class Extras(NamedTuple):
    """What is known of the whole site and shown on its pages."""

    home: Home
    contents_id: str = ""  # of the heading of the author's contents list
    commands: Mapping[int, Command] = EMPTY  # by the line of the notes where they open
    manifests: Mapping[int, Manifest] = EMPTY  # likewise
    names: Names = EMPTY  # of the sections
    glossary: Mapping[str, str] = EMPTY
    manifest_folder: str = ""
    marks: Mapping[int, BlockMark] = EMPTY  # of code blocks, likewise
    apply: str = ""  # a command with the site's address, `{url}` for what is behind it; "" where it is not hosted


def decorate(root: ET.Element, page: Page, extras: Extras) -> None:
    """Add to the tree of one page of the notes what the site knows."""
    if page.is_home:
        add_home(root, extras.home, extras.contents_id)
    elif len(root) == 1:  # a title, and its sections are pages
        cards = (card for group in extras.home.groups for card in group.cards if card.address == page.uri)
        add_contents(root, [Group("", card.parts) for card in cards if card.parts])
    _finish_tables(root, page, extras.names)
    _finish_code(root, extras)
    _sum_up(root, extras)
    mark_terms(root, {**extras.glossary, **page.settings.glossary})
    _definition_first(root)
    _correct_title(root, page)


def _definition_first(root: ET.Element) -> None:
    """Where a page begins with drawings of the site, what the thing is comes before them: a heading, and one block of words."""
    start = next((index for index, child in enumerate(root) if child.tag == "h1"), -1) + 1
    end = start
    while end < len(root) and _is_drawing(root[end]):
        end += 1
    after = end + 1 if end < len(root) and re.fullmatch("h[2-6]", root[end].tag) else end
    if start and end > start and after < len(root) and root[after].tag in {"p", "ul", "ol", "blockquote"}:
        figures = root[start:end]
        del root[start:end]
        place = after + 1 - len(figures)
        root[place:place] = figures


def _is_drawing(block: ET.Element) -> bool:
    """Whether it shows drawings of the site and nothing of the author's: his own pictures stay where he put them."""
    paragraph = block.find("p") if block.get("class") == "notes-figure" else block
    if paragraph is None or paragraph.tag != "p" or not len(paragraph):
        return False
    words = "".join(filter(None, [paragraph.text, *(child.tail for child in paragraph)])).strip()
    return not words and all(child.get("class") in {"notes-drawing", "notes-caption"} for child in paragraph)


def _correct_title(root: ET.Element, page: Page) -> None:
    """The title that the settings give stands in the heading too; the author's word stays, unseen, as it is his."""
    heading = next((child for child in root if child.tag == "h1"), None)
    if heading is None or not page.settings.title or page.heading is None or page.heading.text == page.title:
        return
    own = ET.Element("span", {"hidden": ""})
    own.text, own[:] = heading.text, list(heading)
    heading[:], heading.text = [own], ""
    ET.SubElement(heading, "span", _ADDED).text = page.title


def _sum_up(root: ET.Element, extras: Extras) -> None:
    """One line under the heading of each section with several commands: how many are right."""
    sections: dict[int, list[int]] = {}
    at = -1
    for index, child in enumerate(root):
        at = index if re.fullmatch("h[1-6]", child.tag) else at
        lines = [int(pre.get(LINE, "0")) for pre in child.iter("pre") if pre.get(STASH)]
        sections.setdefault(at, []).extend(line for line in lines if line in extras.marks)
    for index, lines in sorted(sections.items(), reverse=True):
        marks = [extras.marks[line] for line in lines]
        if index >= 0 and sum(mark.commands for mark in marks) > 1:
            wrong = [line for line in lines if extras.marks[line].right < extras.marks[line].commands]
            first = extras.commands[wrong[0]].id if wrong and wrong[0] in extras.commands else ""
            root.insert(index + 1, made(__name__, "summary", marks, [extras.marks[line] for line in wrong], first))


def contents_id(notes: Notes) -> str:
    """The id of the heading of the author's contents list, "" for none."""
    return element_id(notes.contents.heading.id) if notes.contents and notes.contents.heading else ""


def decorate_other(root: ET.Element) -> None:
    """The same form for documents that are no page of the notes."""
    _finish_tables(root, None, {})
    for parent, index in _code_blocks(root):
        _lead_of(parent, index)


def _finish_tables(root: ET.Element, page: Page | None, names: Names) -> None:
    """Give headers their scope; on a page of the notes also link rows.  Words and cells stay as they are."""
    for table in root.iter("table"):
        for header in table.iter("th"):
            header.set("scope", "col")
        for code in table.iter("code"):
            if len(code.text or "") <= 24:  # a narrow column does not break it
                code.set("class", "notes-word")
        if page is None:
            continue
        for row in table.iter("tr"):
            first = next(iter(row), None)
            if first is not None and first.tag == "td" and first.find(".//a") is None:
                _link_row(first, page, names)


def _link_row(cell: ET.Element, page: Page, names: Names) -> None:
    """Links beside the cell's words; the style lays a single one over the whole cell."""
    found = places_in("".join(cell.itertext()), names)
    targets = [(name, place) for name, place in found if place.page.uri != page.uri or place.id]
    for name, place in targets:
        cell.append(made(__name__, "row_link", name, place.link_from(page), len(targets) == 1))


def _code_blocks(root: ET.Element) -> Iterator[tuple[ET.Element, int]]:
    """Parent and index of each code block, as it is when its turn comes: insertions move those that are still to come."""
    inside = ((parent, index, child) for parent in root.iter() for index, child in enumerate(parent))
    for parent, index, child in [one for one in inside if one[2].tag == "pre" and one[2].get(STASH)][::-1]:
        yield parent, index if parent[index : index + 1] == [child] else list(parent).index(child)


def _finish_code(root: ET.Element, extras: Extras) -> None:
    for parent, index in _code_blocks(root):
        line = int(parent[index].get(LINE, "0"))
        lead = _lead_of(parent, index)
        manifest = extras.manifests.get(line)
        if manifest and extras.manifest_folder:
            after = index + 1 + any(mark.get("class") == "notes-mark" for mark in parent[index + 1 : index + 2])
            address = f"{extras.manifest_folder}/{manifest.name}"
            apply = extras.apply.replace("{url}", address)
            verdict = extras.marks.get(line, UNMARKED).text
            parent.insert(after, made(__name__, "file", manifest.name, address, verdict, apply))
        command = extras.commands.get(line)
        if command:
            _give_address(parent, index, lead, command)


def _lead_of(parent: ET.Element, index: int) -> ET.Element | None:
    """The item or paragraph right before a code block, its description; a list that is only that says so."""
    before = parent[index - 1] if index else None
    if before is not None and before.tag == "p" and parent.tag != "li":
        return before
    if before is not None and before.tag in {"ul", "ol"}:
        items = list(before.iter("li"))
        if len(items) == 1 and before.tag == "ul":
            before.set("class", LEAD)
        return items[-1] if items else None
    is_taken = any(child.tag == "pre" for child in parent[:index])  # it is the description of another block
    return parent if parent.tag == "li" and (parent.text or "").strip() and not is_taken else None


def _give_address(parent: ET.Element, index: int, lead: ET.Element | None, command: Command) -> None:
    """The command's own anchor: on its description, else on an empty element before it."""
    if lead is not None and lead.get("id") is None and not any(child.get("id") for child in lead.iter("li")):
        lead.set("id", command.id)
        _append_inline(lead, made(__name__, "permalink", command))
    else:
        parent.insert(index, ET.Element("span", {"id": command.id, "class": "notes-anchor", **_ADDED}))


def _append_inline(lead: ET.Element, link: ET.Element) -> None:
    """Behind the words of the description, before blocks that the item holds besides."""
    blocks = {"ul", "ol", "pre", "p", "table", "blockquote", "div"}
    first = next((number for number, child in enumerate(lead) if child.tag in blocks), len(lead))
    if first < len(lead) and lead[first].tag == "p" and not (lead.text or "").strip():
        lead[first].append(link)
        return
    holder = lead[first - 1].tail if first else lead.text
    words = (holder or "").rstrip()
    link.tail = (holder or "")[len(words) :]
    if first:
        lead[first - 1].tail = words
    else:
        lead.text = words
    lead.insert(first, link)


def around(content: Markup, *, file: str, source: str, changed: date | None, icon: Markup) -> Markup:
    """The page's HTML with the button that copies it as Markdown and the day of its last change.

    The Markdown lies beside the page as `file`, or in the page itself as `source`, where scripts cannot read files.
    """
    return written(__name__, "around", content, file, json_in_page(source) if source else "", changed, icon)


def mark_terms(root: ET.Element, glossary: Mapping[str, str]) -> None:
    """Mark the first place of each term in running text; a term in code counts when the code is just the term.

    The longest term wins where several begin at one place.  A term without a meaning is left alone.
    """
    if glossary:
        _Marker(glossary).walk(root)


class _Marker:
    def __init__(self, glossary: Mapping[str, str]) -> None:
        self._open = {term.casefold(): meaning for term, meaning in glossary.items() if meaning}
        # The longest first, so that "init container" is not taken for "container".
        terms = "|".join(re.escape(term) for term in sorted(glossary, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![\w/.-])(?:{terms})(?:s|es)?(?![\w/-]|\.\w)", re.IGNORECASE)

    def walk(self, element: ET.Element) -> None:
        """Mark terms in the element and below it."""
        index = 0
        self._text_of(element, 0)
        while index < len(element) and self._open:
            child = element[index]
            if child.tag == "code":
                self._code(element, index)
                child = element[index]
            elif child.tag not in _SKIPPED and child.get("data-added") is None and child.get("class") != LEAD:
                self.walk(child)
            self._text_of(element, index + 1)
            index += 1

    def _text_of(self, parent: ET.Element, index: int) -> None:
        """Mark the first open term in the text before child `index` of `parent`; the rest of it comes next."""
        text = parent[index - 1].tail if index else parent.text
        for match in self._pattern.finditer(text or ""):
            meaning = self._take(match[0])
            if meaning is None or not text:
                continue
            term = ET.Element("abbr", {**_TERM, "title": meaning})
            term.text, term.tail = match[0], text[match.end() :]
            if index:
                parent[index - 1].tail = text[: match.start()]
            else:
                parent.text = text[: match.start()]
            parent.insert(index, term)
            return

    def _code(self, parent: ET.Element, index: int) -> None:
        code = parent[index]
        words = "".join(code.itertext())
        match = self._pattern.fullmatch(words.strip())
        meaning = self._take(match[0]) if match else None
        if meaning is None:
            return
        term = ET.Element("abbr", {**_TERM, "title": meaning})
        term.tail, code.tail = code.tail, None
        parent.remove(code)
        term.append(code)
        parent.insert(index, term)

    def _take(self, word: str) -> str | None:
        for form in (word, word.removesuffix("s"), word.removesuffix("es")):
            if form.casefold() in self._open:
                return self._open.pop(form.casefold())
        return None
