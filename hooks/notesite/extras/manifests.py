"""Whole manifests of the notes, as files that can be downloaded and applied."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..lib.light import NamedTuple
from ..lib.unique import Names
from ..notes.model import Fence
from ..notes.origin import parts_of

_KEY = re.compile(r"([\w./-]+):(?:[ \t]+(.*?))?[ \t]*(?:[ \t]#.*)?$")


class Manifest(NamedTuple):
    """One code block that is a whole manifest."""

    name: str  # of the file: "configmap-app-config.yaml", unique
    text: str  # as written
    line: int  # of the notes, where the block opens


def is_real(address: str) -> bool:
    """Whether this is an address that readers can use: a host, and none that stands in for the project's own."""
    parts = parts_of(address)
    owner = parts.path.split("/")[1:2]
    return bool(parts.hostname) and "example" not in {(parts.hostname or "").split(".")[0], *owner}


def whole_manifest(fence: Fence) -> str:
    """`kind-name` of a block whose every document has apiVersion, kind and metadata.name; "" for any other block."""
    documents = re.split(r"(?m)^---[ \t]*(?:#.*)?$", fence.text)
    names = [_kind_and_name(document) for document in documents if re.search(r"(?m)^[ \t]*[^#\s]", document)]
    return names[0] if names and all(names) else ""


def _kind_and_name(document: str) -> str:
    found: dict[str, str] = {}  # keys of the mapping, and of those in it: "metadata.name"
    inside, indent = "", 0
    for line in document.split("\n"):
        content, width = line.strip(), len(line) - len(line.lstrip(" "))
        match = _KEY.match(content) if content and not content.startswith("#") else None
        if match and not width:
            inside, indent = match[1], 0
        elif match:
            indent = indent or width
        elif content and content[0] != "#" and not width and not content.startswith("- "):
            return ""  # no mapping: a text that only begins like one
        if match and width == indent:
            found[f"{inside}.{match[1]}" if width else inside] = (match[2] or "").strip().strip("\"'")
    kind, name = found.get("kind"), found.get("metadata.name")
    return f"{kind}-{name}" if found.get("apiVersion") and kind and name else ""


def manifests_of(fences: Iterable[Fence]) -> list[Manifest]:
    """All whole manifests."""
    manifests, names = [], Names()
    for fence in fences:
        if named := whole_manifest(fence):
            base = "-".join(re.findall(r"[a-z0-9]+(?:\.[a-z0-9]+)*", named.lower())) or "manifest"
            manifests.append(Manifest(f"{names.take(base)}.yaml", fence.text, fence.span.start.line))
    return manifests
