"""What the home page and old addresses add: the way from old anchors to new pages, and data and scripts in a page."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
from collections.abc import Callable
from urllib.parse import quote

from markupsafe import Markup

from ..lib.light import bundled_text
from ..notes.joined import file_of
from ..notes.model import Notes
from .plan import Page, Site

ANCHORS_ID = "__notes_anchors"  # assets/javascripts/notes.js looks for it
# The same on every page, whatever its address, so that a security policy can name it; an offline copy has no canonical link.
FORWARD = Markup(
    'const to = new URL(document.querySelector("a").href); to.search = location.search; '
    "to.hash = location.hash || to.hash; location.replace(to)"
)


def forwarding_html(site: Site, page: Page, url_of: Callable[[str], str]) -> Markup:
    """Where anchors are now that were on a page once, for the script that forwards `/#pod` to `/pod/#pod`.

    `url_of` gives the address of a page (by its uri) relative to this one.
    """
    table = {
        anchor: ("" if page.is_home and place.page.is_home else url_of(place.page.uri)) + f"#{quote(place.id, safe='')}"
        for anchor, place in site.forwarded(page).items()
    }
    script = Markup('\n<script type="application/json" id="{}">{}</script>\n')
    return script.format(ANCHORS_ID, json_in_page(table))


def json_in_page(value: object) -> Markup:
    """JSON that can stand in a <script>: no `<`, so neither `</script` nor `<!--` changes where the element ends."""
    return Markup(json.dumps(value, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c"))  # noqa: S704  # made safe here


def digest(script: str) -> str:
    """The hash of a script that stands in a page, in the form of a content security policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def redirect_html(url: str) -> Markup:
    """A page that leads on to `url`, with and without JavaScript; a `#anchor` and a `?query` are kept."""
    page = Markup(bundled_text(__name__, "redirect.html"))  # noqa: S704  # of the package
    return page.format(url=url, forward=FORWARD)


def edit_place(page: Page, notes_uri: str, notes: Notes) -> str | None:
    """The page's lines of its file, as GitHub addresses them in a Markdown file's plain view; None for a made page."""
    before = 0
    if notes.files:
        file = file_of(notes.files, page.first)
        if not file.path:
            return None
        notes_uri, before = posixpath.normpath(posixpath.join(posixpath.dirname(notes_uri), file.path)), file.before
    last = max(page.last, page.first)
    return f"{notes_uri}?plain=1#L{page.first - before}-L{last - before}"
