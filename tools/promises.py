"""Write docs/developer/promises.md from the tests that are marked `promise`, or check that it is up to date.

The words of a promise stand at its test, and the figure is the number of cases that the test runs today, so neither
can be had without the other.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from notesite.cli import common
from notesite.lib.files import write_atomically

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "developer" / "promises.md"
INTRODUCTION = """# Promises

<!-- Written by tools/promises.py from the tests that are marked `promise`: change the mark, not this page. -->

What a user may rely on, the test that holds it, and how many cases the test runs today. A promise without a green test
is taken out. Not promised: pictures that need a login, Windows, and safety from whoever writes mkdocs.yml or hooks,
which are code.

| promise | test | cases |
|---|---|---|
"""


class _Collector:
    """Counts the cases of each marked test."""

    def __init__(self) -> None:
        self.cases: Counter[tuple[str, str, str]] = Counter()

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Called by pytest with every test that it has found."""
        for item in items:
            for mark in item.iter_markers("promise"):
                file, _, name = item.nodeid.partition("[")[0].partition("::")
                self.cases[mark.args[0], file, name] += 1


def page() -> str:
    """The page's text."""
    collector = _Collector()
    files = [
        str(path) for path in sorted((ROOT / "tests").rglob("test_*.py")) if "mark.promise(" in path.read_text("utf-8")
    ]
    code = pytest.main(["--collect-only", "-qq", "--no-header", "-p", "no:cacheprovider", *files], plugins=[collector])
    if code:
        raise SystemExit(f"the tests cannot be collected: {code}")
    rows = [
        f"| {words} | [`{name}`](../../{file}) | {count} |\n"
        for (words, file, name), count in sorted(collector.cases.items())
    ]
    return INTRODUCTION + "".join(rows)


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the page is up to date or was written, 1 when it is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is out of date")
    args = parser.parse_args(argv)
    wanted = page()
    if PAGE.exists() and PAGE.read_text("utf-8") == wanted:
        return 0
    if args.check:
        print(f"{PAGE} is out of date: run tools/promises.py", file=sys.stderr)
        return 1
    write_atomically(PAGE, wanted.encode())
    return 0


if __name__ == "__main__":
    sys.exit(common.guarded(main))
