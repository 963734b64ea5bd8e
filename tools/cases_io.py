"""Cases in files that anyone can add to: a title, a line with a dot, the input, a dot, the expected text, a dot.

As in markdown-it's own fixtures.  Titles are unique in a file; text between two cases is a comment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).parent.parent / "tests" / "cases"
_CASE = re.compile(r"^(?P<title>\S[^\n]*)\n\.\n(?P<input>.*?)(?:^)\.\n(?P<expected>.*?)^\.$", re.DOTALL | re.MULTILINE)


class Case(NamedTuple):
    """One case; `input` and `expected` end in a line break unless they are empty."""

    title: str
    input: str
    expected: str

    def __str__(self) -> str:
        return self.title


def read_cases(path: str) -> list[Case]:
    """The cases of `tests/cases/PATH`.  Raises ValueError when a file holds none or a title twice."""
    text = (CASES / path).read_text(encoding="utf-8")
    cases = [Case(m["title"], m["input"], m["expected"]) for m in _CASE.finditer(text)]
    titles = [case.title for case in cases]
    if not cases or len(set(titles)) < len(titles) or len(re.findall(r"^\.$", text, re.MULTILINE)) != 3 * len(cases):
        raise ValueError(f"{path}: no cases, a title that is there twice, or a case that is cut short")
    return cases


def folder_files(path: str) -> list[Path]:
    """The files of the folder `tests/cases/PATH`, sorted.  Raises ValueError when there are none."""
    files = sorted(file for file in (CASES / path).iterdir() if file.is_file())
    if not files:
        raise ValueError(f"{path}: no files")
    return files
