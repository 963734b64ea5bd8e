"""Whole manifests of the notes, as files that can be downloaded and applied."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..lib.record import NamedTuple
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
    top: dict[str, str] = {}
    name, inside, indent = "", "", None
    for line in document.split("\n"):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        width = len(line) - len(line.lstrip(" "))
        match = _KEY.match(content)
        if width == 0:
            if not match and not content.startswith("- "):
                return ""  # no mapping: a text that only begins like one
            if match:
                inside, indent = match[1], None
                top[inside] = _scalar(match[2])
        elif inside == "metadata" and match:
            indent = width if indent is None else indent
            if width == indent and match[1] == "name":
                name = _scalar(match[2])
    return f"{top['kind']}-{name}" if top.get("apiVersion") and top.get("kind") and name else ""


def _scalar(text: str | None) -> str:
    return (text or "").strip().strip("\"'")


def manifests_of(fences: Iterable[Fence]) -> list[Manifest]:
    """All whole manifests."""
    manifests, names = [], Names()
    for fence in fences:
        if named := whole_manifest(fence):
            base = "-".join(re.findall(r"[a-z0-9]+(?:\.[a-z0-9]+)*", named.lower())) or "manifest"
            manifests.append(Manifest(f"{names.take(base)}.yaml", fence.text, fence.span.start.line))
    return manifests
