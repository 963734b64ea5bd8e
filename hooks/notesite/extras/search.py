"""The search index, extended: commands as results of their own, and words by which other words are found."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup


def extended(
    index: Mapping[str, Any],
    documents: Iterable[Mapping[str, Markup]],
    synonyms: Mapping[str, Sequence[str]],
    titles: Mapping[str, str],
) -> dict[str, Any]:
    """The index of MkDocs' or Material's search plugin, extended.

    `documents` are added after the others of their pages.  `synonyms` are groups of words of which each finds the
    others.  `titles` gives pages (by location) the titles that the settings correct; the author's stay findable.
    The theme's script shows titles and texts of the index as HTML, so that is what they are; all else is text.
    """
    docs: list[dict[str, Any]] = [dict(doc) for doc in index.get("docs", [])]
    for document in documents:
        page = document["location"].partition("#")[0]
        places = [number for number, doc in enumerate(docs) if doc.get("location", "").partition("#")[0] == page]
        docs.insert(places[-1] + 1 if places else len(docs), dict(document))
    for doc in docs:
        title = as_html(titles.get(str(doc.get("location", "")), ""))
        if title and title != doc.get("title"):
            doc["text"] = f"{doc.get('text', '')}<p>{doc.get('title', '')}</p>"
            doc["title"] = title
    groups = [_group([word, *others]) for word, others in synonyms.items()]
    for doc in docs:
        words = f"{doc.get('title', '')} {doc.get('text', '')}"
        found = [word for group in groups if any(p.search(words) for p in group.values()) for word in group]
        missing = [word for word in dict.fromkeys(found) if word.casefold() not in words.casefold()]
        if missing:
            doc["text"] = f"{doc.get('text', '')}<p>{as_html(', '.join(missing))}</p>"
    return {**index, "docs": docs}


def as_html(text: str) -> Markup:
    """Text as the index has it.  Quotes stay: the theme would find the digits of their entities."""
    return Markup(html.escape(text, quote=False))  # noqa: S704  # for content, never for an attribute


def found(address: str, title: str, text: str) -> dict[str, Markup]:
    """A search result made of text; the address is the one value that the theme does not take for HTML."""
    return {"location": Markup(address), "title": as_html(title), "text": as_html(text)}  # noqa: S704  # an address


def _group(words: Sequence[str]) -> dict[str, re.Pattern[str]]:
    return {word: re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in words}
