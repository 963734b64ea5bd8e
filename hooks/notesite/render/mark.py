"""What a page says about a code block that is not right as it stands: why, and what works instead, ready to be copied."""

from __future__ import annotations

import re
from functools import partial

from markupsafe import Markup

from ..lib.light import NamedTuple, lazy
from .elements import written


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
INSTEAD = {"known": "Works instead", "doubt": "Perhaps meant", "hint": "Perhaps meant"}


class BlockMark(NamedTuple):
    """What is known of one code block."""

    text: str = ""  # what a whole manifest is: "Valid ConfigMap, Kubernetes 1.25-1.37"
    rows: tuple[Row, ...] = ()
    copy: str | None = None  # what the copy button shall give, when that is not the whole block; "": no button
    corrected: str | None = None  # the whole block as it works, where something in it is wrong for sure
    wrong: bool = False  # not to be copied as it stands
    struck: bool = False  # all of it is wrong: a single command
    commands: int = 0  # that were checked
    right: int = 0  # of these
    against: tuple[str, ...] = ()  # "kubectl 1.37"

    @property
    def classes(self) -> str:
        """Of the block."""
        return "highlight" + " notes-wrong" * self.wrong + " notes-struck" * self.struck

    @property
    def fixes(self) -> tuple[tuple[str, str], ...]:
        """What works instead, each with its label."""
        if self.corrected:
            return ((INSTEAD["known"], self.corrected.strip("\n")),)
        rows = {row.replacement.strip("\n"): INSTEAD[row.kind] for row in self.rows if row.replacement}
        return tuple((label, text) for text, label in rows.items())


UNMARKED = BlockMark()
# Commands break between words alone, so that no flag is torn from its hyphens; a word like this may have to break.
LONG_WORD = lazy(r"\S{35}")


def mark_html(mark: BlockMark) -> Markup:
    """The lines under the block, "" when there is nothing to say."""
    if not mark.rows and not mark.fixes and mark.copy is None:
        return Markup()
    with_code = partial(_wrapped, "`([^`]+)`", Markup("<code>{}</code>"))
    return written(__name__, "mark", mark, WORDS, with_code, in_words)


def mark_lines(mark: BlockMark) -> list[str]:
    """The same as lines of Markdown."""
    lines = [f"**{WORDS[row.kind]}:** {row.text}" for row in mark.rows]
    for label, text in mark.fixes:
        tick = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
        one = f"**{label}:** {tick}{text}{tick}"
        lines += ["", one] if "\n" not in text else ["", f"**{label}:**", "", "```", *text.split("\n"), "```"]
    return ["", *lines, ""] if lines else []


def in_words(code: str) -> Markup:
    """Code whose words no line breaks, but for long ones: `--from-literal` would break after its hyphen."""
    return _wrapped(r"(?<!\S)(?!\S{35})(\S*[-/?]\S+)", Markup('<span class="notes-word">{}</span>'), code)


def _wrapped(pattern: str, form: Markup, text: str) -> Markup:
    """The text as HTML, with what the pattern's group finds in this form."""
    return Markup().join(form.format(part) if odd % 2 else part for odd, part in enumerate(re.split(pattern, text)))
