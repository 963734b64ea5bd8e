"""What a page says about each code block: the verdicts and findings of `blocks`, told to readers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import itemgetter

from ..diagnostics.diagnostic import CODES, Diagnostic, Report, Severity
from ..render.mark import BlockMark, Row
from ..snippets.blocks import Blocks
from ..snippets.shell.command_verdict import CommandVerdict
from ..snippets.yaml.snippet_verdict import SnippetVerdict, Status

# Findings about the notes' source, or told as a caution: nothing for a reader of the page.
_NOT_FOR_READERS = frozenset({"Y_LABEL", "S_DANGER", "S_PLACEHOLDER"})
_STILL_WORKS = frozenset({"S_DEPRECATED", "S_VERSION"})  # a warning to the author, no reason to call a command wrong
_PLACE = re.compile(r" \(lines? \d+(?:(?:,| and) ?\d+)*\)")  # of the notes: readers see pages
_KINDS = {Severity.ERROR: "known", Severity.WARNING: "doubt", Severity.INFO: "hint"}


def marks_of(blocks: Blocks, settled: Report) -> dict[int, BlockMark]:
    """The mark of each block, by the line of the notes on which the block opens.

    `settled` is the report after rules, comments and the baseline: what the author has silenced is not told, what the
    baseline accepts is.
    """
    own = [d for d in (*settled.diagnostics, *settled.accepted) if d.path is None]
    found = sorted(enumerate(own), key=_line)
    shell = {verdict.fence.span.start.line: verdict for verdict in blocks.commands}
    marks: dict[int, BlockMark] = {}
    same: dict[BlockMark, BlockMark] = {}  # those of most blocks are
    for verdict in blocks.snippets:
        line = verdict.fence.span.start.line
        if line not in marks:  # YAML inside a command comes later and belongs to the command's block
            first = bisect_left(found, line, key=_line)
            inside = found[first : bisect_left(found, verdict.fence.span.end.line + 1, first, key=_line)]
            mark = _mark(verdict, shell.get(line), [diagnostic for _, diagnostic in sorted(inside, key=itemgetter(0))])
            marks[line] = same.setdefault(mark, mark)
    return marks


def _mark(snippet: SnippetVerdict, shell: CommandVerdict | None, found: Sequence[Diagnostic]) -> BlockMark:
    rows = tuple(dict.fromkeys(_rows(found, shell)))  # two references to one name say the same
    known = any(row.kind == "known" for row in rows)
    code = snippet.fence.text.strip("\n")
    copy = shell.copy_text.strip("\n") if shell is not None else code
    one = shell is not None and "\n" not in copy.replace("\\\n", "")
    corrected = (snippet.corrected if shell is None else shell.corrected) if known else None
    if known and one:  # what the author's baseline says works, where nothing else is known
        works = (row.replacement for row in rows if row.kind == "known" and row.replacement)
        corrected = corrected or next(works, None)
    doubted = [row for row in rows if row.kind == "doubt" and row.replacement and one]
    if known or doubted:
        copy = (corrected or (doubted[0].replacement if doubted and not known else None) or "").strip("\n")
    checked = [c for c in (shell.commands if shell else ()) if c.status in {Status.VALID, Status.INVALID}]
    right = sum(c.status is Status.VALID for c in checked) - sum(row.kind == "doubt" for row in rows)
    return BlockMark(
        "" if rows else snippet.mark,
        rows,
        copy if copy != code else None,
        corrected,
        wrong=known or bool(doubted),
        struck=one and (known or bool(doubted)),
        commands=len(checked),
        right=max(right, 0),
        against=tuple(dict.fromkeys(c.against for c in checked)),
    )


def _rows(found: Sequence[Diagnostic], shell: CommandVerdict | None) -> Iterator[Row]:
    if shell is not None:
        yield from (Row("caution", caution) for caution in shell.cautions)
    for diagnostic in found:
        if diagnostic.code not in _NOT_FOR_READERS:
            # A note of the baseline, written for readers, stands in the help of an accepted finding.
            own_words = diagnostic.help if diagnostic.help != CODES[diagnostic.code].fix else ""
            replacement = diagnostic.replacement if diagnostic.reason else None  # a piece of YAML is named in the words
            said = replacement and replacement in own_words
            words = _PLACE.sub("", own_words or diagnostic.why)
            works = diagnostic.code in _STILL_WORKS and diagnostic.severity is Severity.WARNING
            yield Row("hint" if works else _KINDS[diagnostic.severity], words, None if said else replacement)


def _line(found: tuple[int, Diagnostic]) -> int:
    return found[1].span.start.line
