"""GitHub's emoji short codes: `:rocket:` is 🚀."""

from __future__ import annotations

from functools import cache

from ..lib.light import lazy
from .parser import emoji

_SHORT_CODE = lazy(r":[a-z0-9_+\-]+:")
# Pictures that are GitHub's own marks: their words stand for them.
_OWN = lazy(
    ":(atom|basecampy?|bowtie|dependabot|electron|feelsgood|finnadie|goberserk|godmode|hurtrealbad|neckbeard|octocat"
    "|rage[1-4]|shipit|suspect|trollface):"
)


@cache
def _character(code: str) -> str:
    return emoji(code) or _OWN.sub(r"\1", code)


def with_emoji(text: str) -> str:
    """The text with every known short code replaced, GitHub's own pictures by their names."""
    return _SHORT_CODE.sub(lambda match: _character(match[0]), text) if text.count(":") > 1 else text
