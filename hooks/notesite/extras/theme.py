"""Small amendments to the theme's own HTML that its templates offer no block for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from ..lib.light import bundled_text
from ..lib.safe_yaml import load_all

_PALETTE = re.compile(r'\s*<link rel="stylesheet" href="[^"]*/palette\.\w+\.min\.css[^"]*">')
_WORKER = re.compile(r"(?<=assets/javascripts/)workers/search\.\w+\.min\.js")
_BLANKS_MATTER = re.compile(r"<(?:pre|textarea)\b|`|white-space", re.IGNORECASE)
_LINE_END = re.compile(r"\s*\n\s*")
_TAG_LINE = re.compile(r"^(\{%(?:(?!%\}).)*%\})\n", re.MULTILINE)  # the line before keeps its end
# Strings and licences, which stay; blanks and comments around signs; other comments.
_CSS = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|/\*!.*?\*/)|\s*([{};])(?:\s|/\*(?!!).*?\*/)*|([:,])\s+|/\*.*?\*/""",
    re.DOTALL,
)


@cache
def _amendments() -> Mapping[str, Mapping[str, str]]:
    (found,) = load_all(bundled_text(__name__, "amendments.yml"))
    return dict(found)


@lru_cache(maxsize=256)  # here and below: a preview asks again after every edit
def amended(html: str, template: str = "", *, own_palette: bool = False) -> str:
    """A template with the amendments; what the theme no longer writes is passed over.

    The site's own search does the work of the theme's.  With `own_palette` the theme's colours, which the site's own
    style names anew, are not loaded.
    """
    html = _WORKER.sub("search.js", html)
    for name in (template, "all"):
        for theirs, ours in _amendments().get(name, {}).items():
            html = html.replace(theirs, ours)
    return _PALETTE.sub("", html) if own_palette else html


@lru_cache(maxsize=256)
def squeezed_html(template: str) -> str:
    """The template without indentation and empty lines, those of its tags among them, where no blank can matter."""
    return template if _BLANKS_MATTER.search(template) else _TAG_LINE.sub(r"\1", _LINE_END.sub("\n", template))


@lru_cache(maxsize=64)
def squeezed_css(css: str) -> str:
    """The style without comments, line breaks and indentation; what it says of its licence stays."""
    return _CSS.sub(r"\1\2\3", css).replace(";}", "}").strip() + "\n"


@lru_cache(maxsize=64)
def squeezed_js(script: str) -> str:
    """The script without lines that are only a comment, and without indentation.

    A template literal over several lines would lose its indentation; the site's scripts have none.
    """
    lines = (line.strip() for line in script.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"
