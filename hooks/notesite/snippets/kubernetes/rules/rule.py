"""What the schema does not say: rules about the values of one document.

Each rule is a line of data/rules.txt, which names a check; a check yields faults for a mapping of one definition, or for
a value in it.  Rules about something that is absent leave the root of a fragment alone, since a fragment may leave out anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from notesite.snippets.yaml.mappings import get, items, pairs

from ....lib.light import Any, NamedTuple
from ...yaml.scalars import INTEGER, resolve
from ..schema.definitions import Shape, Type
from ..schema.placeholders import is_placeholder
from ..schema.values import is_null
from ..schema.walk import UNKNOWN

Visited = Sequence[tuple[Shape, MappingNode, Type | None, Node]]
Fields = dict[str, tuple[ScalarNode, Node]]


class Here(NamedTuple):
    """A mapping that is checked, and what a rule may know besides."""

    kind: str  # of the document: "Deployment"; "" in a fragment
    lines: Sequence[str]  # of the snippet
    selected: int  # Kubernetes versions, for the faults
    partial: frozenset[int]  # ids of mappings that may be incomplete
    meant: Mapping[int, Collection[str]]  # fields that a mapping has, misspelt, by its id
    custom: Collection[str]  # kinds that the project or its notes define
    visited: Visited  # all mappings of the document
    shape: Shape = Shape("")
    node: MappingNode = MappingNode("", [])
    fields: Fields = {}  # noqa: RUF012  # every mapping has its own
    owner: str = ""  # where the mapping stands: "Pod.metadata"
    key: Node = MappingNode("", [])  # where something is missing: the mapping's key, or its first one

    def of(self, node: MappingNode, key: Node, **more: Any) -> Here:
        """The same for another mapping, which stands at `key`."""
        fields = {k.value: (k, v) for k, v in node.value if k.__class__ is ScalarNode}
        place = key if key.__class__ is ScalarNode else next(iter(node.value), (node,))[0]
        return self._replace(node=node, fields=fields, key=place, **more)

    def at(self, path: Sequence[str]) -> Node | None:
        """The value that a path leads to; None where there is none, or nothing."""
        entry = self.fields.get(path[0])
        if entry is None:
            return None
        value = get(entry[1], *path[1:]) if len(path) > 1 else entry[1]
        return None if value is None or is_null(value) else value

    def reach(self, path: Sequence[str]) -> list[Node]:
        """All that a path with steps leads to."""
        found = [self.fields[name][1] for name in path[0].split(",") if name in self.fields]
        return reach(found, path[1:])

    def place(self, path: Sequence[str]) -> Node:
        """The key that a path leads to; of what is missing, that of the innermost mapping that should hold it."""
        entry = self.fields.get(path[0])
        found: Node = self.key
        for name in path[1:]:
            if entry is None:
                break
            found = entry[0]
            entry = next((pair for pair in pairs(entry[1]) if pair[0].value == name), None)
        return found if entry is None else entry[0]

    def lacks(self, path: Sequence[str]) -> bool:
        """Whether it is certain that there is no such value: a fragment may leave out anything."""
        meant = self.meant.get(id(self.node), ())
        if self.at(path) is not None or path[0] in meant or UNKNOWN in meant:
            return False
        return id(self.node) not in self.partial or (len(path) > 1 and path[0] in self.fields)


@cache
def path_of(words: str) -> tuple[str, ...]:
    """`spec/name` as fields, `ports[]` as a field and a step into it; `|` stands for a slash in the name of one."""
    steps = words.replace("[", "/[").replace("{", "/{").split("/")
    return tuple(step.replace("|", "/") for step in steps if step)


def reach(nodes: Iterable[Node | None], path: Sequence[str]) -> list[Node]:
    """All that a path leads to from these: `[]` each item, `{}` each key, `{=}` each value, `a,b` both, `?a` they and all in their a."""
    for step in path:
        if step == "[]":
            nodes = [item for node in nodes if isinstance(node, SequenceNode) for item in node.value]
        elif step[0] == "{":
            nodes = [pair[step == "{=}"] for node in nodes for pair in pairs(node)]
        elif step[0] == "?":
            nodes = [each for node in nodes for each in (node, *items(get(node, step[1:])))]
        else:
            names = step.split(",")
            nodes = [found for node in nodes for name in names if (found := get(node, name)) is not None]
        if not nodes:
            return []  # soon, as mostly
    return [node for node in nodes if node is not None and not is_null(node)]


def text(node: Node | None) -> str | None:
    """The text of a scalar; None for anything else, nothing, and placeholders."""
    if node.__class__ is not ScalarNode:
        return None
    value: str = node.value
    return value if value and not is_placeholder(value) else None


def said_at(nodes: Iterable[Node]) -> Iterator[tuple[Node, str]]:
    """What each of these nodes says: its place and its text, where there is one."""
    return ((node, said) for node in nodes if (said := text(node)) is not None)


def number(node: Node | None) -> int | None:
    """The integer that a scalar is."""
    if isinstance(node, ScalarNode):
        kind, value = resolve(node)
        if kind == INTEGER and isinstance(value, int):
            return value
    return None
