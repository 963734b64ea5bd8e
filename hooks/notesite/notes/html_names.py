"""The elements and attributes of HTML: what of the author's tags is kept, shown as text, or left out.

The lists are GitHub's (html-pipeline's sanitization filter); the elements that become text are those of the GFM
specification, section "Disallowed Raw HTML".  GitHub drops tags that HTML does not know and with them the text of
placeholders such as `<NodeIP>`; here they are shown, because no word may be lost.
"""

from __future__ import annotations

from ..lib.data import bundled_json

_NAMES = {kind: frozenset(names.split()) for kind, names in bundled_json(__name__, "html_names.json").items()}
ALLOWED = _NAMES["elements"]
AS_TEXT = _NAMES["elements shown as text"]  # their content is no Markdown, or would run
UNWRAPPED = _NAMES["elements left out"]  # known to HTML or SVG but not let through: the tag goes, its content stays
ATTRIBUTES = _NAMES["attributes"]  # allowed on any element


def is_text(name: str) -> bool:
    """Whether a tag of this name (lower case) is shown as it is written."""
    return name in AS_TEXT or (name not in ALLOWED and name not in UNWRAPPED)
