"""The elements of HTML: what of the author's tags is kept, shown as text, or left out.

The lists are GitHub's (html-pipeline's sanitization filter); the elements that become text are those of the GFM
specification, section "Disallowed Raw HTML".  GitHub drops tags that HTML does not know and with them the text of
placeholders such as `<NodeIP>`; here they are shown, because no word may be lost.
"""

from __future__ import annotations

ALLOWED = frozenset(
    """
    a abbr b bdo blockquote br caption center cite code dd del details dfn div dl dt em figcaption figure font h1 h2
    h3 h4 h5 h6 hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp section small source span strike
    strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr
    """.split()  # noqa: SIM905  # a line for each word would hide the code below
)
# Shown as text: their content is no Markdown, or would run.
AS_TEXT = frozenset(["iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"])
# Known to HTML or SVG but not let through: the tag goes, its content stays.
UNWRAPPED = frozenset(
    """
    acronym address applet area article aside audio base basefont bdi big blink body button canvas circle col
    colgroup data datalist defs dialog dir ellipse embed fieldset filter footer form frame frameset g g-emoji head
    header hgroup html image input label legend line link main map marquee math menu meta meter nav nobr noscript
    object optgroup option output param path pattern polygon polyline progress rect search select slot svg symbol
    template text track tspan use video
    """.split()  # noqa: SIM905  # a line for each word would hide the code below
)


def is_text(name: str) -> bool:
    """Whether a tag of this name (lower case) is shown as it is written."""
    return name in AS_TEXT or (name not in ALLOWED and name not in UNWRAPPED)
