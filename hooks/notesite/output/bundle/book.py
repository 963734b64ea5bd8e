"""All pages as one text: links led inside it, ids unique in it, files put where the form of the book wants them."""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

import jinja2
from markupsafe import Markup

from ...lib.light import NamedTuple, bundled_text
from ...notes.anchors import Names
from ...notes.raw_html import candidates
from ...project.repository import Stamp
from .markup import Change, Head, Instead, Tag, headings, rewrite, tags
from .offline_site import Source, external, is_remote, not_here, page_change, target_of, urlsplit_scheme

# What only a page with the theme's scripts can use.
_DROPPED = {"script", "button", "dialog", "form", "template", "noscript"}
_REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "for", "headers")
_URL_REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"\s]+)['\"]?\s*\)")
_TEMPLATES = jinja2.Environment(
    autoescape=True,
    trim_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
    loader=jinja2.FunctionLoader(lambda name: bundled_text(__name__, name)),
)


class BookPage(NamedTuple):
    """A page of the site."""

    title: str
    name: str  # of the built file: `pod.html`
    trail: tuple[str, ...]  # titles of the groups it stands in, outermost first
    html: Markup  # its content, without the theme


class Book(NamedTuple):
    """What one-file forms of the site are made from."""

    title: str
    description: str
    author: str
    language: str
    styles: tuple[str, ...]  # names of the project's own style sheets
    scripts: tuple[str, ...]  # names of the project's own scripts that work without the theme
    stamp: Stamp | None
    pages: tuple[BookPage, ...]  # in the order of reading; the first is the home page


class Chapter(NamedTuple):
    """A page as part of a book."""

    id: str  # of the whole chapter, unique in the book
    title: str
    trail: tuple[str, ...]
    html: Markup
    heads: tuple[Head, ...]  # levels as in `html`
    shared: int = 0  # how many of its groups the chapter before it stands in as well
    ended: int = 0  # how many groups end before it

    @property
    def begun(self) -> list[tuple[int, str]]:
        """Depth, from 0, and title of the groups that begin with it."""
        return list(enumerate(self.trail))[self.shared :]


class Layout(NamedTuple):
    """How a form of the book addresses its parts."""

    place: Callable[[str, str], str]  # (chapter id, id in it or "") -> address of the place
    file: Callable[[str], str | None]  # name of a built file -> its address, None when it cannot be in the book
    chapter_id: str = "page-{name}"  # what a chapter wants to be called; `name` of its page, its `number` from 0
    unfolded: bool = False  # where nobody can open <details>


def chapters(book: Book, files: Mapping[str, bytes], layout: Layout, *, one_page: bool) -> tuple[Chapter, ...]:
    """The pages of the book.

    With `one_page` all share one outline: the home page keeps its h1, the others begin one level below it.
    """
    ids = _Ids(book.pages, layout.chapter_id)
    made: list[Chapter] = []
    for number, page in enumerate(book.pages):
        alone = rewrite(str(page.html), page_change(page.name, files, Source(), []))
        shift = (1 + len(page.trail)) if one_page and number else 0
        text = rewrite(alone, _change(page, ids, files, layout, shift)).strip()
        before = made[-1].trail if made else ()
        shared = len(posixpath.commonprefix([before, page.trail]))
        heads, words = tuple(headings(text)), Markup(text)  # noqa: S704  # made from HTML
        made.append(
            Chapter(ids.chapters[page.name], page.title, page.trail, words, heads, shared, len(before) - shared)
        )
    return tuple(made)


class _Ids:
    """Ids that are unique in the book.  The first page that has an id keeps it, so the notes' anchors stay as they are."""

    def __init__(self, pages: Sequence[BookPage], chapter_id: str) -> None:
        names = Names(form="{}--{}")
        self._new: dict[tuple[str, str], str] = {}
        self.chapters: dict[str, str] = {}
        for page in pages:
            for tag in tags(str(page.html)):
                if (own := tag.get("id")) and (page.name, own) not in self._new:
                    self._new[page.name, own] = names.take(own)
        for number, page in enumerate(pages):
            base = re.sub(r"\s+", "-", page.name.removesuffix(".html").replace("/", "-"))
            self.chapters[page.name] = names.take(chapter_id.format(name=base, number=number))

    def get(self, page: str, own: str, default: str | None = None) -> str:
        """The id in the book of an id of the page; the default, or the same id, when the page has none such."""
        return self._new.get((page, own), own if default is None else default)


