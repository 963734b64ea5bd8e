"""The whole site as one HTML file: for reading (contents, search, copy buttons, two palettes), or for printing."""

from __future__ import annotations

import base64
import mimetypes
import posixpath
import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ...lib.data import bundled_text
from ...notes.model import EMPTY
from ...site.redirects import digest
from .book import Book, Chapter, Layout, chapters, in_groups, place_in_one_page
from .offline_site import is_remote, target_of, urlsplit_scheme, without_remote_css

_TOP = "__book_top"  # ids of the file's own parts (`notes.anchors.element_id`)
_CONTENT = "__book_content"
# Nothing is loaded and no other script runs, whatever the notes hold: the browser itself refuses.
_POLICY = (
    "default-src 'none'; img-src data:; media-src data:; font-src data:; style-src 'unsafe-inline'; "
    "script-src {scripts}; base-uri 'none'; form-action 'none'"
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
    scripts = (f"\n{_data('palette.js')}", f"\n{_scripts(book, built)}")
    body = Markup(
        '<a class="book-skip" href="#{content}">Skip to content</a>\n'
        '<header class="book-header" id="{top}">\n<a class="book-title" href="#{top}">{title}</a>\n{controls}</header>\n'
        '<div class="book-columns">\n{contents}\n<main id="{content}" class="md-typeset" tabindex="-1">\n{articles}\n</main>\n'
        "</div>\n{footer}\n<script>{script}</script>\n"
    ).format(
        content=_CONTENT,
        top=_TOP,
        title=book.title,
        controls=_own(_data("controls.html")),
        contents=_contents(parts),
        articles=_articles(parts),
        footer=_footer(book),
        script=_own(scripts[1]),
    )
    styles = [_data("content.css"), _data("single.css"), *_own_styles(book, built)]
    return _document(book, styles, _own(f"<script>{scripts[0]}</script>\n"), body, scripts)


def print_file(book: Book, built: Mapping[str, bytes], pages: Mapping[str, int] = EMPTY) -> str:
    """All pages in one HTML file made for paper: no controls, page numbers, nothing torn from what it belongs to.

    `pages` are the numbers of the contents, by chapter id; each is as wide without them, so that nothing moves.
    """
    layout = Layout(place_in_one_page, lambda name: data_uri(name, built), unfolded=True)
    parts = chapters(book, built, layout, one_page=True)
    body = Markup('{}\n<main class="md-typeset">\n{}\n</main>\n{}\n').format(
        _front(book, parts, pages), _articles(parts), _footer(book)
    )
    running = f"@page {{ @top-right {{ content: {css_string(book.title)}; }} }}\n"
    styles = [_data("content.css"), _data("print.css"), running, *_own_styles(book, built)]
    return _document(book, styles, Markup(), body)


def _document(book: Book, styles: Sequence[str], head: Markup, body: Markup, scripts: Sequence[str] = ()) -> str:
    policy = _POLICY.format(scripts=" ".join(f"'{digest(script)}'" for script in scripts) or "'none'")
    metas = {name: text for name, text in (("description", book.description), ("author", book.author)) if text}
    return Markup(
        '<!doctype html>\n<html lang="{language}" data-md-color-scheme="default">\n<head>\n'
        '<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>{title}</title>\n{metas}<link rel="icon" href="data:,">\n<style>\n{style}</style>\n{head}</head>\n'
        '<body class="md-typeset__root">\n{body}</body>\n</html>\n'
    ).format(
        language=book.language,
        policy=_own(policy),
        title=book.title,
        metas=Markup().join(Markup('<meta name="{}" content="{}">\n').format(*meta) for meta in metas.items()),
        style=_own("\n".join(styles).replace("</", "<\\/")),
        head=head,
        body=body,
    )


def _own(text: str) -> Markup:
    """Styles, scripts and HTML of the package or the project; no word of the notes."""
    return Markup(text)  # noqa: S704  # as said


def _data(name: str) -> str:
    return bundled_text(__name__, name)


def _articles(parts: Sequence[Chapter]) -> Markup:
    """The chapters, under headings of the groups they stand in."""
    article, group = Markup('<article id="{}">\n{}\n</article>'), Markup('<h{0} class="book-group">{1}</h{0}>')
    found: list[Markup] = []
    trail: tuple[str, ...] = ()
    for part in parts:
        new = [depth for depth in range(len(part.trail)) if part.trail[: depth + 1] != trail[: depth + 1]]
        found += [group.format(depth + 2, part.trail[depth]) for depth in new]
        trail = part.trail
        found.append(article.format(part.id, part.html))
    return Markup("\n").join(found)


def _front(book: Book, parts: Sequence[Chapter], pages: Mapping[str, int]) -> Markup:
    """The cover, and the contents with page numbers."""
    row = Markup('<li><a href="#{}">{}</a> <span>{}</span></li>')
    rows = [row.format(part.id, part.title, pages.get(part.id, "")) for part in parts[1:]]
    about = Markup("<p>{}</p>").format(book.description) if book.description else ""
    author = Markup("<p>{}</p>").format(book.author) if book.author else ""
    return Markup(
        '<header class="book-cover md-typeset"><p class="book-cover__title">{}</p>{}{}</header>\n'
        '<nav class="book-list md-typeset" aria-label="Pages"><p>Contents</p>\n<ol>\n{}\n</ol></nav>'
    ).format(book.title, about, author, Markup("\n").join(rows))


def _contents(parts: Sequence[Chapter]) -> Markup:
    """The contents: groups as in the site's navigation, chapters, and the sections of each chapter."""
    entries = in_groups(parts, Markup("<li><span>{}</span><ul>"), Markup("</ul></li>"), _entry)
    return Markup(
        '<nav class="book-contents" aria-label="Contents of this file">\n<details open>\n'
        "<summary>Contents</summary>\n<ul>\n{}\n</ul>\n</details>\n</nav>"
    ).format(Markup("\n").join(entries))


def _entry(part: Chapter) -> Markup:
    first = part.heads[0] if part.heads else None
    level = first.level + 1 if first else 0
    inner = [head for head in part.heads if head.level == level and head.id]
    link = Markup('<a href="{}">{}</a>').format
    own = link(place_in_one_page(part.id, first.id if first else ""), part.title)
    links = [Markup("<li>{}</li>").format(link(place_in_one_page(part.id, head.id), head.text)) for head in inner]
    below = Markup("<ul>{}</ul>").format(Markup().join(links)) if links else ""
    return Markup('<li data-chapter="{}">{}{}</li>').format(part.id, own, below)


def _footer(book: Book) -> Markup:
    stamp = book.stamp
    if stamp is None:
        return Markup()
    date = Markup(' · <time datetime="{0}">{0}</time>').format(stamp.date) if stamp.date else ""
    return Markup('<footer class="book-stamp"><p>Notes <code title="SHA-256 {}">{}</code>{} · {}</p></footer>').format(
        stamp.notes, stamp.short, date, stamp.tools
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
            return f'url("{data_uri(target_of(address, name), built) or "data:,"}")'

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
