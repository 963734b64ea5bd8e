"""Types of objects that a project or its notes define themselves: CustomResourceDefinitions, found and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ..diagnostics.diagnostic import NotesError, finding
from ..diagnostics.place import Span
from ..lib.files import read_file, reason
from ..notes.model import Fence

KIND = "CustomResourceDefinition"
Definition = Mapping[str, Any]


def read_schemas(folder: Path) -> Sequence[Definition]:
    """The definitions in a folder of YAML and JSON files.  Raises NotesError when it or a file cannot be read."""
    if not folder.is_dir():
        raise NotesError(finding("I_CONFIG", f"snippets.schemas: there is no folder {folder.name}", Span.at(1)))
    paths = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml", ".json"})
    return [definition for path in paths for definition in _in_file(path)]


def _in_file(path: Path) -> Sequence[Definition]:
    try:
        return list(_definitions(read_file(path).decode("utf-8-sig")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise NotesError(finding("I_CONFIG", f"cannot read it: {reason(error)}", Span.at(1), path=path.name)) from None


def in_blocks(fences: Iterable[Fence]) -> Iterator[Definition]:
    """The definitions in code blocks; blocks that cannot be read are another check's."""
    for fence in fences:
        if KIND in fence.text:
            try:
                yield from list(_definitions(fence.text))
            except (ValueError, RecursionError, yaml.YAMLError):
                continue


def _definitions(text: str) -> Iterator[Definition]:
    for document in yaml.safe_load_all(text):
        if isinstance(document, Mapping) and document.get("kind") == KIND:
            yield document


def type_names(definition: Definition) -> Iterator[str]:
    """What commands may call the type: `crontabs`, `crontab`, `ct`, `CronTab`."""
    spec = definition.get("spec")
    names = spec.get("names") if isinstance(spec, Mapping) else None
    if isinstance(names, Mapping):
        short = names.get("shortNames")
        words = [
            names.get("plural"),
            names.get("singular"),
            names.get("kind"),
            *(short if isinstance(short, list) else ()),
        ]
        yield from (word for word in words if isinstance(word, str))
