"""Write the reference of settings and commands in docs/guide from the code, or check that it is up to date."""

from __future__ import annotations

import argparse
import importlib
import inspect
import io
import json
import re
import sys
import tokenize
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import document_codes
from notesite.cli import PARTS, VERBS, Verb, common
from notesite.lib.light import Literal
from notesite.project.settings import Settings

GUIDE = document_codes.DOCS / "guide"
WRITTEN = "<!-- Written by tools/document_guide.py from {source}: change that, not this page. -->\n"
SETTINGS = f"""# Settings

{WRITTEN.format(source="hooks/notesite/project/settings.py")}
All settings stand in `mkdocs.yml` under `extra.notes`, and none is needed. An unknown setting and a value of the wrong
type are findings at their line. How findings are silenced and accepted: [Findings](codes.md).

```yaml
extra:
  notes:
    source: notes.md
    images:
      max_bytes: 20000000
```
"""
COMMANDS = f"""# Commands

{WRITTEN.format(source="hooks/notesite/cli/data/commands.json")}
`notesite COMMAND --help` says the same. Every command exits with 0, 1 (findings) or 2 (could not run).
"""
WORDS = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}


def settings_page() -> str:
    """The page of all settings, a table for each section."""
    return SETTINGS + "".join(_tables(Settings, "extra.notes"))


def _tables(cls: Any, name: str) -> Iterator[str]:
    """The table of a section, then those of the sections in it."""
    hints, comments, inner = cls.__annotations__, _comments(cls), list[str]()
    yield f"\n## `{name}`\n\n{cls.__doc__}\n\n| setting | value | default | meaning |\n|---|---|---|---|\n"
    for field in cls._fields:
        section, path = _section_in(hints[field]), f"{name}.{field}"
        path += ".NAME" if section and section is not hints[field] else ""
        value, default = ("settings", "") if section else (_kind(hints[field]), _shown(cls._field_defaults[field]))
        about = comments.get(field) or (section.__doc__ if section else "")
        if section:
            about = f"{about.rstrip('.')}. See [`{path}`](#{re.sub(r'[^a-z0-9_]', '', path.lower())})."
            inner += _tables(section, path)
        yield f"| `{field}` | {_cell(value)} | {_cell(default)} | {_cell(about)} |\n"
    yield from inner


def _section_in(hint: Any) -> Any:
    """The class of settings that a setting holds, itself or by name; None for plain values."""
    held = hint.__args__[-1] if hasattr(hint, "__origin__") else hint
    return held if hasattr(held, "_fields") else None


def _kind(hint: Any) -> str:
    """A type in words."""
    origin: Any = getattr(hint, "__origin__", None)
    args: Any = getattr(hint, "__args__", ())
    if isinstance(hint, types.UnionType):
        return " or ".join(_kind(arg) for arg in args if arg is not types.NoneType)
    if origin is Literal:
        return " or ".join(f"`{arg}`" for arg in args)
    if origin is tuple:
        return f"list of {_kind(args[0])}"
    return f"names, each with {_kind(args[1])}" if origin and issubclass(origin, Mapping) else WORDS[hint]


def _shown(default: object) -> str:
    """A default as YAML writes it."""
    if default is None:
        return ""
    plain = dict(default) if isinstance(default, Mapping) else default
    return f"`{json.dumps(plain, ensure_ascii=False)}`"


def _comments(cls: Any) -> dict[str, str]:
    """Setting -> what the comments before and beside it say."""
    found, before, name = dict[str, str](), list[str](), ""
    for token in tokenize.generate_tokens(io.StringIO(inspect.getsource(cls)).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("# ")
            if token.line.lstrip().startswith("#"):
                before.append(text)
            else:
                found[name] = f"{found[name]} {text}".strip()
        elif token.type == tokenize.NAME and token.start[1] == 4 and token.string in cls._fields:
            name = token.string
            found[name], before = " ".join(before), []
    for field, text in found.items():
        words = text.replace(". None:", ". Not set:").replace("; None:", "; not set:")
        found[field] = words[:1].upper() + words[1:]
    return found


def _cell(text: str) -> str:
    """Text in a table, where a bar would end the cell and an angle bracket would begin HTML."""
    text = text.replace("|", "\\|")
    return "`".join(part if index % 2 else part.replace("<", "&lt;") for index, part in enumerate(text.split("`")))


def commands_page() -> str:
    """The page of all commands, with every option of their parsers."""
    return COMMANDS + "".join(_command(name, verb) for name, verb in {**VERBS, **PARTS}.items())


def _command(name: str, verb: Verb) -> str:
    parser = parser_of(name, verb)
    rows = [
        f"| `{_spelled(action)}` | {_cell((action.help or '').replace('%%', '%'))} |\n"
        for action in parser._actions  # noqa: SLF001  # argparse has no other way to list them
        if action.dest != "help"
    ]
    examples = "\n".join(line.strip() for line in (parser.epilog or "").splitlines()[1:])
    about = _cell((parser.description or "").strip())
    table = "| argument | meaning |\n|---|---|\n" + "".join(rows)
    return f"\n## notesite {name}\n\n{about}\n\n```sh\n{examples}\n```\n\n{table}"


def _spelled(action: argparse.Action) -> str:
    """An option or argument as it is written."""
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if not action.option_strings:
        return value
    return action.option_strings[-1] + ("" if action.nargs == 0 else f" {value}")


class _FoundError(Exception):
    """Ends a command when its parser is complete."""


def parser_of(name: str, verb: Verb) -> argparse.ArgumentParser:
    """The parser of a command, which is stopped where it would read its arguments."""
    found: list[argparse.ArgumentParser] = []

    def stop(parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        found.append(parser)
        raise _FoundError

    function = getattr(importlib.import_module(f"notesite.cli.{verb.module}"), verb.function)
    with (
        mock.patch.object(argparse.ArgumentParser, "parse_args", stop),
        mock.patch.object(sys, "argv", ["notesite", name]),  # what examples call the program
    ):
        try:
            function([])
        except _FoundError:
            return found[0]
    raise AssertionError(name)


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the pages are up to date or were written, 1 when they are not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    args = parser.parse_args(argv)
    pages = {GUIDE / "settings.md": settings_page(), GUIDE / "commands.md": commands_page()}
    return document_codes.written(pages, Path(__file__).name, check=args.check)


if __name__ == "__main__":
    sys.exit(common.guarded(main))
