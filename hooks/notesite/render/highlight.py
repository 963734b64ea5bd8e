"""Coloured code, as the theme styles it: the HTML of Pygments, in the classes of pymdownx."""

from __future__ import annotations

import html
from functools import cache

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from .mark import LONG_WORD


def highlighted(code: str, language: str, classes: str) -> str:
    """`code` as a block of these classes; what Pygments has no lexer for is text.

    Blank lines at the ends of a block are the author's.
    """
    lexer, name = _lexer(language)
    formatter = _formatter()
    long = " notes-long" * (name == "bash" and LONG_WORD.search(code) is not None)
    formatter.cssclass = html.escape(f"language-{name} {classes}{long}")
    return highlight(code, lexer, formatter).strip()


def _lexer(language: str) -> tuple[Lexer, str]:
    """New for each block: some lexers remember what they have read."""
    try:
        return get_lexer_by_name(language, stripnl=False), language
    except ClassNotFound:
        return get_lexer_by_name("text", stripnl=False), "text"


@cache
def _formatter() -> HtmlFormatter[str]:
    """One for all blocks: to make it takes longer than to use it."""
    return HtmlFormatter(wrapcode=True)
