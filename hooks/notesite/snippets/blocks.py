"""All checks of the code blocks together: YAML, Kubernetes, commands, and the names they share.

What judges them is loaded when there is something to judge that no earlier run has judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import yaml

from ..diagnostics.diagnostic import Report, failure, merged
from ..lib.kept import digest
from ..lib.light import Any, NamedTuple
from ..notes.model import Fence, Notes
from ..project.settings import SnippetSettings
from .custom_types import KIND, Definition, in_blocks, type_names
from .language.classify import is_shell
from .shell.command_verdict import CommandVerdict
from .shell.command_verdict import check as check_commands
from .yaml.check_yaml import check as check_snippets
from .yaml.remembered import Memory
from .yaml.snippet_verdict import SnippetVerdict
from .yaml.yaml_fault import Judgement


class Blocks(NamedTuple):
    """What is known of every code block."""

    snippets: tuple[SnippetVerdict, ...]  # one for each block, in order; then those inside commands
    commands: tuple[CommandVerdict, ...]  # one for each block of commands
    report: Report  # not yet settled


def check_blocks(
    notes: Notes, settings: SnippetSettings, definitions: Sequence[Definition] = (), memory: Memory | None = None
) -> Blocks:
    """Check every block of the notes.

    `definitions` are of types that the project has of its own; the `memory` knows what earlier runs said.  Raises
    NotesError when the settings ask for an unknown version.
    """
    memory = memory or Memory()
    settings = settings._replace(kubernetes=_versions(settings.kubernetes))
    commands: tuple[CommandVerdict, ...] = ()
    reports = []
    if "shell" in settings.languages:
        commands, report = _commands(notes.fences, settings, definitions, memory)
        reports.append(report)
    snippets: tuple[SnippetVerdict, ...] = ()
    if "yaml" in settings.languages:
        fences = [*notes.fences, *(fence for verdict in commands for fence in verdict.embedded)]
        defining = [fence for fence in fences if KIND in fence.text]
        snippets, report = check_snippets(
            fences,
            judge=_judge(definitions, defining),
            settings=settings,
            definitions=[defined for verdict in commands for defined in verdict.defined],
            lines=notes.lines,
            memory=memory,
            question=digest((settings.kubernetes, definitions, [fence.text for fence in defining])),
        )
        reports.append(report)
    memory.keep()
    return Blocks(snippets, commands, merged(reports))


def _judge(definitions: Sequence[Definition], defining: Sequence[Fence]) -> Callable[..., Sequence[Judgement]]:
    """Kubernetes as a judge that knows types of the project, and of those that blocks are `defining` the names."""

    @cache
    def kinds() -> Mapping[Any, Any]:
        if not (defining or definitions):
            return {}
        from .kubernetes.schema.crds import from_definition  # noqa: PLC0415  # loads the bundled definitions

        shown = (kind for definition in in_blocks(defining) for kind, _ in from_definition(definition))
        own = (pair for definition in definitions for pair in from_definition(definition))
        return {**dict.fromkeys(shown), **dict(own)}

    def judged(documents: Sequence[yaml.Node], text: str, **around: Any) -> Sequence[Judgement]:
        from .kubernetes import judge  # noqa: PLC0415  # as above

        return judge(documents, text, extra=kinds(), **around)

    return judged


def _versions(wanted: tuple[str, ...]) -> tuple[str, ...]:
    if not wanted:
        return ()
    from .kubernetes import bundled_versions  # noqa: PLC0415  # as above

    try:
        return bundled_versions(wanted)
    except ValueError as error:
        raise failure("I_CONFIG", f"kubernetes versions: {error}") from None


def _commands(
    fences: Sequence[Fence], settings: SnippetSettings, definitions: Sequence[Definition], memory: Memory
) -> tuple[tuple[CommandVerdict, ...], Report]:
    """The check of the commands, which may name types that the notes define: in blocks, or in what commands apply."""

    def checked(types: set[str]) -> tuple[tuple[CommandVerdict, ...], Report]:
        return check_commands(
            fences, is_shell=is_shell, kubernetes=settings.kubernetes, extra_types=types, memory=memory
        )

    known = {name for definition in [*definitions, *in_blocks(fences)] for name in type_names(definition)}
    verdicts, report = checked(known)
    applied = in_blocks(fence for verdict in verdicts for fence in verdict.embedded)
    more = {name for definition in applied for name in type_names(definition)}
    return checked(known | more) if more - known else (verdicts, report)
