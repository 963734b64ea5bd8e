"""Text made to break or to stall the reader becomes a site or a finding: no traceback, no end of the process."""

from __future__ import annotations

import pytest
import warm
from site_tools import ROOT
from test_source import HOSTILE

SIZE = 10_000
TEXTS = {
    "elements that stay open": "<div>\n" * SIZE + "word",
    "elements that stay open, in blocks of their own": "<div>\n\n" * SIZE + "word",
    "lists in HTML": "<ul><li>\n" * SIZE + "word",
    "inline elements": "<b>" * SIZE + "word",
    "ends of elements that never began": "<ul>" * SIZE + "</ol>" * SIZE + "word",
    "tags that never end": "<img \n" * SIZE + "word",
    "values that never end": '<p>\n<a href="' * SIZE + "word",
    "attributes": "<p " + "a=b " * SIZE + ">word</p>",
    "comments that never end": "<p>\n" + "<!-- " * SIZE + "word",
    "addresses that never end": "<http://\n" * SIZE + "word",
    "brackets behind a tag": "<x " + "![" * SIZE + "word",
    "brackets": "[" * SIZE + "word" + "]" * SIZE,
    "anchors": "<a name='x'></a>\n\n" * SIZE + "word",
    "links in HTML": "<p><a href=x>\n" * SIZE + "word",
    "headings in HTML": "<h2>word</h2>\n" * SIZE,
    "headings of one name": "## word\n" * SIZE,
    "lists in each other": "".join(f"{'  ' * depth}- word\n" for depth in range(400)),
    "lists on one line": "- " * SIZE + "word",
    "lists of stars on one line": "* " * 8 * SIZE + "word",
    "rules on one line": "_ " * 8 * SIZE + "\n" + "* " * 8 * SIZE + "\n\nword",
    "lines of a quote": "> word\n" * SIZE,
    "escaped pipes": "| a |\n|---|\n| " + "\\|`x` " * SIZE + "word |",
    "cells": "|a" * SIZE + "|\n" + "|-" * SIZE + "|\n" + "|word" * SIZE,
    "rows": "| a | b |\n|---|---|\n" + "| **word** | [b](c) |\n" * SIZE,
    "definitions": "[a]: b\n" * SIZE + "[a] word",
    "footnotes": "".join(f"[^{n}] word\n\n[^{n}]: x\n\n" for n in range(2_000)),
    "a line of wide characters": "é`x`" * SIZE + " word",
    "instructions": "<!-- notes: ignore Y_TAG x -->\n" * 1_000 + "word",
    "short codes": ":rocket:" * SIZE + " word",
    **{f"refused: {name}": text for name, (text, _) in HOSTILE.items()},
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_site_or_a_finding(name: str) -> None:
    text = f"# Title\n\n{TEXTS[name]}\n"
    done = warm.python(ROOT / "tests" / "hostile_child.py", stdin=text)
    assert (done.returncode, done.stderr) == (0, "")
    if name.startswith("refused: "):
        assert done.stdout.strip() == HOSTILE[name.removeprefix("refused: ")][1]
    else:
        assert int(done.stdout) > 0
