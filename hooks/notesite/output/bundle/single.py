"""The whole site as one HTML file: for reading (contents, search, copy buttons, two palettes), or for printing."""

from __future__ import annotations

import base64
import html
import mimetypes
import posixpath
import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from ...lib.data import bundled_text
from .book import Book, Chapter, Layout, chapters, place_in_one_page
from .offline_site import is_remote, urlsplit_scheme, without_remote_css

_TOP = "book:top"  # ids of the file's own parts; a colon keeps them apart from GitHub's anchors
_CONTENT = "book:content"
# Nothing is loaded, whatever the notes hold: the browser itself refuses.
_POLICY = (
    "default-src 'none'; img-src data:; media-src data:; font-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
_CSS_FILE = re.compile(r"""url\(\s*(["']?)(.*?)\1\s*\)""", re.DOTALL)
# Types that systems disagree about, or do not know.
_TYPES = {
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".woff2": "font/woff2",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".md": "text/markdown",
}


def single_file(book: Book, built: Mapping[str, bytes]) -> str:
    """All pages in one HTML file that needs no other; `built` are the files of the offline copy."""
    parts = chapters(book, built, Layout(place_in_one_page, lambda name: data_uri(name, built)), one_page=True)
    body = (
        f'<a class="book-skip" href="#{_CONTENT}">Skip to content</a>\n'
        f'<header class="book-header" id="{_TOP}">\n{_title_link(book)}\n{_data("controls.html")}</header>\n'
        f'<div class="book-columns">\n{_contents(parts)}\n'
        f'<main id="{_CONTENT}" class="md-typeset" tabindex="-1">\n{_articles(parts)}\n</main>\n</div>\n'
        f"{_footer(book)}\n<script>\n{_scripts(book, built)}</script>\n"
    )
    styles = [_data("content.css"), _data("single.css"), *_own_styles(book, built)]
    head = f"<script>\n{_data('palette.js')}</script>\n"
    return _document(book, styles, head, body)


def print_file(book: Book, built: Mapping[str, bytes]) -> str:
    """All pages in one HTML file made for paper: no controls, page numbers, nothing torn from what it belongs to."""
    layout = Layout(place_in_one_page, lambda name: data_uri(name, built), unfolded=True)
    parts = chapters(book, built, layout, one_page=True)
    body = f'<main class="md-typeset">\n{_articles(parts)}\n</main>\n{_footer(book)}\n'
    running = f"@page {{ @top-right {{ content: {css_string(book.title)}; }} }}\n"
    styles = [_data("content.css"), _data("print.css"), running, *_own_styles(book, built)]
    return _document(book, styles, "", body)


def _document(book: Book, styles: Sequence[str], head: str, body: str) -> str:
    description = f'<meta name="description" content="{html.escape(book.description)}">\n' if book.description else ""
    author = f'<meta name="author" content="{html.escape(book.author)}">\n' if book.author else ""
    style = "\n".join(styles).replace("</", "<\\/")
    return (
        f'<!doctype html>\n<html lang="{html.escape(book.language)}" data-md-color-scheme="default">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(book.title)}</title>\n{description}{author}"
        f'<link rel="icon" href="data:,">\n<style>\n{style}</style>\n{head}</head>\n'
        f'<body class="md-typeset__root">\n{body}</body>\n</html>\n'
    )


def _data(name: str) -> str:
    return bundled_text(__name__, name)


def _title_link(book: Book) -> str:
    return f'<a class="book-title" href="#{_TOP}">{html.escape(book.title)}</a>'


def _articles(parts: Sequence[Chapter]) -> str:
    return "\n".join(f'<article id="{html.escape(part.id)}">\n{part.html}\n</article>' for part in parts)


def _contents(parts: Sequence[Chapter]) -> str:
    """The contents: groups as in the site's navigation, chapters, and the sections of each chapter."""
    lines = [
        '<nav class="book-contents" aria-label="Contents of this file">',
        "<details open>",
        "<summary>Contents</summary>",
        "<ul>",
    ]
    trail: tuple[str, ...] = ()
    for part in parts:
        shared = 0
        while shared < min(len(trail), len(part.trail)) and trail[shared] == part.trail[shared]:
            shared += 1
        lines += ["</ul></li>"] * (len(trail) - shared)
        lines += [f"<li><span>{html.escape(group)}</span><ul>" for group in part.trail[shared:]]
        trail = part.trail
        lines.append(_entry(part))
    lines += ["</ul></li>"] * len(trail)
    return "\n".join([*lines, "</ul>", "</details>", "</nav>"])


def _entry(part: Chapter) -> str:
    first = part.heads[0] if part.heads else None
    address = place_in_one_page(part.id, first.id if first else "")
    own = f'<a href="{html.escape(address)}">{html.escape(part.title)}</a>'
    level = first.level + 1 if first else 0
    inner = [head for head in part.heads if head.level == level and head.id]
    links = "".join(
        f'<li><a href="{html.escape(place_in_one_page(part.id, head.id))}">{html.escape(head.text)}</a></li>'
        for head in inner
    )
    return f'<li data-chapter="{html.escape(part.id)}">{own}{f"<ul>{links}</ul>" if links else ""}</li>'


def _footer(book: Book) -> str:
    stamp = book.stamp
    if stamp is None:
        return ""
    date = f' · <time datetime="{stamp.date}">{stamp.date}</time>' if stamp.date else ""
    return (
        f'<footer class="book-stamp"><p>Notes <code title="SHA-256 {stamp.notes}">{stamp.short}</code>{date} · '
        f"{html.escape(stamp.tools)}</p></footer>"
    )


def _scripts(book: Book, built: Mapping[str, bytes]) -> str:
    own = [built[name].decode("utf-8", "replace") for name in book.scripts if name in built]
    return "\n".join([_data("single.js"), *own]).replace("</", "<\\/")  # "</script" would end the element


def _own_styles(book: Book, built: Mapping[str, bytes]) -> list[str]:
    """The project's style sheets, with what they load put into them."""
    styles = []
    for name in book.styles:
        if name not in built:
            continue
        text = without_remote_css(built[name].decode("utf-8", "replace"), name, [])

        def embedded(match: re.Match[str], name: str = name) -> str:
            address = match[2]
            if not address or urlsplit_scheme(address) or is_remote(address) or address.startswith("#"):
                return match[0]
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(address.partition("#")[0])))
            return f'url("{data_uri(target, built) or "data:,"}")'

        styles.append(_CSS_FILE.sub(embedded, text))
    return styles


def data_uri(name: str, built: Mapping[str, bytes]) -> str | None:
    """A built file as an address that holds its content; None when there is no such file."""
    if name not in built:
        return None
    return f"data:{media_type(name)};base64,{base64.b64encode(built[name]).decode()}"


def media_type(name: str) -> str:
    """The type of a file, by its name alone and the same on every system."""
    ending = posixpath.splitext(name)[1].lower()
    return _TYPES.get(ending) or mimetypes.types_map.get(ending) or "application/octet-stream"


def css_string(text: str) -> str:
    """The text as a string of CSS."""
    escaped = "".join(char if char.isalnum() or char in " .,;:!?()-" else f"\\{ord(char):x} " for char in text)
    return f'"{escaped}"'
