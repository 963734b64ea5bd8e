"""Regular expressions that are compiled when they are first used.

Compiling one takes up to a millisecond, and the checks know some two hundred of which most notes need a part.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands in for a compiled pattern, and becomes one at the first use of a method."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:  # called for what is not there yet
        compiled = re.compile(*self._source)
        for method in ("match", "fullmatch", "search", "sub", "split", "findall", "finditer", "pattern"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, later: an error in the pattern shows at its first use."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))
