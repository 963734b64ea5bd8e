"""All checks of the code blocks together: YAML, Kubernetes, commands, and the names they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Report, failure, merged
from ..notes.model import Fence, Notes
from ..project.settings import SnippetSettings
from .custom_types import Definition, in_blocks, type_names
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


def check_blocks(notes: Notes, settings: SnippetSettings, definitions: Sequence[Definition] = ()) -> Blocks:
    """Check every block of the notes.

    `definitions` are of types that the project has of its own.  Raises NotesError when the settings ask for an unknown
    version.
    """
    from .kubernetes import bundled_versions, judge  # noqa: PLC0415  # loads the bundled definitions

    try:
        settings = settings._replace(kubernetes=bundled_versions(settings.kubernetes))
    except ValueError as error:
        raise failure("I_CONFIG", f"kubernetes versions: {error}") from None
    commands: tuple[CommandVerdict, ...] = ()
    reports = []
    if "shell" in settings.languages:
        commands, report = _commands(notes.fences, settings, definitions)
        reports.append(report)
    snippets: tuple[SnippetVerdict, ...] = ()
    if "yaml" in settings.languages:
        inside = [fence for verdict in commands for fence in verdict.embedded]
        created = [defined for verdict in commands for defined in verdict.defined]
        snippets, report = check_snippets(
            [*notes.fences, *inside],
            judge=judge,
            settings=settings,
            definitions=created,
            lines=notes.lines,
            extra={**_kinds(in_blocks([*notes.fences, *inside]), known=False), **_kinds(definitions)},
        )
        reports.append(report)
    return Blocks(snippets, commands, merged(reports))


def _commands(
    fences: Sequence[Fence], settings: SnippetSettings, definitions: Sequence[Definition]
) -> tuple[tuple[CommandVerdict, ...], Report]:
    """The check of the commands, which may name types that the notes define: in blocks, or in what commands apply."""

    def checked(types: set[str]) -> tuple[tuple[CommandVerdict, ...], Report]:
        return check_commands(
            fences, is_shell=is_shell, grammars=chosen(settings.kubernetes), extra_types=sorted(types)
        )

    known = {name for definition in [*definitions, *in_blocks(fences)] for name in type_names(definition)}
    verdicts, report = checked(known)
    applied = in_blocks(fence for verdict in verdicts for fence in verdict.embedded)
    more = {name for definition in applied for name in type_names(definition)}
    return checked(known | more) if more - known else (verdicts, report)


def _kinds(definitions: Iterable[Definition], *, known: bool = True) -> Mapping[Any, Any]:
    """Kinds of custom resources and their schemas; None where those are not `known`: notes show them in parts."""
    from .kubernetes import from_definition  # noqa: PLC0415  # loads the bundled definitions

    found = (pair for definition in definitions for pair in from_definition(definition))
    return {kind: schema if known else None for kind, schema in found}
