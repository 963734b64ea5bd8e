"""Across snippets: names that one snippet refers to and another one defines under another name.

Each snippet states what it defines and what it uses; the rest is subtraction.  Where the notes define nothing of a
kind, nothing is said: the object may well live elsewhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import yaml

from notesite.diagnostics.diagnostic import Diagnostic, Span, finding
from notesite.lib.light import bundled_json, lazy
from notesite.lib.nearest import edits
from notesite.notes.model import Fence

from ...lib.light import Final
from .mappings import fields, items, width
from .snippet_verdict import listed
from .yaml_fault import Defined, Reference

# Fields that name an object: its kind, the field inside that holds the name (none: the value is it), and all others that
# the mapping may have, as another one means that it is something else; what holds the keys of each kind; its objects that
# every cluster has; and what kustomize makes of its files.
_TABLE: Final = bundled_json(__name__, "references.json")
_NAME: Final = lazy(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_FAR: Final = 60  # letters: names that differ by more are all alike
_SLIP: Final = 2  # letters by which names differ that are meant to be one
_SHOWN: Final = 4  # names or keys that a message lists


Place = Callable[[yaml.Node], Span]


def named(
    documents: Sequence[yaml.Node], fence: Fence, shift: int
) -> tuple[tuple[Defined, ...], tuple[Reference, ...]]:
    """What the documents of a block define and use; `shift`: characters left out before the first one."""

    def place(node: yaml.Node) -> Span:
        start = node.start_mark
        return fence.within(start.line + 1, start.column + 1 + (shift if start.line == 0 else 0), width(node))

    # Without any field that can name an object there is nothing to walk for.
    used = documents if any(name in fence.text for name in _TABLE["uses"]) else ()
    return (
        tuple(defined for node in documents for defined in definitions(node, place)),
        tuple(use for node in used for use in references(node, place)),
    )


# ---- What a document defines.


def definitions(node: yaml.Node, place: Place) -> Iterator[Defined]:
    """The objects that a manifest (or a List of them, or a kustomization) defines."""
    found = fields(node)
    kind = _text(found.get("kind"))
    if kind == "List":
        for item in items(found.get("items")):
            yield from definitions(item, place)
    name = fields(found.get("metadata")).get("name") if kind in _TABLE["data"] else None
    if isinstance(name, yaml.ScalarNode):
        data = [fields(found.get(part)) for part in _TABLE["data"][kind]]
        elided = any(part in found and not isinstance(found[part], yaml.MappingNode) for part in _TABLE["data"][kind])
        keys = None if elided else frozenset(key for part in data for key in part)
        yield Defined(kind, name.value, keys, place(name))
    for generator, made in _TABLE["generators"].items():
        for item in items(found.get(generator)):
            made_name = fields(item).get("name")
            if isinstance(made_name, yaml.ScalarNode):
                yield Defined(made, made_name.value, None, place(made_name))


# ---- What a document uses.


def references(node: yaml.Node, place: Place) -> Iterator[Reference]:
    """The objects that a document or a fragment uses."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from references(item, place)
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        field = _text(key)
        for kind, *names in _TABLE["uses"].get(field, ()):
            for used in (items(value) or [value]) if names else ():
                yield from _used(used, place, kind, *names)
            if not names and isinstance(value, yaml.ScalarNode):
                yield Reference(kind, value.value, "", place(value))
        yield from references(value, place)


def _used(node: yaml.Node, place: Place, kind: str, own: str, *more: str) -> Iterator[Reference]:
    found = fields(node)
    name = found.get(own)
    if not isinstance(name, yaml.ScalarNode) or not found.keys() <= {own, *more}:
        return
    if kind == "Service" and "port" not in found:
        return
    optional = _text(found.get("optional")) == "true"
    keys = [found.get("key"), *(fields(item).get("key") for item in items(found.get("items")))]
    named = [key for key in keys if isinstance(key, yaml.ScalarNode)]
    if not named:
        yield Reference(kind, name.value, "", place(name), optional=optional)
    for key in named:
        yield Reference(kind, name.value, key.value, place(name), place(key), optional)


# ---- Subtraction.


def unresolved(used: Iterable[Reference], defined: Iterable[Defined]) -> Iterator[Diagnostic]:
    """An info for each use of an object or a key that the notes define under another name only."""
    by_kind: dict[str, dict[str, list[Defined]]] = defaultdict(lambda: defaultdict(list))
    for definition in defined:
        if _NAME.fullmatch(definition.name):
            by_kind[definition.kind][definition.name].append(definition)
    reported: set[tuple[str, Span]] = set()
    for use in used:
        known = by_kind.get(use.kind)
        if not known or use.optional or not _NAME.fullmatch(use.name) or _TABLE["built in"].get(use.kind) == use.name:
            continue
        same, limit = known.get(use.name), min(_SLIP, len(use.name) // 3)
        if same is None:
            near = _nearest(use.name, known)[0]
            numbered = re.findall(r"\d+", use.name) != re.findall(r"\d+", near)  # another one of them, by its number
            if (use.name, use.span) not in reported and not numbered and edits(use.name, near, limit) <= limit:
                reported.add((use.name, use.span))
                yield finding("K_REFERENCE", _no_object(use, known), use.span)
        elif use.key and not any(definition.keys is None or use.key in definition.keys for definition in same):
            keys = {key for definition in same for key in definition.keys or ()}
            several = len({definition.keys for definition in same}) > 1  # examples, each with its own
            # One without any has them elsewhere, or in the wrong place.
            if keys and not (several and edits(use.key.lower(), _nearest(use.key, keys)[0].lower(), _SLIP) > _SLIP):
                yield finding("K_REFERENCE", _no_key(use, same, keys), use.key_span or use.span)


def _no_object(use: Reference, known: Mapping[str, list[Defined]]) -> str:
    names = _nearest(use.name, known)
    listed = _listed([f"`{name}` (line {known[name][0].span.start.line})" for name in names], len(known))
    return f"these notes define no {use.kind} `{use.name}`; they define {listed}"


def _no_key(use: Reference, same: list[Defined], keys: set[str]) -> str:
    places = sorted({definition.span.start.line for definition in same})
    lines = ("lines " if len(places) > 1 else "line ") + " and ".join(map(str, places))
    listed = _listed([f"`{key}`" for key in _nearest(use.key, keys)], len(keys))
    return f"the {use.kind} `{use.name}` ({lines}) has no key `{use.key}`; it has {listed}"


def _nearest(word: str, names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (edits(word.lower(), name.lower(), _FAR), name))[:_SHOWN]


def _listed(shown: list[str], total: int) -> str:
    return listed([*shown, f"{total - len(shown)} more"] if total > len(shown) else shown)


def _text(node: yaml.Node | None) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else ""
