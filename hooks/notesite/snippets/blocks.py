"""All checks of the code blocks together: YAML, Kubernetes, commands, and the names they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import NotesError, Report, finding, merged
from ..diagnostics.place import Span
from ..lib.files import read_file, reason
from ..notes.model import Notes
from ..project.settings import SnippetSettings
from .language.classify import is_shell
from .shell.check_commands import check as check_commands
from .shell.check_commands import chosen
from .shell.command_verdict import CommandVerdict
from .yaml.check_yaml import check as check_snippets
from .yaml.snippet_verdict import SnippetVerdict


class Blocks(NamedTuple):
    """What is known of every code block."""

    snippets: tuple[SnippetVerdict, ...]  # one for each block, in order; then those inside commands
    commands: tuple[CommandVerdict, ...]  # one for each block of commands
    report: Report  # not yet settled


def check_blocks(notes: Notes, settings: SnippetSettings, extra: Mapping[Any, Any] | None = None) -> Blocks:
    """Check every block of the notes.  Raises NotesError when the settings ask for an unknown version."""
    from .kubernetes import judge  # noqa: PLC0415  # loads the bundled definitions

    commands: tuple[CommandVerdict, ...] = ()
    reports = []
    if "shell" in settings.languages:
        commands, report = check_commands(notes.fences, is_shell=is_shell, grammars=chosen(settings.kubernetes))
        reports.append(report)
    snippets: tuple[SnippetVerdict, ...] = ()
    if "yaml" in settings.languages:
        inside = [embedded.fence for verdict in commands for embedded in verdict.embedded]
        created = [defined for verdict in commands for defined in verdict.defined]
        try:
            snippets, report = check_snippets(
                [*notes.fences, *inside],
                judge=judge,
                settings=settings,
                definitions=created,
                lines=notes.lines,
                extra=extra,
            )
        except ValueError as error:  # a version that is not bundled
            raise NotesError(finding("I_CONFIG", f"kubernetes versions: {error}", Span.at(1))) from None
        reports.append(report)
    return Blocks(snippets, commands, merged(reports))


def read_schemas(folder: Path) -> Mapping[Any, Any]:
    """Schemas of custom resources, from the CustomResourceDefinitions in a folder of YAML and JSON files.

    Raises NotesError when the folder or a file cannot be read.
    """
    return dict(_schemas(folder))


def _schemas(folder: Path) -> Iterator[tuple[Any, Any]]:
    from .kubernetes.schema.crds import from_definition  # noqa: PLC0415  # only for projects with schemas of their own

    if not folder.is_dir():
        raise NotesError(finding("I_CONFIG", f"snippets.schemas: there is no folder {folder.name}", Span.at(1)))
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml", ".json"}):
        for document in _documents(path):
            if isinstance(document, Mapping) and document.get("kind") == "CustomResourceDefinition":
                yield from from_definition(document)


def _documents(path: Path) -> list[object]:
    import yaml  # noqa: PLC0415  # as above

    try:
        return list(yaml.safe_load_all(read_file(path).decode("utf-8-sig")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NotesError(finding("I_CONFIG", f"cannot read it: {reason(error)}", Span.at(1), path=path.name)) from None
