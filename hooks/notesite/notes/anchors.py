"""Anchors as GitHub makes them, addresses that are safe everywhere, and names no two of which are equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from ..lib.light import sha256

# Names that Windows keeps for devices.
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)
# And files that the site itself has at its top.
RESERVED = DEVICES | frozenset(
    "index readme 404 search assets images sitemap robots stylesheets javascripts llms commands print".split()  # noqa: SIM905  # a line for each word would hide the code below
)
MAX_BYTES = 80


class Names:
    """Hands out names no two of which are equal, however many are alike, each in the same time.

    One that is taken gets a number, `first` for its first repeat; `key` gives what must differ.
    """

    def __init__(self, first: int = 2, form: str = "{}-{}", key: Callable[[str], str] = str) -> None:
        self.taken: set[str] = set()  # keys
        self._next: dict[str, int] = {}
        self._first, self._form, self._key = first, form, key

    def take(self, wanted: str) -> str:
        """The name, or the nearest one that is free."""
        own, number = wanted, self._next.get(wanted, self._first)
        while self._key(own) in self.taken:
            own = self._form.format(wanted, number)
            number += 1
        self._next[wanted] = number
        self.taken.add(self._key(own))
        return own


def github_anchor(text: str) -> str:
    """GitHub's anchor of a heading with this text: `What is a Pod?` -> `what-is-a-pod`.  "" when nothing is left.

    Not stripped: GitHub turns a leading blank (after a picture or an emoji) into a leading hyphen.
    """
    if text.isascii():
        return text.lower().translate(_ASCII)
    return "".join("-" if char in " -" else char for char in text.lower() if char in " -" or _is_word(char))


def element_id(anchor: str) -> str:
    """The id on a page of what the notes call `anchor`: the same, but for ids of the theme and of the site itself.

    Those begin with two underscores.  An author's that do have GitHub's own prefix, and assets/javascripts/notes.js leads
    `#__config` there.
    """
    return f"user-content-{anchor}" if anchor.startswith("__") else anchor


def _is_word(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LM" or category in {"Nd", "Nl", "Pc"}


_ASCII = {code: "-" if chr(code) in " -" else chr(code) if _is_word(chr(code)) else None for code in range(128)}


def plain_slug(wanted: str) -> str:
    """The address nearest to `wanted`: what an emoji has left at its ends (marks, hyphens) is no part of a name."""
    slug = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", wanted).lower()).replace("\ufe0f", "")
    slug = "".join(char if _is_word(char) else "-" if char in " -" else "" for char in slug).strip("-_")
    while slug and (unicodedata.category(slug[0])[0] == "M" or slug[0] in "-_"):
        slug = slug[1:]
    return slug


class Slugs:
    """Hands out addresses: never empty, reserved, repeated (by any file system's rules), or able to leave the site."""

    def __init__(self) -> None:
        self._names = Names(key=self._key)

    def take(self, wanted: str, number: int) -> str:
        """A safe address as near to `wanted` as can be; `number` names a section that has no usable name."""
        slug = plain_slug(wanted)
        if len(slug.encode()) > MAX_BYTES:
            digest = sha256(wanted.encode("utf-8", "surrogatepass")).hexdigest()[:8]
            slug = slug.encode()[: MAX_BYTES - 9].decode("utf-8", "ignore").strip("-_") + "-" + digest
        if not slug:
            slug = f"section-{number}"
        if self._key(slug) in RESERVED:
            slug = f"{slug}-section"
        return self._names.take(slug)

    @staticmethod
    def _key(slug: str) -> str:
        """Equal for names that some file system takes for the same."""
        return re.sub(r"\s", "", unicodedata.normalize("NFKD", slug).casefold())
