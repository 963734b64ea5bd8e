"""What a page says about a code block: a quiet line under it, made of words, never of colour alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a mark is meant."""

    VALID = "valid"  # checked, and right
    KNOWN = "known"  # checked, and wrong: the mark says what works instead
    UNCHECKED = "unchecked"  # could not be checked


@dataclass(frozen=True, slots=True)
class BlockMark:
    """What is known of one code block."""

    text: str = ""  # "Valid ConfigMap, Kubernetes 1.25-1.37"
    tone: Tone = Tone.VALID
    notes: tuple[str, ...] = ()  # what is wrong and what works instead; `code` in backticks
    cautions: tuple[str, ...] = ()  # what a command destroys; `code` in backticks
    copy: str | None = None  # what the copy button shall give, when that is not the whole block


def mark_html(mark: BlockMark) -> str:
    """The lines under the block, "" when there is nothing to say."""
    rows = list(_rows(mark))
    if not rows and mark.copy is None:
        return ""
    copy = f' data-copy="{html.escape(mark.copy)}"' if mark.copy is not None else ""
    return f'<div class="notes-mark" data-added="" data-search-exclude=""{copy}>{"".join(rows)}</div>\n'


def _rows(mark: BlockMark) -> Iterator[str]:
    for caution in mark.cautions:
        yield _row("caution", "Caution", caution)
    for note in mark.notes:
        yield _row("known", "Does not work as written", note)
    if mark.text:
        yield _row(mark.tone.value, "", mark.text)


def _row(kind: str, word: str, text: str) -> str:
    lead = f"<strong>{word}:</strong> " if word else ""
    return f'<p class="notes-mark__{kind}">{lead}{_with_code(text)}</p>'


def _with_code(text: str) -> str:
    """The text as HTML, with what stands in backticks as code."""
    parts = re.split(r"`([^`]+)`", text)
    return "".join(
        f"<code>{html.escape(part)}</code>" if odd % 2 else html.escape(part) for odd, part in enumerate(parts)
    )
