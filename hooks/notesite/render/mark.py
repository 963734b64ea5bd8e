"""What a page says about a code block: a quiet line under it, made of words, never of colour alone."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Tone(StrEnum):
    """How the text of a mark is meant."""

    VALID = "valid"  # checked, and right
    UNCHECKED = "unchecked"  # could not be checked


class Row(NamedTuple):
    """One thing to say about a block; `code` in backticks."""

    kind: str  # a key of WORDS
    text: str
    replacement: str | None = None  # what works instead; for a command the whole of it


WORDS = {
    "caution": "Caution",  # what a command destroys
    "known": "Does not work as written",  # wrong for sure
    "doubt": "Probably wrong",
    "hint": "Note",
}


@dataclass(frozen=True, slots=True)
class BlockMark:
    """What is known of one code block."""

    text: str = ""  # "Valid ConfigMap, Kubernetes 1.25-1.37"
    tone: Tone = Tone.VALID
    rows: tuple[Row, ...] = ()
    copy: str | None = None  # what the copy button shall give, when that is not the whole block
    corrected: str | None = None  # the whole block as it works, where something in it is wrong for sure


def mark_html(mark: BlockMark) -> str:
    """The lines under the block, "" when there is nothing to say."""
    rows = [_row(row.kind, f"<strong>{WORDS[row.kind]}:</strong> ", _advised(row)) for row in mark.rows]
    if mark.text:
        rows.append(_row(mark.tone.value, "", mark.text))
    if not rows and mark.copy is None:
        return ""
    copy = f' data-copy="{html.escape(mark.copy)}"' if mark.copy is not None else ""
    return f'<div class="notes-mark" data-added="" data-search-exclude=""{copy}>{"".join(rows)}</div>\n'


def _advised(row: Row) -> str:
    return f"{row.text}: use `{row.replacement}`" if row.replacement and "\n" not in row.replacement else row.text


def _row(kind: str, lead: str, text: str) -> str:
    return f'<p class="notes-mark__{kind}">{lead}{_with_code(text)}</p>'


def _with_code(text: str) -> str:
    """The text as HTML, with what stands in backticks as code."""
    parts = re.split(r"`([^`]+)`", text)
    return "".join(
        f"<code>{html.escape(part)}</code>" if odd % 2 else html.escape(part) for odd, part in enumerate(parts)
    )
