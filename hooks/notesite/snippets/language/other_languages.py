"""How languages that are no YAML and no shell show themselves in the first lines of a block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from notesite.lib.data import bundled_json
from notesite.lib.patterns import lazy


class Signature(NamedTuple):
    """How a language shows itself."""

    language: str
    words: Sequence[str]  # lower case; where none of them stands, the pattern cannot match and is not even compiled
    pattern: str


SIGNATURES: Final = tuple(Signature(*row) for row in bundled_json(__name__, "signatures.json"))
_SECTION: Final = lazy(r"^\s*\[\[?[\w.:\"'@/ -]+\]\]?\s*(?:[#;].*)?$")
_SETTING: Final = lazy(r"^\s*[\w.\"'-]+\s*=\s*\S?")


def signature(text: str) -> str:
    """The language that the text shows itself to be in, "" when it shows none of those known here."""
    stripped = text.strip()
    if _is_json(stripped):
        return "json"
    lowered = stripped.lower()
    for language, words_of_it, pattern in SIGNATURES:
        if any(word in lowered for word in words_of_it) and re.search(pattern, stripped):
            return language
    return settings_file(stripped)


def _is_json(text: str) -> bool:
    if text[:1] not in "{[" or not re.match(r"[{\[]\s*(?:[\"'{\[\]}]|-?\d|true|false|null|//)", text):
        return False
    # A flow list on one line (`["sh", "-c"]`) may be either; both readings are right.
    return text.startswith("{") or text.rstrip(",").endswith(("]", "}", "..."))


def settings_file(text: str) -> str:
    """`toml`, `ini` or `properties`; "" for anything else."""
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", ";"))]
    sections = sum(bool(_SECTION.match(line)) for line in lines)
    settings = sum(bool(_SETTING.match(line)) for line in lines)
    if sections and sections + settings >= 0.7 * len(lines) and settings:
        quoted = any(re.search(r"=\s*[\"'\[{]", line) for line in lines)
        return "toml" if quoted else "ini"
    tight = [re.match(r"[\w.-]+=\S", line.strip()) for line in lines]
    return "properties" if len(lines) > 1 and all(tight) else ""
