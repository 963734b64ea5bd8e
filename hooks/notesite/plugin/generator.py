"""MkDocs' own command line, or that of a successor: run in this process, so that it ends when this one does."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from click import Abort, ClickException

from ..diagnostics.diagnostic import Diagnostic, NotesError, Span, failure, finding

HOOK = Path(__file__).with_name("hook.py")  # for projects that are made on the fly
_OURS = re.compile(r"(?m)^(.+?):(\d+):(\d+): ([A-Z]_[A-Z]+) error: (.*)")
_PLACE = re.compile(r"line (\d+), column (\d+)")


def run_mkdocs(arguments: Sequence[str]) -> int:
    """Run it; gives the exit code.  Raises NotesError when only MkDocs 2 is there, ModuleNotFoundError without any."""
    # The theme's notice of MkDocs' end and its successor's: readers of a log can do nothing about it.
    os.environ |= {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    command: Callable[..., Any] = import_module(f"{_package()}.__main__").cli
    try:
        return int(command(args=list(arguments), prog_name="mkdocs", standalone_mode=False) or 0)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Abort:  # what click makes of Ctrl-C
        raise KeyboardInterrupt from None
    except ClickException as error:
        raise NotesError(*told(error.message)) from None
    except Exception as error:  # of code that a tag in mkdocs.yml names, say
        if isinstance(error, (NotesError, OSError, ImportError)) or os.environ.get("NOTES_DEBUG"):
            raise
        raise failure("I_CONFIG", f"{type(error).__name__}: {error} (NOTES_DEBUG=1 shows where)") from None


def told(message: str) -> list[Diagnostic]:
    """What MkDocs, or this plugin in its name, ends a run with."""
    if ours := _OURS.findall(message):
        return [finding(code, text, Span.at(int(line), int(at)), path=path) for path, line, at, code, text in ours]
    place = _PLACE.search(message)
    span = Span.at(*map(int, place.groups())) if place else Span.at(1)
    return [finding("I_CONFIG", message.partition("\n")[0], span)]


def theme_name() -> str:
    """The name of the theme that is installed, Material or its fork.  Raises ModuleNotFoundError when none is."""
    names = import_module(f"{_package()}.utils").get_theme_names()
    found = next((name for name in ("material", "materialx") if name in names), None)
    if found is None:
        raise ModuleNotFoundError("no theme", name="material")
    return found


def _package() -> str:
    """MkDocs 1, or the successor that goes on with it."""
    missing = []
    for name in ("mkdocs", "properdocs"):
        try:
            import_module(f"{name}.plugins")
        except ModuleNotFoundError as error:
            missing.append(error)
        else:
            return name
    if missing[0].name == "mkdocs.plugins":
        message = "MkDocs 2 has neither plugins nor hooks; install an older one: pip install 'mkdocs<2'"
        raise failure("I_CONFIG", message, help="")
    raise missing[0]
