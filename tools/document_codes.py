"""Write the page of findings from the table of codes, for docs/developer and docs/guide, or check that it is up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from cases_io import CASES, read_cases
from notesite.cli import common
from notesite.diagnostics.diagnostic import CODES
from notesite.lib.files import write_atomically

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = ("developer/diagnostics.md", "guide/codes.md")  # what findings link to; part of the site for users
INTRODUCTION = """# Findings

<!-- Written by tools/document_codes.py from hooks/notesite/diagnostics/data/codes.tsv: edit the table, not this page. -->

Every finding names a place in the notes file (`path:line:column`), a code, a severity and what to do.
**error**: broken for sure; **warning**: probably; **info**: good to know.

- Change a severity for the whole project in mkdocs.yml: `extra: {notes: {rules: {N_TOC: info}}}`; the words are
  `off`, `info`, `warning` and `error`.
- Silence one finding in place, with a comment before the block it is about:
  `<!-- notes: ignore K_FIELD the operator adds this field -->`. A comment that silences nothing is reported.
- Accept what is known today with `--write-baseline`: only new findings fail from then on, and findings that are gone
  are reported so that the baseline shrinks.
- In the examples below, `==> NAME <==` begins another file, `⟨U+0007⟩` stands for a character and `⟨byte E9⟩` for a byte
  that no page can show.
- Say what a fragment is: `<!-- notes: kind=Container -->`. Leave a block out: `<!-- notes: skip made-up example -->`.
"""


def examples() -> dict[str, str]:
    """Code -> a wrong and a right example, from the files of cases that the tests hold against the checks."""
    return {
        case.title: f"\nWrong:\n\n```text\n{case.input}```\n\nRight:\n\n```text\n{case.expected}```\n"
        for path in sorted(CASES.glob("*/examples.txt"))
        for case in read_cases(path.relative_to(CASES).as_posix())
    }


def page() -> str:
    """The page's text."""
    shown = examples()
    parts = [INTRODUCTION]
    for family, codes in groupby(CODES.values(), key=lambda code: code.family):
        parts.append(f"\n## {family}\n")
        parts += [
            f"\n### {code.name}\n\n*{code.severity}.* {code.summary} {code.fix}\n{shown.get(code.name, '')}"
            for code in codes
        ]
    return "".join(parts)


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the page is up to date or was written, 1 when it is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is out of date")
    args = parser.parse_args(argv)
    return written({DOCS / name: page() for name in PAGES}, Path(__file__).name, check=args.check)


def written(pages: Mapping[Path, str], tool: str, *, check: bool) -> int:
    """Write the pages that are out of date; with `check` only name them, and give 1 when there are any."""
    old = {path: text for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in old.items():
        if check:
            print(f"{path} is out of date: run tools/{tool}", file=sys.stderr)
        else:
            write_atomically(path, text.encode())
    return int(check and bool(old))


if __name__ == "__main__":
    sys.exit(common.guarded(main))
