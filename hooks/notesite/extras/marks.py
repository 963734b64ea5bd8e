"""What a page says about each code block: the verdicts and findings of `blocks`, told to readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..diagnostics.codes import CODES, Severity
from ..diagnostics.diagnostic import Diagnostic, Report
from ..notes.model import Fence
from ..render.mark import BlockMark, Row, Tone
from ..snippets.blocks import Blocks
from ..snippets.shell.command_verdict import CommandVerdict
from ..snippets.yaml.snippet_verdict import SnippetVerdict, Status

# Findings about the notes' source, or told as a caution: nothing for a reader of the page.
_NOT_FOR_READERS = frozenset({"Y_LABEL", "K_LEVELS", "S_DANGER", "S_PLACEHOLDER"})
_KINDS = {Severity.ERROR: "known", Severity.WARNING: "doubt", Severity.INFO: "hint"}


def marks_of(blocks: Blocks, settled: Report) -> dict[int, BlockMark]:
    """The mark of each block, by the line of the notes on which the block opens.

    `settled` is the report after rules, comments and the baseline: what the author has silenced is not told, what the
    baseline accepts is.
    """
    found = [*settled.diagnostics, *settled.accepted]
    shell = {verdict.fence.span.start.line: verdict for verdict in blocks.commands}
    marks: dict[int, BlockMark] = {}
    for verdict in blocks.snippets:
        line = verdict.fence.span.start.line
        if line not in marks:  # YAML inside a command comes later and belongs to the command's block
            marks[line] = _mark(verdict, shell.get(line), [d for d in found if _inside(d, verdict.fence)])
    return marks


def _mark(snippet: SnippetVerdict, shell: CommandVerdict | None, found: Sequence[Diagnostic]) -> BlockMark:
    rows = tuple(dict.fromkeys(_rows(found, shell)))  # two references to one name say the same
    wrong = any(row.kind == "known" for row in rows)
    text = "" if wrong else shell.mark if shell is not None else snippet.mark
    tone = Tone.UNCHECKED if snippet.status is Status.SKIPPED else Tone.VALID
    code = snippet.fence.text.strip("\n")
    copy = shell.copy_text.strip("\n") if shell is not None else code
    corrected = (snippet.corrected if shell is None else shell.corrected) if wrong else None
    return BlockMark(text, tone, rows, copy if copy != code else None, corrected)


def _rows(found: Sequence[Diagnostic], shell: CommandVerdict | None) -> Iterator[Row]:
    if shell is not None:
        yield from (Row("caution", caution) for caution in shell.cautions)
    for diagnostic in found:
        if diagnostic.code not in _NOT_FOR_READERS:
            # A note of the baseline, written for readers, stands in the help of an accepted finding.
            own_words = diagnostic.help if diagnostic.help != CODES[diagnostic.code].fix else ""
            replacement = diagnostic.replacement if diagnostic.reason else None  # a piece of YAML is named in the words
            said = replacement and replacement in own_words
            yield Row(_KINDS[diagnostic.severity], own_words or diagnostic.why, None if said else replacement)


def _inside(diagnostic: Diagnostic, fence: Fence) -> bool:
    first, last = fence.span.start.line, fence.span.end.line
    return diagnostic.path is None and first <= diagnostic.span.start.line <= last
