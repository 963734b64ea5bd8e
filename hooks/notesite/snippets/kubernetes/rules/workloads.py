"""Rules about names, labels and workloads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from notesite.snippets.yaml.mappings import get, items, pairs

from ....lib.nearest import edits, nearest_value
from ..schema import name_grammars as names
from ..schema.definitions import bundled
from ..schema.kinds import removal
from ..schema.placeholders import is_placeholder
from ..schema.values import Found
from .rule import Context, number, rule, said_at, text

# --- names and labels ------------------------------------------------------------------------------------------------

_NAMES_OF_USERS = ("User", "Group")  # kinds in references that are no kinds of objects


@rule(
    "BoundObjectReference",
    "CrossVersionObjectReference",
    "IngressClassParametersReference",
    "ObjectReference",
    "OwnerReference",
    "TypedLocalObjectReference",
    "TypedObjectReference",
)
def reference(context: Context, node: MappingNode) -> Iterator[Found]:
    """The kind that a reference names exists in the group that it names; RoleRef and Subject have closed lists of kinds."""
    place = get(node, "kind")
    kind, version, group = text(place), text(get(node, "apiVersion")), text(get(node, "apiGroup"))
    if kind is None or place is None or kind in {*_NAMES_OF_USERS, *context.custom}:
        return
    homes = bundled().homes
    there = {
        known
        for known, places in homes.items()
        if any(home == version or (group and home.startswith(f"{group}/")) for home in places)
    }
    if version and (gone := removal(version, kind)):
        yield context.fault("K_REMOVED", gone, place, mild=True)
    elif there and kind not in there:
        near = nearest_value(kind, there)
        hint = f'; did you mean "{near}"?' if near else ""
        yield context.fault("K_KIND", f'there is no kind "{kind}" in {version or group}{hint}', place, replacement=near)
    elif not version and not group and kind not in homes:
        near = next((name for name in homes if name.lower() == kind.lower() or edits(name, kind, 1) == 1), None)
        if near:
            message = f'there is no kind "{kind}"; did you mean "{near}"?'
            yield context.fault("K_KIND", message, place, replacement=near, mild=True)


# --- workloads -------------------------------------------------------------------------------------------------------

_TEMPLATED = ("DeploymentSpec", "ReplicaSetSpec", "DaemonSetSpec", "StatefulSetSpec")


@rule(*_TEMPLATED, "ReplicationControllerSpec")
def selector(context: Context, node: MappingNode) -> Iterator[Found]:
    """The selector must match the labels of the template."""
    chosen = get(node, "selector")
    wanted = pairs(chosen) if context.definition == "ReplicationControllerSpec" else pairs(get(chosen, "matchLabels"))
    template = get(node, "template")
    if template is None or not isinstance(template, MappingNode):
        return
    have = {key.value: value.value for key, value in pairs(get(template, "metadata", "labels"))}
    said = ", ".join(f"{name}: {word}" for name, word in have.items())
    said = f"the template has the labels {said}" if said else "the template has no labels"
    nowhere = None if have else _key(template, "metadata") or _key(node, "template")
    for key, value in wanted:
        open_ = is_placeholder(value.value) or is_placeholder(have.get(key.value))
        if have.get(key.value) != value.value and not open_ and not key.value.startswith("match"):
            message = f"the selector wants {key.value}: {value.value}, {said}"
            yield context.fault("K_SELECTOR", message, nowhere or key)
    for expression in items(get(chosen, "matchExpressions")):
        if not _fulfilled(expression, have):
            message = f"the selector's expression does not hold: {said}"
            yield context.fault("K_SELECTOR", message, nowhere or expression)


def _fulfilled(expression: MappingNode, labels_: Mapping[str, str]) -> bool:
    """Whether labels meet an expression of a selector; what cannot be told counts as met."""
    key, operator = text(get(expression, "key")), text(get(expression, "operator"))
    values = get(expression, "values")
    words = [text(item) for item in values.value] if isinstance(values, SequenceNode) else []
    if key is None or None in words or any(map(is_placeholder, labels_.values())):
        return True
    met = {
        "Exists": key in labels_,
        "DoesNotExist": key not in labels_,
        "In": labels_.get(key) in words,
        "NotIn": labels_.get(key) not in words,
    }
    return met.get(operator or "", True)


def _key(node: Node, name: str) -> Node | None:
    return next((key for key, _ in pairs(node) if key.value == name), None)


@rule("StatefulSetSpec")
def claims(context: Context, node: MappingNode) -> Iterator[Found]:
    """Remember the volumes that a StatefulSet adds to its Pods."""
    pod = get(node, "template", "spec")
    added = said_at(items(get(node, "volumeClaimTemplates")), "metadata", "name")
    context.claims[id(pod)] = frozenset(name for _, name in added)
    yield from ()


@rule("PodSpec")
def pod(context: Context, node: MappingNode) -> Iterator[Found]:
    """Container names, and what stands behind mounts, devices and ports."""
    seen: set[str] = set()
    groups = [items(get(node, group)) for group in ("initContainers", "containers", "ephemeralContainers")]
    for group in groups:
        ours = list(said_at(group, "name"))
        for place, name in ours:
            if name in seen:  # two in one list are the walk's business
                yield context.fault("K_TWICE", f'two containers have the name "{name}"', place)
        seen.update(name for _, name in ours)
    containers = list(chain.from_iterable(groups))
    yield from _mounts(context, node, containers)
    yield from _devices(context, node, containers)
    yield from _host_ports(context, node, containers)


def _mounts(context: Context, node: MappingNode, containers: Sequence[MappingNode]) -> Iterator[Found]:
    """Every mount has its volume.  A fragment may be part of a StatefulSet, which adds volumes."""
    mounts = [mount for container in containers for mount in items(get(container, "volumeMounts"))]
    volumes = [text(get(volume, "name")) for volume in items(get(node, "volumes"))] if mounts else []
    if None in volumes:
        return
    if len(mounts) > 1 and get(node, "volumes") is None and not context.claims.get(id(node)):
        return  # they are left out, all of them
    known = {name for name in volumes if name} | context.claims.get(id(node), frozenset())
    for place, value in said_at(mounts, "name"):
        near = nearest_value(value, known)
        hint = f'; did you mean "{near}"?' if near else ""
        if value not in known and (context.kind or near):
            message = f'the Pod has no volume "{value}"{hint}'
            fault = context.fault("K_VOLUME", message, place, replacement=near, mild=not context.kind)
            yield fault._replace(field="volumes")


def _devices(context: Context, node: MappingNode, containers: Sequence[MappingNode]) -> Iterator[Found]:
    """A device is a claim's; a claim of a container is one of the Pod's."""
    plain = {
        text(get(volume, "name"))
        for volume in items(get(node, "volumes"))
        if get(volume, "persistentVolumeClaim") is None and get(volume, "ephemeral") is None
    }
    known = {text(get(claim, "name")) for claim in items(get(node, "resourceClaims"))}
    for container in containers:
        for place, value in said_at(items(get(container, "volumeDevices")), "name"):
            if value in plain:
                yield context.fault("K_VOLUME", f'the volume "{value}" is no claim, so it cannot be a device', place)
        for place, value in said_at(items(get(container, "resources", "claims")), "name"):
            if value not in known and context.kind:
                yield context.fault("K_VOLUME", f'the Pod has no claim "{value}" in resourceClaims', place)


def _host_ports(context: Context, node: MappingNode, containers: Sequence[MappingNode]) -> Iterator[Found]:
    """Each port of the node is taken once; in the node's network it is the container's own."""
    shared = text(get(node, "hostNetwork")) == "true"
    seen = set()
    for port in (port for container in containers for port in items(get(container, "ports"))):
        place = get(port, "hostPort")
        taken = number(place)
        own = (taken, text(get(port, "protocol")) or "TCP", text(get(port, "hostIP")))
        if not taken or place is None:
            continue
        if own in seen:
            yield context.fault("K_TWICE", f"two containers take the hostPort {taken}", place)
        elif shared and taken != number(get(port, "containerPort")):
            yield context.fault("K_PORT", "with hostNetwork the hostPort must be the containerPort", place)
        seen.add(own)


@rule("ResourceRequirements", "VolumeResourceRequirements")
def requests(context: Context, node: MappingNode) -> Iterator[Found]:
    """Memory is not counted in thousandths."""
    groups = (pairs(get(node, "limits")), pairs(get(node, "requests")))
    limits = {key.value: value for key, value in groups[0]}
    yield from _extended(context, groups, limits)
    for group in groups:
        for key, value in group:
            if key.value == "memory" and re.fullmatch(r"\d+m", text(value) or ""):
                near = f"{value.value}"[:-1] + "Mi"
                message = f"{value.value} of memory are thousandths of a byte; write {near}"
                yield context.fault("K_RESOURCES", message, value, replacement=near, mild=True)


def _extended(
    context: Context, groups: Sequence[list[tuple[ScalarNode, Node]]], limits: dict[str, Node]
) -> Iterator[Found]:
    """Devices are counted whole, and what is asked for is the limit; huge pages come with memory or CPU."""
    one = names.quantity("1") or 1
    every = {key.value for group in groups for key, _ in group}
    for group in groups:
        for key, value in group:
            said = text(value)
            amount = names.quantity(said or "")
            if "/" in key.value and "kubernetes.io/" not in key.value and amount is not None:
                if amount % one:
                    yield context.fault("K_RESOURCES", f"{key.value} must be a whole number, not {said}", value)
                elif (
                    group is groups[1]
                    and text(limits.get(key.value)) != said
                    and (limits or context.kind)
                    and context.owner
                ):
                    message = f"{key.value} needs a limit that equals the request"
                    yield context.fault("K_RESOURCES", message, value)
            elif key.value.startswith("hugepages-") and not every & {"cpu", "memory"} and context.kind:
                yield context.fault("K_RESOURCES", "huge pages need cpu or memory beside them", key)
