"""Types of objects that a project or its notes define themselves: CustomResourceDefinitions, found and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from ..diagnostics.diagnostic import NotesError, Span, failure, finding
from ..lib.files import reason, text_of
from ..lib.light import Any
from ..lib.safe_yaml import load_all
from ..notes.model import Fence

KIND = "CustomResourceDefinition"
Definition = Mapping[str, Any]


def read_schemas(folder: Path) -> Sequence[Definition]:
    """The definitions in a folder of YAML and JSON files.  Raises NotesError when it or a file cannot be read."""
    if not folder.is_dir():
        raise failure("I_CONFIG", f"snippets.schemas: there is no folder {folder.name}")
    paths = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml", ".json"})
    return [definition for path in paths for definition in _in_file(path)]


def _in_file(path: Path) -> Sequence[Definition]:
    try:
        return list(_definitions(text_of(path)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        why = getattr(error, "problem", None) or reason(error)
        mark = getattr(error, "problem_mark", None)
        span = Span.at(mark.line + 1, mark.column + 1) if mark else Span.at(1)
        raise NotesError(finding("I_CONFIG", f"cannot read it: {why}", span, path=path.name)) from None


def in_blocks(fences: Iterable[Fence]) -> Iterator[Definition]:
    """The definitions in code blocks; blocks that cannot be read are another check's."""
    for fence in fences:
        if KIND in fence.text:
            try:
                yield from list(_definitions(fence.text))
            except yaml.YAMLError:
                continue


def _definitions(text: str) -> Iterator[Definition]:
    for document in load_all(text):
        if isinstance(document, Mapping) and document.get("kind") == KIND:
            yield document


def type_names(definition: Definition) -> Iterator[str]:
    """What commands may call the type: `crontabs`, `crontab`, `ct`, `CronTab`."""
    spec = definition.get("spec")
    names = spec.get("names") if isinstance(spec, Mapping) else None
    if isinstance(names, Mapping):
        short = names.get("shortNames")
        words = map(names.get, ("plural", "singular", "kind"))
        yield from (word for word in (*words, *(short if isinstance(short, list) else ())) if isinstance(word, str))
