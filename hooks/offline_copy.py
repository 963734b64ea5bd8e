"""MkDocs hook, at work in mkdocs.offline.yml only: the offline copy's own style, and the pages for one-file books."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from notesite.output.bundle.book import BOOK, Book, BookPage
from notesite.plugin.appearance import OFFLINE_STYLE, ONE_FILE_SCRIPTS


class _Run:
    """The build that is going on."""

    styles: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    book: Book | None = None


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Begin a new copy."""
    _Run.book = None
    _Run.styles = tuple(style for style in map(str, config.extra_css) if style != OFFLINE_STYLE)
    return config


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Leave out the picture that only links to the hosted site show."""
    card = files.get_file_from_path(str(config.extra.get("social_card") or ""))
    if config.extra.get("offline") and card is not None:
        files.remove(card)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG001  # MkDocs' names
    """Learn the order of reading."""
    _Run.pages = tuple(nav.pages)


def on_env(env: Any, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG001  # MkDocs' names
    """Keep the pages' content as every hook and plugin has left it; it knows no theme."""
    if not config.extra.get("offline"):
        return
    others = [file.page for file in files.documentation_pages() if file.page and file.page not in _Run.pages]
    pages = [page for page in (*_Run.pages, *others) if page.content]
    _Run.book = Book(
        title=config.site_name,
        description=config.site_description or "",
        author=config.site_author or "",
        language=str(config.theme.get("language") or "en"),
        styles=_Run.styles,
        scripts=ONE_FILE_SCRIPTS,
        stamp=config.extra.get("build_stamp"),
        pages=tuple(map(_book_page, pages)),
    )


def on_post_build(config: MkDocsConfig) -> None:
    """Leave the book beside the site, for scripts/bundle_offline.py."""
    if _Run.book is not None:
        (Path(config.site_dir) / BOOK).write_text(_Run.book.to_json(), encoding="utf-8")


def _book_page(page: Page) -> BookPage:
    trail = tuple(_text(section.title) for section in reversed(list(page.ancestors)))
    return BookPage(_text(page.title or page.file.name), page.file.dest_uri, trail, page.content or "")


def _text(title: str | None) -> str:
    """A title as text; `escaping` has made HTML of it for the templates."""
    return Markup(title or "").unescape()  # noqa: S704  # not for a page
