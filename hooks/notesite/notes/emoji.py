"""GitHub's emoji short codes: `:rocket:` is 🚀."""

from __future__ import annotations

from functools import cache

from ..lib.patterns import lazy
from .parser import emoji

_SHORT_CODE = lazy(r":[a-z0-9_+\-]+:")


@cache
def _character(code: str) -> str:
    return emoji(code) or code


def with_emoji(text: str) -> str:
    """The text with every known short code replaced."""
    return _SHORT_CODE.sub(lambda match: _character(match[0]), text) if text.count(":") > 1 else text
