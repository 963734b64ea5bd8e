"""Rules about names, labels and workloads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from yaml.nodes import MappingNode, SequenceNode

from ..schema import name_grammars as names
from ..schema.definitions import bundled, table
from ..schema.guess import edits, nearest_value
from ..schema.kinds import removal
from ..schema.placeholders import is_placeholder
from ..schema.values import Found
from .rule import Context, bad_name, get, items, labels, number, pairs, rule, same, text

# --- names and labels ------------------------------------------------------------------------------------------------

_NAMES_OF_USERS = ("User", "Group")  # kinds in references that are no kinds of objects
_ROLES = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "APIService")


@rule("ObjectMeta")
def metadata(context: Context, node: MappingNode) -> Iterator[Found]:
    """Names, labels and annotations of an object."""
    kind = context.owner.partition(".")[0]
    name = get(node, "name")
    if (
        (value := text(name)) is not None
        and name is not None
        and kind not in ("", "PodTemplateSpec", "JobTemplateSpec")
    ):
        check_name = (
            names.path_segment
            if kind in _ROLES
            else names.label
            if kind in ("Namespace", "Service")
            else names.subdomain
        )
        if problem := check_name(value):
            yield bad_name(context, f"name of a {kind}", name, problem)
        elif kind == "Service" and value[0].isdigit():
            yield context.fault(
                "K_NAME", f'before 1.34 the name of a Service must begin with a letter: "{value}"', name, mild=True
            )
    namespace = get(node, "namespace")
    if (value := text(namespace)) is not None and namespace is not None and (problem := names.label(value)):
        yield bad_name(context, "namespace", namespace, problem)
    yield from labels(context, get(node, "labels"))
    for key, _ in pairs(get(node, "annotations")):
        if not is_placeholder(key.value) and (problem := names.qualified_name(key.value.lower())):
            yield context.fault("K_LABEL", f'"{key.value}" is no key for an annotation: {problem}', key)


@rule("LabelSelector")
def label_selector(context: Context, node: MappingNode) -> Iterator[Found]:
    """Labels of a selector."""
    yield from labels(context, get(node, "matchLabels"))


@rule("LabelSelectorRequirement", "NodeSelectorRequirement")
def requirement(context: Context, node: MappingNode) -> Iterator[Found]:
    """`In` needs values, `Exists` has none."""
    operator, values = text(get(node, "operator")), get(node, "values")
    if operator in ("In", "NotIn") and values is None and context.complete(node):
        yield context.fault("K_REQUIRED", f"operator {operator} needs values", node.value[0][0])
    elif operator in ("Exists", "DoesNotExist") and isinstance(values, SequenceNode) and values.value:
        yield context.fault("K_UNION", f"operator {operator} takes no values", values.value[0])


@rule(
    "BoundObjectReference",
    "CrossVersionObjectReference",
    "IngressClassParametersReference",
    "ObjectReference",
    "OwnerReference",
    "RoleRef",
    "Subject",
    "TypedLocalObjectReference",
    "TypedObjectReference",
)
def reference(context: Context, node: MappingNode) -> Iterator[Found]:
    """The kind that a reference names exists in the group that it names."""
    place = get(node, "kind")
    kind, version, group = text(place), text(get(node, "apiVersion")), text(get(node, "apiGroup"))
    if kind is None or place is None or kind in _NAMES_OF_USERS or context.definition in ("RoleRef", "Subject"):
        return  # those two have a closed list of kinds
    known = _kinds()
    named = [kinds for home, kinds in known.items() if version == home or (group and home.startswith(f"{group}/"))]
    every = set().union(*known.values())
    if version and (gone := removal(version, kind)):
        yield context.fault("K_REMOVED", gone, place, mild=True)
    elif named and kind not in set().union(*named):
        near = nearest_value(kind, set().union(*named))
        hint = f'; did you mean "{near}"?' if near else ""
        yield context.fault("K_KIND", f'there is no kind "{kind}" in {version or group}{hint}', place, replacement=near)
    elif not named and not version and not group and kind not in every:
        near = next((name for name in every if name.lower() == kind.lower() or edits(name, kind, 1) == 1), None)
        if near:
            message = f'there is no kind "{kind}"; did you mean "{near}"?'
            yield context.fault("K_KIND", message, place, replacement=near, mild=True)


@cache
def _kinds() -> dict[str, set[str]]:
    """ApiVersion -> kinds."""
    known: dict[str, set[str]] = {}
    for name in bundled().kinds:
        version, _, kind = name.partition(" ")
        known.setdefault(version, set()).add(kind)
    return known


# --- workloads -------------------------------------------------------------------------------------------------------

_TEMPLATED = ("DeploymentSpec", "ReplicaSetSpec", "DaemonSetSpec", "StatefulSetSpec")
_ALWAYS = ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController")


@rule(*_TEMPLATED)
def selector(context: Context, node: MappingNode) -> Iterator[Found]:
    """The selector must match the labels of the template."""
    wanted = pairs(get(node, "selector", "matchLabels"))
    template = get(node, "template")
    if template is None or not isinstance(template, MappingNode):
        return
    have = {key.value: value.value for key, value in pairs(get(template, "metadata", "labels"))}
    for key, value in wanted:
        if (
            have.get(key.value) != value.value
            and not is_placeholder(value.value)
            and not is_placeholder(have.get(key.value))
        ):
            said = ", ".join(f"{name}: {word}" for name, word in have.items()) or "none"
            yield context.fault(
                "K_SELECTOR", f"the selector wants {key.value}: {value.value}, the template has the labels {said}", key
            )


@rule("StatefulSetSpec")
def claims(context: Context, node: MappingNode) -> Iterator[Found]:
    """Remember the volumes that a StatefulSet adds to its Pods."""
    pod = get(node, "template", "spec")
    added = (text(get(claim, "metadata", "name")) for claim in items(get(node, "volumeClaimTemplates")))
    context.claims[id(pod)] = frozenset(filter(None, added))
    yield from ()


@rule("PodSpec")
def pod(context: Context, node: MappingNode) -> Iterator[Found]:
    """Container names, volumes behind mounts, and the restart policy."""
    seen: set[str] = set()
    groups = [items(get(node, group)) for group in ("initContainers", "containers", "ephemeralContainers")]
    for group in groups:
        ours = set()
        for container in group:
            name = get(container, "name")
            if (value := text(name)) is not None and name is not None:
                if value in seen:  # two in one list are the walk's business
                    yield context.fault("K_TWICE", f'two containers have the name "{value}"', name)
                ours.add(value)
        seen |= ours
    yield from _mounts(context, node, list(chain.from_iterable(groups)))
    yield from _restart_policy(context, node)


def _mounts(context: Context, node: MappingNode, containers: Sequence[MappingNode]) -> Iterator[Found]:
    """Every mount has its volume.  A fragment may be part of a StatefulSet, which adds volumes."""
    mounts = [mount for container in containers for mount in items(get(container, "volumeMounts"))]
    volumes = [text(get(volume, "name")) for volume in items(get(node, "volumes"))] if mounts else []
    if None in volumes:
        return
    known = {name for name in volumes if name} | context.claims.get(id(node), frozenset())
    for mount in mounts:
        place = get(mount, "name")
        value = text(place)
        if value is None or place is None or value in known:
            continue
        near = nearest_value(value, known)
        hint = f'; did you mean "{near}"?' if near else ""
        if context.kind or near:
            message = f'the Pod has no volume "{value}"{hint}'
            yield context.fault("K_VOLUME", message, place, replacement=near, mild=not context.kind)


def _restart_policy(context: Context, node: MappingNode) -> Iterator[Found]:
    place = get(node, "restartPolicy")
    policy = text(place)
    if context.owner != "PodTemplateSpec.spec":
        return
    if context.kind in _ALWAYS and policy in ("Never", "OnFailure") and place is not None:
        yield context.fault("K_RESTART", f"a {context.kind} needs restartPolicy Always, not {policy}", place)
    elif (
        context.kind in ("Job", "CronJob") and policy in (None, "Always") and not (place is not None and policy is None)
    ):
        said = "not Always" if place is not None else "and the default is Always"
        where = place if place is not None else node.value[0][0] if node.value else node
        yield context.fault("K_RESTART", f"a {context.kind} needs restartPolicy OnFailure or Never, {said}", where)


@rule("Container", "EphemeralContainer")
def container(context: Context, node: MappingNode) -> Iterator[Found]:
    """Name, image, port names."""
    name, image = get(node, "name"), get(node, "image")
    if (value := text(name)) is not None and name is not None and (problem := names.label(value)):
        yield bad_name(context, "name of a container", name, problem)
    if (
        (value := text(image)) is not None
        and image is not None
        and "$" not in value
        and (problem := names.image(value))
    ):
        yield context.fault("K_IMAGE", f'"{value}" is no image: {problem}', image)
    yield from same(context, get(node, "ports"), "name", "ports of a container")


@rule("EnvVar")
def variable(context: Context, node: MappingNode) -> Iterator[Found]:
    """A variable has a usable name and one source."""
    name = get(node, "name")
    if (value := text(name)) is not None and name is not None:
        if "=" in value or not value.isprintable():
            yield context.fault("K_NAME", f'"{value}" cannot be the name of a variable: "=" is not allowed', name)
        elif not re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]*", value):
            yield context.fault("K_NAME", f'"{value}" cannot be the name of a variable before 1.32', name, mild=True)
    if text(get(node, "value")) is not None and isinstance(get(node, "valueFrom"), MappingNode):
        place = next(key for key, _ in pairs(node) if key.value == "valueFrom")
        yield context.fault("K_UNION", "a variable has either value or valueFrom, not both", place)


@rule("ResourceRequirements", "VolumeResourceRequirements")
def requests(context: Context, node: MappingNode) -> Iterator[Found]:
    """A request is at most the limit; memory is not counted in thousandths."""
    groups = (pairs(get(node, "limits")), pairs(get(node, "requests")))
    limits = {key.value: value for key, value in groups[0]}
    for key, value in groups[1] if limits else ():
        asked, limit = text(value), text(limits.get(key.value))
        if asked == limit or asked is None or limit is None:
            continue
        a, b = names.quantity(asked), names.quantity(limit)
        if a is not None and b is not None and a > b:
            yield context.fault("K_RESOURCES", f"{key.value}: the request {asked} is above the limit {limit}", value)
    for group in groups:
        for key, value in group:
            if key.value == "memory" and re.fullmatch(r"\d+m", text(value) or ""):
                near = f"{value.value}"[:-1] + "Mi"
                yield context.fault(
                    "K_RESOURCES",
                    f"{value.value} of memory are thousandths of a byte; write {near}",
                    value,
                    replacement=near,
                    mild=True,
                )


@rule("ResourceQuotaSpec")
def quota(context: Context, node: MappingNode) -> Iterator[Found]:
    """Names of resources are qualified names."""
    for key, _ in pairs(get(node, "hard")):
        if not is_placeholder(key.value) and (problem := names.qualified_name(key.value)):
            yield context.fault("K_LABEL", f'"{key.value}" is no resource: {problem}', key)


_HANDLERS = frozenset(("exec", "httpGet", "tcpSocket", "grpc", "sleep"))


@rule("Probe", "LifecycleHandler")
def handler(context: Context, node: MappingNode) -> Iterator[Found]:
    """Exactly one way to probe."""
    found = [key for key, _ in pairs(node) if key.value in _HANDLERS]
    if len(found) > 1:
        yield context.fault("K_UNION", f"only one of {', '.join(key.value for key in found)} is allowed", found[1])
    elif not found and context.complete(node) and node.value:
        yield context.fault("K_UNION", "one of exec, httpGet, tcpSocket or grpc is needed", node.value[0][0], mild=True)


@rule("Volume")
def volume(context: Context, node: MappingNode) -> Iterator[Found]:
    """One source and a usable name."""
    sources = [key for key, _ in pairs(node) if key.value not in ("name", "<<")]
    if len(sources) > 1:
        yield context.fault(
            "K_UNION", f"a volume has one source, not {' and '.join(s.value for s in sources)}", sources[1]
        )
    name = get(node, "name")
    if (value := text(name)) is not None and name is not None and (problem := names.label(value)):
        yield bad_name(context, "name of a volume", name, problem)


@rule("EnvVarSource", "IngressBackend")
def one_of(context: Context, node: MappingNode) -> Iterator[Found]:
    """One source."""
    found = pairs(node)
    if len(found) > 1:
        yield context.fault(
            "K_UNION", f"only one of {', '.join(key.value for key, _ in found)} is allowed", found[1][0]
        )


@rule("PodSpec", "Volume")
def deprecated(context: Context, node: MappingNode) -> Iterator[Found]:
    """Fields that still work but have a successor."""
    fields = table("removed")["fields"]
    for key, _ in pairs(node):
        known = fields.get(f"{context.definition}.{key.value}")
        if known is not None:
            version, instead = known
            message = f"the field {key.value} is deprecated since Kubernetes {version}; use {instead}"
            yield context.fault("K_DEPRECATED", message, key)


@rule("DeploymentStrategy")
def strategy(context: Context, node: MappingNode) -> Iterator[Found]:
    """Recreate has no rolling update."""
    rolling = get(node, "rollingUpdate")
    if text(get(node, "type")) == "Recreate" and isinstance(rolling, MappingNode):
        key = next(key for key, _ in pairs(node) if key.value == "rollingUpdate")
        yield context.fault("K_UNION", "rollingUpdate goes with type RollingUpdate only", key)


@rule("RollingUpdateDeployment")
def rolling(context: Context, node: MappingNode) -> Iterator[Found]:
    """Some Pods must be able to go or to come."""
    surge, gone = get(node, "maxSurge"), get(node, "maxUnavailable")
    zeros = ("0", "0%")
    if text(surge) in zeros and text(gone) in zeros and gone is not None:
        yield context.fault("K_RANGE", "maxSurge and maxUnavailable cannot both be 0", gone)


@rule("PodDisruptionBudgetSpec")
def budget(context: Context, node: MappingNode) -> Iterator[Found]:
    """One of the two limits."""
    both = [key for key, _ in pairs(node) if key.value in ("minAvailable", "maxUnavailable")]
    if len(both) > 1:
        yield context.fault("K_UNION", "minAvailable and maxUnavailable exclude each other", both[1])


@rule("Toleration")
def toleration(context: Context, node: MappingNode) -> Iterator[Found]:
    """`Exists` takes no value."""
    value = get(node, "value")
    if text(get(node, "operator")) == "Exists" and text(value) is not None and value is not None:
        yield context.fault("K_UNION", "operator Exists takes no value", value)


@rule("CronJobSpec")
def schedule(context: Context, node: MappingNode) -> Iterator[Found]:
    """The cron expression."""
    place = get(node, "schedule")
    if (value := text(place)) is not None and place is not None and (problem := names.cron(value)):
        yield context.fault("K_CRON", f'"{value}" is no schedule: {problem}', place)


@rule("HorizontalPodAutoscalerSpec")
def autoscaler(context: Context, node: MappingNode) -> Iterator[Found]:
    """The smallest number of Pods is at most the largest."""
    place = get(node, "minReplicas")
    least, most = number(place), number(get(node, "maxReplicas"))
    if least is not None and most is not None and place is not None and least > most:
        yield context.fault("K_RANGE", f"minReplicas {least} is above maxReplicas {most}", place)


@rule("DeploymentSpec", "ReplicaSetSpec", "StatefulSetSpec", "ReplicationControllerSpec")
def replicas(context: Context, node: MappingNode) -> Iterator[Found]:
    """No negative number of Pods."""
    place = get(node, "replicas")
    count = number(place)
    if count is not None and place is not None and count < 0:
        yield context.fault("K_RANGE", f"replicas cannot be {count}", place)
