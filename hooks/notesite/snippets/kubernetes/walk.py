"""Strict comparison of a YAML node graph with a definition.

The walk goes to the leaves and never stops at the first fault.  It works on nodes, not on constructed values: nodes
keep duplicate keys, spelling and places.  Speed matters (thousands of walks for one page of fragments), hence the
plain `__class__` tests and the flat functions.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..scalars import BOOLEAN, FLOAT, INTEGER, NULL, STRING, plain, resolve
from .guess import nearest, nearest_value
from .placeholders import is_placeholder
from .schema import Field, Schema, Shape, Type

QUANTITY = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?")
_DEEPEST = 100  # mappings inside each other; real manifests stay under 20
_MOST = 50_000  # mappings and lists in one walk, aliases counted each time
_EXPECTED = {
    "s": "a string",
    "y": "a base64 string",
    "t": "a time",
    "i": "an integer",
    "l": "an integer",
    "n": "a number",
    "b": "true or false",
    "Q": "a quantity",
    "I": "an integer or a string",
    "[": "a list",
    "{": "a mapping",
    "o": "a mapping",
}
# The server refuses these lists; of others it takes the last item and warns.
_REFUSED_TWICE = frozenset(
    (
        "PodSpec.containers",
        "PodSpec.initContainers",
        "PodSpec.volumes",
        "Container.volumeMounts",
        "Container.volumeDevices",
        "ServiceSpec.ports",
    )
)
_INT32 = 2**31
_INT64 = 2**63


class Found:
    """A fault as the walk sees it; `versions` is the set of versions in which it is one."""

    __slots__ = ("code", "doubtful", "message", "mild", "node", "replacement", "shape", "slip", "versions")

    def __init__(
        self,
        code: str,
        message: str,
        node: Node,
        versions: int,
        *,
        shape: Shape | None = None,
        replacement: str | None = None,
        slip: bool = False,
        doubtful: bool = False,
        mild: bool = False,
    ) -> None:
        self.code = code
        self.message = message
        self.node = node  # where
        self.versions = versions
        self.shape = shape  # of the mapping, for unknown and missing fields
        self.replacement = replacement
        self.slip = slip  # a slip of the pen, which speaks for the definition rather than against it
        self.doubtful = doubtful  # the value is a placeholder
        self.mild = mild  # a warning where the code says error


class Walk:
    """One walk: `faults`, the `score` of what matched, and the definitions met (`visited`) for later checks."""

    def __init__(
        self,
        schema: Schema,
        selected: int,
        memo: dict[tuple[int, int], tuple[float, list[Found]]] | None = None,
        *,
        weigh: bool = False,
    ) -> None:
        self.schema = schema
        self.selected = selected
        self.faults: list[Found] = []
        self.score = 0.0
        self.visited: list[tuple[Shape, MappingNode, Type | None]] = []
        self.too_large = False
        self._memo = memo  # shared by the candidates of one fragment: they have most inner definitions in common
        self._weigh = weigh
        self._depth = 0
        self._count = 0

    def root(self, shape: Shape, node: Node) -> None:
        """Walk a whole document or fragment."""
        self._mapping(shape, node, None, node)

    def _add(self, code: str, message: str, node: Node, versions: int | None = None, **more: object) -> None:
        versions = self.selected if versions is None else versions & self.selected
        if versions:
            self.faults.append(Found(code, message, node, versions, **more))  # type: ignore[arg-type]  # the keywords of Found, passed on

    def _enter(self) -> bool:
        self._count += 1
        if self._count > _MOST or self._depth > _DEEPEST:
            self.too_large = True
        return not self.too_large

    def _mapping(self, shape: Shape, node: Node, type_: Type | None, key: Node) -> None:
        if node.__class__ is not MappingNode:
            if not _is_null(node):
                self._add("K_TYPE", f"expected {shape.short} (a mapping), got {described(node)}", _place(node, key))
            return
        memo = self._memo
        if memo is not None:
            known = memo.get((id(shape), id(node)))
            if known is not None:
                self.score += known[0]
                self.faults += known[1]
                return
            before, count = self.score, len(self.faults)
            self._fields(shape, node)
            memo[id(shape), id(node)] = (self.score - before, self.faults[count:])
            return
        self.visited.append((shape, node, type_))
        self._fields(shape, node)

    def _fields(self, shape: Shape, node: MappingNode) -> None:
        if not self._enter():
            return
        self._depth += 1
        fields = shape.fields
        selected = self.selected
        names = set()
        pairs = node.value
        for key, value in pairs:
            name = key.value if key.__class__ is ScalarNode else None
            field = fields.get(name) if name is not None else None
            if field is None or name in names:
                field = self._odd_key(shape, key, value, names)
                if field is None:
                    continue
            names.add(field.name)
            if field.absent & selected:
                self._absent(shape, field, key)
            if self._weigh:
                self.score += field.weight
            self._value(field.type, value, key)
        for name, versions in shape.required:
            if name not in names:
                place = pairs[0][0] if pairs else node
                self._add(
                    "K_REQUIRED", f'missing required field "{name}" in {shape.short}', place, versions, shape=shape
                )
        self._depth -= 1

    def _odd_key(self, shape: Shape, key: Node, value: Node, names: set[str]) -> Field | None:
        """A key that is unknown, doubled, merged in, or no text; its field when it has one after all."""
        if key.__class__ is not ScalarNode:
            self._add("K_FIELD", f"a key of {shape.short} must be a word, not {described(key)}", key, shape=shape)
            return None
        name = key.value
        if name in names:
            self._add("K_TWICE", f'the field "{name}" stands twice in {shape.short}', key)
            return shape.fields[name]
        if name == "<<" and not key.style:
            for merged in _merged(value):
                self._merge(shape, merged, names)
            return None
        if shape.any_key:
            if shape.values is not None:
                self._value(shape.values, value, key)
            return None
        self._unknown(shape, key)
        return None

    def _merge(self, shape: Shape, node: MappingNode, names: set[str]) -> None:
        """The fields that `<<` brings in; keys of the mapping itself win, so doubles are right."""
        for key, value in node.value:
            field = shape.fields.get(key.value) if key.__class__ is ScalarNode else None
            if field is not None:
                names.add(field.name)
                self._value(field.type, value, key)
            elif not shape.any_key:
                self._unknown(shape, key)

    def _unknown(self, shape: Shape, key: Node) -> None:
        if is_placeholder(key.value):
            self._add("K_FIELD", f'"{key.value}" stands for fields of {shape.short}', key, shape=shape, doubtful=True)
            return
        near = nearest(key.value, shape.fields) if isinstance(key.value, str) else None
        hint = f'; did you mean "{near}"?' if near else ""
        self._add(
            "K_FIELD",
            f'unknown field "{key.value}" in {shape.short}{hint}',
            key,
            shape=shape,
            replacement=near,
            slip=near is not None,
        )

    def _absent(self, shape: Shape, field: Field, key: Node) -> None:
        versions = self.schema.spoken(self.schema.every & ~field.absent & ~shape.absent)
        self._add("K_VERSION", f'{shape.short} has the field "{field.name}" in {versions} only', key, field.absent)

    def _value(self, type_: Type, node: Node, key: Node) -> None:
        kind = type_.kind
        if kind == "@":
            self._mapping(self.schema.shape_of(type_), node, type_, key)
        elif kind == "[":
            self._list(type_, node, key)
        elif kind in "{o":
            self._free(type_, node, key)
        elif kind == "a":
            pass
        elif node.__class__ is not ScalarNode:
            self._wrong_type(type_, node, key)
        elif kind == "s":
            if not node.style and plain(node.value)[0] != STRING and resolve(node)[0] != STRING:
                self._not_text(type_, node)
            elif type_.enum:
                self._enum(type_, node)
        else:
            self._scalar(type_, node, key)

    def _list(self, type_: Type, node: Node, key: Node) -> None:
        if node.__class__ is not SequenceNode:
            if not _is_null(node):
                self._wrong_type(type_, node, key)
            return
        if not self._enter():
            return
        inner = type_.inner
        if inner is None:
            return
        self._depth += 1
        for item in node.value:
            self._value(inner, item, item)
        self._depth -= 1
        if type_.keys and len(node.value) > 1:
            self._items_twice(type_, node)

    def _items_twice(self, type_: Type, node: SequenceNode) -> None:
        """Items of a list that the server keeps as a mapping, told apart by some of their fields."""
        seen: set[tuple[str, ...]] = set()
        for item in node.value:
            if item.__class__ is not MappingNode:
                continue
            values = {k.value: v for k, v in item.value if k.__class__ is ScalarNode}
            parts = [(values[name] if name in values else None) for name in type_.keys]
            texts = tuple(
                part.value if part.__class__ is ScalarNode else "TCP" if name == "protocol" else ""
                for name, part in zip(type_.keys, parts, strict=True)
            )
            if "" in texts or (texts in seen and any(is_placeholder(text) for text in texts)):
                continue
            if texts in seen:
                what = "/".join(type_.keys)
                place = parts[0] if parts[0] is not None else item
                message = f"two items of {type_.owner} have the same {what}: {'/'.join(texts)}"
                self._add("K_TWICE", message, place, mild=type_.owner not in _REFUSED_TWICE)
            seen.add(texts)

    def _free(self, type_: Type, node: Node, key: Node) -> None:
        if node.__class__ is not MappingNode:
            if not _is_null(node):
                self._wrong_type(type_, node, key)
            return
        if not self._enter():
            return
        names = set()
        inner = type_.inner
        self._depth += 1
        for name, value in node.value:
            if name.__class__ is not ScalarNode:
                continue
            if name.value in names:
                self._add("K_TWICE", f'the key "{name.value}" stands twice in {type_.owner}', name)
            names.add(name.value)
            if inner is not None and not (name.value == "<<" and not name.style):
                self._value(inner, value, name)
        self._depth -= 1

    def _scalar(self, type_: Type, node: ScalarNode, key: Node) -> None:
        kind = type_.kind
        got, value = resolve(node)
        if got == NULL:
            return
        if kind in "il":
            if got != INTEGER:
                self._wrong_type(type_, node, key)
                return
            limit = _INT32 if kind == "i" else _INT64
            if isinstance(value, int) and not -limit <= value < limit:
                bits = 32 if kind == "i" else 64
                self._add("K_RANGE", f"{node.value} does not fit into {bits} bits ({type_.owner})", node)
            self._limits(type_, node, value)
        elif kind == "b":
            if got != BOOLEAN:
                self._wrong_type(type_, node, key)
        elif kind == "Q":
            self._quantity(type_, node, got, key)
        elif kind == "I":
            if got in (BOOLEAN, FLOAT):
                self._wrong_type(type_, node, key)
        elif kind == "n":
            if got not in (INTEGER, FLOAT):
                self._wrong_type(type_, node, key)
            self._limits(type_, node, value)
        elif kind == "y":
            self._base64(type_, node, got)
        elif got != STRING and node.tag != "tag:yaml.org,2002:timestamp":
            self._wrong_type(type_, node, key)

    def _limits(self, type_: Type, node: ScalarNode, value: object) -> None:
        if isinstance(value, int | float) and (
            (type_.minimum is not None and value < type_.minimum)
            or (type_.maximum is not None and value > type_.maximum)
        ):
            least = "" if type_.minimum is None else f"at least {type_.minimum:g}"
            most = "" if type_.maximum is None else f"at most {type_.maximum:g}"
            limits = " and ".join(filter(None, (least, most)))
            self._add("K_RANGE", f"{node.value} must be {limits} ({type_.owner})", node)

    def _quantity(self, type_: Type, node: ScalarNode, got: str, key: Node) -> None:
        text = node.value.strip()
        if got == BOOLEAN:
            self._wrong_type(type_, node, key)
        elif not QUANTITY.fullmatch(text):
            near = _nearest_quantity(text)
            hint = f'; did you mean "{near}"?' if near else " (like 500m, 1.5 or 64Mi)"
            self._add(
                "K_QUANTITY",
                f'"{node.value}" is no quantity{hint}',
                node,
                replacement=near,
                slip=True,
                doubtful=is_placeholder(node.value),
            )

    def _base64(self, type_: Type, node: ScalarNode, got: str) -> None:
        if got != STRING:
            self._not_text(type_, node)
            return
        try:
            # Go's decoder skips line ends and nothing else.
            base64.b64decode(node.value.replace("\n", "").replace("\r", ""), validate=True)
        except (binascii.Error, ValueError):
            self._add(
                "K_BASE64",
                f"the value of {type_.owner.removesuffix('{}')} is not base64",
                node,
                slip=True,
                doubtful=is_placeholder(node.value) or not node.value.isascii() or "..." in node.value,
            )

    def _enum(self, type_: Type, node: ScalarNode) -> None:
        text = node.value
        if text in type_.enum:
            if self._weigh:
                self.score += 2.0
            return
        near = nearest_value(text, type_.enum)
        hint = f'; did you mean "{near}"?' if near else ""
        words = ", ".join(word for word in type_.enum if word)
        doubtful = near is None and is_placeholder(text)
        message = f'"{text}" is not a value of {type_.owner.removesuffix("[]")} ({words}){hint}'
        self._add("K_VALUE", message, node, replacement=near, slip=near is not None, doubtful=doubtful)

    def _not_text(self, type_: Type, node: ScalarNode) -> None:
        """A plain scalar that reads as something else than text where text must be."""
        kind = resolve(node)[0]
        if kind == NULL:
            return
        quoted = f'"{node.value}"'
        message = f"{type_.owner.removesuffix('{}')} must be a string, and {node.value} is {_a(kind)}; write {quoted}"
        self._add("K_TYPE", message, node, replacement=quoted)

    def _wrong_type(self, type_: Type, node: Node, key: Node) -> None:
        expected, got = _EXPECTED[type_.kind], described(node)
        slip, replacement = False, None
        if node.__class__ is ScalarNode:
            if _is_null(node):
                return
            if node.style and plain(node.value)[0] == INTEGER and type_.kind in "il":
                slip, replacement = True, node.value
            elif node.style and plain(node.value)[0] == BOOLEAN and type_.kind == "b":
                slip, replacement = True, node.value
        hint = "; remove the quotes" if slip else ""
        self._add(
            "K_TYPE",
            f"{type_.owner} must be {expected}, got {got}{hint}",
            _place(node, key),
            slip=slip,
            replacement=replacement,
            doubtful=node.__class__ is ScalarNode and is_placeholder(node.value),
        )


def described(node: Node) -> str:
    """What a node is, in words."""
    if node.__class__ is MappingNode:
        return "a mapping"
    if node.__class__ is SequenceNode:
        return "a list"
    text = node.value if len(node.value) <= 30 else node.value[:29] + "…"
    return f'{_a(resolve(node)[0])} "{text}"'


def _a(kind: str) -> str:
    return "an integer" if kind == INTEGER else "nothing" if kind == NULL else f"a {kind}"


def _is_null(node: Node) -> bool:
    return node.__class__ is ScalarNode and not node.style and resolve(node)[0] == NULL


def _place(node: Node, key: Node) -> Node:
    """Where a wrong value is shown: itself, but the key when the value begins on a later line."""
    return node if node.start_mark.line == key.start_mark.line else key


def _merged(node: Node) -> Iterator[MappingNode]:
    """The mappings that a merge key brings in."""
    for part in node.value if node.__class__ is SequenceNode else [node]:
        if part.__class__ is MappingNode:
            yield part


def _nearest_quantity(text: str) -> str | None:
    """`64mb`, `64 Mi`, `1.5Gb`, `500M i`: what was meant, when there is little doubt."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", text)
    if not match:
        return None
    suffix = match[2].lower().removesuffix("bytes").removesuffix("byte")
    letter = suffix.removesuffix("b").removesuffix("i")
    if letter and letter in "kmgtpe":
        return f"{match[1]}{letter.upper()}i"
    return None
