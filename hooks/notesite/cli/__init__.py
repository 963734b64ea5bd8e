"""The command line: `notesite VERB …`, one module for each verb, loaded when it is called.  Only this room prints."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module

from ..lib.light import NamedTuple, NoReturn, bundled_json

# What is loaded and what a check makes lives until its end: looking for garbage in it takes 6 % of its time and finds none.
gc.set_threshold(1_000_000, 50, 100)


class Verb(NamedTuple):
    """What a word on the command line does."""

    module: str
    function: str
    help: str


# Examples and options of all commands, and rows of options that several of them have.
COMMANDS = bundled_json(__name__, "commands.json")
VERBS = {name: Verb(*row["verb"]) for name, row in COMMANDS.items() if "verb" in row}
PARTS = {name: VERBS.pop(name) for name in [*VERBS] if "_" in name}  # what has a script of its own, and so a name


def main() -> NoReturn:
    """The program `notesite`."""
    from .common import end, guarded  # noqa: PLC0415  # `notesite` alone loads nothing

    end(guarded(run, sys.argv[1:]))


def run(argv: Sequence[str] | None = None) -> int:
    """Run one verb; gives the exit code."""
    from .. import VERSION  # noqa: PLC0415  # as above

    word, *rest = argv or ["--help"]
    verb = VERBS.get(word) or PARTS.get(word)
    if verb:
        return int(getattr(import_module(f".{verb.module}", __name__), verb.function)(rest))
    if word in {"--help", "-h", "help"}:
        rows = "".join(f"  {name:<8} {verb.help}\n" for name, verb in VERBS.items())
        print(f"usage: notesite COMMAND …\n\nA site, and a check, from one Markdown file.\n\ncommands:\n{rows}")
        print("examples:\n  notesite serve README.md\n  notesite check README.md docs/\n  notesite new README.md\n")
        print("notesite COMMAND --help tells more.")
        return 0
    if word in {"--version", "-V"}:
        print(f"notesite {VERSION}")
        return 0
    from ..lib.nearest import nearest_value  # noqa: PLC0415  # as above

    close = nearest_value(word, VERBS)
    hint = f"; did you mean {close!r}?" if close else f"; there are {', '.join(VERBS)}"
    print(f"error: notesite has no command {word!r}{hint}", file=sys.stderr)
    return 2
