"""YAML files of a project, read within limits: what no loader survives is refused with its place, never tried.

libyaml nests by recursion and ends the process; a few merges of merges take for ever; and PyYAML's constructors raise
errors of any kind, without a place.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from .light import Any, lazy

SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 120  # nested collections
MAX_NODES = 50_000  # nodes, with aliases and merges expanded
_CONTROL = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class HostileYamlError(yaml.MarkedYAMLError):
    """What no loader of PyYAML ends with an error of its own."""


def load_all(text: str, loader: Any = SafeLoader) -> Iterator[Any]:
    """The documents of `text`.  Raises yaml.MarkedYAMLError, with a place, whatever is wrong."""
    if not text.replace("\n", "").isprintable() and (bad := _CONTROL.search(text)):
        line, column = text.count("\n", 0, bad.start()), bad.start() - text.rfind("\n", 0, bad.start()) - 1
        raise _refused(f"control character {bad[0]!a}", yaml.Mark("", bad.start(), line, column, None, 0))
    if _may_be_deep(text):
        _check_depth(text, loader)
    nodes = list(yaml.compose_all(text, loader))
    for node in nodes:
        if node is not None and "*" in text:
            _weigh(node, {}, ())
    engine = type("Engine", (_Placing, loader), {})("")
    for node in nodes:
        try:
            value = node and engine.construct_document(node)
        except yaml.MarkedYAMLError:
            raise
        except Exception as error:  # noqa: BLE001  # constructors raise anything: AttributeError for `!!timestamp x`
            raise _refused(f"a value that cannot be read: {error}", engine.node.start_mark) from None
        yield value


def _may_be_deep(text: str) -> bool:
    """Whether brackets, indentation and dashes are enough for it; hardly any file needs the slow look."""
    lines = text.split("\n")
    indented = max(len(line) - len(line.lstrip()) for line in lines)
    dashes = max(line.count("- ") + line.count("? ") for line in lines)
    return text.count("[") + text.count("{") + indented + dashes > MAX_DEPTH


def _check_depth(text: str, loader: Any) -> None:
    depth = 0
    for event in yaml.parse(text, loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _refused(f"nested more than {MAX_DEPTH} levels deep", event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _weigh(node: yaml.Node, known: dict[int, int], way: tuple[int, ...]) -> int:
    """How many nodes there are with every alias expanded."""
    if id(node) in known:
        return known[id(node)]
    if id(node) in way:
        raise _refused("an alias of what it stands in", node.start_mark)
    total = 1
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        for child in part if isinstance(part, tuple) else (part,):
            total += _weigh(child, known, (*way, id(node)))
            if total > MAX_NODES:
                raise _refused(f"more than {MAX_NODES} values, aliases expanded", node.start_mark)
    known[id(node)] = total
    return total


class _Placing:
    """A loader that knows what it makes a value of."""

    node: Any = None

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # as the loader's
        self.node = node
        return super().construct_object(node, deep)  # type: ignore[misc]  # the mixed-in loader has it


def _refused(problem: str, mark: Any) -> HostileYamlError:
    return HostileYamlError(problem=problem, problem_mark=mark)
