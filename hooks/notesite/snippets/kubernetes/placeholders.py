"""Words that stand for something the reader has to fill in."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(
    r"""
    .*(?:
        <[^<>\s][^<>]*>          # <name>
      | \$\{[^}]*\}              # ${NAME}
      | \$\([^)]*\)              # $(NAME)
      | \{\{.*\}\}               # {{ name }}
      | \{%.*%\}
      | \.\.\.|…                 # and so on
      | \[[a-z][a-z -]*\]        # [your-name]
    ).*
    | \$[A-Za-z_]\w*             # $NAME
    | [A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+   # MY_VALUE, YOUR-NAME
    | %[A-Za-z_]\w*%             # %NAME%
    | x{3,} | X{3,} | _{2,} | \?{1,} | \*{3,}
    | (?i:your|my|some)[-_ ].*(?:here|name|value|id)
    """,
    re.VERBOSE | re.DOTALL,
)
_SHORT = 300  # longer texts are content, not a name to fill in
# A line that says "and more of the same": `...`, `# ...`, `- ...`, `[...]`, `…`, `<snip>`.
_ELISION = re.compile(
    r"^[ \t]*(?:(?:\#|//|-)[ \t]*)*(?:[\[(<]?[ \t]*(?:\.{2,}|…|snip|truncated|omitted)[^\n]*)$"
    r"|^[^\n]*(?:\#|//)[ \t]*(?:\.{3,}|…)[^\n]*$",
    re.MULTILINE | re.IGNORECASE,
)


def is_placeholder(text: object) -> bool:
    """Whether a scalar's text asks to be replaced."""
    return isinstance(text, str) and len(text) <= _SHORT and _PLACEHOLDER.fullmatch(text) is not None


def is_elided(text: str) -> bool:
    """Whether a snippet leaves lines out, and says so."""
    return _ELISION.search(text) is not None
