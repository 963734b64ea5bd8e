"""Terms are explained where they first stand on a page: `<abbr>` around the author's word, which stays as it is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

_SKIPPED = {"a", "abbr", "button", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "script", "style", "svg", "th", "kbd"}
LEAD = "notes-lead"  # the label of a code block


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
            term = _term(meaning)
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
        term = _term(meaning)
        term.tail, code.tail = code.tail, None
        parent.remove(code)
        term.append(code)
        parent.insert(index, term)

    def _take(self, word: str) -> str | None:
        for form in (word, word.removesuffix("s"), word.removesuffix("es")):
            if form.casefold() in self._open:
                return self._open.pop(form.casefold())
        return None


def _term(meaning: str) -> ET.Element:
    return ET.Element("abbr", {"class": "notes-term", "title": meaning, "tabindex": "0"})
