"""A program's grammar: one file per version under `data/`, made by a vendor script from the program itself.

A file holds a tree of commands.  Each may have `aliases`, `flags`, `deprecated` and `removed` flags, `required`
flags, `commands` below it, and, for kubectl, `arguments`: its answers to argument lists of many shapes.  A shape is a text
with one letter for each argument: the vendor script asks about every one, the lint reduces a command's arguments to one.
The answers are a text of one character for each shape: "0" where it is taken, from "1" on the numbers of `messages`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property

from ....lib.light import Any, NamedTuple, bundled_json, bundled_names, bundled_text

_SHAPES = (line for line in bundled_text(__name__, "shapes.txt").splitlines() if line[0] != "#")
PATTERNS: tuple[str, ...] = ("", *" ".join(_SHAPES).split())  # none, then those of the file
INDEX = {shape: index for index, shape in enumerate(PATTERNS)}
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")  # the names of a probe, by position
REST = "-"  # the end of a shape whose arguments go on after `--`


class Flag(NamedTuple):
    """One flag of one command."""

    name: str
    type: str = "text"  # "bool", "int", "uint", "float", "duration", "map" or "text"
    short: str = ""
    values: Sequence[str] = ()  # the allowed ones, empty when anything goes
    optional: bool = False  # may stand without a value
    deprecated: bool = False
    note: str = ""  # what the program says about a deprecated flag

    @property
    def takes_next(self) -> bool:
        """Whether the word after `--flag` is its value."""
        return self.type != "bool" and not self.optional


class Node:
    """One command of the tree, the program itself being the root."""

    def __init__(self, path: tuple[str, ...], raw: Mapping[str, Any], shared: Mapping[str, Flag]) -> None:
        self.path = path  # the names of the sub-commands that lead to it
        self.raw = raw  # its part of the grammar's file
        self.shared = shared  # flags of the root, which every command takes
        self.children: Mapping[str, Any] = raw.get("commands", {})  # names of the sub-commands -> their raw nodes
        self.removed: Mapping[str, str] = raw.get("removed", {})  # flags -> the last version that had them
        self.modes = frozenset(raw.get("arguments", {}))  # in which the program was asked
        # Of each of these groups of flags one must be given.
        self.required: Sequence[Sequence[str]] = [names for names, *_ in raw.get("required", ())]

    @cached_property
    def below(self) -> Mapping[str, Node]:
        """The sub-commands by their names and aliases."""
        found: dict[str, Node] = {}
        for name, raw in self.children.items():
            node = Node((*self.path, name), raw, self.shared)
            for word in (name, *raw.get("aliases", ())):
                found.setdefault(word, node)
        return found

    @cached_property
    def own(self) -> Mapping[str, Flag]:
        """Flags of this command alone, those that are deprecated included."""
        return _flags(self.raw)

    def flag(self, name: str) -> Flag | None:
        """The flag `--name`, its words joined by dashes or underscores: kubectl and klog's flags take both."""
        for spelling in (name, name.replace("_", "-"), name.replace("-", "_")):
            found = self.own.get(spelling) or self.shared.get(spelling)
            if found is not None:
                return found
        return None

    @cached_property
    def short(self) -> Mapping[str, Flag]:
        """The flags `-f` by their letters."""
        both = (*self.shared.values(), *self.own.values())  # its own win
        return {flag.short: flag for flag in both if flag.short}

    @property
    def flag_names(self) -> tuple[str, ...]:
        """Everything that may stand after `--`, deprecated flags left out."""
        return tuple(flag.name for table in (self.own, self.shared) for flag in table.values() if not flag.deprecated)

    def answer(self, mode: str, shape: str) -> str:
        """What the program says to a shape of arguments: "" when it takes it."""
        row = self.raw.get("arguments", {}).get(mode, "")
        number = ord(row[INDEX[shape]]) - ord("0") if INDEX[shape] < len(row) else 0
        return str(self.raw["messages"][number - 1]) if number else ""

    @property
    def is_group(self) -> bool:
        """Whether the command does nothing without a sub-command."""
        if "unknown command" in self.answer("", "U"):
            return True
        return bool(self.raw.get("group")) or self.path in {("certificate",), ("plugin",), ("create",)}

    @cached_property
    def wants_type(self) -> bool:
        """Whether the first argument is a resource type, as in `get`, `delete`, `rollout status`."""
        alone, with_value = (self.answer("", shape) for shape in ("U", "UK"))
        return bool(alone) and ("have a resource type" in alone or "have a resource type" in with_value)


class Grammar:
    """One version of one program; its file is read when a command of the program is."""

    def __init__(self, program: str, version: str) -> None:
        self.program, self.version = program, version

    @cached_property
    def root(self) -> Node:
        """The program itself.  Raises FileNotFoundError where no file has this version."""
        tree = bundled_json(__name__, f"{self.program}-{self.version}.json.gz")["tree"]
        return Node((), tree, _flags(tree))

    @property
    def title(self) -> str:
        """For readers: `kubectl 1.37`."""
        return f"{self.program} {self.version}".strip()

    def walk(self, node: Node | None = None) -> Iterator[Node]:
        """Every command, the root first."""
        node = node or self.root
        yield node
        for name in node.children:
            yield from self.walk(node.below[name])


def _flags(raw: Mapping[str, Any]) -> Mapping[str, Flag]:
    entries = dict(raw.get("flags", {}))
    for name, entry in raw.get("deprecated", {}).items():
        entries.setdefault(name, {**entry, "deprecated": True})
    return {
        name: Flag(name, **{k: v for k, v in entry.items() if k in Flag._fields}) for name, entry in entries.items()
    }


@cache
def available() -> Mapping[str, tuple[str, ...]]:
    """Program -> the versions that have a grammar file, oldest first."""
    found: dict[str, list[str]] = {}
    for name in bundled_names(__name__):
        if name.endswith(".json.gz"):
            program, _, version = name.removesuffix(".json.gz").partition("-")
            found.setdefault(program, []).append(version)
    return {
        name: tuple(sorted(all_, key=lambda v: [int(part) for part in v.split(".")])) for name, all_ in found.items()
    }


load = cache(Grammar)
