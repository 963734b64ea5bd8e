"""Manifests, fragments cut from them, and mistakes put into them, for the Kubernetes tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from notesite.snippets.kubernetes.schema.definitions import Field, Shape, bundled
from notesite.snippets.kubernetes.schema.walk import Walk

CASES = Path(__file__).parent / "cases/kubernetes"
SCHEMA = bundled()


class Part(NamedTuple):
    """A piece of YAML and the definition that it was cut from."""

    definition: str
    text: str


class Mistake(NamedTuple):
    """A piece of YAML with one mistake, and the line that it is on."""

    kind: str
    text: str
    line: int


def compose(text: str) -> Node:
    """The root node."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert node is not None
    return node


def manifests() -> list[Part]:
    """The whole manifests of the case file."""
    texts = (CASES / "manifests.yaml").read_text(encoding="utf-8").split("---\n")
    return [Part(re.findall(r"^kind: (\w+)", text, re.MULTILINE)[0], text) for text in texts]


def shape_of(part: Part) -> Shape:
    """The definition of a part."""
    found = re.search(r"^apiVersion: (\S+)", part.text, re.MULTILINE)
    number = SCHEMA.kinds.get(f"{found[1]} {part.definition}") if found else None
    return SCHEMA.shape(SCHEMA.named(part.definition)[0] if number is None else number)


def mappings(part: Part) -> Iterator[tuple[Shape, MappingNode]]:
    """Every mapping of a part, with its definition."""
    walk = Walk(SCHEMA, SCHEMA.every)
    root = compose(part.text)
    for node in root.value if isinstance(root, SequenceNode) else [root]:
        walk.root(shape_of(part), node)
    yield from ((shape, node) for shape, node, *_ in walk.visited)


def fragments() -> Iterator[Part]:
    """Mappings, lists and single keys, cut out of the manifests."""
    for manifest in manifests():
        for shape, node in mappings(manifest):
            if node.flow_style:
                continue
            if node.start_mark.line:
                yield Part(shape.short, cut(manifest.text, node, node.start_mark.column))
            for key, value in node.value:
                field = shape.fields[key.value]
                if field.type.kind != "[" or value.flow_style or not isinstance(value.value[0], MappingNode):
                    continue
                yield Part(shape.short, cut(manifest.text, value, key.start_mark.column, key))
                inner = field.type.inner
                assert inner is not None
                yield Part(SCHEMA.shape_of(inner).short, cut(manifest.text, value, value.start_mark.column))


def cut(text: str, node: Node, column: int, first: Node | None = None) -> str:
    """The lines from `first` (or the node's start) to the node's end, without their indentation."""
    start = (first or node).start_mark.line
    lines = text.split("\n")[start : last_line(node) + 1]
    return "\n".join(line[column:] for line in lines) + "\n"


def last_line(node: Node) -> int:
    """The last line with a part of the node."""
    if isinstance(node, CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return end.line - (end.column == 0 and end.line > node.start_mark.line)


def mistakes(part: Part) -> Iterator[Mistake]:
    """One mistake of each kind at each field of the part's mappings."""
    lines = part.text.split("\n")
    for shape, node in mappings(part):
        for key, value in node.value:
            line = key.start_mark.line
            for kind, new in _spoilt(lines[line], shape, shape.fields[key.value], key, value):
                yield Mistake(kind, "\n".join((*lines[:line], *new, *lines[line + 1 :])), line + len(new))


def _spoilt(line: str, shape: Shape, field: Field, key: ScalarNode, value: Node) -> Iterator[tuple[str, list[str]]]:
    start, name = key.start_mark.column, key.value
    after = line[start + len(name) :]
    if len(name) > 4:
        typo = name[:2] + name[3] + name[2] + name[4:]
        if typo != name and typo not in shape.fields:
            yield "typo", [line[:start] + typo + after]
    if (other := name.upper() if name.islower() else name.lower()) not in shape.fields and len(name) > 2:
        yield "case", [line[:start] + other + after]
    if not isinstance(value, ScalarNode) or value.end_mark.line != key.start_mark.line or not value.value:
        return
    before = line[: value.start_mark.column]
    if field.type.kind in "il":
        yield "text for a number", [before + '"many"']
    if field.type.kind == "s" and name not in ("apiVersion", "kind"):
        yield "number for a text", [before + "8080"]
    if field.type.enum:
        yield "value", [before + value.value + "s"]
    if line.strip().startswith(name):
        yield "twice", [line, line]
