"""The table of rules: every line is understood, and speaks of fields that exist."""

from __future__ import annotations

import pytest

from notesite.lib.light import bundled_text
from notesite.snippets.kubernetes.rules import demands, table
from notesite.snippets.kubernetes.rules.rule import path_of
from notesite.snippets.kubernetes.schema import name_grammars
from notesite.snippets.kubernetes.schema.definitions import Shape, bundled

LINES = [line for line in bundled_text(table.__name__, "rules.txt").splitlines() if line and line[0] != "#"]


def shapes(definition: str) -> list[Shape]:
    """All definitions with this short name."""
    shapes = map(bundled().shape, bundled().named(definition))
    return [shape for shape in shapes if shape.short == definition]


def is_field(shape: Shape, path: tuple[str, ...]) -> bool:
    """Whether a path leads through fields that exist (the keys of free mappings all do)."""
    fields = [shape.fields.get(name) for name in path[0].split(",")]
    if None in fields:
        return False
    type_, rest = next(field.type for field in fields if field), path[1:]
    while rest and rest[0] == "[]" and type_.inner is not None:
        type_, rest = type_.inner, rest[1:]
    return not rest or type_.kind != "@" or is_field(bundled().shape_of(type_), rest)


@pytest.mark.parametrize("line", LINES)
def test_a_rule_speaks_of_what_exists(line: str) -> None:
    rule = table.parsed(line)
    definition = line.replace(".", " ").split()[0]
    known = shapes(definition)
    assert known, definition
    if rule.check not in {*table.MAPPINGS, *demands.VALUES}:
        name_grammars.problem(rule.check, "")  # raises KeyError for one that there is not
    assert rule.path or rule.check in table.MAPPINGS
    paths = [rule.path] if rule.path else []
    if rule.check in {"needs", "filled", "forbids", "one", "most", "some", "mounts", "devices", "claims"}:
        paths += [path_of(word) for word in rule.words]
    paths += [path_of(name) for _, name, _, _ in rule.conditions if not name.startswith("@")]
    for path in paths:
        assert any(is_field(shape, path) for shape in known), path


def test_a_line_that_is_not_understood_is_named() -> None:
    with pytest.raises(ValueError, match=r"rules\.txt: PodSpec"):
        table.parsed("PodSpec")
