"""The table of rules: every line is understood, and speaks of fields that exist."""

from __future__ import annotations

import pytest

from notesite.lib.light import bundled_text
from notesite.snippets.kubernetes.rules import demands, table
from notesite.snippets.kubernetes.schema import name_grammars
from notesite.snippets.kubernetes.schema.definitions import Shape, bundled

LINES = [line for line in bundled_text(table.__name__, "rules.txt").splitlines() if line and line[0] != "#"]


def shapes(definition: str) -> list[Shape]:
    """All definitions with this short name."""
    shapes = map(bundled().shape, bundled().named(definition))
    return [shape for shape in shapes if shape.short == definition]


def is_field(shape: Shape, path: tuple[str, ...]) -> bool:
    """Whether a path leads through fields that exist (the keys of free mappings all do)."""
    field = shape.fields.get(path[0])
    if field is None:
        return False
    if len(path) == 1 or field.type.kind != "@":
        return True
    return is_field(bundled().shape_of(field.type), path[1:])


@pytest.mark.parametrize("line", LINES)
def test_a_rule_speaks_of_what_exists(line: str) -> None:
    rule = table.parsed(line)
    definition = line.replace(".", " ").split()[0]
    known = shapes(definition)
    assert known, definition
    if rule.check not in {*demands.MAPPINGS, *demands.VALUES}:
        name_grammars.problem(rule.check, "")  # raises KeyError for one that there is not
    assert (rule.check in demands.MAPPINGS) == (not rule.path)
    paths = [rule.path] if rule.path else []
    if rule.check in {"needs", "filled", "forbids", "one", "most", "some"}:
        paths += [demands.path_of(word) for word in rule.words]
    paths += [demands.path_of(name) for _, name, _, _ in rule.conditions if not name.startswith("@")]
    for path in paths:
        assert any(is_field(shape, path) for shape in known), path


def test_a_line_that_is_not_understood_is_named() -> None:
    with pytest.raises(ValueError, match=r"rules\.txt: PodSpec"):
        table.parsed("PodSpec")
