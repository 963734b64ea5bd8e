"""Checks for the table of rules that are about references, labels and workloads alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from yaml.nodes import MappingNode, SequenceNode

from notesite.snippets.yaml.mappings import get, items, pairs

from ....lib.light import Any
from ....lib.nearest import edits, nearest_value
from ..schema import name_grammars as names
from ..schema.definitions import bundled
from ..schema.kinds import removal
from ..schema.placeholders import is_placeholder
from ..schema.values import Found
from .demands import OfMapping
from .rule import Here, path_of, reach, said_at, text

_NAMES_OF_USERS = ("User", "Group")  # kinds in references that are no kinds of objects


def _exists(here: Here, _words: Sequence[str]) -> Iterator[Found]:
    """The kind that a reference names exists in the group that it names; RoleRef and Subject have closed lists of kinds."""
    place = here.at(("kind",))
    kind, version, group = text(place), text(here.at(("apiVersion",))), text(here.at(("apiGroup",)))
    if kind is None or place is None or kind in {*_NAMES_OF_USERS, *here.custom}:
        return
    homes = bundled().homes
    there = {
        known
        for known, places in homes.items()
        if any(home == version or (group and home.startswith(f"{group}/")) for home in places)
    }
    if version and (gone := removal(version, kind)):
        yield Found("K_REMOVED", gone, place, mild=True)
    elif there and kind not in there:
        near = nearest_value(kind, there)
        hint = f'; did you mean "{near}"?' if near else ""
        yield Found("K_KIND", f'there is no kind "{kind}" in {version or group}{hint}', place, replacement=near)
    elif not version and not group and kind not in homes:
        near = next((name for name in homes if name.lower() == kind.lower() or edits(name, kind, 1) == 1), None)
        if near:
            message = f'there is no kind "{kind}"; did you mean "{near}"?'
            yield Found("K_KIND", message, place, replacement=near, mild=True)


def _chooses(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """The selector must match the labels of the template."""
    template = here.at(("template",))
    if not isinstance(template, MappingNode):
        return
    have = {key.value: value.value for key, value in pairs(get(template, "metadata", "labels"))}
    said = ", ".join(f"{name}: {word}" for name, word in have.items())
    said = f"the template has the labels {said}" if said else "the template has no labels"
    nowhere = None if have else here.place(("template", "metadata"))
    for key, value in pairs(here.at(path_of(words[0]))):
        open_ = is_placeholder(value.value) or is_placeholder(have.get(key.value))
        if have.get(key.value) != value.value and not open_ and not key.value.startswith("match"):
            message = f"the selector wants {key.value}: {value.value}, {said}"
            yield Found("K_SELECTOR", message, nowhere or key)
    for expression in items(here.at(("selector", "matchExpressions"))):
        if not _fulfilled(expression, have):
            message = f"the selector's expression does not hold: {said}"
            yield Found("K_SELECTOR", message, nowhere or expression)


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


def _mounts(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """Every mount has its volume.  A fragment may be part of a StatefulSet, which adds volumes."""
    mounts = here.reach(path_of(words[0]))
    volumes = [text(get(volume, "name")) for volume in items(here.at(("volumes",)))]
    if not mounts or None in volumes:
        return
    sets = (node for _, node, *_ in here.visited if get(node, "template", "spec") is here.node)
    added = {name for _, name in said_at(reach(sets, path_of("volumeClaimTemplates[]/metadata/name")))}
    if len(mounts) > 1 and here.at(("volumes",)) is None and not added:
        return  # they are left out, all of them
    known = {name for name in volumes if name} | added
    for place, value in said_at(mounts):
        near = nearest_value(value, known)
        hint = f'; did you mean "{near}"?' if near else ""
        if value not in known and (here.kind or near):
            message = f'the Pod has no volume "{value}"{hint}'
            yield Found("K_VOLUME", message, place, replacement=near, mild=not here.kind, field="volumes")


def _devices(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """A device is a claim's."""
    claims = ("persistentVolumeClaim", "ephemeral")
    volumes = items(here.at(("volumes",)))
    plain = {text(get(one, "name")) for one in volumes if all(get(one, claim) is None for claim in claims)}
    for place, value in said_at(here.reach(path_of(words[0]))):
        if value in plain:
            yield Found("K_VOLUME", f'the volume "{value}" is no claim, so it cannot be a device', place)


def _claims(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """A claim of a container is one of the Pod's."""
    known = {name for _, name in said_at(here.reach(path_of(words[1])))}
    for place, value in said_at(here.reach(path_of(words[0]))):
        if value not in known and here.kind:
            yield Found("K_VOLUME", f'the Pod has no claim "{value}" in resourceClaims', place)


def _units(here: Here, words: Sequence[str]) -> Iterator[Found]:
    """Memory is not counted in thousandths."""
    for place, said in said_at(here.reach(path_of(words[0]))):
        if re.fullmatch(r"\d+m", said):
            near = f"{said[:-1]}Mi"
            message = f"{said} of memory are thousandths of a byte; write {near}"
            yield Found("K_RESOURCES", message, place, replacement=near, mild=True)


def _extended(here: Here, _words: Sequence[str]) -> Iterator[Found]:
    """Devices are counted whole, and what is asked for is the limit; huge pages come with memory or CPU."""
    limits, requests = (dict.fromkeys(pairs(here.at((word,)))) for word in ("limits", "requests"))
    granted = {key.value: value.value for key, value in limits}
    every = {key.value for key, _ in (*limits, *requests)}
    for key, value in (*limits, *requests):
        said = text(value)
        amount = names.quantity(said or "")
        if "/" in key.value and "kubernetes.io/" not in key.value and amount is not None:
            if amount % names.ONE:
                yield Found("K_RESOURCES", f"{key.value} must be a whole number, not {said}", value)
            elif (key, value) in requests and granted.get(key.value) != said and (limits or here.kind) and here.owner:
                yield Found("K_RESOURCES", f"{key.value} needs a limit that equals the request", value)
        elif key.value.startswith("hugepages-") and not every & {"cpu", "memory"} and here.kind:
            yield Found("K_RESOURCES", "huge pages need cpu or memory beside them", key)


_CHECKS: tuple[Any, ...] = (_exists, _chooses, _mounts, _devices, _claims, _units, _extended)
MAPPINGS: Mapping[str, OfMapping] = {check.__name__[1:]: check for check in _CHECKS}
