"""Words that stand for something the reader has to fill in."""

from __future__ import annotations

import re
from functools import lru_cache

from notesite.lib.light import bundled_forms, lazy

_FORMS = bundled_forms(__name__, "placeholders.txt")
_PLACEHOLDER = lazy(rf".*(?:{_FORMS['within']}).*|{_FORMS['whole']}", re.DOTALL)
_SHORT = 300  # longer texts are content, not a name to fill in
_ELISION = lazy(_FORMS["elision"], re.MULTILINE | re.IGNORECASE)
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
