"""Strict comparison of a YAML node graph with a definition.

The walk goes to the leaves and never stops at the first fault.  It works on nodes, not on constructed values: nodes
keep duplicate keys, spelling and places.  Speed matters (thousands of walks for one page of fragments), hence the
plain `__class__` tests and the flat functions.
"""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from notesite.snippets.yaml.mappings import fields as within
from notesite.snippets.yaml.repeated import Right
from notesite.snippets.yaml.scalars import STRING, plain, resolve
from notesite.snippets.yaml.yaml_fault import MOVED

from ....lib.nearest import nearest_value
from .definitions import Field, Schema, Shape, Type, table
from .placeholders import is_placeholder
from .values import Found, Values, described, is_null

UNKNOWN = "?"  # a field that no definition has may be meant for any that is missing: one cause, one fault
_DEEPEST = 100  # mappings inside each other; real manifests stay under 20
_MOST = 20_000  # mappings and lists in one walk, aliases counted each time
_MOST_GUESSES = 60  # unknown fields for which the nearest known one is looked for


class Walk(Values):
    """One walk: `faults`, the `score` of what matched, and the definitions met (`visited`) for later checks."""

    def __init__(
        self,
        schema: Schema,
        selected: int,
        memo: dict[tuple[int, int], tuple[float, list[Found], Node]] | None = None,
        *,
        weigh: bool = False,
        right: Right | None = None,
    ) -> None:
        super().__init__(selected, weigh=weigh)
        self.schema = schema
        self.right = right  # what need not be looked at again; None to look at all
        self.visited: list[tuple[Shape, MappingNode, Type | None, Node]] = []
        self.meant: dict[int, set[str]] = {}  # fields that a mapping has, misspelt or UNKNOWN, by its id
        self.too_large = False
        self._memo = memo  # shared by the candidates of one fragment: they have most inner definitions in common
        self._depth = 0
        self._count = 0
        self._guesses = 0
        self._most = _MOST // 4 if weigh else _MOST

    def root(self, shape: Shape, node: Node) -> None:
        """Walk a whole document or fragment."""
        self._mapping(shape, node, None, node)

    def _enter(self) -> bool:
        self._count += 1
        if self._count > self._most or self._depth > _DEEPEST:
            self.too_large = True
        return not self.too_large

    def _mapping(self, shape: Shape, node: Node, type_: Type | None, key: Node) -> None:
        if node.__class__ is not MappingNode:
            if not is_null(node):
                swapped = _fits_each(shape, node)
                hint = "; remove the dash" if swapped else ""
                message = f"expected {shape.short} (a mapping), got {described(node)}{hint}"
                self._add("K_TYPE", message, node, doubtful=is_placeholder(node.value), slip=swapped)
            return
        memo = self._memo
        if memo is not None:
            known = memo.get((id(shape), id(node)))
            if known is not None:
                self.score += known[0]
                self.faults += known[1]
                return
            before, count = self.score, len(self.faults)
            self._fields(shape, node, key)
            memo[id(shape), id(node)] = (self.score - before, self.faults[count:], node)  # which keeps its id
            return
        if self.right is not None and type_ is not None and self.right.knows(node, type_):
            return
        self.visited.append((shape, node, type_, key))
        self._fields(shape, node, key)

    def _fields(self, shape: Shape, node: MappingNode, parent: Node) -> None:
        if not self._enter():
            return
        self._depth += 1
        fields = shape.fields
        selected = self.selected
        names: set[str] = set()
        also: set[str] = set()  # fields that are there after all, misspelt
        pairs = node.value
        for key, value in pairs:
            name = key.value if key.__class__ is ScalarNode else None
            field = fields.get(name) if name is not None else None
            if field is None or name in names:
                field = self._odd_key(shape, key, node, names, also)
                if field is None:
                    continue
            names.add(field.name)
            if field.absent & selected:
                there = self.schema.spoken(self.schema.every & ~field.absent & ~shape.absent)
                self._add("K_VERSION", f'{shape.short} has the field "{field.name}" in {there} only', key, field.absent)
            if self._weigh:
                self.score += field.weight
            self._value(field.type, value, key)
        if also:
            self.meant[id(node)] = also
        for name, versions in shape.required:
            if name not in names and name not in also and UNKNOWN not in also:
                place = parent if parent.__class__ is ScalarNode else pairs[0][0] if pairs else node
                message = f'missing required field "{name}" in {shape.short}'
                self._add("K_REQUIRED", message, place, versions, shape=shape, field=name)
        self._depth -= 1

    def _odd_key(self, shape: Shape, key: Node, parent: MappingNode, names: set[str], also: set[str]) -> Field | None:
        """A key that is unknown, doubled, or no text; its field when it has one after all."""
        if key.__class__ is not ScalarNode:
            self._add("K_FIELD", f"a key of {shape.short} must be a word, not {described(key)}", key, shape=shape)
            return None
        name = key.value
        if name in names:
            self._add("K_TWICE", f'the field "{name}" stands twice in {shape.short}', key, field=name)
            return shape.fields[name]
        if shape.any_key:
            if shape.values is not None:
                self._value(shape.values, next(value for name, value in parent.value if name is key), key)
            return None
        near = self._unknown(shape, key, parent)
        also.add(near or UNKNOWN)
        # What a misspelt key holds tells what it is as well.
        return shape.fields[near] if near and self._weigh else None

    def _unknown(self, shape: Shape, key: Node, parent: MappingNode) -> str | None:
        """Report an unknown field; the one that was meant."""
        # `NAME:` is a field in capitals; words are text that goes on behind the manifest.
        if {" ", "|"} & {*key.value} or (is_placeholder(key.value) and not key.value.isalpha()):
            self._add("K_FIELD", f'"{key.value}" stands for fields of {shape.short}', key, shape=shape, doubtful=True)
            return None
        if key.value in table("walk")["added by programs"]:
            return None
        self._guesses += 1
        few = self._guesses <= _MOST_GUESSES
        if few and not self._weigh and key.value in (lost := self._lost(shape, parent)):
            if key.value == next(iter(lost)):
                more = f", and {len(lost) - 1} more of these keys" if len(lost) > 1 else ""
                above = lost[key.value]
                listed = above in shape.fields and shape.fields[above].type.kind == "["
                how = "begin it with a dash" if listed and is_null(within(parent)[above]) else "indent it"
                self._add("K_FIELD", f'"{key.value}"{MOVED}"{above}": {how}{more}', key, shape=shape)
            return None
        near = nearest_value(key.value, shape.fields) if few else None
        begin = parent.start_mark.index  # what is merged into it stands above
        if near and any(one.value == near and one.start_mark.index >= begin for one, _ in parent.value):
            near = None  # it would stand twice
        hint = f'; did you mean "{near}"?' if near else ""
        message = f'unknown field "{key.value}" in {shape.short}{hint}'
        text = near is None and not self._weigh and key.value[:1].isupper()  # no field begins with a capital
        self._add("K_FIELD", message, key, shape=shape, replacement=near, slip=near is not None, doubtful=text)
        return near

    def _lost(self, shape: Shape, node: MappingNode) -> dict[str, str]:
        """Keys that have lost their indentation, and the keys above them that lack just these."""
        lacking: dict[str, set[str]] = {}
        lost: dict[str, str] = {}
        bare = ""  # the key right above, when it has no value and may hold any key
        for key, value in node.value:
            name = key.value if key.__class__ is ScalarNode else ""
            field = shape.fields.get(name)
            inner = field and (field.type.inner if field.type.kind == "[" else field.type)
            if field is None:
                above = bare or next((above for above, fields in reversed(lacking.items()) if name in fields), "")
                lost |= {name: above} if above and name not in lost else {}
            elif inner and inner.kind == "@":
                below, every = self.schema.shape_of(inner), is_null(value) or value.__class__ is SequenceNode
                lacking[name] = {*below.fields} if every else {one for one, _ in below.required} - {*within(value)}
            bare = name if is_null(value) and (name in lost or (field and field.type.kind in "{o")) else ""
        return lost

    def _value(self, type_: Type, node: Node, key: Node) -> None:
        kind = type_.kind
        if kind == "@":
            self._mapping(self.schema.shape_of(type_), node, type_, key)
        elif kind == "[":
            self._list(type_, node)
        elif kind in "{o":
            self._free(type_, node)
        elif kind == "a":
            pass
        elif node.__class__ is not ScalarNode:
            self._wrong_type(type_, node)
        elif kind == "s":
            if not node.style and plain(node.value)[0] != STRING and resolve(node)[0] != STRING:
                self._not_text(type_, node)
            elif type_.enum:
                self._enum(type_, node)
        else:
            self._scalar(type_, node)

    def _list(self, type_: Type, node: Node) -> None:
        if node.__class__ is not SequenceNode:
            shape = self.schema.shape_of(type_.inner) if type_.inner and type_.inner.kind == "@" else None
            self._wrong_type(type_, node, swapped=shape is not None and _fits_each(shape, node))  # unless it is nothing
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
            parts = [values.get(name) for name in type_.keys]
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
                # The server refuses some lists; of others it takes the last item and warns.
                is_mild = type_.owner not in table("walk")["refused twice"]
                self._add("K_TWICE", message, place, mild=is_mild)
            seen.add(texts)

    def _free(self, type_: Type, node: Node) -> None:
        if node.__class__ is not MappingNode:
            self._wrong_type(type_, node)  # unless it is nothing
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
                self._add("K_TWICE", f'the key "{name.value}" stands twice in {type_.owner}', name, field=name.value)
            names.add(name.value)
            if inner is not None:
                self._value(inner, value, name)
        self._depth -= 1


def _fits_each(shape: Shape, node: Node) -> bool:
    """Whether a mapping, or each mapping of a list, has nothing but fields of a definition."""
    items = node.value if node.__class__ is SequenceNode else [node]
    return bool(node.value) and all(
        item.__class__ is MappingNode
        and item.value
        and all(key.__class__ is ScalarNode and key.value in shape.fields for key, _ in item.value)
        for item in items
    )
