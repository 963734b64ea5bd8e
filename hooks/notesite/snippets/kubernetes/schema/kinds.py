"""Which kind of document a YAML node is: a manifest, another tool's file, or something else."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ....lib.light import NamedTuple, lazy
from ....lib.nearest import nearest_value
from ...yaml.mappings import fields, get, items
from .definitions import Schema, table
from .placeholders import is_placeholder

_FILE = lazy(r"\.ya?ml$|^\.{1,2}/|^https?://|^github\.com/")
_CORE = lazy(r"v\d")
_CONFIG_SUFFIXES = (".config.k8s.io", "kubeadm.k8s.io", "audit.k8s.io", "client.authentication.k8s.io")


class Kind(NamedTuple):
    """apiVersion and kind of a document, with their nodes; None for what it does not say."""

    api_version: str | None
    kind: str | None
    api_version_node: ScalarNode | None
    kind_node: ScalarNode | None


def kind_of(node: Node, key: str = "kind") -> Kind:
    """What a mapping says it is, under that key."""
    said = (get(node, "apiVersion"), get(node, key))
    version, kind = (word if isinstance(word, ScalarNode) else None for word in said)
    return Kind(version.value if version else None, kind.value if kind else None, version, kind)


def foreign(node: Node) -> str:
    """The other tool's file that this is, in words; "" when it may be Kubernetes."""
    known = table("foreign")
    if isinstance(node, SequenceNode):
        found = [fields(item).keys() for item in items(node)]
        play, tasks = set(known["play"].split()), set(known["tasks"].split())
        is_task = any("name" in keys and (keys & tasks or any("." in key for key in keys)) for keys in found)
        return "an Ansible play" if is_task or any(len(play & keys) > 1 for keys in found) else ""
    if not isinstance(node, MappingNode):
        return ""
    keys = fields(node).keys()
    described = bool(keys) and all(name[:1].isupper() and not name.isupper() for name in keys)
    if described or "containers" in keys or "metadata" in keys:
        return "a description of an object" if described else ""
    for name, needed, also in known["files"]:
        if keys >= set(needed) and (not also or keys & set(also)):
            value = get(node, needed[0])
            is_nested = isinstance(value, MappingNode) and all(isinstance(v, MappingNode) for _, v in value.value)
            if is_nested or name != "a Compose file":
                return str(name)
    kustomize = set(known["kustomize"].split())
    if keys <= kustomize and (keys - set(known["kustomize_too"].split()) or _lists_files(node)):
        return "a kustomization"
    return ""


def is_of_others(schema: Schema, kind: Kind) -> bool:
    """Whether half a name, a kind or an apiVersion alone, is one that Kubernetes does not have."""
    if kind.kind is not None:
        return kind.kind not in schema.homes and nearest_value(kind.kind, schema.homes) is None
    version, versions = kind.api_version or "", {home for homes in schema.homes.values() for home in homes}
    return version not in versions and "." in version and nearest_value(version, versions) is None


def _lists_files(node: MappingNode) -> bool:
    """Whether `resources` lists files, as in a kustomization, and not the resources of a role."""
    return any(
        key.value == "resources"
        and isinstance(value, SequenceNode)
        and any(isinstance(item, ScalarNode) and _FILE.search(item.value) for item in value.value)
        for key, value in node.value
    )


class Unknown(NamedTuple):
    """What can be said about an apiVersion and kind that no bundled version has."""

    code: str  # "" when it may be a custom resource
    message: str
    at_kind: bool  # the fault lies in `kind`, not in `apiVersion`
    replacement: str | None = None


def unknown_kind(schema: Schema, api_version: str, kind: str) -> Unknown:
    """Removed, misspelt, or a custom resource."""
    if reason := _no_object(api_version, kind):
        return Unknown("", reason, True)  # webhooks still speak versions of messages that the API no longer serves
    if removed := removal(api_version, kind):
        return Unknown("K_REMOVED", removed, False)
    return _misspelt(schema, api_version, kind) or Unknown(
        "", f"{kind} ({api_version}) is a custom resource or unknown; no schema for it", True
    )


def _no_object(api_version: str, kind: str) -> str:
    """Why this is no object of the API at all; "" when it may be one."""
    if is_placeholder(kind) or any(mark in api_version + kind for mark in "$<{"):
        return "apiVersion or kind is left open"
    if api_version.rpartition("/")[0].endswith(_CONFIG_SUFFIXES) or (
        api_version == "v1" and kind in table("foreign")["v1"].split()
    ):
        return f"{kind} is a file or an object of another program"
    if kind.endswith("Review"):
        return f"{kind} is a message between servers, not an object of the API"
    return ""


def _misspelt(schema: Schema, api_version: str, kind: str) -> Unknown | None:
    """The kind or the apiVersion that was meant; None when it may be a custom resource."""
    homes = schema.homes.get(kind, ())
    versions = {version for places in schema.homes.values() for version in places}
    group = api_version.rpartition("/")[0]
    ours = group in {version.rpartition("/")[0] for version in versions} if group else _CORE.match(api_version)
    if homes:
        near = nearest_value(api_version, versions)
        if near in homes:
            return Unknown("K_KIND", f'there is no "{api_version}"; did you mean "{near}"?', False, near)
        if ours or "." not in group:  # the group of a custom resource has a dot
            best = _home(schema, kind)
            return Unknown("K_KIND", f'there is no {kind} in "{api_version}"; it is in "{best}"', False, best)
        return None
    if not ours:
        return None
    near = nearest_value(kind, {name for name, places in schema.homes.items() if api_version in places})
    near = near or nearest_value(kind, schema.homes)
    if near is None and (kind.islower() or not group):
        return None  # every kind has a capital: another program's file, and so is many a `v1`
    elsewhere = f", which is in {_home(schema, near)}" if near and api_version not in schema.homes[near] else ""
    hint = f'; did you mean "{near}"{elsewhere}?' if near else ""
    return Unknown("K_KIND", f'there is no kind "{kind}" in {api_version}{hint}', True, near)


def _home(schema: Schema, kind: str) -> str:
    """The apiVersion in which to write a kind."""
    return min(schema.homes[kind], key=lambda home: ("alpha" in home or "beta" in home, -len(home), home))


def removal(api_version: str, kind: str) -> str:
    """Since when a kind is gone, and its successor; "" when it is not."""
    tables = table("removed")
    found = tables["removed"].get(f"{api_version} {kind}")
    if found is None:
        return ""
    version, successor = found
    instead = f"use {successor}" if successor else f"there is no successor; use {tables['instead'][kind]}"
    return f"{api_version} {kind} was removed in Kubernetes {version}; {instead}"


def deprecation(api_version: str, kind: str) -> str:
    """Since when a kind is deprecated, and what to use; "" when it is not."""
    version, successor = table("removed")["deprecated"].get(f"{api_version} {kind}", ("", ""))
    said = f"{kind} is deprecated since Kubernetes {version}" + (f"; use {successor}" if successor else "")
    return said if version else ""
