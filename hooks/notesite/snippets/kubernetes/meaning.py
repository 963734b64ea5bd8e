"""What the schema does not say: rules about the values of one document.

Each rule is a function for one definition; it yields faults for a mapping of that definition.  Rules about something
that is absent leave the root of a fragment alone, since a fragment may leave out anything.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..scalars import INTEGER, STRING, resolve
from . import names
from .placeholders import is_placeholder
from .schema import Shape, Type
from .walk import Found

Rule = Callable[["Context", MappingNode], Iterator[Found]]
Visited = Sequence[tuple[Shape, MappingNode, Type | None]]

RULES: dict[str, list[Rule]] = {}


@dataclass(slots=True)
class Context:
    """What a rule may know besides its mapping."""

    kind: str  # of the document: "Deployment"; "" in a fragment
    lines: Sequence[str]  # of the snippet
    selected: int  # Kubernetes versions, for the faults
    partial: frozenset[int] = frozenset()  # ids of mappings that may be incomplete
    owner: str = ""  # where the mapping stands: "Pod.metadata"
    claims: dict[int, frozenset[str]] = field(default_factory=dict)  # PodSpec -> volumes that the StatefulSet adds

    def fault(
        self, code: str, message: str, node: Node, *, replacement: str | None = None, mild: bool = False
    ) -> Found:
        """A fault in every version."""
        return Found(code, message, node, self.selected, replacement=replacement, mild=mild)

    def complete(self, node: Node) -> bool:
        """Whether an absent field of this mapping says something."""
        return id(node) not in self.partial


def rule(*definitions: str) -> Callable[[Rule], Rule]:
    """Register a rule for definitions by short name."""

    def register(function: Rule) -> Rule:
        for definition in definitions:
            RULES.setdefault(definition, []).append(function)
        return function

    return register


def check(context: Context, visited: Visited) -> Iterator[Found]:
    """All rules, for every mapping that a walk has met."""
    for shape, node, type_ in visited:
        rules = RULES.get(shape.short)
        if rules:
            context.owner = type_.owner if type_ is not None else ""
            for function in rules:
                yield from function(context, node)


def get(node: Node | None, *path: str) -> Node | None:
    """The value that the keys lead to."""
    for name in path:
        if not isinstance(node, MappingNode):
            return None
        node = next((value for key, value in node.value if key.value == name), None)
    return node


def text(node: Node | None) -> str | None:
    """The text of a scalar; None for anything else, nothing, and placeholders."""
    if not isinstance(node, ScalarNode) or is_placeholder(node.value):
        return None
    return node.value or None


def number(node: Node | None) -> int | None:
    """The integer that a scalar is."""
    if isinstance(node, ScalarNode):
        kind, value = resolve(node)
        if kind == INTEGER and isinstance(value, int):
            return value
    return None


def items(node: Node | None) -> list[MappingNode]:
    """The mappings in a list."""
    return [item for item in node.value if isinstance(item, MappingNode)] if isinstance(node, SequenceNode) else []


def pairs(node: Node | None) -> list[tuple[ScalarNode, Node]]:
    """Keys and values of a mapping."""
    return [(k, v) for k, v in node.value if isinstance(k, ScalarNode)] if isinstance(node, MappingNode) else []


def keys(node: MappingNode) -> list[str]:
    """Keys of the values that are not nothing."""
    return [
        key.value for key, value in pairs(node) if not (isinstance(value, ScalarNode) and resolve(value)[1] is None)
    ]


# --- names and labels ------------------------------------------------------------------------------------------------

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
            yield _bad_name(context, f"name of a {kind}", name, problem)
        elif kind == "Service" and value[0].isdigit():
            yield context.fault(
                "K_NAME", f'before 1.34 the name of a Service must begin with a letter: "{value}"', name, mild=True
            )
    namespace = get(node, "namespace")
    if (value := text(namespace)) is not None and namespace is not None and (problem := names.label(value)):
        yield _bad_name(context, "namespace", namespace, problem)
    yield from _labels(context, get(node, "labels"))
    for key, _ in pairs(get(node, "annotations")):
        if not is_placeholder(key.value) and (problem := names.qualified_name(key.value.lower())):
            yield context.fault("K_LABEL", f'"{key.value}" is no key for an annotation: {problem}', key)


@rule("LabelSelector")
def label_selector(context: Context, node: MappingNode) -> Iterator[Found]:
    """Labels of a selector."""
    yield from _labels(context, get(node, "matchLabels"))


@rule("LabelSelectorRequirement", "NodeSelectorRequirement")
def requirement(context: Context, node: MappingNode) -> Iterator[Found]:
    """`In` needs values, `Exists` has none."""
    operator, values = text(get(node, "operator")), get(node, "values")
    if operator in ("In", "NotIn") and values is None and context.complete(node):
        yield context.fault("K_REQUIRED", f"operator {operator} needs values", node.value[0][0])
    elif operator in ("Exists", "DoesNotExist") and isinstance(values, SequenceNode) and values.value:
        yield context.fault("K_UNION", f"operator {operator} takes no values", values.value[0])


def _labels(context: Context, node: Node | None) -> Iterator[Found]:
    for key, value in pairs(node):
        if not is_placeholder(key.value) and key.value != "<<" and (problem := names.qualified_name(key.value)):
            yield context.fault("K_LABEL", f'"{key.value}" is no key for a label: {problem}', key)
        if (word := text(value)) is not None and (problem := names.label_value(word)):
            yield context.fault("K_LABEL", f'"{word}" is no value for a label: {problem}', value)


def _bad_name(context: Context, what: str, node: Node, problem: str) -> Found:
    near = names.suggestion(node.value)
    hint = f'; write "{near}"' if near else ""
    return context.fault("K_NAME", f'"{node.value}" cannot be the {what}: {problem}{hint}', node, replacement=near)


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
    volumes = {text(get(volume, "name")) for volume in items(get(node, "volumes"))} | context.claims.get(
        id(node), frozenset()
    )
    knows_volumes = context.complete(node) or get(node, "volumes") is not None
    knows_volumes = knows_volumes and None not in volumes
    seen = set()
    for group in ("initContainers", "containers", "ephemeralContainers"):
        for container in items(get(node, group)):
            name = get(container, "name")
            if (value := text(name)) is not None and name is not None:
                if (
                    (value in seen)
                    and group != "containers"
                    or (value in seen and group == "containers" and value in _names(node, "initContainers"))
                ):
                    yield context.fault("K_TWICE", f'two containers have the name "{value}"', name)
                seen.add(value)
            for mount in items(get(container, "volumeMounts")) if knows_volumes else ():
                place = get(mount, "name")
                if (value := text(place)) is not None and place is not None and value not in volumes:
                    yield context.fault("K_VOLUME", f'the Pod has no volume "{value}"', place)
    yield from _restart_policy(context, node)


def _names(node: MappingNode, group: str) -> set[str | None]:
    return {text(get(container, "name")) for container in items(get(node, group))}


def _restart_policy(context: Context, node: MappingNode) -> Iterator[Found]:
    place = get(node, "restartPolicy")
    policy = text(place)
    if context.owner != "PodTemplateSpec.spec":
        return
    if context.kind in _ALWAYS and policy in ("Never", "OnFailure") and place is not None:
        yield context.fault("K_RESTART", f"a {context.kind} restarts its Pods Always, never {policy}", place)
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
        yield _bad_name(context, "name of a container", name, problem)
    if (
        (value := text(image)) is not None
        and image is not None
        and "$" not in value
        and (problem := names.image(value))
    ):
        yield context.fault("K_IMAGE", f'"{value}" is no image: {problem}', image)
    yield from _same(context, get(node, "ports"), "name", "ports of a container")


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
    limits = {key.value: value for key, value in pairs(get(node, "limits"))}
    for key, value in pairs(get(node, "requests")):
        asked, limit = text(value), text(limits.get(key.value))
        a, b = names.quantity(asked or ""), names.quantity(limit or "")
        if a is not None and b is not None and a > b:
            yield context.fault("K_RESOURCES", f"{key.value}: the request {asked} is above the limit {limit}", value)
    for group in ("limits", "requests"):
        for key, value in pairs(get(node, group)):
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
        yield _bad_name(context, "name of a volume", name, problem)


@rule("EnvVarSource", "IngressBackend")
def one_of(context: Context, node: MappingNode) -> Iterator[Found]:
    """One source."""
    found = pairs(node)
    if len(found) > 1:
        yield context.fault(
            "K_UNION", f"only one of {', '.join(key.value for key, _ in found)} is allowed", found[1][0]
        )


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


def _same(context: Context, node: Node | None, name: str, what: str) -> Iterator[Found]:
    seen = set()
    for item in items(node):
        place = get(item, name)
        if (value := text(place)) is not None and place is not None:
            if value in seen:
                yield context.fault("K_TWICE", f'two {what} have the {name} "{value}"', place)
            seen.add(value)
