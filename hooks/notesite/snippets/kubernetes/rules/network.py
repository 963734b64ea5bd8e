"""Rules about ports, Services, Ingresses, and the data of ConfigMaps and Secrets."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence

from yaml.nodes import Node, ScalarNode

from notesite.lib.light import Any, lazy
from notesite.snippets.yaml.mappings import get, items, pairs

from ..schema import name_grammars as names
from ..schema.placeholders import is_placeholder
from ..schema.values import Found
from .demands import OfMapping
from .rule import Here, number, path_of, reach, said_at, text

_COMMENT = lazy(
    r"""\#\s*(?:base64(?:[ ]?-?encoded)?[ ]?(?:of|for|from|:|=)?|(?:decodes?[ ](?:to|as)|decoded|decode|=|->|→)[ ]?:?)
    \s*(?:"([^"]+)"|'([^']+)'|`([^`]+)`)""",
    re.VERBOSE | re.IGNORECASE,
)


def _named(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """Several ports have names."""
    ports = items(get(here.node, words[0]))
    bare = next((port for port in ports if get(port, "name") is None and port.value), None)
    if len(ports) > 1 and bare is not None:
        yield Found("K_REQUIRED", "a Service with several ports needs a name for each", bare.value[0][0])


def _inside(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """What is left out lies within the block."""
    parts, whole = (here.reach(path_of(word)) for word in words)
    block = next((said for _, said in said_at(whole) if not names.problem("cidr", said)), None)
    for part, word in said_at(parts):
        if block and not names.problem("cidr", word) and not names.is_inside(word, block):
            yield Found("K_VALUE", f"{word} is no part of {block}", part)


def _plural(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """The name of a definition says plural and group."""
    place = here.at(path_of(words[0]))
    plural, group = text(here.at(("spec", "names", "plural"))), text(here.at(("spec", "group")))
    wanted = f"{plural}.{group}"
    if place is not None and text(place) not in (None, wanted) and plural and group:
        yield Found("K_NAME", f'the name must be "{wanted}"', place, replacement=wanted)


def _stored(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """One version of a definition is stored."""
    stored = [get(version, "storage") for version in items(here.at(path_of(words[0])))]
    if stored and None not in stored and sum(text(word) == "true" for word in stored) != 1:
        yield Found("K_VALUE", "exactly one version must have storage: true", stored[-1] or here.node)


def _apart(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """No key stands in both of two fields."""
    ours, others = (pairs(here.at((word,))) for word in words)
    for key in [key for key, _ in ours if key.value in {other.value for other, _ in others}]:
        yield Found("K_TWICE", f'the key "{key.value}" stands in {words[1]} and in {words[0]}', key)


def _decodes(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """What the data decode to, against a comment that says it."""
    for _, value in pairs(here.at((words[0],))):
        if not isinstance(value, ScalarNode) or is_placeholder(value.value):
            continue
        try:
            plain = base64.b64decode(value.value.replace("\n", ""), validate=True).decode()
        except (binascii.Error, ValueError):
            continue
        said = _said(here.lines, value)
        if said is not None and said != plain:
            newline = "; a line end was encoded too, as echo does without -n" if plain.rstrip("\n") == said else ""
            right = base64.b64encode(said.encode()).decode()
            message = f"{value.value} decodes to {plain!r}, the comment says {said!r}{newline}"
            yield Found("K_SECRET", message, value, replacement=right)
        elif said is None and plain.count("\n") == 1 and plain.endswith("\n") and len(plain) < 80:
            yield Found("K_NEWLINE", f"{value.value} decodes to a text with a line end: {plain!r}", value)


def _said(lines: Sequence[str], node: ScalarNode) -> str | None:
    """What the comment behind a value says it is."""
    line = node.end_mark.line
    match = _COMMENT.search(lines[line][node.end_mark.column :]) if line < len(lines) else None
    return next(group for group in match.groups() if group is not None) if match else None


_CHECKS: tuple[Any, ...] = (_named, _inside, _plural, _stored, _apart, _decodes)
MAPPINGS: Mapping[str, OfMapping] = {check.__name__[1:]: check for check in _CHECKS}


def between(documents: Sequence[tuple[str, Node]], selected: int) -> Iterator[tuple[int, Found]]:
    """Services against the Pods of the same snippet: index of the document and the fault.

    Only Pods with labels of their own count, and those of Jobs only when they are chosen.
    """
    of_kinds = [(kind, found) for kind, node in documents for found in _pods(kind, node) if found[0]]
    pods, serving = [pod for _, pod in of_kinds], any(kind not in ("Job", "CronJob") for kind, _ in of_kinds)
    for index, (kind, node) in enumerate(documents):
        wanted = pairs(get(node, "spec", "selector")) if kind == "Service" else []
        if not wanted or not pods:
            continue
        chosen = [spec for labels, spec in pods if all(labels.get(key.value) == value.value for key, value in wanted)]
        if not chosen:
            if serving and not any(is_placeholder(value.value) for _, value in wanted):
                said = ", ".join(f"{key.value}: {value.value}" for key, value in wanted)
                message = f"no Pod of this snippet has the labels that the Service selects ({said})"
                yield index, Found("K_SELECTOR", message, wanted[0][0], selected, mild=True)
            continue
        for fault in _target_ports(node, chosen, selected):
            yield index, fault


def _pods(kind: str, node: Node) -> Iterator[tuple[dict[str, object], Node | None]]:
    path = {"Pod": (), "CronJob": ("spec", "jobTemplate", "spec", "template")}.get(kind, ("spec", "template"))
    pod = get(node, *path)
    if kind != "Service" and pod is not None and get(pod, "spec", "containers") is not None:
        yield {key.value: value.value for key, value in pairs(get(pod, "metadata", "labels"))}, get(pod, "spec")


def _target_ports(service: Node, pods: Sequence[Node | None], selected: int) -> Iterator[Found]:
    groups = [get(pod, group) for pod in pods for group in ("containers", "initContainers")]
    declared = [port for group in groups for container in items(group) for port in items(get(container, "ports"))]
    known_names = sorted({name for port in declared if (name := text(get(port, "name")))})
    numbers = {value for port in declared if (value := number(get(port, "containerPort"))) is not None}
    for place, word in said_at(reach([service], path_of("spec/ports[]/targetPort"))):
        wanted = number(place)
        if wanted is not None and numbers and wanted not in numbers:
            said = ", ".join(map(str, sorted(numbers)))
            message = f"targetPort {wanted} is no containerPort of the Pods it selects ({said})"
            yield Found("K_PORT", message, place, selected, mild=True)
        elif wanted is None and not word.isdigit() and word not in known_names:
            said = ", ".join(known_names) or "they name none"
            message = f'targetPort "{word}" is no named port of the Pods it selects ({said})'
            yield Found("K_PORT", message, place, selected)
