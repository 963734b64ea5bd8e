"""Words that stand for something the reader has to fill in."""

from __future__ import annotations

import re
from functools import lru_cache

from notesite.lib.light import lazy

_PLACEHOLDER = lazy(
    r"""
    .*(?:
        <[^<>\s][^<>]*(?:>|\Z) | \A[\w-]+>\Z  # <name>, <name: value>
      | \$\{[^}]*\}              # ${NAME}
      | \$\([^)]*\)              # $(NAME)
      | \$[A-Za-z_]\w*           # $NAME
      | \{\{.*\}\}               # {{ name }}
      | \{%.*%\}
      | \.\.\.|…                 # and so on
      | \[[a-z][a-z -]*\]        # [your-name]
    ).*
    | (?:.*/)?[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+(?:[/:@].*)?  # MY_VALUE, YOUR-NAME, YOUR_NAME/web:1
    | (?:NAME|NAMESPACE|HOST|HOSTNAME|DOMAIN|IMAGE|USERNAME|PASSWORD|TOKEN|PROJECT|REGION|VERSION|CLUSTER)
    | [\w.-]+(?:\ *\|\ *[\w.-]+)+  # one of these
    | .*__[A-Z]\w*__.* | .*[\u2580-\u25ff].*  # painted over
    | %[A-Za-z_]\w*% | .*\{\w+\}.*  # %NAME%, _{NAME}_
    | (?:.+\ (?=\([^()]+\ ))?\(.*\)  # (the token), or a value and (what it stands for)
    | (?i:(?!not\b).*\b(?:base64|encoded|goes\ here)\b.*)
    | \d{2,}-\d{2,} | [a-z]+-(?:range|value) | x{3,}=* | X{3,}=* | _{2,} | \?{1,} | \*{3,}
    | (?i:your|my|some)[-_ ].*(?:here|name|value|id|version)
    | (?i:enter|insert|specify|choose)\ .* | (?:[A-Z][a-z]+\ )+(?:Name|Label|Image|Port|Type)  # Service Name
    | .*(?<![A-Za-z])[A-Z]+(?:_[A-Z0-9]+)+(?![a-z]).* | .*\byour[A-Z_-].* | some[A-Z]\w* | my[A-Z]\w*Image
    """,
    re.VERBOSE | re.DOTALL,
)
_SHORT = 300  # longer texts are content, not a name to fill in
# A line that says "and more of the same": `...`, `# ...`, `- ...`, `[...]`, `…`, `<snip>`.
_ELISION = lazy(
    r"^[ \t]*(?:(?:\#|//|-)[ \t]*)*(?:[\[(<{]?[ \t]*(?:\.(?: ?\.)+|…|[\w -]*hidden>|snip|redacted|truncated|omitted)[^\n]*)$"
    r"|^[^\n]*(?:\#|//)[ \t]*(?:\.{3,}|…)[^\n]*$"
    r"|:[ \t]*[{\[]?[ \t]*\.{2,}[ \t]*[}\]]?[ \t]*$"
    r"|^([ ]*)[\w.-]+:[ ]*(?:#[^\n]*)?\n(?:(?:\1 +#[^\n]*)?(?:\n|\Z))*\1 +#[^\n]*(?:\n|\Z)(?!\s*^\1(?: |-\s))",  # a comment stands where the value should
    re.MULTILINE | re.IGNORECASE,
)

# In a text that begins with `---`, dots at its end are YAML's own mark for the end of a document.
_END_MARK = lazy(r"\n\.\.\.[ \t]*\n*\Z|\n\.\.\.[ \t]*(?=\n---)")


def is_placeholder(text: object) -> bool:
    """Whether a scalar's text asks to be replaced."""
    return isinstance(text, str) and len(text) <= _SHORT and _asks(text)


@lru_cache(maxsize=4096)  # names and labels repeat within a manifest, and between them
def _asks(text: str) -> bool:
    return _PLACEHOLDER.fullmatch(text) is not None


def is_elided(text: str) -> bool:
    """Whether a snippet leaves lines out, and says so."""
    if text.startswith("---"):
        text = _END_MARK.sub("", text)
    return _ELISION.search(text) is not None
