"""Which dollars may begin or end a formula, by GitHub's rules; all others are kept from the parser.

Source of the rules: docs.github.com, "Writing mathematical expressions", and what authors report of its edges.  comrak
takes `x$y$z` for a formula, GitHub does not.  A dollar that cannot be of a formula becomes a mark: one character, a
punctuation mark as well, so that nothing else is read otherwise and every column stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, pairwise
from urllib.parse import quote

from ..lib.light import lazy

# Rare marks of punctuation; one that the text does not hold is taken.
_MARKS = "⸘⁂⁑⸎⸙"
_BLANK_LINE = lazy(r"(\n[ \t>]*\n)")
# Around a dollar that is only spoken of; GitHub may draw what stands between two of them.
_AROUND = {*("''", '""', "()", "[]"), *(opening + closing for opening in "‘“„«「" for closing in "’”“»」")}
# Two prices, and words between them; a quotation that does not end, as in a shell.
_WORDS = lazy(r"\d[\d.,]*+\s[^\\^_={}<>+*/|]*[^\W\d_]{2}[^\\^_={}<>+*/|]*|(?:[^\"]*\"[^\"]*\")*[^\"]*\"[^\"]*")
_ROUNDS = 5  # then all dollars of a line go
_LAST = 20  # then there are no formulas: nobody writes so


class Dollars:
    """The dollars of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.mark = next((m for m in _MARKS if m not in text), "") if "$" in text else ""
        self._quoted = quote(self.mark)
        self._rounds = 0
        if self.mark:
            blocks = _BLANK_LINE.split(text)
            self.text = "".join(self._block(block) if "$" in block else block for block in blocks)

    @property
    def may_be_formulas(self) -> bool:
        """Whether any dollar is left."""
        return bool(self.mark) and self._rounds < _LAST and "$" in self.text

    def restored(self, text: str) -> str:
        """What the author wrote."""
        return text.replace(self.mark, "$").replace(self._quoted, "$") if self.mark else text

    def refuse(self, formulas: Iterable[tuple[str, int, int]]) -> bool:
        """Take away the first dollar of each formula that is none to GitHub; whether there was any.

        `formulas`: text between single dollars, line and byte column of the first, from 1.
        """
        lines = [line.encode() for line in self.text.split("\n")]
        self._rounds += 1
        found: dict[int, list[int]] = {}
        for literal, line, column in formulas:
            written = lines[line - 1]
            before, after = written[: column - 1].decode()[-1:], written[column - 1 :].decode()
            end = after.find("$", 1)  # -1: on a line below
            # A backtick: what seems to be a formula reaches from words into code.
            is_text = any(char in literal for char in ("$", "`", self.mark)) or _WORDS.fullmatch(literal)
            if is_text or before.isalnum() or (end > 0 and after[end + 1 : end + 2].isalnum()):
                found.setdefault(line - 1, []).append(column - 1)
        for index, columns in found.items():
            written, mark = lines[index], self.mark.encode()
            for column in sorted(columns, reverse=True):
                written = written[:column] + mark + written[column + 1 :]
            lines[index] = written if self._rounds < _ROUNDS else written.replace(b"$", mark)
        self.text = b"\n".join(lines).decode()
        return bool(found)

    def _block(self, block: str) -> str:
        parts = block.split("$")
        # What stands before and after each dollar, but for those that are only spoken of.
        sides = {
            at: (before[-1:] or "$" * (at > 0), after[:1] or "$" * (at < len(parts) - 2))
            for at, (before, after) in enumerate(pairwise(parts))
            if before[-1:] + after[:1] not in _AROUND
        }
        # A letter or digit may be of any script.
        ends = {at for at, (one, two) in sides.items() if one.strip() and not (two.isalnum() or two == "_")}
        last = max(ends, default=-1)
        begins = {
            at for at, (one, two) in sides.items() if at < last and two.strip() and not (one.isalnum() or one == "_")
        }
        kept = begins | ends if begins else set()
        # The dollars of both other spellings, `$$` and $`, stay; so does an escaped one.
        kept |= {at for at, (before, after) in sides.items() if before in {"$", "\\", "`"} or after in {"$", "`"}}
        joints = ["$" if at in kept else self.mark for at in range(len(parts) - 1)]
        block = "".join(chain.from_iterable(zip(parts, [*joints, ""], strict=True)))
        return block if "`$" in block else block.replace("$`", f"{self.mark}`")
