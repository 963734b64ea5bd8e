"""Ways into a node graph.  Plain, because the rules ask some thirty times for each manifest."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


def get(node: Node | None, *path: str) -> Node | None:
    """The value that the keys lead to."""
    for name in path:
        if node.__class__ is not MappingNode:
            return None
        for key, value in node.value:
            if key.value == name:
                node = value
                break
        else:
            return None
    return node


def items(node: Node | None) -> list[MappingNode]:
    """The mappings in a list."""
    if node.__class__ is not SequenceNode:
        return []
    return [item for item in node.value if item.__class__ is MappingNode]


def pairs(node: Node | None) -> list[tuple[ScalarNode, Node]]:
    """Keys and values of a mapping."""
    if node.__class__ is not MappingNode:
        return []
    return [pair for pair in node.value if pair[0].__class__ is ScalarNode]


def width(node: Node) -> int:
    """How many characters of its line a node takes; 1 where it goes over several lines."""
    start, end = node.start_mark, node.end_mark
    return max(end.index - start.index, 1) if start.line == end.line else 1


def fields(node: Node | None) -> dict[str, Node]:
    """The values of a mapping by their keys; the last one, where a key stands twice."""
    return {key.value: value for key, value in pairs(node)}
