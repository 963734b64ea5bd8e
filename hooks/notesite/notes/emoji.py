"""GitHub's emoji short codes: `:rocket:` is 🚀."""

from __future__ import annotations

from functools import cache

from ..lib.patterns import lazy

_SHORT_CODE = lazy(r":[a-z0-9_+\-]+:")


@cache
def _table() -> dict[str, str]:
    # The database that pymdown-extensions keeps of GitHub's own list.
    from pymdownx import gemoji_db  # noqa: PLC0415  # 150 kB that only texts with short codes need

    table = {
        code: "".join(chr(int(point, 16)) for point in (entry.get("unicode_alt") or entry["unicode"]).split("-"))
        for code, entry in gemoji_db.emoji.items()
        if entry.get("unicode")
    }
    table.update({alias: table[code] for alias, code in gemoji_db.aliases.items() if code in table})
    return table


def with_emoji(text: str) -> str:
    """The text with every known short code replaced."""
    if text.count(":") < 2:
        return text
    return _SHORT_CODE.sub(lambda match: _table().get(match[0], match[0]), text)
