"""What the schema does not say: rules about the values of one document.

Each rule is a function for one definition; it yields faults for a mapping of that definition.  Rules about something
that is absent leave the root of a fragment alone, since a fragment may leave out anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from yaml.nodes import MappingNode, Node, ScalarNode

from notesite.snippets.yaml.mappings import get
from notesite.snippets.yaml.scalars import INTEGER, resolve

from ....lib.light import NamedTuple
from ..schema.definitions import Shape, Type
from ..schema.placeholders import is_placeholder
from ..schema.values import Found

Rule = Callable[["Context", MappingNode], Iterator[Found]]
Visited = Sequence[tuple[Shape, MappingNode, Type | None, Node]]

RULES: dict[str, list[Rule]] = {}


class Context(NamedTuple):
    """What a rule may know besides its mapping."""

    kind: str  # of the document: "Deployment"; "" in a fragment
    lines: Sequence[str]  # of the snippet
    selected: int  # Kubernetes versions, for the faults
    partial: frozenset[int]  # ids of mappings that may be incomplete
    meant: Mapping[int, Collection[str]]  # fields that a mapping has, misspelt, by its id
    custom: Collection[str]  # kinds that the project or its notes define
    claims: dict[int, frozenset[str]]  # PodSpec -> volumes that the StatefulSet adds: its rule puts them in
    definition: str = ""  # of the mapping: "Pod"
    owner: str = ""  # where the mapping stands: "Pod.metadata"
    key: Node = MappingNode("", [])  # where something is missing: the mapping's key, or its first one

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


def text(node: Node | None) -> str | None:
    """The text of a scalar; None for anything else, nothing, and placeholders."""
    if node.__class__ is not ScalarNode:
        return None
    value: str = node.value
    return value if value and not is_placeholder(value) else None


def said_at(nodes: Iterable[Node], *path: str) -> Iterator[tuple[Node, str]]:
    """What each of these nodes says at the end of a path: its place and its text, where there is one."""
    for place in (get(node, *path) for node in nodes):
        if place is not None and (said := text(place)) is not None:
            yield place, said


def number(node: Node | None) -> int | None:
    """The integer that a scalar is."""
    if isinstance(node, ScalarNode):
        kind, value = resolve(node)
        if kind == INTEGER and isinstance(value, int):
            return value
    return None