def _change(page: BookPage, ids: _Ids, files: Mapping[str, bytes], layout: Layout, shift: int) -> Change:
    def place(name: str, fragment: str) -> str:
        return layout.place(ids.chapters[name], ids.get(name, fragment, ""))

    def renamed(tag: Tag) -> Tag:
        changes: dict[str, str | None] = {}
        for name, value in tag.attributes.items():
            if value and name == "id":
                changes[name] = ids.get(page.name, value)
            elif value and name in _REFERENCES:
                changes[name] = " ".join(ids.get(page.name, word) for word in value.split())
            elif value and "url(" in value:
                changes[name] = _URL_REFERENCE.sub(lambda match: f"url(#{ids.get(page.name, match[1])})", value)
            elif value and name in {"href", "xlink:href"} and value.startswith("#") and tag.name != "a":
                changes[name] = "#" + ids.get(page.name, value[1:])  # <use> and its kin inside a drawing
        return tag.with_(**changes) if any(tag.attributes[name] != new for name, new in changes.items()) else tag

    def change(tag: Tag) -> Tag | Instead | None:
        if tag.name in _DROPPED or "headerlink" in tag.get("class").split() or _is_control(tag):
            return Instead()
        new: Tag | Instead = renamed(tag)
        if tag.name == "a" and tag.get("href") and "data-external" not in tag.attributes:
            new = _linked(renamed(tag), page, files, layout, place)
        elif layout.unfolded and tag.get("src").endswith("#only-dark"):  # there is one palette
            new = Instead()
        elif tag.name in {"img", "source"}:
            new = _embedded(renamed(tag), page, layout)
        elif tag.name == "video":
            new = Instead(not_here(tag))
        elif tag.name == "details" and layout.unfolded:
            new = renamed(tag).with_(open="")
        elif shift and re.fullmatch("h[1-6]", tag.name):
            new = Tag(f"h{min(int(tag.name[1]) + shift, 6)}", renamed(tag).attributes)
        return None if new is tag else new

    return change


def _is_control(tag: Tag) -> bool:
    """Whether this is a field to type into, its label, or its answer.  The box of a task is none: it shows a state."""
    if tag.name in {"input", "select", "textarea"}:
        return "disabled" not in tag.attributes
    return (tag.name == "label" and bool(tag.get("for"))) or tag.get("role") in {"search", "status", "alert", "log"}


def _linked(
    tag: Tag, page: BookPage, files: Mapping[str, bytes], layout: Layout, place: Callable[[str, str], str]
) -> Tag:
    address = tag.get("href")
    if is_remote(address):
        return external(tag)
    if urlsplit_scheme(address):
        return tag
    name = target_of(address, page.name)
    with contextlib.suppress(KeyError):  # no page of the book
        return tag.with_(href=place(name, unquote(address.partition("#")[2])))
    embedded = layout.file(name) if name in files else None
    if embedded is None:
        return Tag("span", tag.with_(href=None, rel=None, download=None, target=None).attributes)
    return tag.with_(href=embedded, download=posixpath.basename(name))


def _embedded(tag: Tag, page: BookPage, layout: Layout) -> Tag | Instead:
    """A picture with its content; words in its place when the form of the book cannot hold it."""

    def address(written: str) -> str | None:
        path, mark, fragment = written.partition("#")
        if not path or urlsplit_scheme(path):
            return written
        own = layout.file(target_of(path, page.name))
        return None if own is None else own + mark + fragment

    changes: dict[str, str | None] = {"loading": None}
    if tag.get("src"):
        changes["src"] = address(tag.get("src"))
        if changes["src"] is None:
            return Instead(not_here(tag)) if tag.name == "img" else Instead()
    if tag.get("srcset"):
        found = [f"{own} {size}".rstrip() for url, size in candidates(tag.get("srcset")) if (own := address(url))]
        changes["srcset"] = ", ".join(found) or None
        if tag.name == "source" and not found:
            return Instead()
    return tag.with_(**changes)


def filled(template: str, **values: Any) -> str:
    """A file of `data` with the values in it: escaped, but for what is markup."""
    return _TEMPLATES.get_template(template).render(values)


def place_in_one_page(chapter: str, own: str) -> str:
    """The address of a place where all chapters are in one document."""
    return "#" + quote(own or chapter, safe="")
