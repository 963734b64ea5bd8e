"""GitHub's emoji short codes: `:rocket:` is 🚀."""

from __future__ import annotations

from functools import cache

from ..lib.patterns import lazy
from .parser import emoji

_SHORT_CODE = lazy(r":[a-z0-9_+\-]+:")
# Pictures that are GitHub's own marks: their words stand for them.
_OWN = frozenset(
    """
    atom basecamp basecampy bowtie dependabot electron feelsgood finnadie goberserk godmode hurtrealbad neckbeard
    octocat rage1 rage2 rage3 rage4 shipit suspect trollface
    """.split()  # noqa: SIM905  # a line for each word would hide the code below
)


@cache
def _character(code: str) -> str:
    return emoji(code) or (code.strip(":") if code.strip(":") in _OWN else code)


def with_emoji(text: str) -> str:
    """The text with every known short code replaced, GitHub's own pictures by their names."""
    return _SHORT_CODE.sub(lambda match: _character(match[0]), text) if text.count(":") > 1 else text
